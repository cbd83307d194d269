//! A merchant's orders, one for each payment attempt.

use std::collections::HashMap;
use std::sync::Arc;

use crate::wire::request::PaymentMethodType;

/// Orders by id.
#[derive(Default)]
pub(crate) struct Orders {
    by_id: HashMap<Arc<str>, Order>,
}

/// What one payment attempt made.
pub(crate) struct Order {
    pub(crate) id: Arc<str>,
    pub(crate) session_id: Arc<str>,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) method: PaymentMethodType,
    pub(crate) instrument_id: String,
    pub(crate) at: i64,
    pub(crate) failure: Option<Failure>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

impl Orders {
    pub(crate) fn insert(&mut self, order: Order) {
        self.by_id.insert(Arc::clone(&order.id), order);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Order> {
        self.by_id.get(id)
    }
}
