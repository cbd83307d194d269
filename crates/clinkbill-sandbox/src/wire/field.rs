//! Field types that are exactly as strict as the contract's schema.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use clinkbill_types::{Amount, AmountError, Currency};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

const LARGEST_MAP: usize = 20;

/// Declares an enum of wire strings that takes its own values and nothing else.
///
/// A derived enum would also take `{"CARD": null}` for `"CARD"`.
macro_rules! closed_enum {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $wire:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $visibility enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            const WORDS: &'static [&'static str] = &[$($wire),+];

            /// The value as it stands on the wire.
            #[must_use]
            $visibility fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)+
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as ::serde::Deserialize>::deserialize(deserializer)?;
                match &*text {
                    $($wire => Ok(Self::$variant),)+
                    _ => Err(::serde::de::Error::unknown_variant(&text, Self::WORDS)),
                }
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string", "enum": Self::WORDS })
            }
        }
    };
}
pub(crate) use closed_enum;

/// Declares the schemas of fields, to stand where the fields do.
macro_rules! inline_schema {
    ($([$($generics:tt)*] $field:ty: $schema:expr;)*) => {$(
        impl<$($generics)*> ::schemars::JsonSchema for $field {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($field).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $schema
            }
        }
    )*};
}
pub(crate) use inline_schema;

/// A JSON object. Derived structs would take an array of their fields as well.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<T>(pub(crate) T);

/// A JSON number from 0.00000001 to 1,000,000,000,000,000,000.
///
/// Between the two, 28 digits hold every number that a binary double is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestAmount {
    /// Kept exactly, digit by digit.
    Exact(Amount),
    /// The schema allows it, but it has more digits than an exact amount holds.
    TooManyDigits,
}

/// A whole number from 1 to 2,147,483,647.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantity(u32);

/// A code of ISO 4217 (FR-02); that it stands in capital letters is our choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CurrencyCode(pub(crate) Currency);

/// Text that starts as an absolute http or https URL does, up to the first character of its host.
/// Whether it goes on like one is for the rules to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebUrl(pub(crate) String);

/// A whole number of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WholeNumber(i32);

/// Text of at most `LONGEST` characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<const LONGEST: u32>(String);

/// Up to 20 texts by name, each of at most `LONGEST` characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextMap<const LONGEST: u32>(BTreeMap<String, String>);

/// Any number of texts by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names(pub(crate) BTreeMap<String, String>);

/// A field that may be left out, but not be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Optional<T>(pub(crate) Option<T>);

impl RequestAmount {
    /// Ten to the power of these are the least and the greatest.
    const LEAST: i64 = -8;
    const GREATEST: i64 = 18;

    pub(crate) fn exact(self) -> Option<Amount> {
        match self {
            Self::Exact(amount) => Some(amount),
            Self::TooManyDigits => None,
        }
    }
}

impl WholeNumber {
    pub(crate) fn get(self) -> i32 {
        self.0
    }
}

impl Quantity {
    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

impl WebUrl {
    const PATTERN: &str = r"^[Hh][Tt][Tt][Pp][Ss]?://[0-9A-Za-z_\[]";

    fn fits(text: &str) -> bool {
        let Some((scheme, rest)) = text.split_once("://") else {
            return false;
        };
        let is_web = ["http", "https"]
            .iter()
            .any(|it| scheme.eq_ignore_ascii_case(it));
        is_web && rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '['))
    }
}

impl<const LONGEST: u32> Text<LONGEST> {
    pub(crate) fn into_inner(self) -> String {
        self.0
    }

    fn fits(text: &str) -> bool {
        text.chars().count() as u64 <= LONGEST.into()
    }
}

impl<const LONGEST: u32> TextMap<LONGEST> {
    pub(crate) fn into_inner(self) -> BTreeMap<String, String> {
        self.0
    }
}

impl<T> Default for Optional<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyAnObject<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyAnObject<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer
            .deserialize_map(OnlyAnObject(PhantomData))
            .map(Self)
    }
}

