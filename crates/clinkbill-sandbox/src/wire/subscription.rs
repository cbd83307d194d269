//! Subscriptions, invoices and the customer portal as they stand on the wire (newer than the
//! guide).
//!
//! Money is a number in answers and a decimal string in webhook events: `M` is one or the other.

use std::collections::BTreeMap;

use clinkbill_types::Amount;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::catalogue::{Interval, PricingModel};
use super::field::{Optional, WebUrl, closed_enum};
use super::request::PaymentMethodType;

/// The body of `POST /billing/session`. Fields it does not know are ignored.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateBillingSessionRequest {
    pub(crate) customer_id: String,
    #[serde(default)]
    pub(crate) return_url: Optional<WebUrl>,
    #[serde(default)]
    pub(crate) subscription_update_product_ids: Optional<Vec<String>>,
}

/// `data` of a link to the customer portal.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BillingSession {
    pub(crate) url: String,
    /// Milliseconds since the Unix epoch.
    pub(crate) expires_at: i64,
}

/// An amount as webhook events have it: a decimal string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountText(Amount);

/// `data` of a subscription, and `data.object` of its events. Times are milliseconds since the
/// Unix epoch.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(bound = "")]
pub struct Subscription<'a, M: Serialize> {
    pub(crate) subscription_id: &'a str,
    pub(crate) merchant_reference: Option<&'a str>,
    pub(crate) session_id: &'a str,
    pub(crate) customer_id: &'a str,
    pub(crate) product_id: &'a str,
    pub(crate) price_id: &'a str,
    pub(crate) price_snapshot_id: &'a str,
    pub(crate) create_time: i64,
    pub(crate) quantity: u32,
    pub(crate) payment_method_type: PaymentMethodType,
    pub(crate) payment_instrument_id: &'a str,
    pub(crate) trial_start: Option<i64>,
    pub(crate) trial_end: Option<i64>,
    pub(crate) current_period_start: i64,
    pub(crate) current_period_end: i64,
    pub(crate) cancel_at: (),
    pub(crate) cancel_at_period_end: bool,
    pub(crate) canceled_at: (),
    pub(crate) cancel_reason: (),
    pub(crate) status: SubscriptionStatus,
    pub(crate) billing: BillingMode,
    pub(crate) currency: &'a str,
    pub(crate) recurring_invoice_item: InvoiceItem<'a, M>,
    pub(crate) upcoming_invoice_item: InvoiceItem<'a, M>,
    pub(crate) scheduled_phases: Option<Vec<SubscriptionPhase<'a>>>,
    pub(crate) elapsed_cycles: u32,
    pub(crate) metadata: &'a BTreeMap<String, String>,
}

/// A planned change of a subscription.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionPhase<'a> {
    pub(crate) sequence: i32,
    pub(crate) effective_cycle: i32,
    pub(crate) price_snapshot_id: &'a str,
    pub(crate) quantity: u32,
    pub(crate) metadata: &'a BTreeMap<String, String>,
}

/// `data` of an invoice, and `data.object` of its events.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(bound = "")]
pub struct Invoice<'a, M: Serialize> {
    pub(crate) invoice_id: &'a str,
    pub(crate) subscription_id: &'a str,
    pub(crate) merchant_reference: Option<&'a str>,
    pub(crate) order_id: &'a str,
    pub(crate) customer_id: &'a str,
    pub(crate) merchant_id: (),
    pub(crate) status: InvoiceStatus,
    pub(crate) create_time: i64,
    pub(crate) current_period_start: i64,
    pub(crate) current_period_end: i64,
    #[schemars(with = "f64")]
    pub(crate) original_amount: M,
    #[schemars(with = "f64")]
    pub(crate) payment_amount: M,
    pub(crate) original_currency: &'a str,
    pub(crate) billing: BillingMode,
    pub(crate) items: [InvoiceItem<'a, M>; 1],
    pub(crate) discount: (),
    pub(crate) metadata: &'a BTreeMap<String, String>,
}

/// What one period of a subscription costs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(bound = "")]
pub(crate) struct InvoiceItem<'a, M: Serialize> {
    pub(crate) invoice_item_id: &'a str,
    #[schemars(with = "f64")]
    pub(crate) amount: M,
    #[schemars(with = "f64")]
    pub(crate) discount_amount: M,
    #[schemars(with = "f64")]
    pub(crate) payment_amount: M,
    pub(crate) coupon_terms: (),
    pub(crate) promotion_code: (),
    pub(crate) currency: &'a str,
    pub(crate) description: String,
    pub(crate) period_start: i64,
    pub(crate) period_end: i64,
    pub(crate) proration: bool,
    pub(crate) price: InvoiceItemPrice<'a, M>,
}

/// The price of an invoice item.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(bound = "")]
pub(crate) struct InvoiceItemPrice<'a, M: Serialize> {
    pub(crate) product_id: &'a str,
    pub(crate) product_name: &'a str,
    pub(crate) price_id: &'a str,
    pub(crate) price_snapshot_id: &'a str,
    #[schemars(with = "f64")]
    pub(crate) unit_amount: M,
    pub(crate) quantity: u32,
    pub(crate) recurring: InvoiceItemRecurring,
}

/// How often the price of an invoice item is charged.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvoiceItemRecurring {
    pub(crate) interval: Interval,
    pub(crate) trial_period_days: u32,
    pub(crate) pricing_model: PricingModel,
    pub(crate) tiers_mode: (),
    pub(crate) interval_count: u32,
}

closed_enum! {
    /// Where a subscription stands.
    pub(crate) enum SubscriptionStatus {
        FreeTrial = "free_trial",
        Active = "active",
    }
}

closed_enum! {
    /// Where an invoice stands.
    pub(crate) enum InvoiceStatus {
        Open = "open",
        Paid = "paid",
    }
}

closed_enum! {
    /// How a period is paid.
    pub(crate) enum BillingMode {
        ChargeAutomatically = "charge_automatically",
    }
}

impl From<Amount> for AmountText {
    fn from(amount: Amount) -> Self {
        Self(amount)
    }
}

impl Serialize for AmountText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
