use std::collections::BTreeMap;

use clinkbill_types::{
    CustomerId, Money, OrderId, PaymentInstrumentId, RefundId, RefundReason, RefundStatus,
    Timestamp,
};

use crate::read::{Fields, Object, read_from_text};

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

read_from_text!(Refund);

impl Object for Refund {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        let metadata = fields.metadata();
        let told = fields.either("merchantReferenceId", "merchantReference");
        let in_metadata = metadata.get("merchantReferenceId");
        let in_metadata = in_metadata.and_then(|text| clinkbill_types::given(text));
        Ok(Self {
            refund_id: fields.own_id("refundId")?,
            status: fields.status("status"),
            order_id: fields.get("orderId"),
            merchant_refund_id: fields.get("refundMerchantOrderId"),
            merchant_reference: told.or_else(|| in_metadata.map(str::to_owned)),
            amount: fields.money("refundAmount", "refundCurrency"),
            customer_id: fields.get("customerId"),
            payment_instrument_id: fields.get("paymentInstrumentId"),
            reason: fields.get("refundReason"),
            failure_code: fields.get("failureCode"),
            failure_message: fields.get("failureMessage"),
            created: fields.get("createTime"),
            metadata,
        })
    }
}
