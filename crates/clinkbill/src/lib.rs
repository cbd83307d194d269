//! A client of [Clink's](https://clinkbill.com) Checkout Session API that merchants can trust
//! with money.
//!
//! The promise:
//! * what Clink's guide forbids does not compile ([`NewSession`]);
//! * a failure says whether it took effect ([`Error::outcome`]), and a session is never created
//!   twice behind your back: what may have reached Clink is not sent again;
//! * amounts are exact and never rounded ([`Amount`], [`Money`]);
//! * keys, signing secrets and checkout URLs never show in `Debug`, `Display` or errors;
//! * a value or a field Clink adds tomorrow does not break a read today.
//!
//! # Quick start
//! ```no_run
//! use clinkbill::{
//!     Client, Currency, CustomerRef, Environment, Line, NewSession, RedirectUrl, SecretKey,
//! };
//!
//! # async fn run() -> Result<(), clinkbill::Error> {
//! let client = Client::builder(SecretKey::from_env()?) // CLINK_SECRET_KEY
//!     .environment(Environment::from_env()?) // CLINK_BASE_URL, or Clink's sandbox
//!     .build()?;
//!
//! let session = client
//!     .checkout_sessions()
//!     .create(
//!         &NewSession::hosted(
//!             RedirectUrl::parse("https://shop.example.com/thanks")?,
//!             RedirectUrl::parse("https://shop.example.com/cart")?,
//!         )
//!         .customer(CustomerRef::email("customer@example.com")?)
//!         .lines(Currency::USD, [Line::new("A one-time purchase", 1, "4.99")])
//!         .merchant_reference("A-17"),
//!     )
//!     .await?;
//!
//! // Send the buyer to `session.url.as_str()`. After the payment the buyer comes back:
//! let back = "https://shop.example.com/thanks?sessionId=sess_1";
//! let session = client.checkout_sessions().retrieve_from_redirect(back).await?;
//! println!("{} is {}", session.session_id, session.status);
//! # Ok(())
//! # }
//! ```
//! `cargo run --example checkout` does all of it against a local sandbox, webhook included,
//! `examples/receive.rs` is a shop in one file, and [`guide`] has a page for each thing a shop does.
//!
//! # When a call fails
//! ```no_run
//! # use clinkbill::{Client, Outcome, Lines, Hosted, CustomerRef, NewSession};
//! # async fn run(client: Client, new: NewSession<CustomerRef, Hosted, Lines>) {
//! match client.checkout_sessions().create(&new).await {
//!     Ok(session) => { /* send the buyer to session.url */ }
//!     Err(error) => match error.outcome() {
//!         // No session was made. It may be tried again.
//!         Outcome::NotSent => eprintln!("{}", in_full(&error)),
//!         // Clink said no, and will say so again.
//!         Outcome::Rejected => eprintln!("{}: {:?}", in_full(&error), error.name()),
//!         // A session may exist: find out what became of it before you make another.
//!         _ => eprintln!("{}", in_full(&error)),
//!     },
//! }
//! # }
//!
//! /// An error is one sentence about the call. Why it failed is in its sources.
//! fn in_full(error: &dyn std::error::Error) -> String {
//!     let chain = std::iter::successors(Some(error), |error| error.source());
//!     chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
//! }
//! ```
//! `create` is not cancel-safe: when its future is dropped, the outcome is unknown. What to do
//! then, and after `Unknown`, is told in [`guide::reconciliation`].
//!
//! Reads are repeated while that may help, with growing waits and inside one deadline
//! ([`RetryPolicy`], [`CallOptions`]); anything else is sent again only when the request provably
//! never left this machine. At most 256 requests are in flight at once
//! ([`ClientBuilder::max_in_flight`]).
//!
//! # Being paid
//! A buyer on the success URL proves nothing. Trust a webhook that verified ([`webhook`]) or a
//! session you read yourself, and let [`Expectation`] compare reference, session and amount with
//! your own books, in the currency the session was priced in. [`guide::fulfilment`] walks through
//! all of it, from the signature to delivering once.
//!
//! # Around a session
//! | to | see |
//! |---|---|
//! | learn what became of a purchase after an unknown outcome | [`guide::reconciliation`], [`Orders::find_by_merchant_reference`] |
//! | know what is sent and told when something goes wrong | [`guide::faults`] |
//! | follow what was bought | [`Orders`], [`Subscriptions`], [`Invoices`] |
//! | let customers look after their subscriptions | [`BillingSessions`] |
//! | have something registered to sell | [`catalogue`] |
//! | say where events go | [`webhook_endpoint`] |
//!
//! These stand in Clink's reference pages, not in the guide.
//!
//! Source: Clink's guide "Checkout Session". Names such as `CR-01` in compiler errors and
//! documentation number its rules.
//!
//! # Features
//! None changes what is sent; `ring` alone is on by default.
//! * `ring`: TLS by ring, where the program has installed no other provider of rustls. Without it a
//!   client cannot be built before one is installed.
//! * `axum`: `webhook::VerifiedEvent`, an extractor for axum 0.8 that lets through only what verified
//!   and answers 4xx itself to the rest.
//! * `tracing`: a span (`INFO`) for each call and in it one for each attempt, by the `tracing` crate;
//!   an event where an attempt is repeated or a call was refused (`INFO`), and where one failed
//!   otherwise (`WARN`); with the fields OpenTelemetry names (`http.request.method`, `http.response.status_code`,
//!   `server.address`, `url.template`, `error.type`, ...) and `clinkbill.operation`,
//!   `clinkbill.attempt`, `clinkbill.code`, `clinkbill.elapsed_ms`, `clinkbill.outcome`. No key,
//!   no body, no id and no link is among them.

