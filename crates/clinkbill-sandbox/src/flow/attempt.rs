//! What a buyer tries, and how a payment that was under way ends.

use std::borrow::Cow;

use crate::book::Failure;
use crate::offers::Country;
use crate::wire::request::PaymentMethodType;

/// One try of a buyer to pay: by card and from the United States unless said.
///
/// ```
/// use clinkbill_sandbox::{Attempt, PaymentMethodType};
///
/// let attempt = Attempt::processing().by(PaymentMethodType::CashApp);
/// assert_ne!(attempt, Attempt::processing());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub(crate) method: PaymentMethodType,
    pub(crate) country: Country,
    pub(crate) outcome: Outcome,
}

/// How a payment that was under way ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement(pub(crate) Result<(), Failure>);

/// What an attempt made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paid {
    /// The order of this attempt.
    pub order_id: String,
    /// Where the buyer's browser goes; nowhere unless the session is complete by this, or when
    /// the merchant gave no URL.
    pub redirect_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Settled(Settlement),
    Processing,
    RequiresAction,
}

impl Attempt {
    /// A payment that succeeds.
    #[must_use]
    pub fn succeeded() -> Self {
        Self::with(Outcome::Settled(Settlement::succeeded()))
    }

    /// A payment that the issuer declines: `card_declined`.
    #[must_use]
    pub fn failed() -> Self {
        Self::with(Outcome::Settled(Settlement::failed()))
    }

    /// A payment for which there is not enough money: `insufficient_funds`.
    #[must_use]
    pub fn insufficient_funds() -> Self {
        Self::failed_with("insufficient_funds")
    }

    /// A payment that fails with a code of your choice.
    #[must_use]
    pub fn failed_with(code: impl Into<Cow<'static, str>>) -> Self {
        Self::with(Outcome::Settled(Settlement::failed_with(code)))
    }

    /// A payment whose outcome comes later, by [`Merchant::settle`](crate::Merchant::settle).
    #[must_use]
    pub fn processing() -> Self {
        Self::with(Outcome::Processing)
    }

    /// A payment that waits for the buyer to do something elsewhere, such as to confirm it to
    /// the bank; its outcome comes by [`Merchant::settle`](crate::Merchant::settle).
    #[must_use]
    pub fn requires_action() -> Self {
        Self::with(Outcome::RequiresAction)
    }

    /// By this method instead.
    #[must_use]
    pub fn by(mut self, method: PaymentMethodType) -> Self {
        self.method = method;
        self
    }

    /// By a buyer in this country instead.
    #[must_use]
    pub fn in_country(mut self, country: Country) -> Self {
        self.country = country;
        self
    }

    fn with(outcome: Outcome) -> Self {
        Self {
            method: PaymentMethodType::Card,
            country: Country::US,
            outcome,
        }
    }
}

impl Settlement {
    /// The payment succeeds.
    #[must_use]
    pub fn succeeded() -> Self {
        Self(Ok(()))
    }

    /// The payment is declined: `card_declined`.
    #[must_use]
    pub fn failed() -> Self {
        Self::failed_with("card_declined")
    }

    /// The payment fails with a code of your choice.
    #[must_use]
    pub fn failed_with(code: impl Into<Cow<'static, str>>) -> Self {
        let code = code.into();
        let message = match &*code {
            "card_declined" => "The card was declined.",
            "insufficient_funds" => "There is not enough money for this payment.",
            "payment_declined" => "The payment was declined.",
            "authentication_failed" => "The payment was not confirmed.",
            _ => "The payment failed.",
        };
        Self(Err(Failure { code, message }))
    }

    /// Why the payment failed, for its buyer.
    pub(crate) fn failure_message(&self) -> Option<&'static str> {
        self.0.as_ref().err().map(|failure| failure.message)
    }
}
