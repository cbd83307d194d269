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
mod draft;
mod redirect;

use clinkbill_types::{Amount, Currency};

use crate::error::Refusal;
pub use customer::{Cell, Verdict};
pub(crate) use customer::{Identifiers, Situation, classify};
pub(crate) use draft::{draft, identifiers};

/// The documented behaviour. Every method has it as its default.
pub trait Rulebook: Send + Sync {
    // Customer (guide: Session Data, Customer)

    /// CR-01 to CR-30 and CR-43: what happens in each cell of the customer table.
    fn customer_verdict(&self, cell: Cell) -> Verdict {
        cell.documented_verdict()
    }

    /// CR-01: an identifier that is empty counts as not given. That blank text counts as empty
    /// is our choice (G-04).
    fn identifier_is_given(&self, text: &str) -> bool {
        !text.trim().is_empty()
    }

    /// CR-35 (open): the form under which e-mail addresses are compared. Trimmed and in lower
    /// case is our choice (G-05).
    fn email_as_compared(&self, email: &str) -> String {
        email.trim().to_lowercase()
    }

    // Fields (guide: Product & Price, URLs)

    /// FR-02: the amount is kept to the digit (FR-17, our choice); one with more digits than
    /// can be kept is refused, never rounded.
    fn amount(&self, field: &str, exact: Option<Amount>) -> Result<Amount, Refusal> {
        exact.ok_or_else(|| {
            Refusal::field(
                field,
                "has more digits than can be kept exactly (at most 28)",
            )
        })
    }

    /// FR-02: the currency is an ISO 4217 code; that it stands in capital letters is our choice.
    fn currency(&self, field: &str, code: &str) -> Result<Currency, Refusal> {
        code.parse().map_err(|_| {
            Refusal::field(
                field,
                "is not an ISO 4217 currency code in capital letters, such as USD",
            )
        })
    }

    /// FR-03, RD-03: embedded checkout needs a return URL.
    fn elements_return_url(&self, return_url: Option<&str>) -> Result<(), Refusal> {
        match return_url {
            Some(_) => Ok(()),
            None => Err(Refusal::field(
                "returnUrl",
                "is required when uiMode is elements",
            )),
        }
    }

    /// RD-11 (open): a buyer is sent to absolute http and https URLs only, and a picture is
    /// fetched from nowhere else (G-34, our choice).
    fn web_url(&self, field: &str, url: &str) -> Result<(), Refusal> {
        if redirect::is_web_url(url) {
            Ok(())
        } else {
            Err(Refusal::field(
                field,
                "must be an absolute http or https URL without blanks",
            ))
        }
    }

    /// A metadata key has at most 40 characters (newer than the guide; the contract's schema
    /// cannot say it).
    fn metadata_key(&self, field: &str, key: &str) -> Result<(), Refusal> {
        if key.chars().count() <= 40 {
            Ok(())
        } else {
            Err(Refusal::field(
                field,
                "a key must have at most 40 characters",
            ))
        }
    }

    // Redirects (guide: Return and Redirect URLs)

    /// RD-04: after a successful hosted payment the buyer goes to the success URL, with the
    /// session id appended.
    fn success_redirect(&self, success_url: &str, session_id: &str) -> String {
        redirect::append_session_id(success_url, session_id)
    }

    /// RD-05: who leaves a hosted checkout goes to the cancel URL, as it was given.
    fn cancel_redirect(&self, cancel_url: &str) -> String {
        cancel_url.to_owned()
    }

    /// RD-07: embedded checkout ends at the return URL, with the placeholder replaced by the
    /// session id.
    fn return_redirect(&self, return_url: &str, session_id: &str) -> String {
        redirect::replace_placeholder(return_url, session_id)
    }

    // Status (guide: Session Data, Status)

    /// ST-05: a session's link is time-limited: past its end it is expired.
    fn is_past_its_end(&self, now: i64, expire: i64) -> bool {
        now >= expire
    }

    /// ST-02, ST-04: an attempt that succeeded completes the session; one that failed does not.
    fn attempt_completes_session(&self, succeeded: bool) -> bool {
        succeeded
    }

    // Merchant reference (guide: Merchant Reference)

    /// MR-01: the merchant reference stands on every order made through the session.
    fn order_reference(&self, session_reference: Option<&str>) -> Option<String> {
        session_reference.map(str::to_owned)
    }
}

/// The sandbox as documented.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faithful;

impl Rulebook for Faithful {}
