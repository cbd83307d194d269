//! The documented API, under `/api/`.

use http::Method;

use super::{check_timestamp, json_body, merchant, origin};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::key::KeyDigest;
use crate::request::Request;

/// An operation of the contract, with the ids of its path.
#[derive(Debug, Clone, Copy)]
enum Operation<'a> {
    CreateCheckoutSession,
    GetCheckoutSession(&'a str),
    GetOrder(&'a str),
}

/// Checks in this order: route, method, key, timestamp, size, media type, JSON, schema, rules.
pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Answer, ApiError> {
    let operation = route(request, segments)?;
    let merchant = merchant(request)?;
    check_timestamp(engine, request)?;
    perform(engine, request, merchant, operation)
}

fn route<'a>(request: &Request, segments: &[&'a str]) -> Result<Operation<'a>, ApiError> {
    let choices = match *segments {
        ["checkout", "session"] => vec![(Method::POST, Operation::CreateCheckoutSession)],
        ["checkout", "session", id] => vec![(Method::GET, Operation::GetCheckoutSession(id))],
        ["order", id] => vec![(Method::GET, Operation::GetOrder(id))],
        _ => return Err(ApiError::UnknownRoute),
    };
    choices
        .iter()
        .find(|(method, _)| *method == request.method)
        .map(|(_, operation)| *operation)
        .ok_or_else(|| {
            ApiError::MethodNotAllowed(choices.iter().map(|(method, _)| method.clone()).collect())
        })
}

fn perform(
    engine: &Engine,
    request: &Request,
    merchant: KeyDigest,
    operation: Operation<'_>,
) -> Result<Answer, ApiError> {
    let wall = request.received_at;
    match operation {
        Operation::CreateCheckoutSession => {
            engine.create_session(merchant, json_body(request)?, &origin(request), wall)
        }
        Operation::GetCheckoutSession(id) => engine.read_session(merchant, id, wall),
        Operation::GetOrder(id) => engine.read_order(merchant, id, wall),
    }
}
