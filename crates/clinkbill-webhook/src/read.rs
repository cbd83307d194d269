//! How the fields of an object are read: what is missing, null or blank is none, and so is what
//! has another shape than any that is known. No field makes an object unreadable but its own id.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use clinkbill_types::{Amount, Currency, Money, ReadText, given};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Most objects fit.
const FIELDS: usize = 32;

/// What an object is made of.
pub(crate) trait Object: Sized {
    /// Fails only when the object does not say which one it is.
    fn read(fields: &Fields<'_>) -> serde_json::Result<Self>;

    fn from_text(json: &str) -> serde_json::Result<Self> {
        Self::read(&Fields::of(json)?)
    }
}

/// Declares that an object is read from its text wherever it stands.
macro_rules! read_from_text {
    ($object:ident) => {
        impl<'de> serde::Deserialize<'de> for $object {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json: Box<serde_json::value::RawValue> =
                    serde::Deserialize::deserialize(deserializer)?;
                <Self as $crate::read::Object>::from_text(json.get())
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use read_from_text;

/// The fields of an object, each as its text. What nobody asks for is never looked at; of a name
/// that stands twice the last one counts.
pub(crate) struct Fields<'a>(Vec<(Cow<'a, [u8]>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Anything but an object is refused.
    pub(crate) fn of(json: &'a str) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let fields = deserializer.deserialize_map(EachField)?;
        deserializer.end()?;
        Ok(Self(fields))
    }

    /// The text of a value, unless it is null.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let mut latest_first = self.0.iter().rev();
        let (_, value) = latest_first.find(|(field, _)| **field == *name.as_bytes())?;
        (value.get() != "null").then_some(*value)
    }

    /// Text, an id, a time, an open enum, a currency, an amount, a number, a truth value. A
    /// number or a truth value stands for the text it is written with, and text for what it says.
    pub(crate) fn get<T: ReadText>(&self, name: &str) -> Option<T> {
        read(self.raw(name)?)
    }

    /// What stands under one of two names, the first before the second.
    pub(crate) fn either<T: ReadText>(&self, first: &str, second: &str) -> Option<T> {
        self.get(first).or_else(|| self.get(second))
    }

    /// The id of the object itself: the one thing that has to be there.
    pub(crate) fn own_id<T: ReadText>(&self, name: &'static str) -> serde_json::Result<T> {
        let id = self.get(name);
        id.ok_or_else(|| de::Error::custom(format_args!("no `{name}`, or one that says nothing")))
    }

    /// An open enum that money hangs on: what cannot be read is not what was not said.
    pub(crate) fn state<T: for<'t> From<&'t str>>(&self, name: &str) -> Option<T> {
        let value = self.raw(name)?;
        match text(value) {
            Some(text) => given(&text).map(T::from),
            None => Some(T::from(UNREADABLE)),
        }
    }

    /// Where the object stands: unknown, and empty, when it does not say.
    pub(crate) fn status<T: for<'t> From<&'t str>>(&self, name: &str) -> T {
        self.state(name).unwrap_or_else(|| T::from(""))
    }

    /// Money, when both amount and currency are known.
    pub(crate) fn money(&self, amount: &str, currency: &str) -> Option<Money> {
        let amount: Amount = self.get(amount)?;
        let currency: Currency = self.get(currency)?;
        Some(Money::new(amount, currency))
    }

    /// The fields of an object inside the object.
    pub(crate) fn fields(&self, name: &str) -> Option<Self> {
        Self::of(self.raw(name)?.get()).ok()
    }

    /// An object inside the object.
    pub(crate) fn object<T: Object>(&self, name: &str) -> Option<T> {
        T::read(&self.fields(name)?).ok()
    }

    /// The objects of a list. One object that stands alone is a list of one.
    pub(crate) fn objects<T: Object>(&self, name: &str) -> Vec<T> {
        let elements = self.raw(name).map_or_else(Vec::new, elements);
        let objects = elements.into_iter();
        objects
            .filter_map(|element| T::from_text(element.get()).ok())
            .collect()
    }

    /// The merchant's own pairs. Values are documented as text; what is not comes as its JSON, and
    /// null as nothing. Older documents have the whole as JSON inside a text.
    pub(crate) fn pairs(&self, name: &str) -> BTreeMap<String, String> {
        let Some(value) = self.raw(name) else {
            return BTreeMap::new();
        };
        let inside = quoted(value);
        let pairs = Fields::of(inside.as_deref().unwrap_or(value.get()));
        pairs.map(|pairs| pairs.into_pairs()).unwrap_or_default()
    }

    fn into_pairs(self) -> BTreeMap<String, String> {
        let told = self.0.into_iter();
        let told = told.filter(|(_, value)| value.get() != "null");
        told.filter_map(|(name, value)| {
            let name = String::from_utf8(name.into_owned()).ok()?;
            let text = quoted(value).unwrap_or(Cow::Borrowed(value.get()));
            Some((name, text.into_owned()))
        })
        .collect()
    }
}

/// What stands for the state of an object that is told by something that is no text.
const UNREADABLE: &str = "unreadable";

struct EachField;

impl<'de> Visitor<'de> for EachField {
    type Value = Vec<(Cow<'de, [u8]>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(FIELDS);
        while let Some((Name(name), value)) = map.next_entry()? {
            fields.push((name, value));
        }
        Ok(fields)
    }
}

/// The name of a field. As bytes: one that is no Unicode text (half a surrogate pair) is no reason
/// to refuse the fields beside it.
struct Name<'a>(Cow<'a, [u8]>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyName;

        impl<'de> Visitor<'de> for AnyName {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_bytes<E: de::Error>(self, name: &'de [u8]) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_bytes<E: de::Error>(self, name: &[u8]) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_bytes(AnyName)
    }
}

fn read<T: ReadText>(value: &RawValue) -> Option<T> {
    let text = text(value)?;
    T::read_text(given(&text)?).or_else(|| {
        // `2.0` and `2e0` are the whole number 2, and written without a fraction here.
        let number: f64 = is_number(value).then(|| text.parse().ok())??;
        T::read_text(&number.to_string())
    })
}

/// What a value without parts says: a text, or a number or truth value as it is written.
fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    match value.get().as_bytes().first() {
        Some(b'"') => quoted(value),
        Some(b'{' | b'[') => None,
        _ => Some(Cow::Borrowed(value.get())),
    }
}

/// What a text says; none for what is no text, and for text that is not Unicode.
fn quoted(value: &RawValue) -> Option<Cow<'_, str>> {
    let inside = value.get().strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') {
        serde_json::from_str(value.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inside))
    }
}

fn is_number(value: &RawValue) -> bool {
    let first = value.get().as_bytes().first();
    first.is_some_and(|first| *first == b'-' || first.is_ascii_digit())
}

fn elements(value: &RawValue) -> Vec<&RawValue> {
    if value.get().starts_with('[') {
        serde_json::from_str(value.get()).unwrap_or_default()
    } else {
        vec![value]
    }
}
