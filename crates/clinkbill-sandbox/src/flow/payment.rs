//! What a buyer does at a checkout: attempts to pay, or leaves.

use std::sync::Arc;

use clinkbill_webhook::EventType;

use super::checkout::find_session;
use crate::book::{Book, Failure, Order, Session, SessionState};
use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
use crate::key::KeyDigest;
use crate::rulebook::Rulebook;
use crate::view;
use crate::wire::request::{PaymentMethodType, UiMode};
use crate::wire::response::OrderStatus;

/// One try of a buyer to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    pub(crate) method: PaymentMethodType,
    pub(crate) failure: Option<Failure>,
}

/// What an attempt made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paid {
    /// The order of this attempt.
    pub order_id: String,
    /// Where the buyer's browser goes; nowhere after a failed attempt, or when the merchant gave
    /// no URL.
    pub redirect_url: Option<String>,
}

impl Attempt {
    /// A payment by card that succeeds.
    #[must_use]
    pub fn succeeded() -> Self {
        Self {
            method: PaymentMethodType::Card,
            failure: None,
        }
    }

    /// A payment by card that the issuer declines.
    #[must_use]
    pub fn failed() -> Self {
        Self {
            failure: Some(Failure {
                code: "card_declined",
                message: "The card was declined.",
            }),
            ..Self::succeeded()
        }
    }
}

impl Engine {
    /// One payment attempt: an order, its events and, when it succeeds, a complete session.
    pub(crate) fn pay(
        &self,
        merchant: KeyDigest,
        session_id: &str,
        attempt: Attempt,
        wall: i64,
    ) -> Result<Paid, ApiError> {
        self.with_book(merchant, wall, |book, now| {
            let session = open_session(book, session_id)?;
            let succeeded = attempt.failure.is_none();
            let completes = self.rulebook.attempt_completes_session(succeeded);
            let redirect_url = completes
                .then(|| redirect_after_success(&*self.rulebook, session))
                .flatten();
            let reference = session.draft.merchant_reference.as_deref();
            let merchant_reference = self.rulebook.order_reference(reference);
            let session_id = Arc::clone(&session.id);

            let order_id: Arc<str> = book.ids.id("order_").into();
            book.orders.insert(Order {
                id: Arc::clone(&order_id),
                session_id: Arc::clone(&session_id),
                merchant_reference,
                method: attempt.method,
                instrument_id: book.ids.id("pi_"),
                at: now,
                failure: attempt.failure,
            });
            if completes && let Some(session) = book.sessions.get_mut(&session_id) {
                session.state = SessionState::Completed(Arc::clone(&order_id));
            }

            let result = if succeeded {
                (EventType::OrderSucceeded, OrderStatus::Success)
            } else {
                (EventType::OrderFailed, OrderStatus::Failed)
            };
            for (kind, status) in [(EventType::OrderCreated, OrderStatus::Created), result] {
                book.announce(now, |book, id| {
                    view::order_event(book, id, &kind, &order_id, status)
                });
            }
            if completes {
                book.announce(now, |book, id| {
                    view::completion_event(book, id, &session_id, now)
                });
            }
            Ok(Paid {
                order_id: order_id.to_string(),
                redirect_url,
            })
        })
    }

    /// The buyer leaves: where the browser goes.
    pub(crate) fn cancel(
        &self,
        merchant: KeyDigest,
        session_id: &str,
        wall: i64,
    ) -> Result<Option<String>, ApiError> {
        self.with_book(merchant, wall, |book, _| {
            let session = open_session(book, session_id)?;
            Ok(redirect_on_leaving(&*self.rulebook, session))
        })
    }
}

/// RD-05. Embedded checkout has nowhere to leave to: it is part of the merchant's page.
pub(crate) fn redirect_on_leaving(rulebook: &dyn Rulebook, session: &Session) -> Option<String> {
    let draft = &session.draft;
    match draft.ui_mode {
        UiMode::HostedPage => draft
            .cancel_url
            .as_deref()
            .map(|url| rulebook.cancel_redirect(url)),
        UiMode::Elements => None,
    }
}

/// RD-04 for hosted checkout, RD-07 for embedded.
pub(crate) fn redirect_after_success(rulebook: &dyn Rulebook, session: &Session) -> Option<String> {
    let draft = &session.draft;
    match draft.ui_mode {
        UiMode::HostedPage => draft
            .success_url
            .as_deref()
            .map(|url| rulebook.success_redirect(url, &session.id)),
        UiMode::Elements => draft
            .return_url
            .as_deref()
            .map(|url| rulebook.return_redirect(url, &session.id)),
    }
}

/// ST-03, ST-04: only an open session takes attempts.
fn open_session<'a>(book: &'a Book, session_id: &str) -> Result<&'a Session, ApiError> {
    let session = find_session(book, session_id)?;
    match session.state {
        SessionState::Open => Ok(session),
        SessionState::Completed(_) => Err(Refusal::new(
            "SESSION_COMPLETED",
            "the session has concluded with a successful payment",
        )
        .into()),
        SessionState::Expired => Err(Refusal::new(
            "SESSION_EXPIRED",
            "the session has expired and takes no further payment attempts",
        )
        .into()),
    }
}
