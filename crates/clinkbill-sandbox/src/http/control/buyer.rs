//! `/_sandbox/sessions`: what a buyer does at a checkout.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{allow, json_body, merchant};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::flow::{Attempt, success};
use crate::request::Request;
use crate::wire::field::closed_enum;
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
            let paid = engine.pay(merchant, session_id, wish.attempt(), wall)?;
            Ok(success(PayResult {
                redirect_url: paid.redirect_url,
                order_id: Some(paid.order_id),
            }))
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
#[serde(rename_all = "camelCase")]
struct PayRequest {
    #[serde(default = "card")]
    payment_method_type: PaymentMethodType,
    outcome: Outcome,
}

closed_enum! {
    enum Outcome {
        Succeeded = "succeeded",
        Failed = "failed",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PayResult {
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
}

impl PayRequest {
    fn attempt(&self) -> Attempt {
        let attempt = match self.outcome {
            Outcome::Succeeded => Attempt::succeeded(),
            Outcome::Failed => Attempt::failed(),
        };
        Attempt {
            method: self.payment_method_type,
            ..attempt
        }
    }
}

fn card() -> PaymentMethodType {
    PaymentMethodType::Card
}
