use std::collections::BTreeMap;

use clinkbill_types::{
    BillingMode, Currency, CustomerId, PaymentInstrumentId, PaymentMethodType, PriceId, ProductId,
    SessionId, SubscriptionId, SubscriptionStatus, Timestamp,
};
use serde::Deserialize;

use crate::InvoiceItem;
use crate::read::{
    currency, either, many, object, own_id, pairs, parsed, read_from_text, scalar, status, unsaid,
};

/// A subscription as Clink tells it, in an event or in an answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Subscription {
    /// The id of the subscription (`sub_...`).
    pub subscription_id: SubscriptionId,
    /// Where the subscription stands.
    pub status: SubscriptionStatus,
    /// The merchant's own reference, as it was given with the session.
    pub merchant_reference: Option<String>,
    /// The session it was bought in.
    pub session_id: Option<SessionId>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
    /// The product of the dashboard.
    pub product_id: Option<ProductId>,
    /// The recurring price of the dashboard.
    pub price_id: Option<PriceId>,
    /// The state of that price when the subscription was made. It never changes.
    pub price_snapshot_id: Option<String>,
    /// How many units are paid for.
    pub quantity: Option<u32>,
    /// The currency it is charged in.
    pub currency: Option<Currency>,
    /// How its periods are paid.
    pub billing: Option<BillingMode>,
    /// The method that is charged.
    pub payment_method_type: Option<PaymentMethodType>,
    /// The id of the saved instrument that is charged (`pi_...`).
    pub payment_instrument_id: Option<PaymentInstrumentId>,
    /// When the subscription was made, in UTC.
    pub created: Option<Timestamp>,
    /// When the subscription started, in UTC. On the wire it is called `currentPeriodStart`, and
    /// yet it never moves: the current period is that of [`current`](Self::current).
    pub started: Option<Timestamp>,
    /// When the current period ends, in UTC.
    pub current_period_end: Option<Timestamp>,
    /// When the free trial began, in UTC.
    pub trial_start: Option<Timestamp>,
    /// When the free trial ends, in UTC.
    pub trial_end: Option<Timestamp>,
    /// When the subscription will end by itself, in UTC.
    pub cancel_at: Option<Timestamp>,
    /// Whether the subscription ends with its current period.
    pub cancel_at_period_end: Option<bool>,
    /// When the end was asked for, in UTC.
    pub canceled: Option<Timestamp>,
    /// Why it ends, in the words that were given.
    pub cancel_reason: Option<String>,
    /// What the current period costs.
    pub current: Option<InvoiceItem>,
    /// What the next period will cost, when that is something else.
    pub upcoming: Option<InvoiceItem>,
    /// The planned changes that are still to come.
    pub scheduled_phases: Vec<SubscriptionPhase>,
    /// How many periods are over.
    pub elapsed_cycles: Option<u32>,
    /// The merchant's own pairs.
    pub metadata: BTreeMap<String, String>,
}

/// A planned change of a subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriptionPhase {
    /// The place in the plan.
    #[serde(default, deserialize_with = "parsed")]
    pub sequence: Option<i32>,
    /// The billing cycle from which the phase holds. Compare with
    /// [`elapsed_cycles`](Subscription::elapsed_cycles).
    #[serde(default, deserialize_with = "parsed")]
    pub effective_cycle: Option<i32>,
    /// The state of a recurring price that will be charged.
    #[serde(default, deserialize_with = "scalar")]
    pub price_snapshot_id: Option<String>,
    /// How many units.
    #[serde(default, deserialize_with = "parsed")]
    pub quantity: Option<u32>,
    /// The merchant's own pairs.
    #[serde(default, deserialize_with = "pairs")]
    pub metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(deserialize_with = "own_id")]
    subscription_id: SubscriptionId,
    #[serde(default = "unsaid", deserialize_with = "status")]
    status: SubscriptionStatus,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    session_id: Option<SessionId>,
    #[serde(default, deserialize_with = "scalar")]
    customer_id: Option<CustomerId>,
    #[serde(default, deserialize_with = "scalar")]
    product_id: Option<ProductId>,
    #[serde(default, deserialize_with = "scalar")]
    price_id: Option<PriceId>,
    #[serde(default, deserialize_with = "scalar")]
    price_snapshot_id: Option<String>,
    #[serde(default, deserialize_with = "parsed")]
    quantity: Option<u32>,
    #[serde(default, deserialize_with = "currency")]
    currency: Option<Currency>,
    #[serde(default, deserialize_with = "scalar")]
    billing: Option<BillingMode>,
    #[serde(default, deserialize_with = "scalar")]
    payment_method_type: Option<PaymentMethodType>,
    #[serde(default, deserialize_with = "scalar")]
    payment_instrument_id: Option<PaymentInstrumentId>,
    #[serde(default, deserialize_with = "scalar")]
    create_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    current_period_start: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    current_period_end: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    trial_start: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    trial_end: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    cancel_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "parsed")]
    cancel_at_period_end: Option<bool>,
    #[serde(default, deserialize_with = "scalar")]
    canceled_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    cancel_reason: Option<String>,
    #[serde(default, deserialize_with = "object")]
    recurring_invoice_item: Option<InvoiceItem>,
    #[serde(default, deserialize_with = "object")]
    upcoming_invoice_item: Option<InvoiceItem>,
    #[serde(default, deserialize_with = "many")]
    scheduled_phases: Vec<SubscriptionPhase>,
    #[serde(default, deserialize_with = "parsed")]
    elapsed_cycles: Option<u32>,
    #[serde(default, deserialize_with = "pairs")]
    metadata: BTreeMap<String, String>,
}

