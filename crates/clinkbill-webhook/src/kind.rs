use clinkbill_types::EventType;

use crate::read::{Fields, Object as _};
use crate::{Dispute, Invoice, Order, PaymentInstrument, Refund, Session, Subscription};

/// Declares what an event tells: each variant has the name of its type of event.
macro_rules! event_kinds {
    ($($(#[$meta:meta])* $variant:ident($object:ty),)+) => {
        /// What an event tells, with its object.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[$meta])* $variant(Box<$object>),)+
            /// An event this version has no type for. [`Event::object`](crate::Event::object)
            /// has it whole.
            Other(EventType),
            /// An event whose object has not even an id of its own, so that it cannot be told
            /// what it is about. [`Event::object`](crate::Event::object) has it whole. Let
            /// somebody look at it: it may be about money.
            Unreadable(EventType),
        }

        impl EventKind {
            pub(crate) fn read(event_type: &EventType, object: &Fields<'_>) -> Self {
                match event_type {
                    $(EventType::$variant => match <$object>::read(object) {
                        Ok(object) => Self::$variant(Box::new(object)),
                        Err(_) => Self::Unreadable(event_type.clone()),
                    },)+
                    other => Self::Other(other.clone()),
                }
            }

            pub(crate) fn event_type(&self) -> &EventType {
                match self {
                    $(Self::$variant(_) => &EventType::$variant,)+
                    Self::Other(event_type) | Self::Unreadable(event_type) => event_type,
                }
            }
        }
    };
}

event_kinds! {
    /// `session.complete`: a checkout session was paid. The ids of order, invoice and
    /// subscription may still be none: read the session, or wait for the order's event.
    SessionComplete(Session),
    /// `session.expired`: a checkout session ran out unpaid. A payment that was under way may
    /// still succeed: its order tells.
    SessionExpired(Session),
    /// `order.created`: a payment attempt began.
    OrderCreated(Order),
    /// `order.next_action`: a payment attempt waits for the buyer.
    OrderNextAction(Order),
    /// `order.succeeded`: a payment attempt succeeded. For a subscription `invoice.paid` comes
    /// as well. Clink asks for an answer of its own: [`AccountAnswer`](crate::AccountAnswer).
    OrderSucceeded(Order),
    /// `order.failed`: a payment attempt failed. The session lives on.
    OrderFailed(Order),
    /// `refund.created`: money of an order was asked back.
    RefundCreated(Refund),
    /// `refund.succeeded`: money of an order went back.
    RefundSucceeded(Refund),
    /// `refund.failed`: money of an order did not go back.
    RefundFailed(Refund),
    /// `subscription.created`: a subscription was made. It may still wait for its payment.
    SubscriptionCreated(Subscription),
    /// `subscription.trialing`: a subscription is in its free trial.
    SubscriptionTrialing(Subscription),
    /// `subscription.activated`: a subscription runs.
    SubscriptionActivated(Subscription),
    /// `subscription.incomplete_expired`: the first payment of a subscription never came.
    SubscriptionIncompleteExpired(Subscription),
    /// `subscription.past_due`: a payment of a subscription is missing.
    SubscriptionPastDue(Subscription),
    /// `subscription.cancelled`: a subscription is over.
    SubscriptionCancelled(Subscription),
    /// `subscription.updated.plan_changed`: a subscription has another plan.
    SubscriptionPlanChanged(Subscription),
    /// `subscription.updated.plan_change_canceled`: a planned change was called off.
    SubscriptionPlanChangeCanceled(Subscription),
    /// `subscription.updated.renewed`: the next period of a subscription began. What pays it is
    /// told by `invoice.paid`.
    SubscriptionRenewed(Subscription),
    /// `subscription.updated.cancel_at_period_end_set`: a subscription will end with its period.
    SubscriptionCancelAtPeriodEndSet(Subscription),
    /// `subscription.updated.cancel_at_period_end_revoked`: a subscription will go on after all.
    SubscriptionCancelAtPeriodEndRevoked(Subscription),
    /// `invoice.open`: an invoice was made.
    InvoiceOpen(Invoice),
    /// `invoice.paid`: an invoice was paid. Deliver its period, once per invoice.
    InvoicePaid(Invoice),
    /// `invoice.void`: an invoice was called off.
    InvoiceVoid(Invoice),
    /// `dispute.created`: a buyer asks the bank for money back.
    DisputeCreated(Dispute),
    /// `dispute.updated`: a dispute moved.
    DisputeUpdated(Dispute),
    /// `dispute.won`: a dispute was decided for the merchant. `dispute.closed` comes as well.
    DisputeWon(Dispute),
    /// `dispute.lost`: a dispute was decided for the buyer. `dispute.closed` comes as well.
    DisputeLost(Dispute),
    /// `dispute.closed`: a dispute is over.
    DisputeClosed(Dispute),
    /// `payment_method.added`: a customer has one more payment instrument.
    PaymentMethodAdded(PaymentInstrument),
    /// `payment_method.default_change`: a customer prefers another payment instrument.
    PaymentMethodDefaultChange(PaymentInstrument),
    /// `payment_method.update`: a payment instrument changed.
    PaymentMethodUpdate(PaymentInstrument),
}
