//! Verify, sign and read the webhook events of Clink's Checkout Session API, whatever HTTP
//! framework receives them.
//!
//! The promise: [`Verifier::verify`] returns an [`Event`] only for a body that somebody who
//! holds the signing secret signed, byte for byte, not long ago.
//!
//! ```
//! use clinkbill_webhook::{EventKind, Signer, Verifier, WebhookError, WebhookSecret};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = WebhookSecret::new("whsec_of_this_endpoint")?;
//! let verifier = Verifier::new(secret.clone());
//!
//! // In a service the headers and the raw body come from the request.
//! let body = br#"{"id":"event_1","created":1700000000000,"type":"order.succeeded",
//!     "data":{"object":{"orderId":"order_1","status":"success",
//!     "amountSubtotal":7.50,"originalCurrency":"USD"}}}"#;
//! let now = std::time::SystemTime::now().try_into()?;
//! let headers = Signer::new(secret).sign(body, now);
//!
//! let event = verifier.verify(|name| headers.get(name), body)?;
//! if let EventKind::OrderSucceeded(order) = event.kind {
//!     assert_eq!(order.subtotal.unwrap().to_string(), "7.50 USD");
//! }
//!
//! let tampered = body.to_ascii_uppercase();
//! let refused = verifier.verify(|name| headers.get(name), &tampered);
//! assert!(matches!(refused, Err(WebhookError::Signature)));
//! # Ok(())
//! # }
//! ```
//!
//! # What to answer
//! Events may come twice and in any order: act once per [`Event::id`] ([`Dedup`]), and only when
//! what was paid is what you expect ([`Expectation`]). Answer 2xx to every event that verified,
//! the types you do not handle included, or Clink sends it again; `order.succeeded` wants an
//! answer of its own ([`AccountAnswer`]).
//!
//! # How events are read
//! Liberally: unknown fields and values are kept or skipped, never refused; money may be a
//! number or a decimal string and stays exact; times may be ISO 8601 text, milliseconds or
//! seconds; a reference that is blank or the text `null` is none. A field of a shape that nobody
//! knows is none as well, and [`Event::object`] still has it, byte for byte.
//!
//! # Features
//! * `axum`, off by default: the extractor `VerifiedEvent`, which verifies a request before a
//!   handler sees it, and answers 4xx itself when it does not verify.

#![warn(missing_docs)]

mod answer;
mod dedup;
mod dispute;
mod event;
#[cfg(feature = "axum")]
mod extract;
mod fulfilment;
mod instrument;
mod invoice;
mod kind;
mod memory;
mod order;
mod read;
mod refund;
mod secret;
mod session;
mod signature;
mod subscription;

pub use answer::{Account, AccountAnswer, AccountError};
pub use clinkbill_types::EventType;
pub use dedup::{Claim, Dedup, Once, OnceError, REMEMBER_FOR, Settled};
pub use dispute::Dispute;
pub use event::{Event, UnreadableEvent};
#[cfg(feature = "axum")]
pub use extract::{LARGEST_BODY, VerifiedEvent, WebhookRejection};
pub use fulfilment::{Expectation, Fulfilment, Mismatch, Payment};
pub use instrument::{Card, PaymentInstrument};
pub use invoice::{Invoice, InvoiceDiscount, InvoiceItem, InvoiceItemPrice, InvoiceItemRecurring};
pub use kind::EventKind;
pub use memory::{MemoryDedup, MemoryTicket};
pub use order::{Order, PaymentExecution, PaymentMethod, Wallet};
pub use refund::Refund;
pub use secret::{SecretError, WebhookSecret};
pub use session::{LineItem, Price, PriceOption, Product, Recurring, Session, SessionCustomer};
pub use signature::{SignedHeaders, Signer, Verifier, WebhookError};
pub use subscription::{Subscription, SubscriptionPhase};

/// The code of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
