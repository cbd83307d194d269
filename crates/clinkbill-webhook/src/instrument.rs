use std::collections::BTreeMap;

use clinkbill_types::{CustomerId, PaymentInstrumentId, PaymentMethodType, Timestamp};
use serde::{Deserialize, de};

use crate::Wallet;
use crate::read::{either, object, pairs, parsed, read_from_text, scalar};

/// A payment instrument of a customer as Clink tells it in an event: a card or a wallet that was
/// saved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentInstrument {
    /// The id of the instrument (`pi_...`).
    pub payment_instrument_id: PaymentInstrumentId,
    /// The customer whose it is.
    pub customer_id: Option<CustomerId>,
    /// What can be paid with it.
    pub payment_method_type: Option<PaymentMethodType>,
    /// The card, for a card.
    pub card: Option<Card>,
    /// The wallet, for a wallet.
    pub wallet: Option<Wallet>,
    /// Whether the customer pays with it when nothing else is said; none where it is not told.
    pub is_default: Option<bool>,
    /// When it was saved, in UTC.
    pub created: Option<Timestamp>,
    /// Whether it was registered for purchases by agents, where that is told.
    pub visa_registration_succeeded: Option<bool>,
    /// The merchant's own pairs.
    pub metadata: BTreeMap<String, String>,
}

/// A card that was saved. Its number is never told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Card {
    /// The scheme, such as `Visa`.
    #[serde(default, deserialize_with = "scalar")]
    pub scheme: Option<String>,
    /// The last four digits of the number.
    #[serde(default, deserialize_with = "scalar")]
    pub last4: Option<String>,
    /// The name on the card.
    #[serde(default, deserialize_with = "scalar")]
    pub name: Option<String>,
    /// The month it runs out in, 1 to 12.
    #[serde(default, deserialize_with = "parsed")]
    pub expiry_month: Option<u32>,
    /// The year it runs out in.
    #[serde(default, deserialize_with = "parsed")]
    pub expiry_year: Option<u32>,
    /// Credit, debit or prepaid.
    #[serde(default, deserialize_with = "scalar")]
    pub funding: Option<String>,
    /// The country of the issuer.
    #[serde(default, deserialize_with = "scalar")]
    pub issuer_region: Option<String>,
    /// The issuer.
    #[serde(default, deserialize_with = "scalar")]
    pub issuer_bank: Option<String>,
}

/// Reference pages and requests have different names for the same.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default, deserialize_with = "scalar")]
    id: Option<PaymentInstrumentId>,
    #[serde(default, deserialize_with = "scalar")]
    payment_instrument_id: Option<PaymentInstrumentId>,
    #[serde(default, deserialize_with = "scalar")]
    customer_id: Option<CustomerId>,
    #[serde(default, rename = "type", deserialize_with = "scalar")]
    kind: Option<PaymentMethodType>,
    #[serde(default, deserialize_with = "scalar")]
    payment_instrument_type: Option<PaymentMethodType>,
    #[serde(default, deserialize_with = "scalar")]
    payment_method_type: Option<PaymentMethodType>,
    #[serde(default, deserialize_with = "object")]
    card: Option<Card>,
    #[serde(default, deserialize_with = "object")]
    wallet: Option<Wallet>,
    #[serde(default, deserialize_with = "parsed")]
    is_default: Option<bool>,
    #[serde(default, deserialize_with = "scalar")]
    created: Option<Timestamp>,
    #[serde(default, deserialize_with = "scalar")]
    create_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "parsed")]
    visa_registration_succeeded: Option<bool>,
    #[serde(default, deserialize_with = "pairs")]
    metadata: BTreeMap<String, String>,
}

read_from_text!(PaymentInstrument as Wire);

impl TryFrom<Wire> for PaymentInstrument {
    type Error = serde_json::Error;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let kind = either(wire.kind, wire.payment_instrument_type);
        let id = either(wire.id, wire.payment_instrument_id);
        Ok(Self {
            payment_instrument_id: id.ok_or_else(|| de::Error::missing_field("id"))?,
            customer_id: wire.customer_id,
            payment_method_type: either(kind, wire.payment_method_type),
            card: wire.card,
            wallet: wire.wallet,
            is_default: wire.is_default,
            created: either(wire.created, wire.create_time),
            visa_registration_succeeded: wire.visa_registration_succeeded,
            metadata: wire.metadata,
        })
    }
}
