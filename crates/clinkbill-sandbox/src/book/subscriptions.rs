//! A merchant's subscriptions and their invoices.

use std::sync::Arc;

use clinkbill_types::Amount;

use crate::ids::{IdMap, OrderId, SessionId};

/// Subscriptions and invoices by id.
#[derive(Default)]
pub(crate) struct Subscriptions {
    by_id: IdMap<Arc<str>, Subscription>,
    invoices: IdMap<Arc<str>, Invoice>,
}

/// A subscription in its first period. What was bought stands in its session, how it is paid in
/// its order.
pub(crate) struct Subscription {
    pub(crate) id: Arc<str>,
    pub(crate) session_id: SessionId,
    pub(crate) order_id: OrderId,
    pub(crate) invoice_id: Arc<str>,
    /// The invoice item of the next period.
    pub(crate) next_item_id: String,
    pub(crate) started: i64,
    /// When the free trial ends, which began with the subscription.
    pub(crate) trial_end: Option<i64>,
    pub(crate) period_end: i64,
    pub(crate) next_period_end: i64,
}

/// The invoice of a subscription's first period, paid by its order.
pub(crate) struct Invoice {
    pub(crate) id: Arc<str>,
    pub(crate) item_id: String,
    pub(crate) subscription_id: Arc<str>,
    pub(crate) amount: Amount,
}

impl Subscriptions {
    pub(crate) fn insert(&mut self, subscription: Subscription, invoice: Invoice) {
        self.invoices.insert(Arc::clone(&invoice.id), invoice);
        self.by_id
            .insert(Arc::clone(&subscription.id), subscription);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Subscription> {
        self.by_id.get(id)
    }

    pub(crate) fn count(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn invoice(&self, id: &str) -> Option<&Invoice> {
        self.invoices.get(id)
    }
}
