use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A currency by its ISO 4217 code, in capital letters.
///
/// What you build is checked ([`FromStr`] takes ISO 4217 codes only); what a server sends is
/// kept as it came, known or not, so that reading never fails.
///
/// ```
/// use clinkbill_types::Currency;
///
/// assert_eq!(Currency::JPY.minor_unit_decimals(), Some(0));
/// assert!("DOLLAR".parse::<Currency>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Currency(
    /// Borrowed only where it is known to be an ISO 4217 code.
    Cow<'static, str>,
);

/// The text is not an ISO 4217 code in capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 4217 currency code in capital letters, such as USD")]
pub struct CurrencyError;

macro_rules! common_currencies {
    ($($code:ident: $name:literal),* $(,)?) => {
        impl Currency {
            $(#[doc = $name] pub const $code: Self = Self(Cow::Borrowed(stringify!($code)));)*

            /// Found without a search through all of ISO 4217.
            fn common(code: &str) -> Option<Self> {
                match code {
                    $(stringify!($code) => Some(Self::$code),)*
                    _ => None,
                }
            }
        }
    };
}

common_currencies! {
    AED: "UAE dirham.", AUD: "Australian dollar.", BRL: "Brazilian real.", CAD: "Canadian dollar.",
    CNY: "Chinese yuan.", EUR: "Euro.", GBP: "Pound sterling.", HKD: "Hong Kong dollar.",
    IDR: "Indonesian rupiah.", INR: "Indian rupee.", JPY: "Japanese yen.",
    KRW: "South Korean won.", MYR: "Malaysian ringgit.", PHP: "Philippine peso.",
    SGD: "Singapore dollar.", THB: "Thai baht.", USD: "US dollar.",
}

impl Currency {
    /// The code as it stands on the wire.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Whether the code is in ISO 4217.
    #[must_use]
    pub fn is_iso_4217(&self) -> bool {
        matches!(self.0, Cow::Borrowed(_)) || iso_currency::Currency::from_code(&self.0).is_some()
    }

    /// How many decimal places the minor unit has: 2 for USD, 0 for JPY, 3 for KWD; none for an
    /// unknown code and for a currency without a minor unit.
    #[must_use]
    pub fn minor_unit_decimals(&self) -> Option<u8> {
        iso_currency::Currency::from_code(&self.0)?
            .exponent()
            .and_then(|decimals| u8::try_from(decimals).ok())
    }

    /// The currency a server named, kept as it came.
    #[must_use]
    pub fn from_wire(code: impl AsRef<str> + Into<String>) -> Self {
        Self::common(code.as_ref()).unwrap_or_else(|| Self(Cow::Owned(code.into())))
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(code: &str) -> Result<Self, CurrencyError> {
        if let Some(common) = Self::common(code) {
            return Ok(common);
        }
        let known = iso_currency::Currency::from_code(code).ok_or(CurrencyError)?;
        Ok(Self(Cow::Borrowed(known.code())))
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyCode;

        impl de::Visitor<'_> for AnyCode {
            type Value = Currency;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, code: &str) -> Result<Currency, E> {
                Ok(Currency::from_wire(code))
            }
        }

        deserializer.deserialize_str(AnyCode)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_iso_4217_codes_in_capitals_are_built() {
        assert_eq!("USD".parse(), Ok(Currency::USD));
        for text in ["usd", "US", "USDT", "ZZZ", "", " USD", "U$D"] {
            assert_eq!(text.parse::<Currency>(), Err(CurrencyError), "{text}");
        }
    }

    #[test]
    fn what_a_server_sends_is_kept() {
        let read: Currency = serde_json::from_str("\"USDC\"").unwrap();
        assert_eq!(read.code(), "USDC");
        assert_eq!(read.minor_unit_decimals(), None);
        assert!(!read.is_iso_4217());
    }

    #[test]
    fn a_code_is_known_wherever_it_comes_from() {
        for code in ["USD", "THB", "KWD", "ZMW"] {
            let read: Currency = serde_json::from_str(&format!("{code:?}")).unwrap();
            let built: Currency = code.parse().unwrap();
            assert_eq!(read, built);
            assert_eq!(Currency::from_wire(code.to_owned()), built);
            assert_eq!(read.code(), code);
            assert!(read.is_iso_4217() && built.is_iso_4217());
        }
        assert!(!Currency::from_wire("usd").is_iso_4217());
    }

    #[test]
    fn minor_units_follow_the_currency() {
        assert_eq!(Currency::USD.minor_unit_decimals(), Some(2));
        assert_eq!(Currency::KRW.minor_unit_decimals(), Some(0));
        assert_eq!(
            "KWD".parse::<Currency>().unwrap().minor_unit_decimals(),
            Some(3)
        );
    }
}
