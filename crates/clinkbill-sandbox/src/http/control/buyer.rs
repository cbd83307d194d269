//! `/_sandbox/sessions`: what a buyer does at a checkout.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{allow, json_body, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::{Attempt, Paid, success};
use crate::offers::Country;
use crate::request::Request;
use crate::wire::field::{Optional, closed_enum};
use crate::wire::read_object;
use crate::wire::request::PaymentMethodType;

pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    segments: &[&str],
) -> Result<Answer, ApiError> {
    let wall = request.received_at;
    match segments {
        [session_id] => {
            allow(request, &[Method::GET])?;
            super::session::show(engine, request, session_id)
        }
        [session_id, "pay"] => {
            allow(request, &[Method::POST])?;
            let merchant = merchant(request)?;
            let wish: PayRequest = read_object(json_body(request)?)?;
            let paid = engine.pay(merchant, session_id, &wish.attempt()?, wall)?;
            Ok(success(PayResult::of(paid)))
        }
        [session_id, "cancel"] => {
            allow(request, &[Method::POST])?;
            let redirect_url = engine.cancel(merchant(request)?, session_id, wall)?;
            Ok(success(PayResult {
                redirect_url,
                order_id: None,
            }))
        }
        _ => Err(ApiError::UnknownRoute),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PayRequest {
    #[serde(default = "card")]
    payment_method_type: PaymentMethodType,
    outcome: Outcome,
    #[serde(default)]
    failure_code: Optional<String>,
    #[serde(default = "united_states")]
    country: Country,
}

closed_enum! {
    enum Outcome {
        Succeeded = "succeeded",
        Failed = "failed",
        Processing = "processing",
        RequiresAction = "requires_action",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PayResult {
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
}

impl PayResult {
    pub(super) fn of(paid: Paid) -> Self {
        Self {
            redirect_url: paid.redirect_url,
            order_id: Some(paid.order_id),
        }
    }
}

impl PayRequest {
    fn attempt(self) -> Result<Attempt, ApiError> {
        let attempt = match (self.outcome, self.failure_code.0) {
            (Outcome::Failed, None) => Attempt::failed(),
            (Outcome::Failed, Some(code)) => Attempt::failed_with(code),
            (_, Some(_)) => return Err(needless_failure_code()),
            (Outcome::Succeeded, None) => Attempt::succeeded(),
            (Outcome::Processing, None) => Attempt::processing(),
            (Outcome::RequiresAction, None) => Attempt::requires_action(),
        };
        Ok(attempt
            .by(self.payment_method_type)
            .in_country(self.country))
    }
}

pub(super) fn needless_failure_code() -> ApiError {
    ApiError::Malformed {
        field: "failureCode".to_owned(),
        reason: "is for the outcome failed".to_owned(),
    }
}

fn card() -> PaymentMethodType {
    PaymentMethodType::Card
}

fn united_states() -> Country {
    Country::US
}
