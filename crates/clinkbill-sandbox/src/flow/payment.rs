//! What a buyer does at a checkout: attempts to pay, or leaves.

use clinkbill_webhook::EventType;

use super::attempt::{Attempt, Outcome, Paid, Settlement};
use super::card::TestCard;
use super::checkout::find_session;
use super::subscription::start_subscription;
use crate::book::{Book, Order, OrderState, Session, SessionState};
use crate::engine::{Engine, Link};
use crate::error::{ApiError, Refusal};
use crate::ids::OrderId;
use crate::journal::Change;
use crate::key::KeyDigest;
use crate::offers::Country;
use crate::rulebook::Rulebook;
use crate::webhook::event::Subject;
use crate::wire::request::{PaymentMethodType, UiMode};
use crate::wire::response::OrderStatus;

impl Engine {
    /// One payment attempt: an order, its events and, when it succeeds, a complete session.
    pub(crate) fn pay(
        &self,
        merchant: KeyDigest,
        session_id: &str,
        attempt: &Attempt,
        wall: i64,
    ) -> Result<Paid, ApiError> {
        let change = Change::pay(session_id, attempt);
        self.change(merchant, wall, change, |book, now| {
            let rulebook = &*self.rulebook;
            let session = open_session(rulebook, book, session_id)?;
            rulebook.attempt_beside_another(session.under_way.is_some())?;
            let is_offered = self.offers(session, attempt.method, attempt.country);
            rulebook.attempt_by_method(is_offered)?;

            let session_id = session.id;
            let customer = session.customer;
            let draft = &session.draft;
            let trial_days = draft
                .recurring()
                .map_or(0, |recurring| recurring.trial_days);
            let amount = rulebook.first_charge(draft.amount, trial_days);
            let merchant_reference = rulebook.order_reference(draft.merchant_reference.as_deref());
            let order_id = book.ids.order();
            book.orders.insert(Order {
                id: order_id,
                session_id,
                customer,
                merchant_reference,
                method: attempt.method,
                card: (attempt.method == PaymentMethodType::Card)
                    .then(|| TestCard::that_goes(&attempt.outcome)),
                instrument_id: book.ids.instrument(),
                amount,
                created: now,
                settled: None,
                state: OrderState::Pending,
                started: None,
            });
            announce_order(
                book,
                EventType::OrderCreated,
                &order_id,
                OrderStatus::Created,
                now,
            );
            let redirect_url = match &attempt.outcome {
                Outcome::Settled(settlement) => {
                    conclude(rulebook, book, &order_id, settlement.clone(), now)
                }
                Outcome::Processing => {
                    begin(book, &session_id, &order_id, OrderState::Pending);
                    None
                }
                Outcome::RequiresAction => {
                    begin(book, &session_id, &order_id, OrderState::RequiresAction);
                    announce_order(
                        book,
                        EventType::OrderNextAction,
                        &order_id,
                        OrderStatus::RequiresAction,
                        now,
                    );
                    None
                }
            };
            Ok(Paid {
                order_id: order_id.to_string(),
                redirect_url,
            })
        })
    }

    /// Ends a payment that was under way.
    pub(crate) fn settle(
        &self,
        merchant: KeyDigest,
        order_id: &str,
        settlement: &Settlement,
        wall: i64,
    ) -> Result<Paid, ApiError> {
        let change = Change::settle(order_id, settlement);
        self.change(merchant, wall, change, |book, now| {
            let order = book.orders.get(order_id).ok_or_else(order_not_found)?;
            if order.settled.is_some() {
                return Err(Refusal::new(
                    "ORDER_ALREADY_SETTLED",
                    "the payment has succeeded or failed before",
                )
                .into());
            }
            let order_id = order.id;
            Ok(Paid {
                redirect_url: conclude(&*self.rulebook, book, &order_id, settlement.clone(), now),
                order_id: order_id.to_string(),
            })
        })
    }

