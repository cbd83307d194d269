use std::fmt;

use crate::{Amount, AmountError, Currency};

/// An amount in major units of a currency.
///
/// ```
/// use clinkbill_types::{Currency, Money};
///
/// let price = Money::new("4.99".parse()?, Currency::USD);
/// assert_eq!(price.to_string(), "4.99 USD");
/// assert_eq!(Money::parse("4.99", Currency::USD)?, price);
/// assert_eq!(Money::from_minor_units(499, Currency::USD)?, price);
/// # Ok::<(), clinkbill_types::AmountError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Amount,
    currency: Currency,
}

impl Money {
    /// `amount` major units of `currency`.
    #[must_use]
    pub fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The exact amount that `text` writes in major units of `currency`: `"20.00"` dollars.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        Ok(Self::new(text.parse()?, currency))
    }

    /// `units` of the currency's minor unit: cents for USD, whole yen for JPY.
    ///
    /// A currency outside ISO 4217, or without a minor unit, counts as having no decimals.
    pub fn from_minor_units(units: i64, currency: Currency) -> Result<Self, AmountError> {
        let decimals = currency.minor_unit_decimals().unwrap_or(0);
        Ok(Self::new(
            Amount::from_minor_units(units, decimals)?,
            currency,
        ))
    }

    /// The amount in major units.
    #[must_use]
    pub fn amount(&self) -> Amount {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> &Currency {
        &self.currency
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}
