//! How the fields of an object are read: what is missing, null or blank is none, and so is what
//! has another shape than any that is known. No field makes an object unreadable but its own id.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use clinkbill_types::{Amount, Currency, Money, given};
use serde::de::value::{Error as ValueError, MapAccessDeserializer};
use serde::de::{self, DeserializeOwned, IgnoredAny, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Declares that an object on its own is read from its text, here and once. Reading takes much
/// code; a program that reads the object elsewhere would otherwise have it all again.
macro_rules! read_from_text {
    ($object:ident as $wire:ident) => {
        impl $object {
            pub(crate) fn from_text(json: &str) -> serde_json::Result<Self> {
                let wire: $wire = $crate::read::whole(json)?;
                wire.try_into().map_err(serde::de::Error::custom)
            }
        }

        impl<'de> Deserialize<'de> for $object {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json: Box<serde_json::value::RawValue> =
                    Deserialize::deserialize(deserializer)?;
                Self::from_text(json.get()).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use read_from_text;

/// An object from its text. A list of what its fields would be is none.
pub(crate) fn whole<'de, T: Deserialize<'de>>(json: &'de str) -> serde_json::Result<T> {
    struct Whole<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Whole<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read = deserializer.deserialize_map(Whole(PhantomData))?;
    deserializer.end()?;
    Ok(read)
}

/// Text, an id, a time or an open enum. A number or a truth value stands for the text it is
/// written with, except for a time.
pub(crate) fn scalar<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(deserializer.deserialize_any(Saying)?.read())
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
    state(deserializer).map(|status| status.unwrap_or_else(unsaid))
}

/// An open enum that money hangs on: what cannot be read is not what was not said.
pub(crate) fn state<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + for<'a> From<&'a str>,
{
    Ok(match deserializer.deserialize_any(Saying)? {
        Said::Parts => Some(T::from(PARTS)),
        said => said.read(),
    })
}

/// What stands for the state of an object that is told by an object or a list.
const PARTS: &str = "unreadable";

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
    let text = deserializer.deserialize_any(Saying)?.text();
    Ok(text.and_then(|text| text.trim().parse().ok()))
}

/// A currency. Its code is written in capital letters, and recognised without them.
pub(crate) fn currency<'de, D>(deserializer: D) -> Result<Option<Currency>, D::Error>
where
    D: Deserializer<'de>,
{
    let code = deserializer.deserialize_any(Saying)?.text();
    Ok(code.map(|code| {
        let code = code.trim();
        let known = code.parse().or_else(|_| code.to_ascii_uppercase().parse());
        known.unwrap_or_else(|_| Currency::from_wire(code))
    }))
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

/// What a field without fields of its own says. One type for all of them: what is made of it is
/// little, and to take any JSON value there is takes much code.
enum Said<'de> {
    Nothing,
    /// An object or a list.
    Parts,
    Integer(i64),
    Text(Cow<'de, str>),
}

impl<'de> Said<'de> {
    fn text(self) -> Option<Cow<'de, str>> {
        match self {
            Self::Nothing | Self::Parts => None,
            Self::Integer(value) => Some(Cow::Owned(value.to_string())),
            Self::Text(text) => Some(text),
        }
    }

    fn read<T: DeserializeOwned>(self) -> Option<T> {
        if let Self::Integer(value) = self {
            let number: de::value::I64Deserializer<ValueError> = value.into_deserializer();
            if let Ok(read) = T::deserialize(number) {
                return Some(read);
            }
        }
        let text = self.text()?;
        let text: de::value::StrDeserializer<'_, ValueError> = (&*text).into_deserializer();
        T::deserialize(text).ok()
    }
}

struct Saying;

impl<'de> Visitor<'de> for Saying {
    type Value = Said<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ANY)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Said<'de>, E> {
        Ok(Said::Nothing)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Said<'de>, E> {
        Ok(Said::Text(Cow::Borrowed(if value {
            "true"
        } else {
            "false"
        })))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Said<'de>, E> {
        Ok(Said::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Said<'de>, E> {
        Ok(i64::try_from(value)
            .map_or_else(|_| Said::Text(Cow::Owned(value.to_string())), Said::Integer))
    }

    // `1785936114000.0` is written without a fraction here, so that it is the whole number it is.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Said<'de>, E> {
        Ok(Said::Text(Cow::Owned(value.to_string())))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Said<'de>, E> {
        Ok(given(text).map_or(Said::Nothing, |text| {
            Said::Text(Cow::Owned(text.to_owned()))
        }))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Said<'de>, E> {
        Ok(given(text).map_or(Said::Nothing, |text| Said::Text(Cow::Borrowed(text))))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Said<'de>, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| Said::Parts)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Said<'de>, A::Error> {
        IgnoredAny.visit_map(map).map(|_| Said::Parts)
    }
}

const ANY: &str = "any JSON value";

/// What can be made of a value of each shape with parts; nothing, unless it says otherwise.
trait Shapes<'de>: Sized {
    type Value;

    fn text(self, _: &str) -> Option<Self::Value> {
        None
    }

    fn list<A: de::SeqAccess<'de>>(self, list: A) -> Result<Option<Self::Value>, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| None)
    }

    fn map<A: de::MapAccess<'de>>(self, map: A) -> Result<Option<Self::Value>, A::Error>;
}

/// Takes any JSON value there is.
struct Loose<S>(S);

impl<'de, S: Shapes<'de>> Visitor<'de> for Loose<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ANY)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
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
