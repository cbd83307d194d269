use std::collections::BTreeMap;

use clinkbill_types::{
    Amount, BillingMode, CustomerId, InvoiceId, InvoiceStatus, Money, OrderId, PriceId,
    PricingModel, ProductId, RecurringInterval, SubscriptionId, Timestamp,
};

use crate::read::{Fields, Object, read_from_text};

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
#[derive(Debug, Clone, Default, PartialEq)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvoiceItemPrice {
    /// The id of the product (`prd_...`).
    pub product_id: Option<ProductId>,
    /// Its name.
    pub product_name: Option<String>,
    /// The id of the price (`price_...`).
    pub price_id: Option<PriceId>,
    /// The state of that price when it was charged.
    pub price_snapshot_id: Option<String>,
    /// The price of one unit in major units, in the currency of the line.
    pub unit_amount: Option<Amount>,
    /// How many units.
    pub quantity: Option<u32>,
    /// How often it is charged.
    pub recurring: Option<InvoiceItemRecurring>,
}

/// How often the price of a line is charged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvoiceItemRecurring {
    /// The unit of the period.
    pub interval: Option<RecurringInterval>,
    /// How many of them a period has; how many days, for [`RecurringInterval::Custom`].
    pub interval_count: Option<u32>,
    /// How many days are free at first.
    pub trial_period_days: Option<u32>,
    /// What the price counts.
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

read_from_text!(Invoice);

impl Object for Invoice {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        let items = fields.objects("items");
        Ok(Self {
            invoice_id: fields.own_id("invoiceId")?,
            status: fields.status("status"),
            subscription_id: fields.get("subscriptionId"),
            order_id: fields.get("orderId"),
            customer_id: fields.get("customerId"),
            merchant_id: fields.get("merchantId"),
            merchant_reference: fields.either("merchantReference", "merchantReferenceId"),
            amount: fields.money("originalAmount", "originalCurrency"),
            payment_amount: fields.money("paymentAmount", "originalCurrency"),
            billing: fields.get("billing"),
            // Older events have the other name.
            items: if items.is_empty() {
                fields.objects("lineItems")
            } else {
                items
            },
            discount: fields.inside("discount", |discount| InvoiceDiscount {
                coupon_id: discount.get("couponId"),
                coupon_name: discount.get("couponName"),
                coupon_terms: discount.get("couponTerms"),
                promotion_code: discount.get("promotionCode"),
                amount: discount
                    .get("discountAmount")
                    .zip(fields.get("originalCurrency"))
                    .map(|(amount, currency)| Money::new(amount, currency)),
            }),
            created: fields.get("createTime"),
            period_start: fields.get("currentPeriodStart"),
            period_end: fields.get("currentPeriodEnd"),
            metadata: fields.metadata(),
        })
    }
}

impl Object for InvoiceItem {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            item_id: fields.get("invoiceItemId"),
            amount: fields.money("amount", "currency"),
            discount_amount: fields.money("discountAmount", "currency"),
            payment_amount: fields.money("paymentAmount", "currency"),
            coupon_terms: fields.get("couponTerms"),
            promotion_code: fields.get("promotionCode"),
            description: fields.get("description"),
            period_start: fields.get("periodStart"),
            period_end: fields.get("periodEnd"),
            proration: fields.get("proration"),
            price: fields.object("price"),
        })
    }
}

impl Object for InvoiceItemPrice {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            product_id: fields.get("productId"),
            product_name: fields.get("productName"),
            price_id: fields.get("priceId"),
            price_snapshot_id: fields.get("priceSnapshotId"),
            unit_amount: fields.get("unitAmount"),
            quantity: fields.get("quantity"),
            recurring: fields.object("recurring"),
        })
    }
}

impl Object for InvoiceItemRecurring {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            interval: fields.get("interval"),
            interval_count: fields.get("intervalCount"),
            trial_period_days: fields.get("trialPeriodDays"),
            pricing_model: fields.get("pricingModel"),
        })
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
