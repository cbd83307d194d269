//! Events that are sent by themselves.

use clinkbill_types::Timestamp;
use clinkbill_webhook::{Signer, WebhookSecret};

use super::cases::Sending;
use super::events::{self, Purchase};

/// An event of a form that Clink's have, about a purchase nobody made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sample {
    /// A checkout session was paid.
    SessionComplete,
    /// A payment attempt began.
    OrderCreated,
    /// A payment attempt succeeded.
    OrderSucceeded,
    /// A subscription was made.
    SubscriptionCreated,
    /// An invoice was paid.
    InvoicePaid,
}

impl Sample {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::SessionComplete,
        Self::OrderCreated,
        Self::OrderSucceeded,
        Self::SubscriptionCreated,
        Self::InvoicePaid,
    ];

    /// Its type as it stands in the event, such as `order.succeeded`.
    #[must_use]
    pub fn event_type(self) -> &'static str {
        match self {
            Self::SessionComplete => "session.complete",
            Self::OrderCreated => "order.created",
            Self::OrderSucceeded => "order.succeeded",
            Self::SubscriptionCreated => "subscription.created",
            Self::InvoicePaid => "invoice.paid",
        }
    }

    pub(super) fn signed(self, secret: &WebhookSecret, now: Timestamp) -> Sending {
        let purchase = Purchase::new(rand::random());
        let body = match self {
            Self::SessionComplete => events::session_complete(purchase, now),
            Self::OrderCreated => events::order_created(purchase, now),
            Self::OrderSucceeded => events::order_succeeded(purchase, now),
            Self::SubscriptionCreated => events::subscription_created(purchase, now),
            Self::InvoicePaid => events::invoice_paid(purchase, now),
        };
        Sending::with(&Signer::new(secret.clone()), body, now)
    }
}

#[cfg(test)]
mod tests {
    use clinkbill_webhook::Event;

    use super::*;

    #[test]
    fn each_sample_is_an_event_of_its_type() {
        let secret = WebhookSecret::new("whsec_sample").unwrap();
        for sample in Sample::ALL {
            let sending = sample.signed(&secret, Timestamp::UNIX_EPOCH);
            let event = Event::from_json(sending.body.as_bytes()).unwrap();
            assert_eq!(event.event_type().to_string(), sample.event_type());
        }
    }
}
