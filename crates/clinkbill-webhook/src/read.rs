//! How the fields of an object are read: what is missing, null or blank is none.

use std::collections::BTreeMap;

use clinkbill_types::{Amount, Currency, Money, given};
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A reference, an id or a URL that may not have been set.
pub(crate) fn text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> Deserialize<'a>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    text.as_deref()
        .and_then(given)
        .map(|text| T::deserialize(text.into_deserializer()))
        .transpose()
}

/// A list or a map, empty when it is null.
pub(crate) fn many<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The merchant's own pairs. Values are documented as text; what is not comes as its JSON, and
/// null as nothing.
pub(crate) fn pairs<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    let pairs: BTreeMap<String, Box<RawValue>> = many(deserializer)?;
    Ok(pairs
        .into_iter()
        .filter(|(_, value)| value.get() != "null")
        .map(|(key, value)| {
            let text = serde_json::from_str(value.get());
            (key, text.unwrap_or_else(|_| value.get().to_owned()))
        })
        .collect())
}

/// Money, when both amount and currency are known.
pub(crate) fn money(amount: Option<Amount>, currency: Option<Currency>) -> Option<Money> {
    Some(Money::new(amount?, currency?))
}
