use std::collections::BTreeMap;

use clinkbill_types::{
    Amount, Currency, CustomerId, InvoiceId, Money, OrderId, PaymentStatus, PriceId, ProductId,
    RecurringInterval, SessionId, SessionStatus, SubscriptionId, Timestamp, UiMode,
};
use serde::Deserialize;

use crate::read::{
    amount, currency, either, many, money, object, own_id, pairs, parsed, read_from_text, scalar,
    state, status, unsaid,
};

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SessionCustomer {
    /// The id of the customer (`cus_...`).
    #[serde(default, deserialize_with = "scalar")]
    pub customer_id: Option<CustomerId>,
    /// The email address. A customer who came by reference alone has none.
    #[serde(default, deserialize_with = "scalar")]
    pub email: Option<String>,
}

/// A line of a one-time purchase as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LineItem {
    /// What the buyer sees.
    #[serde(default, deserialize_with = "scalar")]
    pub name: Option<String>,
    /// How many units; one when none was sent.
    #[serde(default, deserialize_with = "parsed")]
    pub quantity: Option<u32>,
    /// The price of one unit in major units.
    #[serde(default, deserialize_with = "amount")]
    pub unit_amount: Option<Amount>,
    /// The currency, where the line names one.
    #[serde(default, deserialize_with = "currency")]
    pub currency: Option<Currency>,
    /// A picture.
    #[serde(default, deserialize_with = "scalar")]
    pub image_url: Option<String>,
}

/// A product of the dashboard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Product {
    /// The id of the product (`prd_...`).
    #[serde(default, deserialize_with = "scalar")]
    pub product_id: Option<ProductId>,
    /// Its name.
    #[serde(default, deserialize_with = "scalar")]
    pub product_name: Option<String>,
}

/// A price of the dashboard.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Price {
    /// The id of the price (`price_...`).
    #[serde(default, deserialize_with = "scalar")]
    pub price_id: Option<PriceId>,
    /// What it costs in each currency.
    #[serde(default, deserialize_with = "many")]
    pub price_list: Vec<PriceOption>,
    /// How often it is charged; none for a one-time price.
    #[serde(default, deserialize_with = "object")]
    pub recurring: Option<Recurring>,
}

/// What a price costs in one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PriceOption {
    /// The amount in major units.
    #[serde(default, deserialize_with = "amount")]
    pub amount: Option<Amount>,
    /// The currency.
    #[serde(default, deserialize_with = "currency")]
    pub currency: Option<Currency>,
    /// The exchange rate from the original currency.
    #[serde(default, deserialize_with = "amount")]
    pub exchange_rate: Option<Amount>,
}

/// How often a recurring price is charged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Recurring {
    /// The period.
    #[serde(default, deserialize_with = "scalar")]
    pub interval: Option<RecurringInterval>,
    /// How many days are free at first.
    #[serde(default, deserialize_with = "parsed")]
    pub free_trial_days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(deserialize_with = "own_id")]
    session_id: SessionId,
    #[serde(default = "unsaid", deserialize_with = "status")]
    status: SessionStatus,
    #[serde(default, deserialize_with = "state")]
    payment_status: Option<PaymentStatus>,
    #[serde(default, deserialize_with = "amount")]
    amount_subtotal: Option<Amount>,
    #[serde(default, deserialize_with = "amount")]
    amount_total: Option<Amount>,
    #[serde(default, deserialize_with = "currency")]
    original_currency: Option<Currency>,
    #[serde(default, deserialize_with = "currency")]
    payment_currency: Option<Currency>,
    #[serde(default, deserialize_with = "scalar")]
    order_id: Option<OrderId>,
    #[serde(default, deserialize_with = "scalar")]
    invoice_id: Option<InvoiceId>,
    #[serde(default, deserialize_with = "scalar")]
    subscription_id: Option<SubscriptionId>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference: Option<String>,
    #[serde(default, deserialize_with = "object")]
    customer: Option<SessionCustomer>,
    #[serde(default, deserialize_with = "many")]
    price_data_list: Vec<LineItem>,
    #[serde(default, deserialize_with = "object")]
    product: Option<Product>,
    #[serde(default, deserialize_with = "object")]
    price: Option<Price>,
    #[serde(default, deserialize_with = "scalar")]
    ui_mode: Option<UiMode>,
    #[serde(default, deserialize_with = "scalar")]
    success_url: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    cancel_url: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    return_url: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    created: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    expire: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    locale: Option<String>,
    #[serde(default, deserialize_with = "parsed")]
    show_promotion_code: Option<bool>,
    #[serde(default, deserialize_with = "pairs")]
    metadata: BTreeMap<String, String>,
}

read_from_text!(Session as Wire);

impl From<Wire> for Session {
    fn from(wire: Wire) -> Self {
        Self {
            session_id: wire.session_id,
            status: wire.status,
            payment_status: wire.payment_status,
            subtotal: money(wire.amount_subtotal, wire.original_currency),
            total: money(wire.amount_total, wire.payment_currency),
            order_id: wire.order_id,
            invoice_id: wire.invoice_id,
            subscription_id: wire.subscription_id,
            merchant_reference: either(wire.merchant_reference_id, wire.merchant_reference),
            customer: wire.customer,
            lines: wire.price_data_list,
            product: wire.product,
            price: wire.price,
            ui_mode: wire.ui_mode,
            success_url: wire.success_url,
            cancel_url: wire.cancel_url,
            return_url: wire.return_url,
            created: wire.created,
            expires: wire.expire,
            locale: wire.locale,
            show_promotion_code: wire.show_promotion_code,
            metadata: wire.metadata,
        }
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
