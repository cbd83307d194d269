//! `/_sandbox/webhooks/next`: what is done to the next deliveries on purpose.

use std::time::Duration;

use http::Method;
use serde::Deserialize;

use super::{allow, json_body, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::success;
use crate::request::Request;
use crate::webhook::mischief::{LARGEST_COUNT, Mischief};
use crate::wire::field::{Optional, closed_enum};
use crate::wire::read_object;

/// How late or how old a delivery is at most: 30 days.
const MOST_SECONDS: u32 = 30 * 24 * 60 * 60;
/// Later and older than any receiver accepts.
const DEFAULT_SECONDS: u32 = 60 * 60;

pub(super) fn handle(engine: &Engine, request: &Request) -> Result<Answer, ApiError> {
    allow(request, &[Method::GET, Method::POST, Method::DELETE])?;
    let merchant = merchant(request)?;
    let wall = request.received_at;
    Ok(success(match request.method {
        Method::POST => {
            let wish: ArmRequest = read_object(json_body(request)?)?;
            let count = within("count", wish.count.0.unwrap_or(1), LARGEST_COUNT)?;
            engine.arm_mischief(merchant, wish.mischief()?, count, wall)?
        }
        Method::DELETE => engine.clear_mischief(merchant, wall)?,
        _ => engine.armed_mischief(merchant, wall),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArmRequest {
    kind: Kind,
    #[serde(default)]
    count: Optional<u32>,
    #[serde(default)]
    seconds: Optional<u32>,
}

closed_enum! {
    /// The kinds of mischief.
    enum Kind {
        Duplicate = "duplicate",
        Reorder = "reorder",
        Delay = "delay",
        StaleTimestamp = "stale_timestamp",
        WrongKey = "wrong_key",
    }
}

impl ArmRequest {
    fn mischief(&self) -> Result<Mischief, ApiError> {
        let seconds = within(
            "seconds",
            self.seconds.0.unwrap_or(DEFAULT_SECONDS),
            MOST_SECONDS,
        )?;
        let time = Duration::from_secs(seconds.into());
        Ok(match self.kind {
            Kind::Duplicate => Mischief::Duplicate,
            Kind::Reorder => Mischief::Reorder,
            Kind::Delay => Mischief::Delay(time),
            Kind::StaleTimestamp => Mischief::StaleTimestamp(time),
            Kind::WrongKey => Mischief::WrongKey,
        })
    }
}

fn within(field: &str, number: u32, largest: u32) -> Result<u32, ApiError> {
    if (1..=largest).contains(&number) {
        Ok(number)
    } else {
        Err(ApiError::Malformed {
            field: field.to_owned(),
            reason: format!("must be a whole number from 1 to {largest}"),
        })
    }
}
