//! `/_sandbox/events`: every event of the merchant and what became of its deliveries.

use http::Method;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{allow, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::Request;
use crate::webhook::outbox::{DeliveryState, StoredDelivery};

pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Answer, ApiError> {
    if !segments.is_empty() {
        return Err(ApiError::UnknownRoute);
    }
    allow(request, &[Method::GET])?;
    Ok(
        engine.with_book(merchant(request)?, request.received_at, |book, _| {
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
        }),
    )
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
