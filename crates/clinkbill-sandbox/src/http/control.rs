//! What a buyer or the dashboard would do, under `/_sandbox/`: the same key and the same
//! envelope as the documented API, no timestamp.

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{allow, json_body, merchant};
use crate::Reply;
use crate::engine::{Attempt, Engine};
use crate::error::ApiError;
use crate::request::Request;
use crate::webhook::outbox::{DeliveryState, StoredDelivery};
use crate::wire::read_object;
use crate::wire::request::PaymentMethodType;
use crate::wire::response::Envelope;

pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Reply, ApiError> {
    let now = request.received_at;
    match segments {
        [] | [""] => {
            allow(request, &[Method::GET])?;
            merchant(request)?;
            Ok(success(About {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            }))
        }
        ["sessions", session_id, "pay"] => {
            allow(request, &[Method::POST])?;
            let merchant = merchant(request)?;
            let wish: PayRequest = read_object(json_body(request)?)?;
            let paid = engine.pay(merchant, session_id, wish.attempt(), now)?;
            Ok(success(PayResult {
                redirect_url: paid.redirect_url,
                order_id: Some(paid.order_id),
            }))
        }
        ["sessions", session_id, "cancel"] => {
            allow(request, &[Method::POST])?;
            let redirect_url = engine.cancel(merchant(request)?, session_id, now)?;
            Ok(success(PayResult {
                redirect_url,
                order_id: None,
            }))
        }
        ["customers"] => {
            allow(request, &[Method::GET])?;
            Ok(engine.with_book(merchant(request)?, |book| {
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
            }))
        }
        ["events"] => {
            allow(request, &[Method::GET])?;
            Ok(engine.with_book(merchant(request)?, |book| {
                let events = book
                    .outbox
                    .events()
                    .iter()
                    .filter_map(|event| {
                        Some(EventView {
                            event: serde_json::from_str(&event.body).ok()?,
                            deliveries: event.deliveries.iter().map(DeliveryView::of).collect(),
                        })
                    })
                    .collect();
                success(Events { events })
            }))
        }
        _ => Err(ApiError::UnknownRoute),
    }
}

#[derive(Serialize)]
struct About {
    name: &'static str,
    version: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PayRequest {
    #[serde(default = "card")]
    payment_method_type: PaymentMethodType,
    outcome: Outcome,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Succeeded,
    Failed,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PayResult {
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
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

#[derive(Serialize)]
struct Events<'a> {
    events: Vec<EventView<'a>>,
}

#[derive(Serialize)]
struct EventView<'a> {
    event: &'a RawValue,
    deliveries: Vec<DeliveryView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryView<'a> {
    url: &'a str,
    attempted_at: Option<i64>,
    status: Option<u16>,
    error: Option<&'a str>,
}

impl PayRequest {
    fn attempt(&self) -> Attempt {
        let attempt = match self.outcome {
            Outcome::Succeeded => Attempt::succeeded(),
            Outcome::Failed => Attempt::failed(),
        };
        Attempt {
            method: self.payment_method_type,
            ..attempt
        }
    }
}

impl<'a> DeliveryView<'a> {
    fn of(delivery: &'a StoredDelivery) -> Self {
        let (attempted_at, outcome) = match &delivery.state {
            DeliveryState::Due | DeliveryState::UnderWay => (None, None),
            DeliveryState::Attempted { at, outcome } => (Some(*at), Some(outcome)),
        };
        Self {
            url: &delivery.url,
            attempted_at,
            status: outcome.and_then(|outcome| outcome.as_ref().ok().copied()),
            error: outcome.and_then(|outcome| outcome.as_ref().err().map(String::as_str)),
        }
    }
}

fn card() -> PaymentMethodType {
    PaymentMethodType::Card
}

fn success<T: Serialize>(data: T) -> Reply {
    Envelope::success(data).into_reply(StatusCode::OK)
}
