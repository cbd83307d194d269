use std::collections::BTreeMap;

use clinkbill_types::{
    Amount, Currency, CustomerId, Money, OrderId, PaymentInstrumentId, RefundId, RefundReason,
    RefundStatus, Timestamp,
};
use serde::Deserialize;

use crate::read::{
    amount, currency, either, money, own_id, pairs, read_from_text, scalar, status, unsaid,
};

/// A refund as Clink tells it in an event: money of an order that goes back.
///
/// It belongs to the purchase of its [`order_id`](Self::order_id); a merchant reference is not
/// always told.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Refund {
    /// The id of the refund (`rfd_...`).
    pub refund_id: RefundId,
    /// Where the refund stands.
    pub status: RefundStatus,
    /// The order whose money goes back.
    pub order_id: Option<OrderId>,
    /// The merchant's own number of the refund. Asking again with the same one gives the same
    /// refund.
    pub merchant_refund_id: Option<String>,
    /// The merchant's own reference of the purchase, where it is told.
    pub merchant_reference: Option<String>,
    /// How much goes back.
    pub amount: Option<Money>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
    /// The saved instrument the money goes back to.
    pub payment_instrument_id: Option<PaymentInstrumentId>,
    /// Why the money goes back.
    pub reason: Option<RefundReason>,
    /// Why the refund failed, as a code such as `already_refunded`.
    pub failure_code: Option<String>,
    /// Why the refund failed, in words.
    pub failure_message: Option<String>,
    /// When the refund was asked for, in UTC.
    pub created: Option<Timestamp>,
    /// Pairs of Clink's and of the merchant's own.
    pub metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(deserialize_with = "own_id")]
    refund_id: RefundId,
    #[serde(default = "unsaid", deserialize_with = "status")]
    status: RefundStatus,
    #[serde(default, deserialize_with = "scalar")]
    order_id: Option<OrderId>,
    #[serde(default, deserialize_with = "scalar")]
    refund_merchant_order_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference_id: Option<String>,
    #[serde(default, deserialize_with = "amount")]
    refund_amount: Option<Amount>,
    #[serde(default, deserialize_with = "currency")]
    refund_currency: Option<Currency>,
    #[serde(default, deserialize_with = "scalar")]
    customer_id: Option<CustomerId>,
    #[serde(default, deserialize_with = "scalar")]
    payment_instrument_id: Option<PaymentInstrumentId>,
    #[serde(default, deserialize_with = "scalar")]
    refund_reason: Option<RefundReason>,
    #[serde(default, deserialize_with = "scalar")]
    failure_code: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    failure_message: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    create_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "pairs")]
    metadata: BTreeMap<String, String>,
}

read_from_text!(Refund as Wire);

impl From<Wire> for Refund {
    fn from(wire: Wire) -> Self {
        let told = either(wire.merchant_reference_id, wire.merchant_reference);
        let in_metadata = wire.metadata.get("merchantReferenceId");
        let in_metadata = in_metadata.and_then(|text| clinkbill_types::given(text));
        Self {
            refund_id: wire.refund_id,
            status: wire.status,
            order_id: wire.order_id,
            merchant_refund_id: wire.refund_merchant_order_id,
            merchant_reference: told.or_else(|| in_metadata.map(str::to_owned)),
            amount: money(wire.refund_amount, wire.refund_currency),
            customer_id: wire.customer_id,
            payment_instrument_id: wire.payment_instrument_id,
            reason: wire.refund_reason,
            failure_code: wire.failure_code,
            failure_message: wire.failure_message,
            created: wire.create_time,
            metadata: wire.metadata,
        }
    }
}
