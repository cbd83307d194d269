//! `/_sandbox/faults`: failures on demand.

use http::Method;
use serde::Serialize;

use super::{allow, json_body, merchant};
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::{Answer, Request};
use crate::traffic::{ArmedFault, Fault};
use crate::wire::read_object;

pub(super) fn handle(engine: &Engine, request: &Request) -> Result<Answer, ApiError> {
    allow(request, &[Method::GET, Method::POST, Method::DELETE])?;
    let merchant = merchant(request)?;
    if request.method == Method::POST {
        let fault: Fault = read_object(json_body(request)?)?;
        engine.arm(merchant, fault)?;
    }
    if request.method == Method::DELETE {
        engine.clear_faults(merchant)?;
    }
    Ok(engine.at_desk(merchant, |desk| {
        success(Faults {
            faults: desk.faults().collect(),
        })
    }))
}

#[derive(Serialize)]
struct Faults<'a> {
    faults: Vec<&'a ArmedFault>,
}
