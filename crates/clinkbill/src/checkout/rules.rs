//! What each step of a [`NewSession`](crate::NewSession) demands, by the rules of Clink's guide.
//!
//! These traits are only here to be read: they cannot be implemented, and their names show up
//! in compiler errors together with the rule that was broken.

use super::new_session::{Elements, ElementsWithoutReturnUrl, Hosted};
use super::purchase::{Lines, NoPurchase, OneTime, Plan, Registered, WithTotal};
use super::{CheckoutUrl, sealed};
use crate::CustomerRef;

/// The customer is known (CR-01).
#[diagnostic::on_unimplemented(
    message = "CR-01: a session needs a customer: an id, an email or a reference",
    label = "no customer is given",
    note = "add `.customer(CustomerRef::email(..)?)` before the session is created"
)]
pub trait CustomerKnown: sealed::Customer {}

impl CustomerKnown for CustomerRef {}

/// It is known how the checkout is rendered, and where an embedded one returns to (RD-03).
#[diagnostic::on_unimplemented(
    message = "RD-03: an embedded session (uiMode elements) needs a return URL",
    label = "no return URL is given",
    note = "add `.return_url(RedirectUrl::parse(..)?)` before the session is created"
)]
pub trait Rendered: sealed::Rendering {
    /// What the created session has for a URL: always one on the hosted page, possibly none
    /// when embedded.
    type Url;

    #[doc(hidden)]
    fn url(url: Option<CheckoutUrl>) -> Option<Self::Url>;
}

impl Rendered for Hosted {
    type Url = CheckoutUrl;

    fn url(url: Option<CheckoutUrl>) -> Option<CheckoutUrl> {
        url
    }
}

impl Rendered for Elements {
    type Url = Option<CheckoutUrl>;

    fn url(url: Option<CheckoutUrl>) -> Option<Option<CheckoutUrl>> {
        Some(url)
    }
}

/// The checkout is embedded, so it may have a return URL (RD-03, RD-05).
#[diagnostic::on_unimplemented(
    message = "RD-05: a hosted session leads to its success and cancel URLs, not to a return URL",
    label = "this session is not embedded",
    note = "use `NewSession::hosted(success, cancel)`, or `NewSession::elements()`"
)]
pub trait Embedded {}

impl Embedded for ElementsWithoutReturnUrl {}
impl Embedded for Elements {}

/// Nothing is sold yet, so inline lines or a registered price may be chosen (PP-05).
#[diagnostic::on_unimplemented(
    message = "PP-05: a session sells either inline lines, or one product and price, never both",
    label = "something is sold already",
    note = "make another session for the other purchase"
)]
pub trait PurchaseOpen {}

impl PurchaseOpen for NoPurchase {}

/// What is sold is known, with its total (FR-02).
#[diagnostic::on_unimplemented(
    message = "FR-02: a session needs something to sell, and its total",
    label = "the purchase or its total is missing",
    note = "add `.lines(..)`, or `.price(..)` or `.subscription(..)` followed by `.total(..)`"
)]
pub trait PurchaseComplete: sealed::Purchase {}

impl PurchaseComplete for Lines {}
impl<K: sealed::Kind> PurchaseComplete for WithTotal<Registered<K>> {}

/// A price of the dashboard whose total is still open (FR-07).
#[diagnostic::on_unimplemented(
    message = "FR-07: the total cannot be given here: that of inline lines is always their sum",
    label = "the total is not open",
    note = "only `.price(..)` and `.subscription(..)` are followed by `.total(..)`, once"
)]
pub trait TotalOpen {}

impl<K: sealed::Kind> TotalOpen for Registered<K> {}

/// A product and a price of the dashboard: what a subscription needs (PP-02).
#[diagnostic::on_unimplemented(
    message = "PP-02: a subscription needs a product and a price of the dashboard, not `{Self}`",
    label = "not a plan",
    note = "use `Plan::new(product, price)`"
)]
pub trait SubscriptionPlan: sealed::Plan {}

impl SubscriptionPlan for Plan {}

/// A purchase that is paid once (FR-14).
#[diagnostic::on_unimplemented(
    message = "FR-14: local prices are for one-time purchases",
    label = "not a one-time purchase",
    note = "choose `.lines(..)` or `.price(..)` first"
)]
pub trait OneTimePurchase {}

impl OneTimePurchase for Lines {}
impl OneTimePurchase for Registered<OneTime> {}
impl OneTimePurchase for WithTotal<Registered<OneTime>> {}
