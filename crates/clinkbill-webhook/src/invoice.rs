use std::collections::BTreeMap;

use clinkbill_types::{
    Amount, BillingMode, Currency, CustomerId, InvoiceId, InvoiceStatus, Money, OrderId, PriceId,
    PricingModel, ProductId, RecurringInterval, SubscriptionId, Timestamp,
};
use serde::Deserialize;

use crate::read::{
    amount, currency, either, many, money, object, own_id, pairs, parsed, read_from_text, scalar,
    status, unsaid,
};

/// An invoice as Clink tells it, in an event or in an answer: what one period of a subscription
/// costs.
///
/// Deliver a period once per [`invoice_id`](Self::invoice_id) that is paid. The recurring order
/// that pays it has an event of its own.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Invoice {
    /// The id of the invoice (`inv_...`).
    pub invoice_id: InvoiceId,
    /// Where the invoice stands.
    pub status: InvoiceStatus,
    /// The subscription.
    pub subscription_id: Option<SubscriptionId>,
    /// The order that pays it.
    pub order_id: Option<OrderId>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
    /// The merchant, by Clink's id.
    pub merchant_id: Option<String>,
    /// The merchant's own reference, as it was given with the session.
    pub merchant_reference: Option<String>,
    /// What the items cost together before discounts.
    pub amount: Option<Money>,
    /// What is left to pay after discounts.
    pub payment_amount: Option<Money>,
    /// How it is paid.
    pub billing: Option<BillingMode>,
    /// What is paid for.
    pub items: Vec<InvoiceItem>,
    /// What is taken off.
    pub discount: Option<InvoiceDiscount>,
    /// When the invoice was made, in UTC.
    pub created: Option<Timestamp>,
    /// When the period it is for begins, in UTC.
    pub period_start: Option<Timestamp>,
    /// When that period ends, in UTC.
    pub period_end: Option<Timestamp>,
    /// The merchant's own pairs.
    pub metadata: BTreeMap<String, String>,
}

/// One line of an invoice, or what a period of a subscription costs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(from = "WireItem")]
#[non_exhaustive]
pub struct InvoiceItem {
    /// Its id.
    pub item_id: Option<String>,
    /// What it costs before discounts.
    pub amount: Option<Money>,
    /// What is taken off.
    pub discount_amount: Option<Money>,
    /// What is left to pay.
    pub payment_amount: Option<Money>,
    /// What the coupon grants, for a person to read.
    pub coupon_terms: Option<String>,
    /// The code the buyer used.
    pub promotion_code: Option<String>,
    /// What it is, for a person to read.
    pub description: Option<String>,
    /// When the period it pays begins, in UTC.
    pub period_start: Option<Timestamp>,
    /// When that period ends, in UTC.
    pub period_end: Option<Timestamp>,
    /// Whether it pays a part of a period only.
    pub proration: Option<bool>,
    /// The price it charges.
    pub price: Option<InvoiceItemPrice>,
}

/// The price that a line of an invoice charges.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InvoiceItemPrice {
    /// The id of the product (`prd_...`).
    #[serde(default, deserialize_with = "scalar")]
    pub product_id: Option<ProductId>,
    /// Its name.
    #[serde(default, deserialize_with = "scalar")]
    pub product_name: Option<String>,
    /// The id of the price (`price_...`).
    #[serde(default, deserialize_with = "scalar")]
    pub price_id: Option<PriceId>,
    /// The state of that price when it was charged.
    #[serde(default, deserialize_with = "scalar")]
    pub price_snapshot_id: Option<String>,
    /// The price of one unit in major units, in the currency of the line.
    #[serde(default, deserialize_with = "amount")]
    pub unit_amount: Option<Amount>,
    /// How many units.
    #[serde(default, deserialize_with = "parsed")]
    pub quantity: Option<u32>,
    /// How often it is charged.
    #[serde(default, deserialize_with = "object")]
    pub recurring: Option<InvoiceItemRecurring>,
}

