//! The documented API, under `/api/`.

use http::Method;

use super::{allow, check_timestamp, json_body, merchant, origin};
use crate::Reply;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::request::Request;

/// Checks in this order: route, method, key, timestamp, size, media type, JSON, schema, rules.
pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Reply, ApiError> {
    let now = request.received_at;
    match segments {
        ["checkout", "session"] => {
            allow(request, &[Method::POST])?;
            let merchant = authenticate(engine, request)?;
            engine.create_session(merchant, json_body(request)?, &origin(request), now)
        }
        ["checkout", "session", session_id] => {
            allow(request, &[Method::GET])?;
            let merchant = authenticate(engine, request)?;
            engine.read_session(merchant, session_id, now)
        }
        ["order", order_id] => {
            allow(request, &[Method::GET])?;
            let merchant = authenticate(engine, request)?;
            engine.read_order(merchant, order_id)
        }
        _ => Err(ApiError::UnknownRoute),
    }
}

fn authenticate(engine: &Engine, request: &Request) -> Result<crate::key::KeyDigest, ApiError> {
    let merchant = merchant(request)?;
    check_timestamp(engine, request)?;
    Ok(merchant)
}