    /// The buyer opens the checkout. QR-05: that pays nothing, also where the QR code opens at
    /// once.
    pub(crate) fn open_checkout(&self, link: &Link, wall: i64) {
        if !self.rulebook.qr_launch_pays() {
            return;
        }
        let launched = self.with_book(link.merchant, wall, |book, _| {
            let session = book.sessions.get(&link.session_id)?;
            self.offering(session, Country::US).qr_launch
        });
        if let Some(method) = launched {
            // A session that takes no more attempts has been paid or is over.
            let _ = self.pay(
                link.merchant,
                &link.session_id,
                &Attempt::succeeded().by(method),
                wall,
            );
        }
    }

    /// The buyer leaves: where the browser goes.
    pub(crate) fn cancel(
        &self,
        merchant: KeyDigest,
        session_id: &str,
        wall: i64,
    ) -> Result<Option<String>, ApiError> {
        let change = Change::Cancel {
            session: session_id.into(),
        };
        self.change(merchant, wall, change, |book, _| {
            let session = open_session(&*self.rulebook, book, session_id)?;
            let redirect_url = redirect_on_leaving(&*self.rulebook, session);
            if self.rulebook.leaving_ends_session()
                && let Some(session) = book.sessions.get_mut(session_id)
            {
                session.state = SessionState::Expired;
            }
            Ok(redirect_url)
        })
    }
}

pub(super) fn order_not_found() -> ApiError {
    ApiError::NotFound {
        name: "ORDER_NOT_FOUND",
        detail: "no order of this merchant has this id".into(),
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

/// ST-09: from now on the session's payment is under way.
fn begin(book: &mut Book, session_id: &str, order_id: &OrderId, state: OrderState) {
    if let Some(order) = book.orders.get_mut(order_id) {
        order.state = state;
    }
    if let Some(session) = book.sessions.get_mut(session_id) {
        session.under_way = Some(*order_id);
    }
}

/// Ends an attempt: the order, what it pays for, the session and the events of all these.
/// Answers where the buyer's browser goes.
fn conclude(
    rulebook: &dyn Rulebook,
    book: &mut Book,
    order_id: &OrderId,
    Settlement(outcome): Settlement,
    now: i64,
) -> Option<String> {
    let succeeded = outcome.is_ok();
    let order = book.orders.get_mut(order_id)?;
    order.settled = Some(now);
    order.state = match outcome {
        Ok(()) => OrderState::Success,
        Err(failure) => OrderState::Failed(failure),
    };
    let session_id = order.session_id;
    let session = book.sessions.get_mut(&session_id)?;
    if session.under_way.as_ref() == Some(order_id) {
        session.under_way = None;
    }
    let in_time = session.state == SessionState::Open;
    let completes = rulebook.attempt_completes_session(succeeded)
        && (in_time || rulebook.late_success_completes());
    let is_recurring = session.draft.recurring().is_some();
    let starts = rulebook.payment_starts_subscription(succeeded, is_recurring);
    if succeeded || completes || starts {
        session.paid_by = Some(*order_id);
    }
    if completes {
        session.state = SessionState::Completed;
    }
    let subscription = starts
        .then(|| start_subscription(book, order_id, now))
        .flatten();

    let (kind, status) = if succeeded {
        (EventType::OrderSucceeded, OrderStatus::Success)
    } else {
        (EventType::OrderFailed, OrderStatus::Failed)
    };
    announce_order(book, kind, order_id, status, now);
    if let Some(subscription_id) = subscription {
        super::subscription::announce_start(book, &subscription_id, now);
    }
    if completes {
        book.announce_session(now, EventType::SessionComplete, &session_id);
    }
    let session = book.sessions.get(&session_id)?;
    rulebook
        .buyer_is_sent_on(completes)
        .then(|| redirect_after_success(rulebook, session))
        .flatten()
}

fn announce_order(
    book: &mut Book,
    kind: EventType,
    order_id: &OrderId,
    status: OrderStatus,
    now: i64,
) {
    let id = *order_id;
    book.announce(now, kind, Subject::Order { id, status });
}

/// ST-03, ST-04: whether a session takes attempts.
fn open_session<'a>(
    rulebook: &dyn Rulebook,
    book: &'a Book,
    session_id: &str,
) -> Result<&'a Session, ApiError> {
    let session = find_session(book, session_id)?;
    match session.state {
        SessionState::Open => {}
        SessionState::Completed => rulebook.attempt_at_completed_session()?,
        SessionState::Expired => rulebook.attempt_at_expired_session()?,
    }
    Ok(session)
}
