use std::fmt;

use clinkbill_types::{EventId, EventType, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Invoice, Order, Session, Subscription};

/// One webhook event. Obtain it from [`Verifier::verify`](crate::Verifier::verify).
///
/// The same event may arrive more than once, and events in any order: act once per `id`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Event {
    /// The id of the event (`event_...`), the same for every delivery of it.
    pub id: EventId,
    /// When the event was made, in UTC.
    pub created: Option<Timestamp>,
    /// What it tells, and about what.
    pub kind: EventKind,
}

/// What an event tells, with its object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum EventKind {
    /// `session.complete`: a checkout session was paid. The ids of order, invoice and
    /// subscription may still be none: read the session, or wait for the order's event.
    SessionComplete(Box<Session>),
    /// `session.expired`: a checkout session ran out unpaid. A payment that was under way may
    /// still succeed: its order tells.
    SessionExpired(Box<Session>),
    /// `order.created`: a payment attempt began.
    OrderCreated(Box<Order>),
    /// `order.next_action`: a payment attempt waits for the buyer.
    OrderNextAction(Box<Order>),
    /// `order.succeeded`: a payment attempt succeeded. For a subscription `invoice.paid` comes
    /// as well.
    OrderSucceeded(Box<Order>),
    /// `order.failed`: a payment attempt failed. The session lives on.
    OrderFailed(Box<Order>),
    /// `subscription.created`: a subscription was made. It may still wait for its payment.
    SubscriptionCreated(Box<Subscription>),
    /// `subscription.trialing`: a subscription is in its free trial.
    SubscriptionTrialing(Box<Subscription>),
    /// `subscription.activated`: a subscription runs.
    SubscriptionActivated(Box<Subscription>),
    /// `invoice.open`: an invoice was made.
    InvoiceOpen(Box<Invoice>),
    /// `invoice.paid`: an invoice was paid. Deliver its period, once per invoice.
    InvoicePaid(Box<Invoice>),
    /// `invoice.void`: an invoice was called off.
    InvoiceVoid(Box<Invoice>),
    /// Any other event, its object kept whole.
    Other(OtherEvent),
}

/// An event whose object this version has no type for.
#[derive(Clone)]
pub struct OtherEvent {
    event_type: EventType,
    object: Box<RawValue>,
}

/// The body is no event of Clink: not JSON, or without what every event has.
#[derive(Debug, thiserror::Error)]
#[error("the webhook body is not an event")]
pub struct UnreadableEvent(#[from] serde_json::Error);

impl Event {
    /// Reads an event without any proof of who sent it: for bodies that were verified before.
    pub fn from_json(body: &[u8]) -> Result<Self, UnreadableEvent> {
        let envelope: Envelope<'_> = serde_json::from_slice(body)?;
        let object = envelope.object();
        let kind = match envelope.event_type {
            EventType::SessionComplete => EventKind::SessionComplete(read(object)?),
            EventType::SessionExpired => EventKind::SessionExpired(read(object)?),
            EventType::OrderCreated => EventKind::OrderCreated(read(object)?),
            EventType::OrderNextAction => EventKind::OrderNextAction(read(object)?),
            EventType::OrderSucceeded => EventKind::OrderSucceeded(read(object)?),
            EventType::OrderFailed => EventKind::OrderFailed(read(object)?),
            EventType::SubscriptionCreated => EventKind::SubscriptionCreated(read(object)?),
            EventType::SubscriptionTrialing => EventKind::SubscriptionTrialing(read(object)?),
            EventType::SubscriptionActivated => EventKind::SubscriptionActivated(read(object)?),
            EventType::InvoiceOpen => EventKind::InvoiceOpen(read(object)?),
            EventType::InvoicePaid => EventKind::InvoicePaid(read(object)?),
            EventType::InvoiceVoid => EventKind::InvoiceVoid(read(object)?),
            event_type => EventKind::Other(OtherEvent {
                event_type,
                object: object.to_owned(),
            }),
        };
        Ok(Self {
            id: envelope.id,
            created: envelope.created,
            kind,
        })
    }

    /// What the event tells.
    #[must_use]
    pub fn event_type(&self) -> &EventType {
        match &self.kind {
            EventKind::SessionComplete(_) => &EventType::SessionComplete,
            EventKind::SessionExpired(_) => &EventType::SessionExpired,
            EventKind::OrderCreated(_) => &EventType::OrderCreated,
            EventKind::OrderNextAction(_) => &EventType::OrderNextAction,
            EventKind::OrderSucceeded(_) => &EventType::OrderSucceeded,
            EventKind::OrderFailed(_) => &EventType::OrderFailed,
            EventKind::SubscriptionCreated(_) => &EventType::SubscriptionCreated,
            EventKind::SubscriptionTrialing(_) => &EventType::SubscriptionTrialing,
            EventKind::SubscriptionActivated(_) => &EventType::SubscriptionActivated,
            EventKind::InvoiceOpen(_) => &EventType::InvoiceOpen,
            EventKind::InvoicePaid(_) => &EventType::InvoicePaid,
            EventKind::InvoiceVoid(_) => &EventType::InvoiceVoid,
            EventKind::Other(other) => other.event_type(),
        }
    }
}

impl OtherEvent {
    /// What the event tells.
    #[must_use]
    pub fn event_type(&self) -> &EventType {
        &self.event_type
    }

    /// The event's object: JSON text, byte for byte as it was received.
    ///
    /// It may hold personal data and access tokens.
    #[must_use]
    pub fn object(&self) -> &str {
        self.object.get()
    }
}

impl fmt::Debug for OtherEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherEvent")
            .field("event_type", &self.event_type)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    id: EventId,
    #[serde(default)]
    created: Option<Timestamp>,
    #[serde(rename = "type")]
    event_type: EventType,
    // Kept as text: an exact amount cannot pass through a container that serde buffers.
    #[serde(borrow)]
    data: &'a RawValue,
}

