//! The documented API, under `/api/`.

use http::Method;

use super::host::origin;
use super::{check_timestamp, json_body, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::key::KeyDigest;
use crate::request::{Reply, Request};
use crate::traffic::{self, Door};

/// An operation of the contract, with the ids of its path.
#[derive(Debug, Clone, Copy)]
enum Operation<'a> {
    CreateCheckoutSession,
    GetCheckoutSession(&'a str),
    GetOrder(&'a str),
}

/// One of each.
const OPERATIONS: [Operation<'static>; 3] = [
    Operation::CreateCheckoutSession,
    Operation::GetCheckoutSession(""),
    Operation::GetOrder(""),
];

impl Operation<'_> {
    /// Its `operationId` in the contract.
    fn id(&self) -> &'static str {
        match self {
            Self::CreateCheckoutSession => "createCheckoutSession",
            Self::GetCheckoutSession(_) => "getCheckoutSession",
            Self::GetOrder(_) => "getOrder",
        }
    }
}

/// Checks in this order: route, method, key, timestamp, size, media type, JSON, schema, rules.
pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
    door: Door,
) -> Result<Reply, ApiError> {
    let operation = route(request, segments);
    let merchant = match (merchant(request), &operation) {
        (Ok(merchant), _) => merchant,
        // What has no key belongs to no book; a wrong route or method is said first.
        (Err(error), Ok(_)) => return Err(error),
        (Err(_), Err(_)) => return operation.and(Err(ApiError::UnknownRoute)),
    };
    let id = operation.as_ref().ok().map(Operation::id);
    Ok(traffic::meet(engine, merchant, request, id, door, || {
        operation
            .and_then(|operation| {
                check_timestamp(engine, request)?;
                perform(engine, request, merchant, operation)
            })
            .unwrap_or_else(|error| error.into_reply(engine.options.refusal_shape))
    }))
}

/// Whether the contract has an operation of this name that is answered here.
pub(crate) fn is_operation(id: &str) -> bool {
    OPERATIONS.iter().any(|operation| operation.id() == id)
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
