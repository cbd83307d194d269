use std::collections::BTreeMap;

use clinkbill_types::{
    Amount, Currency, CustomerId, DisputeId, DisputeStatus, Money, OrderId, Timestamp,
};
use serde::Deserialize;

use crate::read::{
    amount, currency, either, money, own_id, pairs, read_from_text, scalar, status, unsaid,
};

/// A dispute as Clink tells it in an event: a buyer asks the bank for money back (a chargeback).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Dispute {
    /// The id of the dispute. On the wire it is called `chargeBackId`.
    pub dispute_id: DisputeId,
    /// Where the dispute stands.
    pub status: DisputeStatus,
    /// The order whose money is disputed.
    pub order_id: Option<OrderId>,
    /// The merchant's own reference of the purchase.
    pub merchant_reference: Option<String>,
    /// The merchant, by Clink's id.
    pub merchant_id: Option<String>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
    /// How much is disputed, in the currency the bank disputes it in.
    pub amount: Option<Money>,
    /// How much was asked for, in the currency it was asked in.
    pub original_amount: Option<Money>,
    /// Why, as a code.
    pub reason_code: Option<String>,
    /// Why, in words.
    pub reason_description: Option<String>,
    /// Why, as a code of the card network.
    pub network_reason_code: Option<String>,
    /// Until when evidence may be handed in, in UTC.
    pub evidence_deadline: Option<Timestamp>,
    /// When the dispute was opened at the payment channel, in UTC.
    pub opened: Option<Timestamp>,
    /// The merchant's own pairs.
    pub metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(deserialize_with = "own_id")]
    charge_back_id: DisputeId,
    #[serde(default = "unsaid", deserialize_with = "status")]
    status: DisputeStatus,
    #[serde(default, deserialize_with = "scalar")]
    order_id: Option<OrderId>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_reference_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    merchant_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    customer_id: Option<CustomerId>,
    #[serde(default, deserialize_with = "amount")]
    dispute_amount: Option<Amount>,
    #[serde(default, deserialize_with = "currency")]
    dispute_currency: Option<Currency>,
    #[serde(default, deserialize_with = "amount")]
    original_amount: Option<Amount>,
    #[serde(default, deserialize_with = "currency")]
    original_currency: Option<Currency>,
    #[serde(default, deserialize_with = "scalar")]
    reason_code: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    reason_description: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    network_reason_code: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    evidence_deadline: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    channel_dispute_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "pairs")]
    metadata: BTreeMap<String, String>,
}

read_from_text!(Dispute as Wire);

impl From<Wire> for Dispute {
    fn from(wire: Wire) -> Self {
        Self {
            dispute_id: wire.charge_back_id,
            status: wire.status,
            order_id: wire.order_id,
            merchant_reference: either(wire.merchant_reference_id, wire.merchant_reference),
            merchant_id: wire.merchant_id,
            customer_id: wire.customer_id,
            amount: money(wire.dispute_amount, wire.dispute_currency),
            original_amount: money(wire.original_amount, wire.original_currency),
            reason_code: wire.reason_code,
            reason_description: wire.reason_description,
            network_reason_code: wire.network_reason_code,
            evidence_deadline: wire.evidence_deadline,
            opened: wire.channel_dispute_time,
            metadata: wire.metadata,
        }
    }
}
