use std::collections::BTreeMap;

use clinkbill_types::{
    Amount, Currency, CustomerId, InvoiceId, Money, OrderId, OrderStatus, OrderType,
    PaymentInstrumentId, PaymentMethodType, PriceId, ProductId, SessionId, Timestamp,
};
use serde::Deserialize;

use crate::LineItem;
use crate::read::{
    amount, currency, either, many, money, object, own_id, pairs, read_from_text, scalar, status,
    unsaid,
};

/// An order as Clink tells it, in an event or in an answer. Each payment attempt makes one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Order {
    /// The id of the order (`order_...`).
    pub order_id: OrderId,
    /// Where the order stands.
    pub status: OrderStatus,
    /// Whether the order is one of a series.
    pub order_type: Option<OrderType>,
    /// The session the attempt was made in.
    pub session_id: Option<SessionId>,
    /// The merchant's own reference, as it was given with the session.
    pub merchant_reference: Option<String>,
    /// What was asked for, in the currency it was asked in. Compare this with your own books.
    pub subtotal: Option<Money>,
    /// What the buyer pays, in the currency the buyer chose. It may be in another currency
    /// than `subtotal`.
    pub total: Option<Money>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
    /// The customer's email address.
    pub customer_email: Option<String>,
    /// The invoice, for a recurring order.
    pub invoice_id: Option<InvoiceId>,
    /// The product of the dashboard.
    pub product_id: Option<ProductId>,
    /// The price of the dashboard.
    pub price_id: Option<PriceId>,
    /// The lines that were sent inline; empty for a product of the dashboard.
    pub lines: Vec<LineItem>,
    /// How the buyer pays.
    pub payment_method: Option<PaymentMethod>,
    /// What happened at each payment channel that was tried.
    pub executions: Vec<PaymentExecution>,
    /// When the order was made, in UTC.
    pub created: Option<Timestamp>,
    /// When the attempt finally succeeded or failed, in UTC.
    pub settled: Option<Timestamp>,
    /// Why the attempt failed, as a code such as `card_declined`.
    pub failure_code: Option<String>,
    /// Why the attempt failed, in words.
    pub failure_message: Option<String>,
    /// How risky Clink found the attempt.
    pub risk_level: Option<String>,
    /// The merchant's own pairs.
    pub metadata: BTreeMap<String, String>,
}

/// How a buyer pays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PaymentMethod {
    /// The method.
    #[serde(default, deserialize_with = "scalar")]
    pub payment_method_type: Option<PaymentMethodType>,
    /// The id of the saved instrument (`pi_...`).
    #[serde(default, deserialize_with = "scalar")]
    pub payment_instrument_id: Option<PaymentInstrumentId>,
    /// The card's scheme, such as `Visa`.
    #[serde(default, deserialize_with = "scalar")]
    pub card_scheme: Option<String>,
    /// The last four digits of the card.
    #[serde(default, deserialize_with = "scalar")]
    pub card_last_four: Option<String>,
    /// The country of the card's issuer.
    #[serde(default, deserialize_with = "scalar")]
    pub issuer_region: Option<String>,
    /// The card's issuer.
    #[serde(default, deserialize_with = "scalar")]
    pub issuer_bank: Option<String>,
    /// The wallet the buyer paid from.
    #[serde(default, deserialize_with = "object")]
    pub wallet: Option<Wallet>,
}

/// A wallet a buyer paid from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Wallet {
    /// The buyer's name at the wallet.
    #[serde(default, deserialize_with = "scalar")]
    pub account_tag: Option<String>,
}

/// What happened at one payment channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PaymentExecution {
    /// The channel.
    #[serde(default, deserialize_with = "scalar")]
    pub channel_code: Option<String>,
    /// The channel's id of the transaction.
    #[serde(default, deserialize_with = "scalar")]
    pub channel_transaction_id: Option<String>,
    /// The channel's own code of the failure.
    #[serde(default, deserialize_with = "scalar")]
    pub original_failure_code: Option<String>,
    /// The channel's own words about the failure.
    #[serde(default, deserialize_with = "scalar")]
    pub original_failure_message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(deserialize_with = "own_id")]
    order_id: OrderId,
    #[serde(default = "unsaid", deserialize_with = "status")]
    status: OrderStatus,
    #[serde(default, rename = "type", deserialize_with = "scalar")]
    order_type: Option<OrderType>,
    #[serde(default, deserialize_with = "scalar")]
    session_id: Option<SessionId>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference: Option<String>,
    #[serde(default, deserialize_with = "amount")]
    amount_subtotal: Option<Amount>,
    #[serde(default, deserialize_with = "amount")]
    amount_total: Option<Amount>,
    #[serde(default, deserialize_with = "currency")]
    original_currency: Option<Currency>,
    #[serde(default, deserialize_with = "currency")]
    payment_currency: Option<Currency>,
    #[serde(default, deserialize_with = "scalar")]
    customer_id: Option<CustomerId>,
    #[serde(default, deserialize_with = "scalar")]
    customer_email: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    invoice_id: Option<InvoiceId>,
    #[serde(default, deserialize_with = "scalar")]
    product_id: Option<ProductId>,
    #[serde(default, deserialize_with = "scalar")]
    price_id: Option<PriceId>,
    #[serde(default, deserialize_with = "many")]
    price_data_list: Vec<LineItem>,
    #[serde(default, deserialize_with = "object")]
    payment_method: Option<PaymentMethod>,
    #[serde(default, deserialize_with = "many")]
    payment_execution_details: Vec<PaymentExecution>,
    #[serde(default, deserialize_with = "scalar")]
    create_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    payment_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    failure_code: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    failure_message: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    risk_level: Option<String>,
    #[serde(default, deserialize_with = "pairs")]
    metadata: BTreeMap<String, String>,
}

