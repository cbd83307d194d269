use std::collections::BTreeMap;

use clinkbill_types::{
    CustomerId, InvoiceId, Money, OrderId, OrderStatus, OrderType, PaymentInstrumentId,
    PaymentMethodType, PriceId, ProductId, SessionId, Timestamp,
};

use crate::LineItem;
use crate::read::{Fields, Object, read_from_text};

/// An order as Clink tells it, in an event or in an answer. Each payment attempt makes one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Order {
    /// The id of the order (`order_...`).
    pub order_id: OrderId,
    /// Where the order stands.
    pub status: OrderStatus,
    /// Whether the order is one of a series. Unknown when it says so in a shape nobody can read.
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentMethod {
    /// The method.
    pub payment_method_type: Option<PaymentMethodType>,
    /// The id of the saved instrument (`pi_...`).
    pub payment_instrument_id: Option<PaymentInstrumentId>,
    /// The card's scheme, such as `Visa`.
    pub card_scheme: Option<String>,
    /// The last four digits of the card.
    pub card_last_four: Option<String>,
    /// The country of the card's issuer.
    pub issuer_region: Option<String>,
    /// The card's issuer.
    pub issuer_bank: Option<String>,
    /// The wallet the buyer paid from.
    pub wallet: Option<Wallet>,
}

/// A wallet a buyer paid from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wallet {
    /// The buyer's name at the wallet.
    pub account_tag: Option<String>,
}

/// What happened at one payment channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentExecution {
    /// The channel.
    pub channel_code: Option<String>,
    /// The channel's id of the transaction.
    pub channel_transaction_id: Option<String>,
    /// The channel's own code of the failure.
    pub original_failure_code: Option<String>,
    /// The channel's own words about the failure.
    pub original_failure_message: Option<String>,
}

read_from_text!(Order);

impl Object for Order {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            order_id: fields.own_id("orderId")?,
            status: fields.status("status"),
            order_type: fields.state("type"),
            session_id: fields.get("sessionId"),
            merchant_reference: fields.either("merchantReferenceId", "merchantReference"),
            subtotal: fields.money("amountSubtotal", "originalCurrency"),
            total: fields.money("amountTotal", "paymentCurrency"),
            customer_id: fields.get("customerId"),
            customer_email: fields.get("customerEmail"),
            invoice_id: fields.get("invoiceId"),
            product_id: fields.get("productId"),
            price_id: fields.get("priceId"),
            lines: fields.objects("priceDataList"),
            payment_method: fields.object("paymentMethod"),
            executions: fields.objects("paymentExecutionDetails"),
            created: fields.get("createTime"),
            settled: fields.get("paymentTime"),
            failure_code: fields.get("failureCode"),
            failure_message: fields.get("failureMessage"),
            risk_level: fields.get("riskLevel"),
            metadata: fields.metadata(),
        })
    }
}

impl Object for PaymentMethod {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            payment_method_type: fields.get("paymentMethodType"),
            payment_instrument_id: fields.get("paymentInstrumentId"),
            card_scheme: fields.get("cardScheme"),
            card_last_four: fields.get("cardLastFour"),
            issuer_region: fields.get("issuerRegion"),
            issuer_bank: fields.get("issuerBank"),
            wallet: fields.object("wallet"),
        })
    }
}

impl Object for Wallet {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            account_tag: fields.get("accountTag"),
        })
    }
}

impl Object for PaymentExecution {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            channel_code: fields.get("channelCode"),
            channel_transaction_id: fields.get("channelTransactionId"),
            original_failure_code: fields.get("originalFailureCode"),
            original_failure_message: fields.get("originalFailureMessage"),
        })
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
