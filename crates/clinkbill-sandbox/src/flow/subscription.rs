//! What a recurring purchase makes, and how it is read.

use std::sync::Arc;

use clinkbill_types::Amount;
use clinkbill_webhook::EventType;

use super::success;
use crate::Answer;
use crate::book::{Book, Invoice, Started, Subscription};
use crate::calendar::{days_after, period_after};
use crate::engine::Engine;
use crate::error::ApiError;
use crate::ids::OrderId;
use crate::key::KeyDigest;
use crate::rulebook::{Decisions, Rule};
use crate::view::subscription as view;
use crate::webhook::event::Subject;
use crate::wire::subscription::InvoiceStatus;

impl Engine {
    /// `GET /subscription/{id}`.
    pub(crate) fn read_subscription(
        &self,
        merchant: KeyDigest,
        subscription_id: &str,
        wall: i64,
        decisions: &mut Decisions,
    ) -> Result<Answer, ApiError> {
        self.with_book(merchant, wall, |book, _| {
            book.subscriptions
                .get(subscription_id)
                .and_then(|subscription| view::subscription::<Amount>(book, subscription))
                .map(|mut told| {
                    let reference = told.merchant_reference;
                    let reference = self.rulebook.subscription_reference(reference);
                    told.merchant_reference = decisions.by(Rule::Mr04, reference);
                    success(told)
                })
                .ok_or_else(|| ApiError::NotFound {
                    name: "SUBSCRIPTION_NOT_FOUND",
                    detail: "no subscription of this merchant has this id".into(),
                })
        })
    }

    /// `GET /subscription/invoice/{id}`.
    pub(crate) fn read_invoice(
        &self,
        merchant: KeyDigest,
        invoice_id: &str,
        wall: i64,
        decisions: &mut Decisions,
    ) -> Result<Answer, ApiError> {
        self.with_book(merchant, wall, |book, _| {
            book.subscriptions
                .invoice(invoice_id)
                .and_then(|invoice| view::invoice::<Amount>(book, invoice, InvoiceStatus::Paid))
                .map(|mut told| {
                    let reference = told.merchant_reference;
                    let reference = self.rulebook.subscription_reference(reference);
                    told.merchant_reference = decisions.by(Rule::Mr04, reference);
                    success(told)
                })
                .ok_or_else(|| ApiError::NotFound {
                    name: "INVOICE_NOT_FOUND",
                    detail: "no invoice of this merchant has this id".into(),
                })
        })
    }
}

/// Starts the subscription that an order has paid for, if it was for one, with its first
/// invoice. Later periods are not simulated.
pub(super) fn start_subscription(
    book: &mut Book,
    order_id: &OrderId,
    now: i64,
) -> Option<Arc<str>> {
    let order = book.orders.get(order_id)?;
    let session = book.sessions.get(&order.session_id)?;
    let recurring = *session.draft.recurring()?;
    let session_id = session.id;
    let amount = order.amount;
    let trial_end = (recurring.trial_days > 0).then(|| days_after(now, recurring.trial_days));
    let period_end = trial_end.unwrap_or_else(|| period_after(now, recurring));

    let subscription_id: Arc<str> = book.ids.id("sub_").into();
    let invoice_id: Arc<str> = book.ids.id("inv_").into();
    let item_id = book.ids.id("ii_");
    let next_item_id = book.ids.id("ii_");
    let order = book.orders.get_mut(order_id)?;
    order.started = Some(Started {
        subscription_id: Arc::clone(&subscription_id),
        invoice_id: Arc::clone(&invoice_id),
    });
    book.subscriptions.insert(
        Subscription {
            id: Arc::clone(&subscription_id),
            session_id,
            order_id: *order_id,
            invoice_id: Arc::clone(&invoice_id),
            next_item_id,
            started: now,
            trial_end,
            period_end,
            next_period_end: period_after(period_end, recurring),
        },
        Invoice {
            id: invoice_id,
            item_id,
            subscription_id: Arc::clone(&subscription_id),
            amount,
        },
    );
    Some(subscription_id)
}

/// The events of a subscription that has started.
pub(super) fn announce_start(book: &mut Book, subscription_id: &Arc<str>, now: i64) {
    let Some(subscription) = book.subscriptions.get(subscription_id) else {
        return;
    };
    let invoice_id = Arc::clone(&subscription.invoice_id);
    let runs = if subscription.trial_end.is_some() {
        EventType::SubscriptionTrialing
    } else {
        EventType::SubscriptionActivated
    };
    for kind in [EventType::SubscriptionCreated, runs] {
        let id = Arc::clone(subscription_id);
        book.announce(now, kind, Subject::Subscription { id });
    }
    for (kind, status) in [
        (EventType::InvoiceOpen, InvoiceStatus::Open),
        (EventType::InvoicePaid, InvoiceStatus::Paid),
    ] {
        let id = Arc::clone(&invoice_id);
        book.announce(now, kind, Subject::Invoice { id, status });
    }
}
