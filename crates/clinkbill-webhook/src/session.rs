use std::collections::BTreeMap;

use clinkbill_types::{
    Amount, Currency, CustomerId, InvoiceId, Money, OrderId, PaymentStatus, PriceId, ProductId,
    RecurringInterval, SessionId, SessionStatus, SubscriptionId, Timestamp, UiMode,
};

use crate::read::{Fields, Object, read_from_text};

/// A checkout session as Clink tells it, in an event or in an answer.
///
/// The access token of the session is not kept.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// The id of the session (`sess_...`).
    pub session_id: SessionId,
    /// Where the session stands.
    pub status: SessionStatus,
    /// How far its payment has come.
    pub payment_status: Option<PaymentStatus>,
    /// What was asked for, in the currency it was asked in. Compare this with your own books.
    pub subtotal: Option<Money>,
    /// What the buyer pays, in the currency the buyer chose, with taxes, fees and discounts.
    /// None before payment. It may be in another currency than `subtotal`.
    pub total: Option<Money>,
    /// The order that paid the session. None before payment, and possibly still in
    /// `session.complete`.
    pub order_id: Option<OrderId>,
    /// The invoice, for a subscription that was paid.
    pub invoice_id: Option<InvoiceId>,
    /// The subscription, once it was paid.
    pub subscription_id: Option<SubscriptionId>,
    /// The merchant's own reference. Not unique: Clink keeps no idempotency by it.
    pub merchant_reference: Option<String>,
    /// The customer Clink resolved.
    pub customer: Option<SessionCustomer>,
    /// The lines that were sent inline; empty for a product of the dashboard.
    pub lines: Vec<LineItem>,
    /// The product of the dashboard.
    pub product: Option<Product>,
    /// The price of the dashboard.
    pub price: Option<Price>,
    /// Hosted page or embedded.
    pub ui_mode: Option<UiMode>,
    /// Where the buyer goes after paying on the hosted page.
    pub success_url: Option<String>,
    /// Where the buyer goes on leaving the hosted page.
    pub cancel_url: Option<String>,
    /// Where the buyer goes after an embedded checkout.
    pub return_url: Option<String>,
    /// When the session was made, in UTC.
    pub created: Option<Timestamp>,
    /// When the session runs out, in UTC.
    pub expires: Option<Timestamp>,
    /// The language of the page, such as `en-US`.
    pub locale: Option<String>,
    /// Whether the buyer sees an input for a promotion code.
    pub show_promotion_code: Option<bool>,
    /// The merchant's own pairs.
    pub metadata: BTreeMap<String, String>,
}

/// The customer of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionCustomer {
    /// The id of the customer (`cus_...`).
    pub customer_id: Option<CustomerId>,
    /// The email address. A customer who came by reference alone has none.
    pub email: Option<String>,
}

/// A line of a one-time purchase as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineItem {
    /// What the buyer sees.
    pub name: Option<String>,
    /// How many units; one when none was sent.
    pub quantity: Option<u32>,
    /// The price of one unit in major units.
    pub unit_amount: Option<Amount>,
    /// The currency, where the line names one.
    pub currency: Option<Currency>,
    /// A picture.
    pub image_url: Option<String>,
}

/// A product of the dashboard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Product {
    /// The id of the product (`prd_...`).
    pub product_id: Option<ProductId>,
    /// Its name.
    pub product_name: Option<String>,
}

/// A price of the dashboard.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Price {
    /// The id of the price (`price_...`).
    pub price_id: Option<PriceId>,
    /// What it costs in each currency.
    pub price_list: Vec<PriceOption>,
    /// How often it is charged; none for a one-time price, empty when nobody can read how often.
    pub recurring: Option<Recurring>,
}

/// What a price costs in one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PriceOption {
    /// The amount in major units.
    pub amount: Option<Amount>,
    /// The currency.
    pub currency: Option<Currency>,
    /// The exchange rate from the original currency.
    pub exchange_rate: Option<Amount>,
}

/// How often a recurring price is charged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recurring {
    /// The period.
    pub interval: Option<RecurringInterval>,
    /// How many days are free at first.
    pub free_trial_days: Option<u32>,
}

read_from_text!(Session);

