use std::fmt::{self, Write as _};
use std::str::FromStr;

use arrayvec::ArrayString;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

/// An exact decimal amount in major units (`4.99` is four dollars and ninety-nine cents).
///
/// Written as a plain JSON number with the digits it was given (`4.990` stays `4.990`), read
/// from a JSON number or from a decimal string. It never passes through binary floating point
/// and is never rounded: what does not fit 96 bits of digits or 28 decimal places is refused.
///
/// Equality is numeric (`4.99 == 4.990`).
///
/// It reads and writes JSON only (through `serde_json`), and cannot stand inside a container
/// that serde buffers: `flatten`, `untagged`, internally tagged enums.
///
/// ```
/// use clinkbill_types::Amount;
///
/// let unit: Amount = "4.990".parse()?;
/// assert_eq!(unit.checked_mul(3)?.to_string(), "14.970");
/// assert_eq!(serde_json::to_string(&unit)?, "4.990");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

/// The longest amount, as it is written: 29 digits, a sign, a point and a zero before it.
const LONGEST: usize = 32;

/// Why a text, a sum or a product is not an [`Amount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// The text is not a decimal number as JSON writes it.
    #[error("not a decimal number")]
    NotANumber,
    /// The exact value has more digits or decimal places than an [`Amount`] holds.
    #[error("more digits than can be kept exactly (at most 28 decimal places and 96 bits)")]
    TooLarge,
}

impl Amount {
    /// No money at all.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The amount of `units` minor units with `decimals` decimal places:
    /// `from_minor_units(499, 2)` is `4.99`.
    ///
    /// Fails with [`AmountError::TooLarge`] for more than 28 decimal places.
    pub fn from_minor_units(units: i64, decimals: u8) -> Result<Self, AmountError> {
        Self::from_parts(units.into(), decimals.into())
    }

    /// The exact sum, or [`AmountError::TooLarge`].
    pub fn checked_add(self, other: Self) -> Result<Self, AmountError> {
        let scale = self.0.scale().max(other.0.scale());
        let sum = self
            .mantissa_at(scale)
            .zip(other.mantissa_at(scale))
            .and_then(|(a, b)| a.checked_add(b))
            .ok_or(AmountError::TooLarge)?;
        Self::from_parts(sum, scale)
    }

    /// The exact product with a whole number of units, or [`AmountError::TooLarge`].
    pub fn checked_mul(self, quantity: u32) -> Result<Self, AmountError> {
        let product = self
            .0
            .mantissa()
            .checked_mul(quantity.into())
            .ok_or(AmountError::TooLarge)?;
        Self::from_parts(product, self.0.scale())
    }

    /// The exact sum of all `amounts`, or [`AmountError::TooLarge`].
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, AmountError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Whether the amount is greater than zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > Decimal::ZERO
    }

    /// How many decimal places are written, trailing zeros included.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.scale()
    }

    /// The whole number of minor units with `decimals` decimal places, if it is whole:
    /// `4.99` has 499 at 2 decimals and none at 0.
    #[must_use]
    pub fn to_minor_units(self, decimals: u8) -> Option<i128> {
        let normal = Self(self.0.normalize());
        (normal.0.scale() <= decimals.into())
            .then(|| normal.mantissa_at(decimals.into()))
            .flatten()
    }

    fn mantissa_at(self, scale: u32) -> Option<i128> {
        let shift = scale.checked_sub(self.0.scale())?;
        self.0.mantissa().checked_mul(10i128.checked_pow(shift)?)
    }

    /// The amount of a number as JSON writes it.
    fn from_json_number(text: &str) -> Result<Self, AmountError> {
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => {
                (digits, exponent.parse().map_err(|_| AmountError::TooLarge)?)
            }
            None => (text, 0i32),
        };
        let written = Decimal::from_str_exact(digits).map_err(|_| AmountError::TooLarge)?;
        let scale = i64::from(written.scale()) - i64::from(exponent);
        match u32::try_from(scale) {
            Ok(scale) => Self::from_parts(written.mantissa(), scale),
            Err(_) => u32::try_from(-scale)
                .ok()
                .and_then(|zeros| 10i128.checked_pow(zeros))
                .and_then(|factor| written.mantissa().checked_mul(factor))
                .ok_or(AmountError::TooLarge)
                .and_then(|mantissa| Self::from_parts(mantissa, 0)),
        }
    }

    /// The only way in: everything but the digits themselves is decided here.
    fn from_parts(mantissa: i128, scale: u32) -> Result<Self, AmountError> {
        Decimal::try_from_i128_with_scale(mantissa, scale)
            .map(Self)
            .map_err(|_| AmountError::TooLarge)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        // serde_json knows the grammar of a JSON number; RawValue keeps the digits.
        let raw: &RawValue = serde_json::from_str(text).map_err(|_| AmountError::NotANumber)?;
        if raw.get() == text {
            raw.try_into()
        } else {
            Err(AmountError::NotANumber)
        }
    }
}

