//! `/_sandbox/requests`: what the merchant's clients really sent.

use http::Method;

use super::{allow, merchant};
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::{Answer, Request};

pub(super) fn handle(engine: &Engine, request: &Request) -> Result<Answer, ApiError> {
    allow(request, &[Method::GET])?;
    Ok(engine.at_desk(merchant(request)?, |desk| {
        success(desk.requests.to_public())
    }))
}
