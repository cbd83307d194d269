//! What an event tells, in short.

use std::sync::Arc;

use clinkbill_webhook::EventType;

use crate::ids::{EventId, OrderId, SessionId};
use crate::wire::response::{OrderStatus, PaymentStatus, SessionStatus};
use crate::wire::subscription::InvoiceStatus;

/// Something that happened. Its body is written when somebody wants to read it: most events are
/// never read.
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) kind: EventType,
    /// When it happened: the merchant's time.
    pub(crate) at: i64,
    pub(crate) subject: Subject,
}

/// What an event is about, with all of it that may be another when the body is written. The rest
/// stands in the book and does not change.
pub(crate) enum Subject {
    Session {
        id: SessionId,
        status: SessionStatus,
        payment_status: PaymentStatus,
    },
    Order {
        id: OrderId,
        status: OrderStatus,
    },
    Subscription {
        id: Arc<str>,
    },
    Invoice {
        id: Arc<str>,
        status: InvoiceStatus,
    },
}
