//! `/_sandbox/events`: every event of the merchant and what became of its deliveries.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{allow, json_body, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::{Body, Request};
use crate::wire::field::Optional;
use crate::wire::read_object;

pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Answer, ApiError> {
    let wall = request.received_at;
    match segments {
        [] => {
            allow(request, &[Method::GET])?;
            Ok(success(engine.webhook_log(merchant(request)?, wall)))
        }
        [event_id, "resend"] => {
            allow(request, &[Method::POST])?;
            let merchant = merchant(request)?;
            // No body is no wish: to every endpoint that wants the event.
            let wish = match &request.body {
                Body::Whole(bytes) if bytes.is_empty() => ResendRequest::default(),
                _ => read_object(json_body(request)?)?,
            };
            let endpoint_id = wish.endpoint_id.0.as_deref();
            let deliveries = engine.resend_event(merchant, event_id, endpoint_id, wall)?;
            Ok(success(ResendResult { deliveries }))
        }
        _ => Err(ApiError::UnknownRoute),
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ResendRequest {
    #[serde(default)]
    endpoint_id: Optional<String>,
}

#[derive(Serialize)]
struct ResendResult {
    deliveries: usize,
}
