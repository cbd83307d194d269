//! What is sold.

use clinkbill::{Amount, AmountError, Currency, Money};

/// Everything is priced in this currency.
pub const CURRENCY: Currency = Currency::USD;

/// The most of one thing that fits into a parcel.
pub const MOST: u32 = 9;

/// A thing to buy. Its price comes from here and never from the browser.
#[derive(Debug, Clone, Copy)]
pub struct Good {
    /// What the form calls it.
    pub id: &'static str,
    /// What buyers call it.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    pub(crate) unit_price: &'static str,
}

/// The shelf.
pub const GOODS: [Good; 3] = [
    Good {
        id: "mug",
        name: "Enamel mug",
        about: "Blue outside, white inside, and no end of patience.",
        unit_price: "12.50",
    },
    Good {
        id: "notebook",
        name: "Dotted notebook",
        about: "A5, 160 pages that lie flat.",
        unit_price: "8.90",
    },
    Good {
        id: "pencils",
        name: "Six pencils",
        about: "From 4H to 4B, cedar.",
        unit_price: "7.49",
    },
];

impl Good {
    /// The one with this id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        GOODS.iter().find(|good| good.id == id)
    }

    /// What one costs, in major units of [`CURRENCY`].
    pub fn unit_price(&self) -> Result<Amount, AmountError> {
        self.unit_price.parse()
    }

    /// What so many cost.
    pub fn price(&self, quantity: u32) -> Result<Money, AmountError> {
        Ok(Money::new(
            self.unit_price()?.checked_mul(quantity)?,
            CURRENCY,
        ))
    }
}
