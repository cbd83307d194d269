//! How the fields of an object are read: what is missing, null or blank is none, and so is what
//! has another shape than any that is known. No field makes an object unreadable but its own id.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use clinkbill_types::{Amount, Currency, Money, given};
use serde::de::value::{Error as ValueError, MapAccessDeserializer};
use serde::de::{self, DeserializeOwned, IgnoredAny, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Text, an id, a time or an open enum. A number or a truth value stands for the text it is
/// written with, except for a time.
pub(crate) fn scalar<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    deserializer.deserialize_any(Loose(Scalar(PhantomData)))
}

/// The id of the object itself: the one thing that has to be there.
pub(crate) fn own_id<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    scalar(deserializer)?.ok_or_else(|| de::Error::custom("not text, or blank"))
}

/// Where the object stands; [`unsaid`] when it does not say.
pub(crate) fn status<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + for<'a> From<&'a str>,
{
    scalar(deserializer).map(|status| status.unwrap_or_else(unsaid))
}

/// The value of an open enum that nobody sent: unknown, and empty.
pub(crate) fn unsaid<T: for<'a> From<&'a str>>() -> T {
    T::from("")
}

/// A whole number or a truth value, bare or as text.
pub(crate) fn parsed<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    deserializer.deserialize_any(Loose(Parsed(PhantomData)))
}

/// A currency. Its code is written in capital letters, and recognised without them.
pub(crate) fn currency<'de, D>(deserializer: D) -> Result<Option<Currency>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Loose(Code))
}

/// An exact amount: a number, or the same digits as text.
pub(crate) fn amount<'de, D>(deserializer: D) -> Result<Option<Amount>, D::Error>
where
    D: Deserializer<'de>,
{
    let Some(raw) = Option::<Box<RawValue>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    if raw.get().starts_with('"') {
        let text: Result<String, _> = serde_json::from_str(raw.get());
        return Ok(text.ok().and_then(|text| text.trim().parse().ok()));
    }
    Ok(Amount::try_from(&*raw).ok())
}

/// An object inside the object.
pub(crate) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(Loose(Object(PhantomData)))
}

/// The objects of a list. One object that stands alone is a list of one.
pub(crate) fn many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let many = deserializer.deserialize_any(Loose(Many(PhantomData)))?;
    Ok(many.unwrap_or_default())
}

/// The merchant's own pairs. Values are documented as text; what is not comes as its JSON, and
/// null as nothing. Older documents have the whole as JSON inside a text.
pub(crate) fn pairs<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    let pairs = deserializer.deserialize_any(Loose(Pairs))?;
    Ok(pairs.unwrap_or_default())
}

/// Money, when both amount and currency are known.
pub(crate) fn money(amount: Option<Amount>, currency: Option<Currency>) -> Option<Money> {
    Some(Money::new(amount?, currency?))
}

/// What stands under one of two names, the first before the second.
pub(crate) fn either<T>(first: Option<T>, second: Option<T>) -> Option<T> {
    first.or(second)
}

/// What can be made of a value of each shape; nothing, unless it says otherwise.
trait Shapes<'de>: Sized {
    type Value;

    fn text(self, _: &str) -> Option<Self::Value> {
        None
    }

    fn integer(self, _: i64) -> Option<Self::Value> {
        None
    }

    fn list<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Option<Self::Value>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Option<Self::Value>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Takes any JSON value there is.
struct Loose<S>(S);

impl<'de, S: Shapes<'de>> Visitor<'de> for Loose<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.0.text(if value { "true" } else { "false" }))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(self.0.integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(match i64::try_from(value) {
            Ok(value) => self.0.integer(value),
            Err(_) => self.0.text(&value.to_string()),
        })
    }

    // `1785936114000.0` is written without a fraction here, so that it is the whole number it is.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(self.0.text(&value.to_string()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(given(text).and_then(|text| self.0.text(text)))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        self.0.list(list)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.0.map(map)
    }
}

struct Scalar<T>(PhantomData<T>);

impl<T: DeserializeOwned> Shapes<'_> for Scalar<T> {
    type Value = T;

    fn text(self, text: &str) -> Option<T> {
        let text: de::value::StrDeserializer<'_, ValueError> = text.into_deserializer();
        T::deserialize(text).ok()
    }

    fn integer(self, value: i64) -> Option<T> {
        let number: de::value::I64Deserializer<ValueError> = value.into_deserializer();
        let read = T::deserialize(number).ok();
        read.or_else(|| self.text(&value.to_string()))
    }
}

struct Code;

impl Shapes<'_> for Code {
    type Value = Currency;

    fn text(self, code: &str) -> Option<Currency> {
        let code = code.trim();
        let known = code.parse().or_else(|_| code.to_ascii_uppercase().parse());
        Some(known.unwrap_or_else(|_| Currency::from_wire(code)))
    }

    fn integer(self, value: i64) -> Option<Currency> {
        self.text(&value.to_string())
    }
}

struct Parsed<T>(PhantomData<T>);

impl<T: FromStr> Shapes<'_> for Parsed<T> {
    type Value = T;

    fn text(self, text: &str) -> Option<T> {
        text.trim().parse().ok()
    }

    fn integer(self, value: i64) -> Option<T> {
        self.text(&value.to_string())
    }
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Shapes<'de> for Object<T> {
    type Value = T;

    fn map<A: de::MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}

struct Many<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Shapes<'de> for Many<T> {
    type Value = Vec<T>;

    fn list<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Option<Vec<T>>, A::Error> {
        #[derive(Deserialize)]
        #[serde(bound(deserialize = "T: Deserialize<'de>"))]
        struct Element<T>(#[serde(deserialize_with = "object")] Option<T>);

        let mut read = Vec::new();
        while let Some(Element(element)) = list.next_element()? {
            read.extend(element);
        }
        Ok(Some(read))
    }

    fn map<A: de::MapAccess<'de>>(self, map: A) -> Result<Option<Vec<T>>, A::Error> {
        let only = Object(PhantomData).map(map)?;
        Ok(Some(only.into_iter().collect()))
    }
}

struct Pairs;

impl<'de> Shapes<'de> for Pairs {
    type Value = BTreeMap<String, String>;

    fn text(self, json: &str) -> Option<Self::Value> {
        serde_json::Deserializer::from_str(json)
            .deserialize_map(Loose(Self))
            .ok()
            .flatten()
    }

    fn map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Option<Self::Value>, A::Error> {
        let mut pairs = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
            if value.get() != "null" {
                let text = serde_json::from_str(value.get());
                pairs.insert(key, text.unwrap_or_else(|_| value.get().to_owned()));
            }
        }
        Ok(Some(pairs))
    }
}
