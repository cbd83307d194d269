//! `/_sandbox/clock`: the merchant's time.
//!
//! On a port, the answer to `advance` waits until every delivery that became due on the way was
//! attempted, or for a minute. The other doors cannot wait: without a port the deliveries are
//! listed, and behind wiremock they are sent in the background.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{allow, json_body, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::{ClockState, success};
use crate::key::KeyDigest;
use crate::request::Request;
use crate::webhook::Settle;
use crate::wire::read_object;

/// How far a clock is moved at once: ten years.
const LONGEST_ADVANCE_SECONDS: u64 = 10 * 365 * 24 * 60 * 60;

pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Answer, ApiError> {
    let wall = request.received_at;
    match segments {
        [] => {
            allow(request, &[Method::GET])?;
            Ok(answer(engine.read_clock(merchant(request)?, wall)))
        }
        ["freeze"] => {
            allow(request, &[Method::POST])?;
            Ok(answer(engine.freeze_clock(merchant(request)?, wall)?))
        }
        ["resume"] => {
            allow(request, &[Method::POST])?;
            Ok(answer(engine.resume_clock(merchant(request)?, wall)?))
        }
        ["advance"] => {
            allow(request, &[Method::POST])?;
            let merchant = merchant(request)?;
            let wish: AdvanceRequest = read_object(json_body(request)?)?;
            let (state, settle) = advance(engine, merchant, wish.seconds, wall)?;
            let mut answer = answer(state);
            answer.extensions_mut().insert(settle);
            Ok(answer)
        }
        _ => Err(ApiError::UnknownRoute),
    }
}

/// Moves a merchant's clock, and says what has to be attempted before that is answered.
pub(in crate::http) fn advance(
    engine: &Engine,
    merchant: KeyDigest,
    seconds: u64,
    wall: i64,
) -> Result<(ClockState, Settle), ApiError> {
    if seconds > LONGEST_ADVANCE_SECONDS {
        return Err(ApiError::Malformed {
            field: "seconds".to_owned(),
            reason: format!("must be at most {LONGEST_ADVANCE_SECONDS}, ten years"),
        });
    }
    let state = engine.advance_clock(merchant, seconds * 1_000, wall)?;
    let until = state.now;
    Ok((state, Settle { merchant, until }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceRequest {
    seconds: u64,
}

/// The clock: milliseconds since the Unix epoch.
#[derive(Serialize)]
struct ClockView {
    now: i64,
    frozen: bool,
}

fn answer(ClockState { now, frozen }: ClockState) -> Answer {
    success(ClockView { now, frozen })
}
