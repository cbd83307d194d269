//! `/_sandbox/reset`: an empty book.

use http::Method;

use super::{allow, merchant};
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::{Answer, Request};

pub(super) fn handle(engine: &Engine, request: &Request) -> Result<Answer, ApiError> {
    allow(request, &[Method::POST])?;
    engine.reset(merchant(request)?)?;
    Ok(success(Empty {}))
}

#[derive(serde::Serialize)]
struct Empty {}
