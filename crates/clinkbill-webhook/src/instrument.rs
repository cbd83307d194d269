use std::collections::BTreeMap;

use clinkbill_types::{CustomerId, PaymentInstrumentId, PaymentMethodType, Timestamp};

use crate::Wallet;
use crate::read::{Fields, Object, read_from_text};

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Card {
    /// The scheme, such as `Visa`.
    pub scheme: Option<String>,
    /// The last four digits of the number.
    pub last4: Option<String>,
    /// The name on the card.
    pub name: Option<String>,
    /// The month it runs out in, 1 to 12.
    pub expiry_month: Option<u32>,
    /// The year it runs out in.
    pub expiry_year: Option<u32>,
    /// Credit, debit or prepaid.
    pub funding: Option<String>,
    /// The country of the issuer.
    pub issuer_region: Option<String>,
    /// The issuer.
    pub issuer_bank: Option<String>,
}

read_from_text!(PaymentInstrument);

/// Reference pages and requests have different names for the same.
impl Object for PaymentInstrument {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        let id = fields.get("paymentInstrumentId");
        let kind = fields.either("type", "paymentInstrumentType");
        Ok(Self {
            payment_instrument_id: fields.own_id("id").or_else(|error| id.ok_or(error))?,
            customer_id: fields.get("customerId"),
            payment_method_type: kind.or_else(|| fields.get("paymentMethodType")),
            card: fields.object("card"),
            wallet: fields.object("wallet"),
            is_default: fields.get("isDefault"),
            created: fields.either("created", "createTime"),
            visa_registration_succeeded: fields.get("visaRegistrationSucceeded"),
            metadata: fields.metadata(),
        })
    }
}

impl Object for Card {
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self> {
        Ok(Self {
            scheme: fields.get("scheme"),
            last4: fields.get("last4"),
            name: fields.get("name"),
            expiry_month: fields.get("expiryMonth"),
            expiry_year: fields.get("expiryYear"),
            funding: fields.get("funding"),
            issuer_region: fields.get("issuerRegion"),
            issuer_bank: fields.get("issuerBank"),
        })
    }
}
