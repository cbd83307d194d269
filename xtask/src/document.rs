//! Reads the contract: YAML text to a JSON value, and nothing silently lost on the way.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The YAML document at `path`, or why there is none.
pub(crate) fn read(path: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    parse(&text).map_err(|error| format!("{} is not the YAML we need: {error}", path.display()))
}

fn parse(text: &str) -> Result<Value, yaml_serde::Error> {
    yaml_serde::from_str::<Unambiguous>(text).map(|Unambiguous(value)| value)
}

/// A value in which no mapping names a key twice. The parser itself would keep the last one, so
/// that a schema pasted under a taken name replaces the other without a word.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has too")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number that JSON does not have"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unambiguous(value)) = sequence.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        while let Some(key) = mapping.next_key::<Value>()? {
            // A response status may be written as a number.
            let key = match key {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                _ => return Err(A::Error::custom("a key must be a text or a number")),
            };
            let Unambiguous(value) = mapping.next_value()?;
            if entries.contains_key(&key) {
                return Err(A::Error::custom(format!(
                    "the key `{key}` stands twice in one mapping"
                )));
            }
            entries.insert(key, value);
        }
        Ok(entries.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_that_other_readers_take_for_a_boolean_or_a_number_stays_text() {
        let read = parse("country: NO\ncode: '0123'\nanswer: yes\n200: ok\n").unwrap();
        assert_eq!(
            read,
            json!({"country": "NO", "code": "0123", "answer": "yes", "200": "ok"})
        );
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let read = parse("a: [1, -1, 1.5, true, null, {b: text}]\n").unwrap();
        assert_eq!(read, json!({"a": [1, -1, 1.5, true, null, {"b": "text"}]}));
    }

    #[test]
    fn a_key_that_stands_twice_is_refused_with_its_place() {
        let error = parse("schemas:\n  Order: 1\n  Price: 2\n  Order: 3\n").unwrap_err();
        let error = error.to_string();
        assert!(error.contains("`Order` stands twice"), "{error}");
        assert!(error.contains("line"), "{error}");
    }

    #[test]
    fn a_number_that_json_does_not_have_is_refused() {
        assert!(parse("minimum: .nan\n").is_err());
    }

    #[test]
    fn a_document_that_is_not_there_is_named() {
        let error = read(Path::new("no/such/contract.yaml")).unwrap_err();
        assert!(
            error.contains("cannot read no/such/contract.yaml"),
            "{error}"
        );
    }
}
