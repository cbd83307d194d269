//! Field types that are exactly as strict as the contract's schema.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use clinkbill_types::{Amount, AmountError};
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

/// A JSON object. Derived structs would take an array of their fields as well.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<T>(pub(crate) T);

/// A JSON number greater than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PositiveNumber {
    /// Kept exactly, digit by digit.
    Exact(Amount),
    /// The schema allows it, but it has more digits than an exact amount holds.
    TooManyDigits,
}

/// A JSON number of any sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    /// Kept exactly, digit by digit.
    Exact(Amount),
    /// The schema allows it, but it has more digits than an exact amount holds.
    TooManyDigits,
}

/// A whole number from 1 to 2,147,483,647.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantity(u32);

/// Text of exactly three characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CurrencyText(String);

/// A whole number of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WholeNumber(i32);

/// Up to 20 texts by name, each of at most `LONGEST` characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextMap<const LONGEST: u32>(BTreeMap<String, String>);

/// Any number of texts by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names(pub(crate) BTreeMap<String, String>);

/// A field that may be left out, but not be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Optional<T>(pub(crate) Option<T>);

impl PositiveNumber {
    pub(crate) fn exact(self) -> Option<Amount> {
        match self {
            Self::Exact(amount) => Some(amount),
            Self::TooManyDigits => None,
        }
    }
}

impl Number {
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

impl CurrencyText {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
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

impl<'de> Deserialize<'de> for PositiveNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = number_text(deserializer)?;
        let text = raw.get();
        match text.parse::<Amount>() {
            Ok(amount) if amount.is_positive() => Ok(Self::Exact(amount)),
            Err(AmountError::TooLarge) if !text.starts_with('-') && !is_zero(text) => {
                Ok(Self::TooManyDigits)
            }
            _ => Err(de::Error::custom("must be greater than 0")),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match number_text(deserializer)?.get().parse::<Amount>() {
            Ok(amount) => Ok(Self::Exact(amount)),
            Err(AmountError::TooLarge) => Ok(Self::TooManyDigits),
            Err(_) => Err(de::Error::custom("must be a number")),
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

impl<'de> Deserialize<'de> for CurrencyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.chars().count() == 3 {
            Ok(Self(text))
        } else {
            Err(de::Error::custom(
                "must be a currency code of three letters, such as USD",
            ))
        }
    }
}

impl<'de, const LONGEST: u32> Deserialize<'de> for TextMap<LONGEST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = deserializer.deserialize_map(Texts)?;
        if map.len() > LARGEST_MAP {
            return Err(de::Error::custom("must have at most 20 keys"));
        }
        match map
            .iter()
            .find(|(_, value)| value.chars().count() as u64 > LONGEST.into())
        {
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

macro_rules! inline_schema {
    ($([$($generics:tt)*] $field:ty: $schema:expr;)*) => {$(
        impl<$($generics)*> JsonSchema for $field {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($field).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

inline_schema! {
    [] PositiveNumber: json_schema!({ "type": "number", "exclusiveMinimum": 0 });
    [] Number: json_schema!({ "type": "number" });
    [] Quantity: json_schema!({ "type": "integer", "minimum": 1, "maximum": i32::MAX });
    [] WholeNumber: json_schema!({ "type": "integer" });
    [] CurrencyText: json_schema!({ "type": "string", "minLength": 3, "maxLength": 3 });
    [] Names: json_schema!({ "type": "object", "additionalProperties": { "type": "string" } });
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

fn number_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if raw
        .get()
        .starts_with(|c: char| c == '-' || c.is_ascii_digit())
    {
        Ok(raw)
    } else {
        Err(de::Error::custom("must be a JSON number, without quotes"))
    }
}

/// Whether a JSON number is zero, however long its exponent.
fn is_zero(text: &str) -> bool {
    text.bytes()
        .take_while(|byte| !byte.eq_ignore_ascii_case(&b'e'))
        .all(|byte| matches!(byte, b'0' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_positive_or_refused_however_it_is_written() {
        for text in [
            "0",
            "-1",
            "0.00",
            "-0",
            "0e999999999999",
            "-1e999",
            "\"1\"",
            "null",
            "true",
            "[]",
        ] {
            assert!(
                serde_json::from_str::<PositiveNumber>(text).is_err(),
                "{text}"
            );
        }
        for text in ["1e999", "1e-999", "0.12345678901234567890123456789"] {
            assert_eq!(
                serde_json::from_str::<PositiveNumber>(text).unwrap(),
                PositiveNumber::TooManyDigits,
                "{text}"
            );
        }
        let exact = serde_json::from_str::<PositiveNumber>("4.990").unwrap();
        assert_eq!(exact.exact().unwrap().to_string(), "4.990");
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