/// How often the price of a line is charged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InvoiceItemRecurring {
    /// The unit of the period.
    #[serde(default, deserialize_with = "scalar")]
    pub interval: Option<RecurringInterval>,
    /// How many of them a period has; how many days, for [`RecurringInterval::Custom`].
    #[serde(default, deserialize_with = "parsed")]
    pub interval_count: Option<u32>,
    /// How many days are free at first.
    #[serde(default, deserialize_with = "parsed")]
    pub trial_period_days: Option<u32>,
    /// What the price counts.
    #[serde(default, deserialize_with = "scalar")]
    pub pricing_model: Option<PricingModel>,
}

/// What is taken off an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvoiceDiscount {
    /// The coupon.
    pub coupon_id: Option<String>,
    /// Its name.
    pub coupon_name: Option<String>,
    /// What it grants, for a person to read.
    pub coupon_terms: Option<String>,
    /// The code the buyer used.
    pub promotion_code: Option<String>,
    /// How much is taken off.
    pub amount: Option<Money>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(deserialize_with = "own_id")]
    invoice_id: InvoiceId,
    #[serde(default = "unsaid", deserialize_with = "status")]
    status: InvoiceStatus,
    #[serde(default, deserialize_with = "scalar")]
    subscription_id: Option<SubscriptionId>,
    #[serde(default, deserialize_with = "scalar")]
    order_id: Option<OrderId>,
    #[serde(default, deserialize_with = "scalar")]
    customer_id: Option<CustomerId>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference_id: Option<String>,
    #[serde(default, deserialize_with = "amount")]
    original_amount: Option<Amount>,
    #[serde(default, deserialize_with = "amount")]
    payment_amount: Option<Amount>,
    #[serde(default, deserialize_with = "currency")]
    original_currency: Option<Currency>,
    #[serde(default, deserialize_with = "scalar")]
    billing: Option<BillingMode>,
    #[serde(default, deserialize_with = "many")]
    items: Vec<InvoiceItem>,
    #[serde(default, deserialize_with = "many")]
    line_items: Vec<InvoiceItem>,
    #[serde(default, deserialize_with = "object")]
    discount: Option<WireDiscount>,
    #[serde(default, deserialize_with = "scalar")]
    create_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    current_period_start: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    current_period_end: Option<Timestamp>,
    #[serde(default, deserialize_with = "pairs")]
    metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireItem {
    #[serde(default, deserialize_with = "scalar")]
    invoice_item_id: Option<String>,
    #[serde(default, deserialize_with = "amount")]
    amount: Option<Amount>,
    #[serde(default, deserialize_with = "amount")]
    discount_amount: Option<Amount>,
    #[serde(default, deserialize_with = "amount")]
    payment_amount: Option<Amount>,
    #[serde(default, deserialize_with = "scalar")]
    coupon_terms: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    promotion_code: Option<String>,
    #[serde(default, deserialize_with = "currency")]
    currency: Option<Currency>,
    #[serde(default, deserialize_with = "scalar")]
    description: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    period_start: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    period_end: Option<Timestamp>,
    #[serde(default, deserialize_with = "parsed")]
    proration: Option<bool>,
    #[serde(default, deserialize_with = "object")]
    price: Option<InvoiceItemPrice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDiscount {
    #[serde(default, deserialize_with = "scalar")]
    coupon_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    coupon_name: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    coupon_terms: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    promotion_code: Option<String>,
    #[serde(default, deserialize_with = "amount")]
    discount_amount: Option<Amount>,
}

read_from_text!(Invoice as Wire);

impl From<Wire> for Invoice {
    fn from(wire: Wire) -> Self {
        let currency = wire.original_currency;
        Self {
            invoice_id: wire.invoice_id,
            status: wire.status,
            subscription_id: wire.subscription_id,
            order_id: wire.order_id,
            customer_id: wire.customer_id,
            merchant_id: wire.merchant_id,
            merchant_reference: either(wire.merchant_reference, wire.merchant_reference_id),
            amount: money(wire.original_amount, currency.clone()),
            payment_amount: money(wire.payment_amount, currency.clone()),
            billing: wire.billing,
            // Older events have the other name.
            items: if wire.items.is_empty() {
                wire.line_items
            } else {
                wire.items
            },
            discount: wire.discount.map(|discount| InvoiceDiscount {
                coupon_id: discount.coupon_id,
                coupon_name: discount.coupon_name,
                coupon_terms: discount.coupon_terms,
                promotion_code: discount.promotion_code,
                amount: money(discount.discount_amount, currency),
            }),
            created: wire.create_time,
            period_start: wire.current_period_start,
            period_end: wire.current_period_end,
            metadata: wire.metadata,
        }
    }
}

impl From<WireItem> for InvoiceItem {
    fn from(wire: WireItem) -> Self {
        let currency = wire.currency;
        Self {
            item_id: wire.invoice_item_id,
            amount: money(wire.amount, currency.clone()),
            discount_amount: money(wire.discount_amount, currency.clone()),
            payment_amount: money(wire.payment_amount, currency),
            coupon_terms: wire.coupon_terms,
            promotion_code: wire.promotion_code,
            description: wire.description,
            period_start: wire.period_start,
            period_end: wire.period_end,
            proration: wire.proration,
            price: wire.price,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Invoice {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_decimal_text_of_an_event_keeps_its_digits_and_its_currency() {
        let invoice = read(
            r#"{"invoiceId":"inv_1","status":"paid","subscriptionId":"sub_1","orderId":"order_1",
            "originalAmount":"20.00","paymentAmount":"15.50","originalCurrency":"USD",
            "createTime":1768477561250,"currentPeriodEnd":"2026-02-15T11:46:01.250Z",
            "items":[{"amount":"20.00","discountAmount":"4.50","paymentAmount":"15.50",
            "currency":"USD","price":{"unitAmount":"20","quantity":1,"recurring":{
            "interval":"month","intervalCount":1,"trialPeriodDays":null,"pricingModel":"flat_rate",
            "tiersMode":null}}}],"discount":{"couponId":"c_1","discountAmount":"4.50"}}"#,
        );
        assert_eq!(invoice.status, InvoiceStatus::Paid);
        assert_eq!(invoice.amount.unwrap().to_string(), "20.00 USD");
        assert_eq!(invoice.payment_amount.unwrap().to_string(), "15.50 USD");
        assert_eq!(
            invoice.discount.unwrap().amount.unwrap().to_string(),
            "4.50 USD"
        );
        let item = &invoice.items[0];
        assert_eq!(
            item.discount_amount.as_ref().unwrap().to_string(),
            "4.50 USD"
        );
        let price = item.price.as_ref().unwrap();
        assert_eq!(price.unit_amount.unwrap().to_string(), "20");
        let recurring = price.recurring.as_ref().unwrap();
        assert_eq!(recurring.interval, Some(RecurringInterval::Month));
    }

    #[test]
    fn nulls_and_blank_references_are_none() {
        let invoice = read(
            r#"{"invoiceId":"inv_1","status":"open","orderId":null,"merchantReference":" ",
            "originalAmount":0.00,"originalCurrency":"JPY","paymentAmount":null,"billing":null,
            "items":null,"discount":null,"metadata":null}"#,
        );
        assert_eq!(invoice.order_id, None);
        assert_eq!(invoice.merchant_reference, None);
        assert_eq!(invoice.amount.unwrap().to_string(), "0.00 JPY");
        assert_eq!(invoice.payment_amount, None);
        assert!(invoice.items.is_empty());
    }

    #[test]
    fn the_older_name_of_the_lines_and_an_unknown_status_are_read() {
        let invoice =
            read(r#"{"invoiceId":"inv_1","status":"Uncollectible","lineItems":[{"amount":1}]}"#);
        assert_eq!(invoice.status.as_str(), "Uncollectible");
        assert_eq!(invoice.items.len(), 1);
        assert_eq!(invoice.items[0].amount, None, "an amount without currency");
    }
}
