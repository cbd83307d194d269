//! The customer portal behind a link of `POST /billing/session`.

use http::StatusCode;

use super::allow_page;
use super::page::{EMAIL_SHOWN, Notice};
use super::text::cut;
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::PortalState;
use crate::request::Request;

pub(super) fn handle(engine: &Engine, request: &Request, token: &str) -> Result<Answer, ApiError> {
    allow_page(request, &[])?;
    let (status, title, text) = match engine.open_portal(token, request.received_at) {
        PortalState::Unknown => (
            StatusCode::NOT_FOUND,
            "Unknown portal link",
            "No customer portal stands behind this link.".to_owned(),
        ),
        PortalState::Over => (
            StatusCode::GONE,
            "Portal link expired",
            "This link no longer leads to the customer portal.".to_owned(),
        ),
        PortalState::Open { email } => (
            StatusCode::OK,
            "Customer portal",
            format!(
                "Here {} would see and change subscriptions and payment instruments.",
                cut(email.as_deref().unwrap_or("the customer"), EMAIL_SHOWN)
            ),
        ),
    };
    Ok(Notice::plain(status, title, &text))
}
