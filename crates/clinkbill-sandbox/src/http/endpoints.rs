//! The documented operations on webhook endpoints, under `/api/webhook/`.

use http::Method;

use super::{json_body, query_value};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::{EndpointAction, EndpointFilter, list_events};
use crate::key::KeyDigest;
use crate::paging::Page;
use crate::request::Request;

const LARGEST_PAGE: u32 = 100;

/// An operation, with the id of its path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation<'a> {
    ListEvents,
    List,
    Create,
    Ensure,
    Update(&'a str),
    Delete(&'a str),
    Act(&'a str, EndpointAction),
}

/// One of each.
pub(super) const OPERATIONS: [Operation<'static>; 10] = [
    Operation::ListEvents,
    Operation::List,
    Operation::Create,
    Operation::Ensure,
    Operation::Update(""),
    Operation::Delete(""),
    Operation::Act("", EndpointAction::Read),
    Operation::Act("", EndpointAction::Enable),
    Operation::Act("", EndpointAction::Disable),
    Operation::Act("", EndpointAction::RotateSecret),
];

impl Operation<'_> {
    /// Its `operationId` in the contract.
    pub(super) fn id(&self) -> &'static str {
        match self {
            Self::ListEvents => "listWebhookEvents",
            Self::List => "listWebhookEndpoints",
            Self::Create => "createWebhookEndpoint",
            Self::Ensure => "ensureWebhookEndpoint",
            Self::Update(_) => "updateWebhookEndpoint",
            Self::Delete(_) => "deleteWebhookEndpoint",
            Self::Act(_, EndpointAction::Read) => "getWebhookEndpoint",
            Self::Act(_, EndpointAction::Enable) => "enableWebhookEndpoint",
            Self::Act(_, EndpointAction::Disable) => "disableWebhookEndpoint",
            Self::Act(_, EndpointAction::RotateSecret) => "rotateWebhookEndpointSecret",
        }
    }
}

/// What can be done at a path below `webhook`.
pub(super) fn choices<'a>(segments: &[&'a str]) -> Result<Vec<(Method, Operation<'a>)>, ApiError> {
    Ok(match *segments {
        ["events"] => vec![(Method::GET, Operation::ListEvents)],
        ["endpoints"] => vec![
            (Method::GET, Operation::List),
            (Method::POST, Operation::Create),
        ],
        ["endpoints", "ensure"] => vec![(Method::PUT, Operation::Ensure)],
        ["endpoints", id] => vec![
            (Method::GET, Operation::Act(id, EndpointAction::Read)),
            (Method::PATCH, Operation::Update(id)),
            (Method::DELETE, Operation::Delete(id)),
        ],
        ["endpoints", id, action] => {
            let action = match action {
                "enable" => EndpointAction::Enable,
                "disable" => EndpointAction::Disable,
                "rotate-secret" => EndpointAction::RotateSecret,
                _ => return Err(ApiError::UnknownRoute),
            };
            vec![(Method::POST, Operation::Act(id, action))]
        }
        _ => return Err(ApiError::UnknownRoute),
    })
}

pub(super) fn perform(
    engine: &Engine,
    request: &Request,
    merchant: KeyDigest,
    operation: Operation<'_>,
) -> Result<Answer, ApiError> {
    let wall = request.received_at;
    match operation {
        Operation::ListEvents => Ok(list_events()),
        Operation::List => {
            let page = Page::optional(request, LARGEST_PAGE)?;
            let filter = filter(request)?;
            Ok(engine.list_endpoints(merchant, &filter, page, wall))
        }
        Operation::Create => engine.create_endpoint(merchant, json_body(request)?, wall),
        Operation::Ensure => engine.ensure_endpoint(merchant, json_body(request)?, wall),
        Operation::Update(id) => engine.update_endpoint(merchant, id, json_body(request)?, wall),
        Operation::Delete(id) => engine.delete_endpoint(merchant, id, wall),
        Operation::Act(id, action) => engine.act_on_endpoint(merchant, id, action, wall),
    }
}

fn filter(request: &Request) -> Result<EndpointFilter, ApiError> {
    let enabled = match query_value(request, "enabled").as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => {
            return Err(ApiError::Malformed {
                field: "enabled".to_owned(),
                reason: "must be true or false".to_owned(),
            });
        }
    };
    Ok(EndpointFilter {
        enabled,
        url: query_value(request, "url"),
    })
}
