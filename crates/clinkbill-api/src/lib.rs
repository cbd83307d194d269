//! Low-level client of Clink's Checkout Session API, generated from its OpenAPI document.
//!
//! One method per operation, one struct per schema, and **one call is one sending**: nothing is
//! retried, no redirect is followed. Each sending is signed with the merchant's key and a fresh
//! timestamp. Amounts are exact ([`clinkbill_types::Amount`]); fields and enum values this version
//! does not know never fail a read; secrets of a session never show in `Debug` ([`Secret`]).
//!
//! For a client that knows what a failure means, and cannot build what Clink's guide forbids, use
//! the crate `clinkbill`.
//!
//! ```no_run
//! use clinkbill_api::{Client, Options, types::CreateCheckoutSessionRequest, types::PriceData};
//! use clinkbill_types::{Amount, Currency};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::connect(
//!     "https://uat-api.clinkbill.com/api/",
//!     &std::env::var("CLINK_SECRET_KEY")?.into(),
//!     Options::default(),
//! )?;
//!
//! let amount: Amount = "4.99".parse()?;
//! let answer = client
//!     .create_checkout_session(&CreateCheckoutSessionRequest {
//!         customer_email: Some("customer@example.com".to_owned()),
//!         price_data_list: Some(vec![PriceData {
//!             quantity: Some(1),
//!             currency: Some(Currency::USD),
//!             ..PriceData::new("A one-time purchase", amount)
//!         }]),
//!         ..CreateCheckoutSessionRequest::new(amount, "USD")
//!     })
//!     .await?
//!     .into_inner();
//!
//! // HTTP 200 is not yet success: the envelope's code decides.
//! if let (Some(200), Some(session)) = (answer.code, answer.data) {
//!     let read = client.get_checkout_session(&session.session_id.parse()?).await?;
//!     assert_eq!(read.code, Some(200));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! * HTTP 200 with an envelope is `Ok`, whatever its `code`.
//! * Any other status is [`Error::UnexpectedResponse`], with status, headers and body untouched.
//! * HTTP 200 with another body is [`Error::InvalidResponsePayload`].
//! * A body beyond [`LONGEST_ANSWER`] breaks off, as [`Error::ResponseBodyError`] or while it is
//!   read.
//! * What never reached an answer is [`Error::CommunicationError`]. [`Error::is_retryable`] says
//!   yes to every one of these; for [`Client::create_checkout_session`] that is wrong once
//!   anything was written to the wire. [`Client::watched`] tells the one from the other.
//!
//! `Display` and `Debug` of [`Error`] show headers and the whole body, which may hold a session's
//! token: do not log them.

#![warn(missing_docs)]

mod auth;
mod bound;
mod deployment;
#[expect(
    missing_docs,
    clippy::allow_attributes,
    clippy::pedantic,
    reason = "generated; what a reference points to carries the documentation"
)]
mod generated;
mod patience;
mod request;
mod secret;
mod sending;
mod transport;

pub use auth::Inner;
pub use bound::{LONGEST_ANSWER, is_too_long};
pub use deployment::{Deployment, is_loopback};
pub use generated::{ByteStream, Client, ClientInfo, Error, ResponseValue, types};
pub use secret::Secret;
pub use sending::Sending;
pub use transport::{ConnectError, Options, http_client};

/// The code of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
