use clinkbill_types::{Amount, AmountError};

/// A line of a one-time purchase, shown to the buyer.
///
/// It has no currency of its own: all lines of a session are in the session's currency.
///
/// ```
/// use clinkbill::Line;
///
/// let price = String::from("0.50");
/// let spoons = Line::new("Spoon", 6, &price);
/// let mugs = Line::new("Mug", 2, "5.00").image_url("https://shop.example.com/mug.png");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub(super) name: String,
    pub(super) quantity: u32,
    pub(super) unit_amount: Result<Amount, AmountError>,
    pub(super) image_url: Option<String>,
}

/// The price of one unit of a [`Line`]: an [`Amount`] in major units or its text, such as
/// `"4.99"`, but never money with a currency.
#[diagnostic::on_unimplemented(
    message = "FR-09: the price of a line is an amount without a currency, such as `\"4.99\"`, not `{Self}`",
    label = "not an amount",
    note = "use text such as `\"4.99\"`: a float cannot hold most prices exactly",
    note = "the currency is given once, for all lines: `.lines(Currency::USD, [..])`"
)]
pub trait UnitAmount: super::sealed::UnitAmount {}

impl UnitAmount for Amount {}
impl UnitAmount for &str {}
impl UnitAmount for &String {}
impl UnitAmount for String {}

impl Line {
    /// So many units of something at so much each, in major units.
    ///
    /// When the session is created, the name must not be blank, the quantity at least 1, and the
    /// amount an exact decimal number greater than zero.
    #[must_use]
    pub fn new(name: impl Into<String>, quantity: u32, unit_amount: impl UnitAmount) -> Self {
        Self {
            name: name.into(),
            quantity,
            unit_amount: unit_amount.amount(),
            image_url: None,
        }
    }

    /// A picture of it: when the session is created, an absolute `http` or `https` URL.
    #[must_use]
    pub fn image_url(mut self, url: impl Into<String>) -> Self {
        self.image_url = Some(url.into());
        self
    }
}
