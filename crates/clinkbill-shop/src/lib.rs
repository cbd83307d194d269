//! Two shops to run and to copy from. They sell the same things and keep the same books; one sends
//! its buyers to the hosted checkout page, the other embeds the checkout in a page of its own.
//!
//! ```console
//! $ cargo run -p clinkbill-shop                        # hosted
//! $ cargo run -p clinkbill-shop --bin embedded-shop
//! ```
//! Without an account they start a sandbox of their own ([`start`] says what the environment can
//! tell them). Open the link that is printed, order something, and pay with a test card.
//!
//! | file | what it shows |
//! |---|---|
//! | `schema.sql`, `books.rs` | the purchase and each call for a session are written down *before* the call, under a reference of its own; amounts are text |
//! | `checkout.rs` | the call, what each outcome leads to, and reconciling |
//! | `reconcile.rs` | what became of a purchase, as [`clinkbill::guide::reconciliation`] tells |
//! | `webhook.rs`, `sql_dedup.rs`, `fulfil.rs` | an event that verified is claimed, compared with the books, and delivered once, in one transaction; [`clinkbill::guide::fulfilment`] shows them |
//! | `pages.rs` | pages of the shop; a buyer on the thank-you page proves nothing, so it looks the order up |
//! | `start.rs` | the configuration, and the sandbox in this process |

#![warn(missing_docs)]

pub mod books;
pub mod checkout;
mod error;
#[expect(missing_docs, reason = "the file is a part of the documentation")]
pub mod fulfil;
pub mod goods;
mod pages;
#[expect(missing_docs, reason = "the file is a part of the documentation")]
pub mod reconcile;
mod shop;
#[expect(missing_docs, reason = "the file is a part of the documentation")]
pub mod sql_dedup;
pub mod start;
#[expect(missing_docs, reason = "the file is a part of the documentation")]
pub mod webhook;

pub use error::ShopError;
pub use shop::{Kind, Settings, Shop};
