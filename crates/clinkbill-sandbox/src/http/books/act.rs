//! What a button of a book's page does.

use super::form::{Action, Button, Form};
use crate::book::SessionState;
use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
use crate::flow::{Attempt, Settlement, find_session};
use crate::http::control::clock;
use crate::key::KeyDigest;
use crate::offers::Country;
use crate::webhook::Settle;
use crate::wire::read_object;
use crate::wire::request::PaymentMethodType;

/// Does what a form asks for, and says what has to be attempted before that is answered.
pub(super) fn act(
    engine: &Engine,
    merchant: KeyDigest,
    form: Form,
    wall: i64,
) -> Result<Option<Settle>, ApiError> {
    match form.action {
        Some(Action::On(button, id)) => return press(engine, merchant, button, &id, wall),
        Some(Action::Freeze) => {
            engine.freeze_clock(merchant, wall)?;
        }
        Some(Action::Resume) => {
            engine.resume_clock(merchant, wall)?;
        }
        Some(Action::Advance(seconds)) => {
            let seconds = seconds
                .parse()
                .map_err(|_| malformed("seconds", "must be a whole number"))?;
            let (_, settle) = clock::advance(engine, merchant, seconds, wall)?;
            return Ok(Some(settle));
        }
        Some(Action::Arm) => {
            let wish = serde_json::Value::Object(form.fault).to_string();
            engine.arm(merchant, read_object(wish.as_bytes())?)?;
        }
        Some(Action::ClearFaults) => engine.clear_faults(merchant)?,
        None => {
            return Err(malformed(
                "form",
                "must have a button of this page, such as pay, clock or faults",
            ));
        }
    }
    Ok(None)
}

fn press(
    engine: &Engine,
    merchant: KeyDigest,
    button: Button,
    id: &str,
    wall: i64,
) -> Result<Option<Settle>, ApiError> {
    match button {
        Button::Pay | Button::Decline => {
            let attempt = if button == Button::Pay {
                Attempt::succeeded()
            } else {
                Attempt::failed()
            };
            let method = usual_method(engine, merchant, id, wall)?;
            engine.pay(merchant, id, &attempt.by(method), wall)?;
        }
        Button::Expire => return expire(engine, merchant, id, wall).map(Some),
        Button::Succeed => {
            engine.settle(merchant, id, &Settlement::succeeded(), wall)?;
        }
        Button::Fail => {
            engine.settle(merchant, id, &Settlement::failed(), wall)?;
        }
        Button::Resend => {
            engine.resend_event(merchant, id, None, wall)?;
        }
    }
    Ok(None)
}

/// The method that a buyer of the United States would find selected, or find first.
fn usual_method(
    engine: &Engine,
    merchant: KeyDigest,
    session_id: &str,
    wall: i64,
) -> Result<PaymentMethodType, ApiError> {
    engine.with_book(merchant, wall, |book, _| {
        let offering = engine.offering(find_session(book, session_id)?, Country::US);
        let first = offering.methods.first().copied();
        Ok(offering
            .preselected
            .or(first)
            .unwrap_or(PaymentMethodType::Card))
    })
}

/// Only time ends a session, so the clock moves to its end, and whatever is due before happens too.
fn expire(
    engine: &Engine,
    merchant: KeyDigest,
    session_id: &str,
    wall: i64,
) -> Result<Settle, ApiError> {
    let left = engine.with_book(merchant, wall, |book, now| {
        let session = find_session(book, session_id)?;
        if session.state == SessionState::Open {
            Ok(session.expire.saturating_sub(now).max(0).unsigned_abs())
        } else {
            Err(ApiError::from(Refusal::new(
                "SESSION_NOT_OPEN",
                "the session has ended already",
            )))
        }
    })?;
    let until = engine.advance_clock(merchant, left, wall)?.now;
    Ok(Settle { merchant, until })
}

fn malformed(field: &str, reason: &str) -> ApiError {
    ApiError::Malformed {
        field: field.to_owned(),
        reason: reason.to_owned(),
    }
}