read_from_text!(Subscription as Wire);

impl From<Wire> for Subscription {
    fn from(wire: Wire) -> Self {
        Self {
            subscription_id: wire.subscription_id,
            status: wire.status,
            merchant_reference: either(wire.merchant_reference, wire.merchant_reference_id),
            session_id: wire.session_id,
            customer_id: wire.customer_id,
            product_id: wire.product_id,
            price_id: wire.price_id,
            price_snapshot_id: wire.price_snapshot_id,
            quantity: wire.quantity,
            currency: wire.currency,
            billing: wire.billing,
            payment_method_type: wire.payment_method_type,
            payment_instrument_id: wire.payment_instrument_id,
            created: wire.create_time,
            started: wire.current_period_start,
            current_period_end: wire.current_period_end,
            trial_start: wire.trial_start,
            trial_end: wire.trial_end,
            cancel_at: wire.cancel_at,
            cancel_at_period_end: wire.cancel_at_period_end,
            canceled: wire.canceled_at,
            cancel_reason: wire.cancel_reason,
            current: wire.recurring_invoice_item,
            upcoming: wire.upcoming_invoice_item,
            scheduled_phases: wire.scheduled_phases,
            elapsed_cycles: wire.elapsed_cycles,
            metadata: wire.metadata,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Subscription {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn money_may_be_text_as_in_events_or_a_number_as_in_answers() {
        for amount in ["\"20.00\"", "20.00"] {
            let subscription = read(&format!(
                r#"{{"subscriptionId":"sub_1","status":"active","currency":"USD",
                "paymentMethodType":"paypal","createTime":1768477561250,"quantity":1,
                "currentPeriodStart":"2026-01-15T11:46:01.250Z","billing":"charge_automatically",
                "recurringInvoiceItem":{{"amount":{amount},"currency":"USD","proration":false,
                "periodStart":1768477561250,"price":{{"unitAmount":{amount},"quantity":1,
                "recurring":{{"interval":"month","intervalCount":1}}}}}}}}"#
            ));
            assert_eq!(subscription.status, SubscriptionStatus::Active);
            assert_eq!(
                subscription.payment_method_type,
                Some(PaymentMethodType::PayPal)
            );
            assert_eq!(subscription.created, subscription.started);
            let item = subscription.current.unwrap();
            assert_eq!(item.amount.unwrap().to_string(), "20.00 USD");
            let unit = item.price.unwrap().unit_amount.unwrap();
            assert_eq!(unit.to_string(), "20.00");
        }
    }

    #[test]
    fn nulls_and_blank_references_are_none() {
        let subscription = read(
            r#"{"subscriptionId":"sub_1","status":"free_trial","merchantReference":"null",
            "sessionId":" ","trialEnd":1769082361250,"cancelAt":null,"cancelAtPeriodEnd":null,
            "cancelReason":"","billing":null,"paymentMethodType":null,"quantity":null,
            "recurringInvoiceItem":null,"upcomingInvoiceItem":null,"scheduledPhases":null,
            "elapsedCycles":null,"metadata":null,"currency":null}"#,
        );
        assert_eq!(subscription.status, SubscriptionStatus::FreeTrial);
        assert_eq!(subscription.merchant_reference, None);
        assert_eq!(subscription.session_id, None);
        assert_eq!(subscription.cancel_reason, None);
        assert_eq!(
            subscription.trial_end.map(Timestamp::as_millis),
            Some(1_769_082_361_250)
        );
        assert!(subscription.scheduled_phases.is_empty());
    }

    #[test]
    fn the_plan_and_values_nobody_knows_are_kept() {
        let subscription = read(
            r#"{"subscriptionId":"sub_1","status":"paused","merchantReferenceId":"A-18",
            "scheduledPhases":[{"sequence":1,"effectiveCycle":4,"priceSnapshotId":"snap_2",
            "quantity":2,"metadata":{"plan":"pro"}}],"metadata":{"cart":17},"later":true}"#,
        );
        assert_eq!(subscription.status.as_str(), "paused");
        assert_eq!(subscription.merchant_reference.as_deref(), Some("A-18"));
        assert_eq!(subscription.scheduled_phases[0].effective_cycle, Some(4));
        assert_eq!(subscription.scheduled_phases[0].metadata["plan"], "pro");
        assert_eq!(subscription.metadata["cart"], "17");
    }
}