impl<'a> Envelope<'a> {
    /// `data.object` where it is an object, as in today's events; `data` itself in older ones,
    /// where `object` is missing or only names a type.
    fn object(&self) -> &'a RawValue {
        #[derive(Deserialize)]
        struct Data<'a> {
            #[serde(borrow)]
            object: &'a RawValue,
        }

        match serde_json::from_str(self.data.get()) {
            Ok(Data { object }) if object.get().starts_with('{') => object,
            _ => self.data,
        }
    }
}

fn read<T: DeserializeOwned>(object: &RawValue) -> Result<Box<T>, serde_json::Error> {
    serde_json::from_str(object.get()).map(Box::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(event_type: &str, data: &str) -> Event {
        let body = format!(
            r#"{{"id":"event_x1","object":"event","created":1785936114000,"type":"{event_type}","data":{data},"new":1}}"#
        );
        Event::from_json(body.as_bytes()).unwrap()
    }

    #[test]
    fn an_order_event_carries_the_order() {
        let data = r#"{"object":{"orderId":"order_x","status":"success"}}"#;
        for name in [
            "order.created",
            "order.next_action",
            "order.succeeded",
            "order.failed",
        ] {
            let event = event(name, data);
            assert_eq!(event.event_type().as_str(), name);
            assert_eq!(event.id.as_str(), "event_x1");
            assert_eq!(event.created.unwrap().as_millis(), 1_785_936_114_000);
            let (EventKind::OrderCreated(order)
            | EventKind::OrderNextAction(order)
            | EventKind::OrderSucceeded(order)
            | EventKind::OrderFailed(order)) = event.kind
            else {
                panic!("{name} is about an order");
            };
            assert_eq!(order.order_id.as_str(), "order_x");
        }
    }

    #[test]
    fn a_session_event_carries_the_session() {
        let data = r#"{"object":{"sessionId":"sess_x","status":"expired"}}"#;
        for name in ["session.complete", "session.expired"] {
            let event = event(name, data);
            assert_eq!(event.event_type().as_str(), name);
            let (EventKind::SessionComplete(session) | EventKind::SessionExpired(session)) =
                event.kind
            else {
                panic!("{name} is about a session");
            };
            assert_eq!(session.session_id.as_str(), "sess_x");
        }
    }

    #[test]
    fn a_subscription_event_carries_the_subscription() {
        let data = r#"{"object":{"subscriptionId":"sub_x","status":"active"}}"#;
        for name in [
            "subscription.created",
            "subscription.trialing",
            "subscription.activated",
        ] {
            let event = event(name, data);
            assert_eq!(event.event_type().as_str(), name);
            let (EventKind::SubscriptionCreated(subscription)
            | EventKind::SubscriptionTrialing(subscription)
            | EventKind::SubscriptionActivated(subscription)) = event.kind
            else {
                panic!("{name} is about a subscription");
            };
            assert_eq!(subscription.subscription_id.as_str(), "sub_x");
        }
    }

    #[test]
    fn an_invoice_event_carries_the_invoice() {
        let data = r#"{"object":{"invoiceId":"inv_x","status":"paid","originalAmount":"20.00",
            "originalCurrency":"USD"}}"#;
        for name in ["invoice.open", "invoice.paid", "invoice.void"] {
            let event = event(name, data);
            assert_eq!(event.event_type().as_str(), name);
            let (EventKind::InvoiceOpen(invoice)
            | EventKind::InvoicePaid(invoice)
            | EventKind::InvoiceVoid(invoice)) = event.kind
            else {
                panic!("{name} is about an invoice");
            };
            assert_eq!(invoice.amount.unwrap().to_string(), "20.00 USD");
        }
    }

    #[test]
    fn an_older_event_with_its_fields_beside_the_object_reads_too() {
        for data in [
            r#"{"orderId":"order_x","status":"failed"}"#,
            r#"{"object":"order","orderId":"order_x","status":"failed"}"#,
            r#"{"object":null,"orderId":"order_x","status":"failed"}"#,
        ] {
            let EventKind::OrderFailed(order) = event("order.failed", data).kind else {
                panic!("an order");
            };
            assert_eq!(order.order_id.as_str(), "order_x");
        }
    }

    #[test]
    fn any_other_event_is_kept_whole() {
        let object = r#"{"amount": "20.00",  "later":[1.10]}"#;
        for name in ["dispute.created", "payment_method.deleted"] {
            let event = event(name, &format!(r#"{{"object":{object}}}"#));
            let EventKind::Other(other) = event.kind else {
                panic!("no type for {name}");
            };
            assert_eq!(other.event_type().as_str(), name);
            assert_eq!(other.object(), object);
            assert!(!format!("{other:?}").contains("20.00"));
        }
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        for body in [
            "",
            "[]",
            "null",
            r#"{"id":"event_1","type":"order.failed"}"#,
            r#"{"type":"invoice.paid","data":{}}"#,
            r#"{"id":"event_1","data":{}}"#,
            r#"{"id":"event_1","type":"order.failed","data":{"object":{}}}"#,
            "\u{feff}{}",
        ] {
            assert!(Event::from_json(body.as_bytes()).is_err(), "{body}");
        }
        assert!(Event::from_json(&[b'[', 0xff, b']']).is_err());
    }
}