read_from_text!(Order as Wire);

impl From<Wire> for Order {
    fn from(wire: Wire) -> Self {
        Self {
            order_id: wire.order_id,
            status: wire.status,
            order_type: wire.order_type,
            session_id: wire.session_id,
            merchant_reference: either(wire.merchant_reference_id, wire.merchant_reference),
            subtotal: money(wire.amount_subtotal, wire.original_currency),
            total: money(wire.amount_total, wire.payment_currency),
            customer_id: wire.customer_id,
            customer_email: wire.customer_email,
            invoice_id: wire.invoice_id,
            product_id: wire.product_id,
            price_id: wire.price_id,
            lines: wire.price_data_list,
            payment_method: wire.payment_method,
            executions: wire.payment_execution_details,
            created: wire.create_time,
            settled: wire.payment_time,
            failure_code: wire.failure_code,
            failure_message: wire.failure_message,
            risk_level: wire.risk_level,
            metadata: wire.metadata,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paid_order_reads_without_loss() {
        let order: Order = serde_json::from_str(
            r#"{"orderId":"order_x","type":"onetime","sessionId":"sess_x","merchantReferenceId":"A-17",
            "invoiceId":null,"customerId":"cus_x","customerEmail":"b@example.com","productId":null,"priceId":null,
            "priceDataList":[{"name":"Item","quantity":1,"unitAmount":7.50,"currency":"USD"}],
            "paymentMethod":{"paymentMethodType":"card","paymentInstrumentId":"pi_x","cardScheme":"Visa",
            "cardLastFour":"4242","issuerRegion":"US","issuerBank":null,"wallet":null},
            "paymentExecutionDetails":null,"amountSubtotal":7.50,"amountTotal":"7.50","paymentCurrency":"USD",
            "originalCurrency":"USD","status":"success","paymentTime":1785936113600,"metadata":{},"riskLevel":"LOW"}"#,
        )
        .unwrap();
        assert_eq!(order.status, OrderStatus::Success);
        assert_eq!(order.order_type, Some(OrderType::OneTime));
        assert_eq!(order.total.unwrap().to_string(), "7.50 USD");
        assert_eq!(order.merchant_reference.as_deref(), Some("A-17"));
        assert_eq!(order.settled.unwrap().as_millis(), 1_785_936_113_600);
        let method = order.payment_method.unwrap();
        assert_eq!(method.payment_method_type, Some(PaymentMethodType::Card));
        assert_eq!(method.card_last_four.as_deref(), Some("4242"));
    }

    #[test]
    fn a_failed_order_without_creation_time_and_with_a_null_word_reads() {
        let order: Order = serde_json::from_str(
            r#"{"orderId":"order_x","status":"failed","merchantReferenceId":"null",
            "priceDataList":null,"paymentMethod":null,"failureCode":"card_declined",
            "paymentExecutionDetails":[{"channelCode":"stripe","originalFailureCode":"51"}]}"#,
        )
        .unwrap();
        assert_eq!(order.merchant_reference, None);
        assert_eq!(order.created, None);
        assert_eq!(order.failure_code.as_deref(), Some("card_declined"));
        assert_eq!(
            order.executions[0].original_failure_code.as_deref(),
            Some("51")
        );
    }
    #[test]
    fn metadata_that_is_not_text_is_kept_as_it_stands() {
        let order: Order = serde_json::from_str(
            r#"{"orderId":"order_x","status":"success",
            "metadata":{"cart":"17","vip":true,"sum":1.10,"none":null}}"#,
        )
        .unwrap();
        let kept: Vec<_> = order
            .metadata
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(kept, ["cart=17", "sum=1.10", "vip=true"]);
    }
}