#![warn(missing_docs)]

mod answer;
mod call;
mod call_options;
pub mod catalogue;
mod checkout;
mod client;
mod clock;
mod customer;
mod environment;
mod error;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
pub mod guide;
mod observe;
mod order;
mod page;
mod portal;
mod redact;
mod redirect;
mod retry;
mod secret;
mod subscription;
pub mod webhook_endpoint;

pub use call_options::CallOptions;
pub use checkout::{
    CashApp, CheckoutSessions, CheckoutUrl, CreatedSession, DirectQrMethod, Elements,
    ElementsWithoutReturnUrl, Hosted, Line, Lines, NewSession, NoCustomer, NoPurchase, OneTime,
    Plan, PromotionCodes, Qris, Recurring, Registered, ScheduledPhase, UnitAmount, WithTotal,
    rules,
};
pub use client::{Client, ClientBuilder};
pub use clinkbill_types::{
    Amount, AmountError, BillingMode, Currency, CurrencyError, CustomerId, DisputeId,
    DisputeStatus, EventId, IdError, InvoiceId, InvoiceStatus, Money, OrderId, OrderStatus,
    OrderType, PaymentInstrumentId, PaymentMethodType, PaymentStatus, PriceId, PriceType,
    PricingModel, ProductId, QuantityRounding, RecurringInterval, RefundId, RefundReason,
    RefundStatus, SessionId, SessionStatus, SubscriptionId, SubscriptionStatus, TaxCategory,
    Timestamp, TimestampError, UiMode, Unrecognized, WebhookEndpointId, WebhookEndpointSource,
};
pub use clinkbill_webhook as webhook;
pub use clinkbill_webhook::{
    Dispute, Expectation, Fulfilment, Invoice, InvoiceItem, LineItem, Mismatch, Order,
    PaymentInstrument, PaymentMethod, Refund, Session, SessionCustomer, Subscription,
};
pub use clock::Clock;
pub use customer::CustomerRef;
pub use environment::{ApiUrl, Environment};
pub use error::{Error, Outcome};
pub use order::{OrderFilter, Orders};
pub use page::{Page, Paging};
pub use portal::{BillingSession, BillingSessions, NewBillingSession, PortalUrl};
pub use redirect::RedirectUrl;
pub use retry::RetryPolicy;
pub use secret::SecretKey;
pub use subscription::{Invoices, Subscriptions};

/// The code of the README compiles, that of the repository and that of this crate.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../README.md")]
struct Readme;
