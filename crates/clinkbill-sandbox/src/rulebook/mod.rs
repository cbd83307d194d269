//! The documented rules, one method each.
//!
//! The faithful sandbox ([`Faithful`]) overrides nothing. A *deviant* overrides exactly one
//! method or one row of the customer table: it shows what an application does when Clink
//! answers differently, and proves that a conformance scenario can fail.
//!
//! ```
//! use clinkbill_sandbox::Sandbox;
//! use clinkbill_sandbox::rulebook::{Cell, Rulebook, Verdict};
//!
//! /// Binds a reference to the owner of an e-mail address, which the guide forbids.
//! struct BindsByEmail;
//!
//! impl Rulebook for BindsByEmail {
//!     fn customer_verdict(&self, cell: Cell) -> Verdict {
//!         match cell {
//!             Cell::Cr08 => Verdict::UseAndBind,
//!             other => other.documented_verdict(),
//!         }
//!     }
//! }
//!
//! let deviant = Sandbox::builder().rulebook(BindsByEmail).build();
//! # let _ = deviant;
//! ```

mod customer;
mod decisions;
mod draft;
mod price;
mod purchase;
mod redirect;
mod rule;
mod rules;

use crate::error::Refusal;
pub use crate::observation::Observation;
pub use customer::{Cell, Verdict};
pub(crate) use customer::{Identifiers, Import, Situation, classify};
pub(crate) use decisions::{Decided, Decisions};
pub(crate) use draft::{draft, identifiers};
pub(crate) use price::{PriceTerms, PriceWish, price_terms};
pub(crate) use purchase::{Named, purchase};
pub(crate) use redirect::is_web_url;
pub use rule::{Level, Rule};
pub use rules::Rulebook;

/// What becomes of a body that the contract's schema forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forbidden {
    /// It is refused.
    Refused,
    /// This body is read instead.
    ReadAs(Vec<u8>),
}

/// What the catalogue has under the ids of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CatalogueLookup {
    /// A price and its product, both for sale.
    Found,
    /// No product has the product id.
    UnknownProduct,
    /// No price has the price id.
    UnknownPrice,
    /// The price belongs to a product that was not named.
    PriceOfAnotherProduct,
    /// The product is not for sale.
    InactiveProduct,
    /// The price is not for sale.
    InactivePrice,
}

/// What the catalogue has under the snapshot id of a scheduled phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotLookup {
    /// A recurring price in the currency of the session.
    Fits,
    /// Nothing.
    Unknown,
    /// A one-time price.
    OneTime,
    /// A recurring price in another currency.
    AnotherCurrency,
}

/// How a QR code that could open at once stands to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct QrWish {
    /// The session wishes for the code of this method.
    pub wished: bool,
    /// The method is the preselected one.
    pub preselected: bool,
    /// The checkout offers the method.
    pub available: bool,
}

impl CatalogueLookup {
    /// What is not there, or not for sale, is refused. The names are our choice.
    pub fn documented_answer(self) -> Result<(), Refusal> {
        let (name, detail) = match self {
            Self::Found => return Ok(()),
            Self::UnknownProduct => ("PRODUCT_NOT_FOUND", "no product has this id"),
            Self::UnknownPrice => ("PRICE_NOT_FOUND", "no price has this id"),
            Self::PriceOfAnotherProduct => {
                ("PRICE_NOT_FOUND", "priceId is a price of another product")
            }
            Self::InactiveProduct => ("PRODUCT_NOT_ACTIVE", "it is not for sale"),
            Self::InactivePrice => ("PRICE_NOT_ACTIVE", "it is not for sale"),
        };
        Err(Refusal::new(name, detail))
    }
}

impl SnapshotLookup {
    /// Only a snapshot that fits can be charged.
    pub fn documented_answer(self) -> Result<(), Refusal> {
        let reason = match self {
            Self::Fits => return Ok(()),
            Self::Unknown => "no price has this snapshot",
            Self::OneTime => "must be a snapshot of a recurring price",
            Self::AnotherCurrency => "must be in the currency of the session",
        };
        let field = "scheduledPhases.priceSnapshotId";
        Err(Refusal::field(field, reason))
    }
}

/// The sandbox as documented.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faithful;

impl Rulebook for Faithful {}
