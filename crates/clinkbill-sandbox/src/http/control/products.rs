//! `/_sandbox/products`: what only the dashboard does to a catalogue.

use http::Method;
use serde::Serialize;

use super::{allow, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::Request;

pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Answer, ApiError> {
    let [product_id, "retire"] = segments else {
        return Err(ApiError::UnknownRoute);
    };
    allow(request, &[Method::POST])?;
    engine.retire_product(merchant(request)?, product_id, request.received_at)?;
    Ok(success(Retired {
        product_id,
        active: false,
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Retired<'a> {
    product_id: &'a str,
    active: bool,
}