impl<'de> Deserialize<'de> for RequestAmount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = number_text(deserializer)?;
        let text = raw.get();
        let least = Magnitude::power_of_ten(Self::LEAST);
        let greatest = Magnitude::power_of_ten(Self::GREATEST);
        if !Magnitude::of(text).is_some_and(|it| (least..=greatest).contains(&it)) {
            return Err(de::Error::custom(
                "must be from 0.00000001 to 1000000000000000000",
            ));
        }
        match text.parse::<Amount>() {
            Ok(amount) => Ok(Self::Exact(amount)),
            Err(AmountError::TooLarge) => Ok(Self::TooManyDigits),
            Err(error) => Err(de::Error::custom(error)),
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole_number(deserializer)?
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number > 0)
            .map(Self)
            .ok_or_else(|| de::Error::custom("must be a whole number from 1 to 2147483647"))
    }
}

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole_number(deserializer)?
            .map(Self)
            .ok_or_else(|| de::Error::custom("must be a whole number of 32 bits"))
    }
}

impl<'de> Deserialize<'de> for CurrencyCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse()
            .map(Self)
            .map_err(|error| de::Error::custom(format_args!("is {error}")))
    }
}

impl<'de> Deserialize<'de> for WebUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if Self::fits(&text) {
            Ok(Self(text))
        } else {
            Err(de::Error::custom("must be an absolute http or https URL"))
        }
    }
}

impl<'de, const LONGEST: u32> Deserialize<'de> for Text<LONGEST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if Self::fits(&text) {
            Ok(Self(text))
        } else {
            Err(de::Error::custom(format_args!(
                "must have at most {LONGEST} characters"
            )))
        }
    }
}

impl<'de, const LONGEST: u32> Deserialize<'de> for TextMap<LONGEST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = deserializer.deserialize_map(Texts)?;
        if map.len() > LARGEST_MAP {
            return Err(de::Error::custom("must have at most 20 keys"));
        }
        match map.iter().find(|(_, value)| !Text::<LONGEST>::fits(value)) {
            None => Ok(Self(map)),
            Some((key, _)) => Err(de::Error::custom(format_args!(
                "the value of {key:?} must have at most {LONGEST} characters"
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Texts).map(Self)
    }
}

/// Reads texts by name, each name once.
struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut texts = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            if texts.insert(key, value).is_some() {
                return Err(de::Error::custom("a key stands twice"));
            }
        }
        Ok(texts)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Optional<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl<T: JsonSchema> JsonSchema for Object<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Optional<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

inline_schema! {
    [] RequestAmount: json_schema!({ "type": "number", "minimum": 1e-8, "maximum": 1_000_000_000_000_000_000_u64 });
    [] Quantity: json_schema!({ "type": "integer", "minimum": 1, "maximum": i32::MAX });
    [] WholeNumber: json_schema!({ "type": "integer" });
    [] CurrencyCode: json_schema!({ "type": "string", "enum": every_currency() });
    [] WebUrl: json_schema!({ "type": "string", "pattern": Self::PATTERN });
    [] Names: json_schema!({ "type": "object", "additionalProperties": { "type": "string" } });
    [const LONGEST: u32] Text<LONGEST>: json_schema!({ "type": "string", "maxLength": LONGEST });
    [const LONGEST: u32] TextMap<LONGEST>: json_schema!({
        "type": "object",
        "maxProperties": LARGEST_MAP,
        "additionalProperties": { "type": "string", "maxLength": LONGEST }
    });
}

/// The whole number of 32 bits, or none; an error only for what is no number at all. `1.0` and
/// `1e2` are whole numbers.
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    let raw = number_text(deserializer)?;
    let number = raw.get().parse::<Amount>().ok();
    Ok(number
        .and_then(|number| number.to_minor_units(0))
        .and_then(|number| i32::try_from(number).ok()))
}

/// What is said of a number that is written as something else.
pub(crate) const NOT_A_NUMBER: &str = "must be a JSON number, without quotes";

fn number_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if raw
        .get()
        .starts_with(|c: char| c == '-' || c.is_ascii_digit())
    {
        Ok(raw)
    } else {
        Err(de::Error::custom(NOT_A_NUMBER))
    }
}

/// Every text that is a currency code.
fn every_currency() -> Vec<String> {
    let letters = || b'A'..=b'Z';
    letters()
        .flat_map(|a| letters().map(move |b| [a, b]))
        .flat_map(|[a, b]| letters().map(move |c| [a, b, c]))
        .map(|code| code.map(char::from).iter().collect::<String>())
        .filter(|code| code.parse::<Currency>().is_ok())
        .collect()
}

