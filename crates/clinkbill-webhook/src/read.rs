//! How the fields of an object are read: what is missing, null or blank is none, and so is what
//! has another shape than any that is known. No field makes an object unreadable but its own id.
//!
//! Nearly every object is read in one pass ([`Pass::Quick`]). What that pass cannot keep whole, a
//! number beyond 64 bits or half a character, takes a second one ([`Pass::Careful`]) that leaves
//! every value as its text until somebody asks for it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use clinkbill_types::{Amount, Currency, Money, ReadText, given};
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

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

/// The fields of an object. Of a name that stands twice the last one counts.
#[derive(Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

enum Value<'a> {
    Nothing,
    Integer(i64),
    Text(Cow<'a, str>),
    Object(Fields<'a>),
    List(Vec<Value<'a>>),
    /// Any value, as its JSON.
    Json(&'a RawValue),
}

impl<'a> Fields<'a> {
    /// Anything but an object is refused.
    pub(crate) fn of(json: &'a str) -> serde_json::Result<Self> {
        Self::in_one(Pass::Quick, json).or_else(|_| Self::in_one(Pass::Careful, json))
    }

    /// Each field as its text.
    pub(crate) fn careful(json: &'a str) -> serde_json::Result<Self> {
        Self::in_one(Pass::Careful, json)
    }

    fn in_one(pass: Pass, json: &'a str) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let fields = deserializer.deserialize_map(EachField(pass))?;
        deserializer.end()?;
        Ok(fields)
    }

    fn value(&self, name: &str) -> Option<&Value<'a>> {
        let mut latest_first = self.0.iter().rev();
        let (_, value) = latest_first.find(|(field, _)| field == name)?;
        Some(value)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Whether something stands there, readable or not.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| !value.is_nothing())
    }

    /// The text of a value, after [`careful`](Self::careful).
    pub(crate) fn json(&self, name: &str) -> Option<&'a str> {
        match self.value(name)? {
            Value::Json(json) => Some(json.get()),
            _ => None,
        }
    }

    /// Text, an id, a time, an open enum, a currency, an amount, a number, a truth value. A
    /// number or a truth value stands for the text it is written with, and text for what it says.
    pub(crate) fn get<T: ReadText>(&self, name: &str) -> Option<T> {
        self.value(name)?.read()
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
        let value = self.value(name)?;
        match value.text() {
            Some(text) => given(&text).map(T::from),
            None if value.is_nothing() => None,
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

    /// What is read of the fields of an object inside the object.
    pub(crate) fn inside<T>(&self, name: &str, read: impl FnOnce(&Fields<'_>) -> T) -> Option<T> {
        self.value(name)?.inside(read)
    }

    /// An object inside the object.
    pub(crate) fn object<T: Object>(&self, name: &str) -> Option<T> {
        self.inside(name, T::read)?.ok()
    }

    /// The objects of a list. One object that stands alone is a list of one.
    pub(crate) fn objects<T: Object>(&self, name: &str) -> Vec<T> {
        let object = |value: &Value<'_>| value.inside(T::read)?.ok();
        match self.value(name) {
            None => Vec::new(),
            Some(Value::List(list)) => list.iter().filter_map(object).collect(),
            Some(Value::Json(json)) if json.get().starts_with('[') => {
                let list: Vec<&RawValue> = serde_json::from_str(json.get()).unwrap_or_default();
                let list = list.into_iter().map(Value::Json);
                list.filter_map(|value| object(&value)).collect()
            }
            Some(value) => object(value).into_iter().collect(),
        }
    }

    /// The merchant's own pairs. Values are documented as text; what is not comes as its JSON, and
    /// null as nothing. Older documents have the whole as JSON inside a text.
    pub(crate) fn metadata(&self) -> BTreeMap<String, String> {
        let Some(Value::Json(json)) = self.value(METADATA) else {
            return BTreeMap::new();
        };
        let inside = quoted(json);
        let pairs = Fields::careful(inside.as_deref().unwrap_or(json.get()));
        pairs.map(Fields::into_pairs).unwrap_or_default()
    }

    fn into_pairs(self) -> BTreeMap<String, String> {
        let pair = |(name, value): (Cow<'_, str>, Value<'_>)| {
            let Value::Json(json) = value else {
                return None;
            };
            if json.get() == "null" {
                return None;
            }
            let text = quoted(json).unwrap_or(Cow::Borrowed(json.get()));
            Some((name.into_owned(), text.into_owned()))
        };
        self.0.into_iter().filter_map(pair).collect()
    }
}

/// What stands for the state of an object that is told by something that is no text.
const UNREADABLE: &str = "unreadable";

/// Handed on as it stands.
const METADATA: &str = "metadata";

impl Value<'_> {
    /// Null, or text that stands for nothing.
    fn is_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Json(json) if json.get() == "null" => true,
            _ => self.text().is_some_and(|text| given(&text).is_none()),
        }
    }

    /// What a value without parts says: a text, or a number or truth value as it is written.
    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Nothing | Self::Object(_) | Self::List(_) => None,
            Self::Integer(number) => Some(Cow::Owned(number.to_string())),
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Json(json) => match json.get().as_bytes().first() {
                Some(b'"') => quoted(json),
                Some(b'{' | b'[' | b'n') => None,
                _ => Some(Cow::Borrowed(json.get())),
            },
        }
    }

    fn read<T: ReadText>(&self) -> Option<T> {
        T::read_text(given(&self.text()?)?)
    }

    fn inside<T>(&self, read: impl FnOnce(&Fields<'_>) -> T) -> Option<T> {
        match self {
            Self::Object(fields) => Some(read(fields)),
            Self::Json(json) => Some(read(&Fields::of(json.get()).ok()?)),
            _ => None,
        }
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

#[derive(Clone, Copy)]
enum Pass {
    Quick,
    Careful,
}

/// Takes an object apart.
struct EachField(Pass);

impl<'de> Visitor<'de> for EachField {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::with_capacity(16);
        match self.0 {
            Pass::Quick => {
                while let Some(Name(name)) = map.next_key()? {
                    let value = if is_kept_as_text(&name) {
                        Value::Json(map.next_value()?)
                    } else {
                        map.next_value_seed(QuickValue)?
                    };
                    fields.push((name, value));
                }
            }
            Pass::Careful => {
                while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    // A name that is no Unicode text is nobody's.
                    if let Some(name) = quoted(name) {
                        fields.push((name, Value::Json(value)));
                    }
                }
            }
        }
        Ok(Fields(fields))
    }
}

/// Amounts have fractions, which the quick pass cannot keep: without this an object with an
/// amount would be read twice.
fn is_kept_as_text(name: &str) -> bool {
    name == METADATA || name.starts_with("amount") || name.ends_with("Amount")
}

struct QuickValue;

impl<'de> DeserializeSeed<'de> for QuickValue {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for QuickValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value but a number beyond 64 bits")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Nothing)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value<'de>, E> {
        let text = if value { "true" } else { "false" };
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value<'de>, E> {
        i64::try_from(value).map(Value::Integer).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value<'de>, A::Error> {
        EachField(Pass::Quick).visit_map(map).map(Value::Object)
    }
}

/// The name of a field, borrowed where it has no escapes in it.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyName;

        impl<'de> Visitor<'de> for AnyName {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(AnyName)
    }
}
