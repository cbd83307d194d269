use std::collections::BTreeMap;

use clinkbill_types::{CustomerId, DisputeId, DisputeStatus, Money, OrderId, Timestamp};

use crate::read::{Fields, Object, read_from_text};

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

read_from_text!(Dispute);

impl Object for Dispute {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            dispute_id: fields.own_id("chargeBackId")?,
            status: fields.status("status"),
            order_id: fields.get("orderId"),
            merchant_reference: fields.either("merchantReferenceId", "merchantReference"),
            merchant_id: fields.get("merchantId"),
            customer_id: fields.get("customerId"),
            amount: fields.money("disputeAmount", "disputeCurrency"),
            original_amount: fields.money("originalAmount", "originalCurrency"),
            reason_code: fields.get("reasonCode"),
            reason_description: fields.get("reasonDescription"),
            network_reason_code: fields.get("networkReasonCode"),
            evidence_deadline: fields.get("evidenceDeadline"),
            opened: fields.get("channelDisputeTime"),
            metadata: fields.metadata(),
        })
    }
}
