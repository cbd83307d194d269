//! Values of Clink's Checkout Session API as they stand on the wire, and nothing else.
//!
//! Every other crate of the workspace builds on these types, so that an amount, an id or a
//! status means the same thing in the generated client, the SDK, the webhook reader and the
//! sandbox.
//!
//! * [`Amount`] is an exact decimal: it never passes through binary floating point and is
//!   never rounded.
//! * [`Currency`] and [`Money`] tie an amount to an ISO 4217 code.
//! * The enums ([`SessionStatus`], [`PaymentMethodType`], ...) are *open*: a value this
//!   version does not know is kept, never an error.
//! * Ids ([`SessionId`], ...) read whatever a server sends, and are checked before they become
//!   part of a URL ([`PathId`]).
//! * [`Timestamp`] reads ISO 8601 text, milliseconds and seconds, and writes ISO 8601 in UTC.

#![warn(missing_docs)]

mod amount;
mod currency;
mod enums;
mod event_type;
mod given;
mod id;
mod money;
mod open_enum;
mod read_text;
mod timestamp;

pub use amount::{Amount, AmountError};
pub use currency::{Currency, CurrencyError};
pub use enums::{
    BillingMode, DisputeStatus, InvoiceStatus, OrderStatus, OrderType, PaymentMethodType,
    PaymentStatus, PriceType, PricingModel, QuantityRounding, RecurringInterval, RefundReason,
    RefundStatus, SessionStatus, SubscriptionStatus, TaxCategory, UiMode, WebhookEndpointSource,
};
pub use event_type::EventType;
pub use given::given;
pub use id::{
    CustomerId, DisputeId, EventId, IdError, InvoiceId, OrderId, PathId, PaymentInstrumentId,
    PriceId, ProductId, RefundId, SessionId, SubscriptionId, WebhookEndpointId,
};
pub use money::Money;
pub use open_enum::Unrecognized;
pub use read_text::ReadText;
pub use timestamp::{Timestamp, TimestampError};

#[doc(hidden)]
pub mod __private {
    pub use serde;
}

/// The code of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
