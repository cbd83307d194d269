//! `/_sandbox/customers`: the merchant's customers with their identifiers.

use http::Method;
use serde::Serialize;

use super::{allow, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::Request;

pub(super) fn handle(engine: &Engine, request: &Request) -> Result<Answer, ApiError> {
    allow(request, &[Method::GET])?;
    Ok(
        engine.with_book(merchant(request)?, request.received_at, |book, _| {
            let customers = book
                .customers
                .iter()
                .map(|customer| CustomerView {
                    customer_id: &customer.id,
                    email: customer.email.as_deref(),
                    reference_customer_id: customer.reference.as_deref(),
                })
                .collect();
            success(Customers { customers })
        }),
    )
}

#[derive(Serialize)]
struct Customers<'a> {
    customers: Vec<CustomerView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerView<'a> {
    customer_id: &'a str,
    email: Option<&'a str>,
    reference_customer_id: Option<&'a str>,
}
