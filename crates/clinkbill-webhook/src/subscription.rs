use std::collections::BTreeMap;

use clinkbill_types::{
    BillingMode, Currency, CustomerId, PaymentInstrumentId, PaymentMethodType, PriceId, ProductId,
    SessionId, SubscriptionId, SubscriptionStatus, Timestamp,
};

use crate::InvoiceItem;
use crate::read::{Fields, Object, read_from_text};

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscriptionPhase {
    /// The place in the plan.
    pub sequence: Option<i32>,
    /// The billing cycle from which the phase holds. Compare with
    /// [`elapsed_cycles`](Subscription::elapsed_cycles).
    pub effective_cycle: Option<i32>,
    /// The state of a recurring price that will be charged.
    pub price_snapshot_id: Option<String>,
    /// How many units.
    pub quantity: Option<u32>,
    /// The merchant's own pairs.
    pub metadata: BTreeMap<String, String>,
}

read_from_text!(Subscription);

impl Object for Subscription {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            subscription_id: fields.own_id("subscriptionId")?,
            status: fields.status("status"),
            merchant_reference: fields.either("merchantReference", "merchantReferenceId"),
            session_id: fields.get("sessionId"),
            customer_id: fields.get("customerId"),
            product_id: fields.get("productId"),
            price_id: fields.get("priceId"),
            price_snapshot_id: fields.get("priceSnapshotId"),
            quantity: fields.get("quantity"),
            currency: fields.get("currency"),
            billing: fields.get("billing"),
            payment_method_type: fields.get("paymentMethodType"),
            payment_instrument_id: fields.get("paymentInstrumentId"),
            created: fields.get("createTime"),
            started: fields.get("currentPeriodStart"),
            current_period_end: fields.get("currentPeriodEnd"),
            trial_start: fields.get("trialStart"),
            trial_end: fields.get("trialEnd"),
            cancel_at: fields.get("cancelAt"),
            cancel_at_period_end: fields.get("cancelAtPeriodEnd"),
            canceled: fields.get("canceledAt"),
            cancel_reason: fields.get("cancelReason"),
            current: fields.object("recurringInvoiceItem"),
            upcoming: fields.object("upcomingInvoiceItem"),
            scheduled_phases: fields.objects("scheduledPhases"),
            elapsed_cycles: fields.get("elapsedCycles"),
            metadata: fields.metadata(),
        })
    }
}

impl Object for SubscriptionPhase {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            sequence: fields.get("sequence"),
            effective_cycle: fields.get("effectiveCycle"),
            price_snapshot_id: fields.get("priceSnapshotId"),
            quantity: fields.get("quantity"),
            metadata: fields.metadata(),
        })
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
