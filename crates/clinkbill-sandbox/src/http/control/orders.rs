//! `/_sandbox/orders`: how a payment that is under way ends.

use http::Method;
use serde::Deserialize;

use super::buyer::{PayResult, needless_failure_code};
use super::{allow, json_body, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::{Settlement, success};
use crate::request::Request;
use crate::wire::field::{Optional, closed_enum};
use crate::wire::read_object;

pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Answer, ApiError> {
    let [order_id, "settle"] = segments else {
        return Err(ApiError::UnknownRoute);
    };
    allow(request, &[Method::POST])?;
    let merchant = merchant(request)?;
    let wish: SettleRequest = read_object(json_body(request)?)?;
    let settlement = match (wish.outcome, wish.failure_code.0) {
        (Ending::Succeeded, None) => Settlement::succeeded(),
        (Ending::Succeeded, Some(_)) => return Err(needless_failure_code()),
        (Ending::Failed, None) => Settlement::failed(),
        (Ending::Failed, Some(code)) => Settlement::failed_with(code),
    };
    let paid = engine.settle(merchant, order_id, &settlement, request.received_at)?;
    Ok(success(PayResult::of(paid)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SettleRequest {
    outcome: Ending,
    #[serde(default)]
    failure_code: Optional<String>,
}

closed_enum! {
    enum Ending {
        Succeeded = "succeeded",
        Failed = "failed",
    }
}
