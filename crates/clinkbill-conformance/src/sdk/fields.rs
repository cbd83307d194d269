//! A JSON body as a list of its fields, each with the characters it was sent with.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Where a value stands, such as `priceDataList[0].name`, and its JSON, to the letter.
type Field = (String, String);

/// Every value of a body that holds no other. A name that stands there twice is there twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields(Vec<Field>);

impl Fields {
    /// The fields of a JSON text.
    pub(super) fn of(json: &str) -> Result<Self, serde_json::Error> {
        let mut fields = Vec::new();
        collect(String::new(), serde_json::from_str(json)?, &mut fields)?;
        Ok(Self::sorted(fields))
    }

    /// The fields as a feature file lists them.
    pub(super) fn listed(rows: &[Vec<String>]) -> Self {
        let field = |row: &Vec<String>| {
            let mut cells = row.iter().cloned();
            (
                cells.next().unwrap_or_default(),
                cells.next().unwrap_or_default(),
            )
        };
        Self::sorted(rows.iter().map(field).collect())
    }

    /// These with some said otherwise or in addition; `absent` takes one away.
    pub(super) fn but(&self, changes: &Self) -> Self {
        let mut fields: BTreeMap<_, _> = self.0.iter().cloned().collect();
        for (path, value) in &changes.0 {
            if value == ABSENT {
                fields.remove(path);
            } else {
                fields.insert(path.clone(), value.clone());
            }
        }
        Self::sorted(fields.into_iter().collect())
    }

    /// The names among these, in their order, that stand at the top.
    pub(super) fn named<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        let has = |name: &&str| self.0.iter().any(|(path, _)| path == *name);
        names.iter().copied().filter(|name| has(name)).collect()
    }

    /// What is different, seen from these; nothing if they are the same.
    pub(super) fn difference(&self, expected: &Self) -> Option<String> {
        let only = |ours: &Self, theirs: &Self, mark: &str| -> Vec<_> {
            let is_missing = |field: &&Field| {
                let count = |fields: &[Field]| fields.iter().filter(|f| f == field).count();
                count(&ours.0) > count(&theirs.0)
            };
            let lost = ours.0.iter().filter(is_missing);
            lost.map(|(path, value)| format!("{mark} {path}: {value}"))
                .collect()
        };
        let mut lines = only(expected, self, "not sent:");
        lines.extend(only(self, expected, "sent:"));
        (!lines.is_empty()).then(|| lines.join("\n  "))
    }

    fn sorted(mut fields: Vec<Field>) -> Self {
        fields.sort();
        Self(fields)
    }
}

/// What a table writes for a field that is not there.
const ABSENT: &str = "absent";

fn collect(
    path: String,
    value: &RawValue,
    fields: &mut Vec<Field>,
) -> Result<(), serde_json::Error> {
    let text = value.get();
    if text.starts_with('{') {
        let Members(members) = serde_json::from_str(text)?;
        if !members.is_empty() {
            for (name, value) in members {
                let path = if path.is_empty() {
                    name
                } else {
                    format!("{path}.{name}")
                };
                collect(path, value, fields)?;
            }
            return Ok(());
        }
    } else if text.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text)?;
        if !items.is_empty() {
            for (index, value) in items.into_iter().enumerate() {
                collect(format!("{path}[{index}]"), value, fields)?;
            }
            return Ok(());
        }
    }
    fields.push((path, text.to_owned()));
    Ok(())
}

/// The members of an object, in their order, a repeated name included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Pairs).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(rows: &[(&str, &str)]) -> Fields {
        let row = |(path, value): &(&str, &str)| vec![(*path).to_owned(), (*value).to_owned()];
        Fields::listed(&rows.iter().map(row).collect::<Vec<_>>())
    }

    fn difference(json: &str, rows: &[(&str, &str)]) -> Option<String> {
        Fields::of(json).unwrap().difference(&listed(rows))
    }

    #[test]
    fn a_value_is_told_by_its_place_and_its_characters() {
        let json = r#"{"b":[{"c":4.990},{"c":"x"}],"a":{},"d":[]}"#;
        let rows = [
            ("a", "{}"),
            ("b[0].c", "4.990"),
            ("b[1].c", "\"x\""),
            ("d", "[]"),
        ];
        assert_eq!(difference(json, &rows), None);
    }

    #[test]
    fn a_digit_more_is_a_difference() {
        assert_eq!(
            difference(r#"{"a":4.990}"#, &[("a", "4.99")]).unwrap(),
            "not sent: a: 4.99\n  sent: a: 4.990"
        );
        assert!(difference(r#"{"a":"4.99"}"#, &[("a", "4.99")]).is_some());
    }

    #[test]
    fn what_nobody_listed_is_a_difference_even_if_it_is_null() {
        assert_eq!(
            difference(r#"{"a":1,"b":null}"#, &[("a", "1")]).unwrap(),
            "sent: b: null"
        );
    }

    #[test]
    fn a_name_that_stands_there_twice_is_a_difference() {
        assert_eq!(
            difference(r#"{"a":1,"a":1}"#, &[("a", "1")]).unwrap(),
            "sent: a: 1\n  sent: a: 1"
        );
    }

    #[test]
    fn changes_add_replace_and_take_away() {
        let changed = listed(&[("a", "1"), ("b", "2")]).but(&listed(&[
            ("a", "absent"),
            ("b", "3"),
            ("c", "4"),
        ]));
        assert_eq!(changed, listed(&[("b", "3"), ("c", "4")]));
    }
}
