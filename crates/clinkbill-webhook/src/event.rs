use std::fmt;

use clinkbill_types::{EventId, Timestamp, open_enum};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Order, Session};

open_enum! {
    /// What an event tells. The names are those of Clink's catalogue.
    pub enum EventType {
        /// A checkout session was paid.
        SessionComplete = "session.complete",
        /// A checkout session ran out unpaid.
        SessionExpired = "session.expired",
        /// A payment attempt began.
        OrderCreated = "order.created",
        /// A payment attempt waits for the buyer.
        OrderNextAction = "order.next_action",
        /// A payment attempt succeeded.
        OrderSucceeded = "order.succeeded",
        /// A payment attempt failed; the buyer may try again.
        OrderFailed = "order.failed",
        /// A refund was asked for.
        RefundCreated = "refund.created",
        /// Money went back.
        RefundSucceeded = "refund.succeeded",
        /// A refund did not go through.
        RefundFailed = "refund.failed",
        /// A subscription was made.
        SubscriptionCreated = "subscription.created",
        /// A subscription is in its trial.
        SubscriptionTrialing = "subscription.trialing",
        /// A subscription runs.
        SubscriptionActivated = "subscription.activated",
        /// A subscription was never paid.
        SubscriptionIncompleteExpired = "subscription.incomplete_expired",
        /// A subscription owes a payment.
        SubscriptionPastDue = "subscription.past_due",
        /// A subscription ended.
        SubscriptionCancelled = "subscription.cancelled",
        /// A subscription has another plan.
        SubscriptionPlanChanged = "subscription.updated.plan_changed",
        /// A change of plan was called off.
        SubscriptionPlanChangeCanceled = "subscription.updated.plan_change_canceled",
        /// A subscription began its next period.
        SubscriptionRenewed = "subscription.updated.renewed",
        /// A subscription will end with its period.
        SubscriptionCancelAtPeriodEndSet = "subscription.updated.cancel_at_period_end_set",
        /// A subscription will go on after its period.
        SubscriptionCancelAtPeriodEndRevoked = "subscription.updated.cancel_at_period_end_revoked",
        /// An invoice was made.
        InvoiceOpen = "invoice.open",
        /// An invoice was paid.
        InvoicePaid = "invoice.paid",
        /// An invoice was called off.
        InvoiceVoid = "invoice.void",
        /// A buyer disputes a payment.
        DisputeCreated = "dispute.created",
        /// A dispute moved.
        DisputeUpdated = "dispute.updated",
        /// A dispute was won.
        DisputeWon = "dispute.won",
        /// A dispute was lost.
        DisputeLost = "dispute.lost",
        /// A dispute is over.
        DisputeClosed = "dispute.closed",
        /// A customer has to be verified.
        CustomerVerify = "customer.verify",
        /// A customer has one more payment instrument.
        PaymentMethodAdded = "payment_method.added",
        /// A customer prefers another payment instrument.
        PaymentMethodDefaultChange = "payment_method.default_change",
        /// A payment instrument changed.
        PaymentMethodUpdate = "payment_method.update",
        /// A risk rule changed.
        RiskRuleUpdated = "risk_rule.updated",
        /// An agent's order succeeded.
        AgentOrderSucceeded = "agent_order.succeeded",
        /// An agent's order failed.
        AgentOrderFailed = "agent_order.failed",
        /// An agent's refund succeeded.
        AgentRefundSucceeded = "agent_refund.succeeded",
        /// An agent's refund failed.
        AgentRefundFailed = "agent_refund.failed",
        /// An agent's refund was approved.
        AgentRefundApproved = "agent_refund.approved",
        /// An agent's refund was turned down.
        AgentRefundRejected = "agent_refund.rejected",
        /// A purchase instruction was made.
        PurchaseInstructionCreated = "purchase_instruction.created",
        /// A purchase instruction took effect.
        PurchaseInstructionActivated = "purchase_instruction.activated",
        /// A purchase instruction changed.
        PurchaseInstructionUpdated = "purchase_instruction.updated",
        /// A purchase instruction ended.
        PurchaseInstructionCancelled = "purchase_instruction.cancelled",
        /// A device was bound.
        VicDeviceBindingSucceeded = "vic_device.binding_succeeded",
    }
}

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
    /// `order.created`: a payment attempt began.
    OrderCreated(Box<Order>),
    /// `order.succeeded`: a payment attempt succeeded.
    OrderSucceeded(Box<Order>),
    /// `order.failed`: a payment attempt failed. The session lives on.
    OrderFailed(Box<Order>),
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
            EventType::OrderCreated => EventKind::OrderCreated(read(object)?),
            EventType::OrderSucceeded => EventKind::OrderSucceeded(read(object)?),
            EventType::OrderFailed => EventKind::OrderFailed(read(object)?),
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
            EventKind::OrderCreated(_) => &EventType::OrderCreated,
            EventKind::OrderSucceeded(_) => &EventType::OrderSucceeded,
            EventKind::OrderFailed(_) => &EventType::OrderFailed,
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
    fn the_catalogue_has_44_names() {
        assert_eq!(EventType::KNOWN.len(), 44);
        for name in EventType::KNOWN {
            assert_eq!(EventType::from(*name).as_str(), *name);
        }
    }

    #[test]
    fn an_order_event_carries_the_order() {
        let data = r#"{"object":{"orderId":"order_x","status":"success"}}"#;
        for name in ["order.created", "order.succeeded", "order.failed"] {
            let event = event(name, data);
            assert_eq!(event.event_type().as_str(), name);
            assert_eq!(event.id.as_str(), "event_x1");
            assert_eq!(event.created.unwrap().as_millis(), 1_785_936_114_000);
            let (EventKind::OrderCreated(order)
            | EventKind::OrderSucceeded(order)
            | EventKind::OrderFailed(order)) = event.kind
            else {
                panic!("{name} is about an order");
            };
            assert_eq!(order.order_id.as_str(), "order_x");
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
        for name in ["invoice.paid", "payment_method.deleted"] {
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