/// The amount of a JSON number; no other value is one.
impl TryFrom<&RawValue> for Amount {
    type Error = AmountError;

    fn try_from(raw: &RawValue) -> Result<Self, AmountError> {
        let text = raw.get();
        if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            Self::from_json_number(text)
        } else {
            Err(AmountError::NotANumber)
        }
    }
}

impl From<u32> for Amount {
    fn from(whole: u32) -> Self {
        Self(whole.into())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({})", self.0)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = ArrayString::<LONGEST>::new();
        write!(digits, "{}", self.0).map_err(ser::Error::custom)?;
        let raw: &RawValue = serde_json::from_str(&digits).map_err(ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        if text.starts_with('"') {
            let quoted: String = serde_json::from_str(text).map_err(de::Error::custom)?;
            quoted.parse().map_err(de::Error::custom)
        } else {
            Self::try_from(&*raw).map_err(de::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn digits_survive_a_round_trip_through_json() {
        for text in [
            "12.345678",
            "0.1",
            "4.990",
            "99999999999.99",
            "1234567890123456789012345678",
            "0.1234567890123456789012345678",
            "-0.1234567890123456789012345678",
            "-7.9228162514264337593543950335",
            "-79228162514264337593543950335",
            "-3.505",
            "100",
            "0.00",
        ] {
            let read: Amount = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }

    #[test]
    fn a_decimal_string_reads_like_the_number() {
        let read: Amount = serde_json::from_str(r#""20.00""#).unwrap();
        assert_eq!(read.to_string(), "20.00");
    }

    #[test]
    fn an_exponent_is_resolved_exactly() {
        assert_eq!(amount("1e2").to_string(), "100");
        assert_eq!(amount("1.50E1").to_string(), "15.0");
        assert_eq!(amount("25e-3").to_string(), "0.025");
    }

    #[test]
    fn what_cannot_be_kept_exactly_is_refused() {
        for text in [
            "79228162514264337593543950336",
            "0.12345678901234567890123456789",
            "1e29",
            "1e-29",
            "1e999999999999",
            "10e2147483647",
            "1e-2147483648",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::TooLarge), "{text}");
        }
    }

    #[test]
    fn what_json_does_not_call_a_number_is_refused() {
        for text in [
            "", " 1", "1 ", "+1", ".5", "5.", "01", "1_000", "1,5", "NaN", "true", "null", "\"1\"",
            "1e", "-",
        ] {
            assert_eq!(
                text.parse::<Amount>(),
                Err(AmountError::NotANumber),
                "{text}"
            );
        }
    }

    #[test]
    fn sums_and_products_are_exact_or_refused() {
        assert_eq!(
            amount("0.1")
                .checked_add(amount("0.20"))
                .unwrap()
                .to_string(),
            "0.30"
        );
        assert_eq!(amount("3.33").checked_mul(3).unwrap().to_string(), "9.99");
        let max = amount("79228162514264337593543950335");
        assert_eq!(max.checked_add(amount("0.1")), Err(AmountError::TooLarge));
        assert_eq!(max.checked_mul(2), Err(AmountError::TooLarge));
        // rust_decimal's own arithmetic rounds this one without a word.
        let long = amount("7.9228162514264337593543950335");
        assert_eq!(long.checked_mul(3), Err(AmountError::TooLarge));
    }

    #[test]
    fn minor_units_are_whole_or_absent() {
        assert_eq!(amount("4.990").to_minor_units(2), Some(499));
        assert_eq!(amount("4.995").to_minor_units(2), None);
        assert_eq!(amount("7").to_minor_units(3), Some(7000));
        assert_eq!(
            Amount::from_minor_units(499, 2).unwrap().to_string(),
            "4.99"
        );
    }
}