/// Where a positive number stands among the powers of ten, however many digits it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Magnitude {
    /// The greatest power of ten that is not above it.
    floor: i64,
    is_above_the_floor: bool,
}

impl Magnitude {
    const fn power_of_ten(exponent: i64) -> Self {
        Self {
            floor: exponent,
            is_above_the_floor: false,
        }
    }

    /// That of a JSON number; none unless it is positive.
    fn of(text: &str) -> Option<Self> {
        if text.starts_with('-') {
            return None;
        }
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(places.bytes());
        let zeros = all().take_while(|digit| *digit == b'0').count();
        let mut significant = all().skip(zeros);
        let is_above_the_floor = significant.next()? != b'1' || significant.any(|it| it != b'0');
        let first = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()? - 1;
        // What does not fit is beyond every bound, in the direction of its sign.
        let beyond = if exponent.starts_with('-') {
            i64::MIN
        } else {
            i64::MAX
        };
        Some(Self {
            floor: exponent.parse().unwrap_or(beyond).saturating_add(first),
            is_above_the_floor,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_within_its_bounds_however_it_is_written() {
        for text in [
            "0.00000001",
            "1e-8",
            "1.000E-8",
            "100e-10",
            "0.000000010",
            "1.0000000000000002e-8",
            "4.990",
            "9.999999999999999e+17",
            "1e18",
            "1000000000000000000",
            "1000000000000000000.0",
            "0.000000001e27",
        ] {
            let read = serde_json::from_str::<RequestAmount>(text).unwrap();
            let exact: Amount = text.parse().unwrap();
            assert_eq!(read, RequestAmount::Exact(exact), "{text}");
        }
        for text in [
            "0",
            "0.00",
            "-0",
            "0e999999999999999999999",
            "-1",
            "-1e999",
            "0.0000000099999999999999999999999999999",
            "9.999999999999999e-9",
            "5e-324",
            "1e-99999999999999999999",
            "1000000000000000001",
            "1000000000000000000.1",
            "1.0000000000000002e18",
            "2e18",
            "1e19",
            "1e99999999999999999999",
            "\"1\"",
            "null",
            "true",
            "[]",
        ] {
            assert!(
                serde_json::from_str::<RequestAmount>(text).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn an_amount_within_bounds_may_have_more_digits_than_are_kept() {
        for text in [
            "0.12345678901234567890123456789",
            "123456789012345678.123456789012",
            "0.0000000100000000000000000000001",
        ] {
            assert_eq!(
                serde_json::from_str::<RequestAmount>(text).unwrap(),
                RequestAmount::TooManyDigits,
                "{text}"
            );
        }
    }

    #[test]
    fn a_web_url_is_told_by_how_it_starts() {
        for text in [
            "https://a.example",
            "HTTP://A",
            "http://[::1]:80/",
            "http://my_app/",
            "https://1 x",
        ] {
            assert!(WebUrl::fits(text), "{text}");
        }
        for text in [
            "",
            "https",
            "https://",
            "https:///a",
            "https:/a",
            "https:a",
            "ftp://a",
            "httpss://a",
            " https://a",
            "https:// a",
            "https://-a",
            "javascript:alert(1)//https://a",
        ] {
            assert!(!WebUrl::fits(text), "{text}");
        }
    }

    #[test]
    fn a_quantity_is_a_whole_number_however_it_is_written() {
        for (text, expected) in [
            ("1", 1),
            ("1.0", 1),
            ("1e2", 100),
            ("2147483647", i32::MAX.unsigned_abs()),
        ] {
            assert_eq!(
                serde_json::from_str::<Quantity>(text).unwrap().get(),
                expected
            );
        }
        for text in ["0", "-1", "1.5", "2147483648", "\"1\"", "1e99"] {
            assert!(serde_json::from_str::<Quantity>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_array_is_not_an_object() {
        #[derive(serde::Deserialize)]
        struct Pair {
            a: u8,
        }
        assert!(serde_json::from_str::<Object<Pair>>("[1]").is_err());
        let Object(Pair { a }) = serde_json::from_str(r#"{"a":1}"#).unwrap();
        assert_eq!(a, 1);
    }
}
