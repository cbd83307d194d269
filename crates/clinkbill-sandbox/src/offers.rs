//! Which payment methods and currencies a checkout offers (guide: Customer Experience).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::wire::field::{closed_enum, inline_schema};
use crate::wire::request::PaymentMethodType;

/// Where a buyer is: an ISO 3166-1 code of two capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country([u8; 2]);

/// The text is not two capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a country is two capital letters, such as US")]
#[non_exhaustive]
pub struct CountryError;

closed_enum! {
    /// What is bought: something once, or again and again.
    pub enum PurchaseType {
        /// A one-time purchase.
        OneTime = "one_time",
        /// A subscription.
        Subscription = "subscription",
    }
}

/// What a checkout offers for one type of purchase at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Offer {
    /// The type of purchase.
    pub purchase: PurchaseType,
    /// The place; left out, every place that has no row of its own.
    #[serde(default)]
    pub country: Option<Country>,
    /// The payment methods, in the order they are shown.
    pub payment_methods: Vec<PaymentMethodType>,
    /// The local currencies, by ISO 4217 code. The session's own is always offered.
    #[serde(default)]
    pub currencies: Vec<String>,
}

/// CX-03: what a checkout offers, by type of purchase and place of the buyer. The guide says
/// that it depends on both and not how; the default table is our choice.
///
/// ```
/// use clinkbill_sandbox::{Country, OfferTable, PaymentMethodType, PurchaseType};
///
/// let table = OfferTable::default();
/// let brazil: Country = "BR".parse()?;
/// let offer = table.find(PurchaseType::OneTime, brazil).unwrap();
/// assert!(offer.payment_methods.contains(&PaymentMethodType::Pix));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferTable(Vec<Offer>);

impl Country {
    /// The United States: where a buyer is unless said otherwise.
    pub const US: Self = Self(*b"US");

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl OfferTable {
    /// A table of your own. Of several rows for the same purchase and place the first counts.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = Offer>) -> Self {
        Self(rows.into_iter().collect())
    }

    #[cfg_attr(
        not(feature = "state"),
        expect(dead_code, reason = "written into a state file")
    )]
    pub(crate) fn rows(&self) -> &[Offer] {
        &self.0
    }

    /// What is offered for a purchase at a place: the row of the place, or the one of every
    /// other place.
    #[must_use]
    pub fn find(&self, purchase: PurchaseType, country: Country) -> Option<&Offer> {
        let row = |wanted: Option<Country>| {
            self.0
                .iter()
                .find(|offer| offer.purchase == purchase && offer.country == wanted)
        };
        row(Some(country)).or_else(|| row(None))
    }

    /// The places that have rows of their own, each once.
    pub(crate) fn countries(&self) -> Vec<Country> {
        let mut countries = Vec::new();
        for country in self.0.iter().filter_map(|offer| offer.country) {
            if !countries.contains(&country) {
                countries.push(country);
            }
        }
        countries
    }
}

impl Default for OfferTable {
    fn default() -> Self {
        use PaymentMethodType::{
            Alipay, ApplePay, Card, CashApp, GCash, GooglePay, Kakao, PayPal, Pix, Qris, Upi,
            WeChat,
        };
        const EVERYWHERE: [PaymentMethodType; 4] = [Card, ApplePay, GooglePay, PayPal];
        const LOCAL: [(&str, &[PaymentMethodType], &[PaymentMethodType], &str); 8] = [
            ("US", &[CashApp], &[CashApp], "USD"),
            ("CN", &[Alipay, WeChat], &[], "CNY"),
            ("HK", &[Alipay, WeChat], &[], "HKD"),
            ("KR", &[Kakao], &[], "KRW"),
            ("BR", &[Pix], &[Pix], "BRL"),
            ("IN", &[Upi], &[Upi], "INR"),
            ("ID", &[Qris], &[], "IDR"),
            ("PH", &[GCash], &[GCash], "PHP"),
        ];
        let row =
            |purchase, country: Option<Country>, local: &[PaymentMethodType], currency| Offer {
                purchase,
                country,
                payment_methods: EVERYWHERE.iter().chain(local).copied().collect(),
                currencies: Vec::from_iter(currency),
            };
        let local = LOCAL.iter().flat_map(|(code, once, again, currency)| {
            let country = code.parse().ok();
            [
                (PurchaseType::OneTime, *once),
                (PurchaseType::Subscription, *again),
            ]
            .map(|(purchase, methods)| {
                row(purchase, country, methods, Some((*currency).to_owned()))
            })
        });
        let elsewhere = [
            row(PurchaseType::OneTime, None, &[Alipay, WeChat], None),
            row(PurchaseType::Subscription, None, &[], None),
        ];
        Self(local.chain(elsewhere).collect())
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(code: &str) -> Result<Self, CountryError> {
        match *code.as_bytes() {
            [first, second] if first.is_ascii_uppercase() && second.is_ascii_uppercase() => {
                Ok(Self([first, second]))
            }
            _ => Err(CountryError),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = Cow::<'de, str>::deserialize(deserializer)?;
        code.parse().map_err(de::Error::custom)
    }
}

inline_schema! {
    [] Country: json_schema!({ "type": "string", "pattern": "^[A-Z]{2}$" });
}
