//! A stand-in for Clink's Checkout Session API that follows every documented rule it covers: in
//! process for tests, over HTTP with a checkout page for people. No account, no network.
//!
//! ```
//! use clinkbill_sandbox::{Attempt, Sandbox};
//!
//! let sandbox = Sandbox::new();
//! let created = sandbox.post_checkout_session(
//!     r#"{
//!         "customerEmail": "customer@example.com",
//!         "originalAmount": 4.99, "originalCurrency": "USD",
//!         "successUrl": "https://shop.example/thanks"
//!     }"#,
//! );
//! assert_eq!(created.status(), 200);
//!
//! let body: serde_json::Value = serde_json::from_slice(created.body())?;
//! let session_id = body["data"]["sessionId"].as_str().unwrap();
//! let paid = sandbox.merchant().pay(session_id, Attempt::succeeded())?;
//! assert_eq!(
//!     paid.redirect_url.unwrap(),
//!     format!("https://shop.example/thanks?sessionId={session_id}"),
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Doors
//!
//! One engine, three doors that carry and never decide:
//!
//! * [`Sandbox::handle`]: direct calls, no socket, no thread, no runtime;
//! * `Sandbox::serve` (feature `server`): the API and the checkout page on a loopback port,
//!   webhooks delivered;
//! * `Sandbox::wiremock` (feature `wiremock`): the same behind a wiremock server.
//!
//! # What it keeps apart
//!
//! A key is a merchant: every `sk_test_...` or `sk_uat_...` key opens its own, at first empty
//! book, so tests that use different keys never meet. Production keys are refused.
//!
//! # Time
//!
//! Each merchant has a clock of its own: [`Merchant::freeze`], [`Merchant::advance`] and
//! [`Merchant::resume`], or `POST /_sandbox/clock/freeze`, `/advance` and `/resume`. It is the time
//! of everything a book holds, and never goes back. Requests and deliveries are dated in real time
//! all the same.
//!
//! # The checkout page
//!
//! A session's `url` opens a page on which a person pays: with the test cards it lists (the one that
//! Clink publishes, and with numbers of our choice one that is declined, one without funds and one
//! that has to be confirmed), by a QR code or in an app, whose part the page's own buttons play. It
//! adapts to the purchase and, by `?country=BR`, to the place of the buyer; counts down on the
//! merchant's clock; and works without its script. The order of a payment by card shows the last four
//! digits of the card. Of many lines the page shows 50 at once.
//!
//! To a browser the form of a payment answers with a redirect to a page of the checkout, which goes on
//! to the success URL by itself: browsers would hold a redirect to there against the page's own
//! policy, wherever that leads on to. A client that does not accept `text/html` is redirected at once.
//!
//! A page of another origin cannot send its forms, and only that of an embedded session may stand in
//! a frame. There it ends by telling the page around it, `{"type": "clinkbill.checkout.complete", "sessionId": ..., "returnUrl": ...}` by
//! `postMessage` to the origin of the return URL, and by leading the whole window there. Pictures of
//! a merchant are not fetched.
//!
//! # The developer's pages
//!
//! `/` lists the books, each named by a digest and the last four characters of its key, and
//! `/books/...` shows one: the clock, and the latest sessions, orders, events with their deliveries,
//! requests with the rules that decided them, subscriptions, customers, products, and armed faults;
//! from each list it goes back to all that is kept. On a port both are live: what happens appears
//! without a reload. Buttons pay, decline and expire a session, settle an order, send an event again,
//! move the clock and arm a fault; they do what `/_sandbox/` does. Expire moves the clock to the session's end, as nothing but time ends
//! one. Keys, signing secrets and bodies are not shown. There is no login: who reaches the port,
//! and calls it by an allowed name, sees and changes every book. A page of another origin cannot.
//!
//! # Webhooks
//!
//! Endpoints come with [`SandboxBuilder::webhook`], or through the documented API, where
//! `http`, `localhost` and loopback addresses are taken too. A delivery that is not answered with
//! 2xx within ten seconds is sent again up to ten times: 84 seconds after it was due, then twice
//! as long each time, just under 24 hours in all. Each sending is signed anew.
//! [`Merchant::webhook_log`] and `GET /_sandbox/events` tell of every attempt,
//! [`Merchant::resend`] and `POST /_sandbox/events/{id}/resend` send an event once more, and
//! [`Merchant::disturb_next`] and `POST /_sandbox/webhooks/next` let something go wrong.
//!
//! `tests/merchant_backend.rs` of this crate tests a merchant's backend with all that.
//!
//! A merchant has at most 128 endpoints and 10,000 deliveries that wait; of the events whose
//! deliveries came to an end the latest 1,000 are kept. The log counts what went beyond.
//!
//! # What it does not do
//!
//! Subscriptions stay in their first period; there are no coupons and no exchange of currencies.

#![warn(missing_docs)]

mod agenda;
mod book;
mod calendar;
mod catalogue;
mod clock;
mod engine;
mod error;
mod flow;
mod http;
mod ids;
mod journal;
mod key;
mod merchant;
mod observation;
mod offers;
mod paging;
mod request;
pub mod rulebook;
mod sandbox;
mod shelf;
#[cfg(feature = "state")]
mod state;
mod traffic;
mod view;
mod watch;
mod webhook;
pub mod wire;

#[cfg(any(feature = "server", feature = "wiremock"))]
pub use self::http::served::Served;
#[cfg(feature = "server")]
pub use self::http::server::Server;
#[cfg(feature = "wiremock")]
pub use self::http::wiremock::WiremockServer;
pub use catalogue::{Catalogue, CatalogueError};
pub use clock::{Clock, ManualClock, WallClock};
pub use error::{Refusal, RefusalShape};
pub use flow::{Attempt, Paid, Settlement};
pub use offers::{Country, CountryError, Offer, OfferTable, PurchaseType};
pub use request::{Answer, BODY_LIMIT, Body, Reply, Request, TransportFault};
pub use sandbox::{ControlError, Delivery, Merchant, Sandbox, SandboxBuilder, StartError};
#[cfg(feature = "state")]
pub use state::{Recovery, StateError};
pub use traffic::{
    ArmedFault, Fault, FaultKind, FaultTime, LoggedRequest, ProxyStatus, RequestLog,
};
pub use webhook::log::{LoggedAttempt, LoggedDelivery, LoggedEvent, LoggedState, WebhookLog};
pub use webhook::mischief::{ArmedMischief, Mischief};
pub use wire::request::PaymentMethodType;

/// The code of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