impl Object for Session {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            session_id: fields.own_id("sessionId")?,
            status: fields.status("status"),
            payment_status: fields.state("paymentStatus"),
            subtotal: fields.money("amountSubtotal", "originalCurrency"),
            total: fields.money("amountTotal", "paymentCurrency"),
            order_id: fields.get("orderId"),
            invoice_id: fields.get("invoiceId"),
            subscription_id: fields.get("subscriptionId"),
            merchant_reference: fields.either("merchantReferenceId", "merchantReference"),
            customer: fields.object("customer"),
            lines: fields.objects("priceDataList"),
            product: fields.object("product"),
            price: fields.object("price"),
            ui_mode: fields.get("uiMode"),
            success_url: fields.get("successUrl"),
            cancel_url: fields.get("cancelUrl"),
            return_url: fields.get("returnUrl"),
            created: fields.get("created"),
            expires: fields.get("expire"),
            locale: fields.get("locale"),
            show_promotion_code: fields.get("showPromotionCode"),
            metadata: fields.metadata(),
        })
    }
}

impl Object for SessionCustomer {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            customer_id: fields.get("customerId"),
            email: fields.get("email"),
        })
    }
}

impl Object for LineItem {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            name: fields.get("name"),
            quantity: fields.get("quantity"),
            unit_amount: fields.get("unitAmount"),
            currency: fields.get("currency"),
            image_url: fields.get("imageUrl"),
        })
    }
}

impl Object for Product {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            product_id: fields.get("productId"),
            product_name: fields.get("productName"),
        })
    }
}

impl Object for Price {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            price_id: fields.get("priceId"),
            price_list: fields.objects("priceList"),
            recurring: fields
                .object("recurring")
                .or_else(|| fields.says("recurring").then(Recurring::default)),
        })
    }
}

impl Object for PriceOption {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            amount: fields.get("amount"),
            currency: fields.get("currency"),
            exchange_rate: fields.get("exchangeRate"),
        })
    }
}

impl Object for Recurring {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            interval: fields.get("interval"),
            free_trial_days: fields.get("freeTrialDays"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Session {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_paid_session_keeps_both_currencies_apart() {
        let session = read(
            r#"{"sessionId":"sess_1","status":"completed","paymentStatus":"paid",
            "amountSubtotal":7.50,"originalCurrency":"USD","amountTotal":"139659","paymentCurrency":"IDR",
            "created":"2025-01-15T11:45:00.000Z","expire":1736941500000,
            "priceDataList":[{"name":"Item","quantity":2,"unitAmount":3.75,"currency":"USD"}]}"#,
        );
        assert_eq!(session.status, SessionStatus::Complete);
        assert_eq!(session.subtotal.unwrap().to_string(), "7.50 USD");
        assert_eq!(session.total.unwrap().to_string(), "139659 IDR");
        assert_eq!(session.created, session.expires);
        assert_eq!(session.lines[0].quantity, Some(2));
    }

    #[test]
    fn the_nulls_of_a_fresh_completion_are_none() {
        let session = read(
            r#"{"sessionId":"sess_1","status":"completed","orderId":null,"invoiceId":null,
            "subscriptionId":null,"customer":null,"product":null,"paymentCurrency":null,
            "amountTotal":null,"locale":null,"priceDataList":null,"metadata":null,"uiMode":null,
            "price":{"priceId":null,"priceList":null,"recurring":null},"showPromotionCode":true}"#,
        );
        assert_eq!(session.total, None);
        assert_eq!(session.order_id, None);
        assert_eq!(session.price, Some(Price::default()));
        assert_eq!(session.show_promotion_code, Some(true));
        assert!(session.lines.is_empty());
    }

    #[test]
    fn a_reference_that_was_never_set_is_none() {
        for written in ["null", "\"null\"", "\" \"", "\"\""] {
            let session = read(&format!(
                r#"{{"sessionId":"sess_1","status":"open","merchantReferenceId":{written},"orderId":{written}}}"#
            ));
            assert_eq!(session.merchant_reference, None, "{written}");
            assert_eq!(session.order_id, None, "{written}");
        }
        let session =
            read(r#"{"sessionId":"sess_1","status":"open","merchantReferenceId":" A 17"}"#);
        assert_eq!(session.merchant_reference.as_deref(), Some(" A 17"));
    }

    #[test]
    fn an_unknown_status_is_kept() {
        let session = read(r#"{"sessionId":"sess_1","status":"paused","paymentStatus":"half"}"#);
        assert_eq!(session.status.as_str(), "paused");
        assert_eq!(session.payment_status.unwrap().as_str(), "half");
    }

    #[test]
    fn the_access_token_is_not_kept() {
        let session = read(r#"{"sessionId":"sess_1","status":"open","token":"canary"}"#);
        assert!(!format!("{session:?}").contains("canary"));
    }
}
