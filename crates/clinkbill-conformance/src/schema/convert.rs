//! A schema of OpenAPI 3.0 as one of JSON Schema 2020-12.

use serde_json::{Map, Value, json};

/// Keywords that mean the same in both.
const KEPT: [&str; 12] = [
    "type",
    "required",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "maximum",
    "minimum",
];
/// Keywords that say nothing about whether a value fits.
const NOTES: [&str; 10] = [
    "title",
    "description",
    "default",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "nullable",
    "exclusiveMinimum",
];

/// Converts a schema whose references point to `#/components/schemas/` of the document, which is
/// known as `base`. An object that says which fields it has takes no others: what breaks that
/// alone (`additionalProperties`) is a field the document does not know, and no fault. Of several
/// that are joined by `allOf`, the one that is referred to says which fields there are; the others
/// say more about them.
///
/// A keyword that is not converted is an error rather than a check that is never made.
pub(super) fn schema(source: &Value, base: &str) -> Result<Value, String> {
    let Value::Object(source) = source else {
        return Err(format!("a schema that is no object: {source}"));
    };
    // In 3.0 whatever stands beside a reference has no meaning.
    if let Some(reference) = source.get("$ref") {
        let pointer = reference.as_str().unwrap_or_default();
        return if pointer.starts_with("#/components/schemas/") {
            Ok(json!({ "$ref": format!("{base}{pointer}") }))
        } else {
            Err(format!("a reference out of the schemas: {reference}"))
        };
    }
    let mut converted = Map::new();
    for (keyword, value) in source {
        match keyword.as_str() {
            "properties" => {
                converted.insert(keyword.clone(), Value::Object(schemas(value, base)?));
            }
            "allOf" => {
                converted.insert(keyword.clone(), joined(value, base)?);
            }
            "additionalProperties" if value == &Value::Bool(false) => {
                converted.insert(keyword.clone(), value.clone());
            }
            "items" | "additionalProperties" => {
                converted.insert(keyword.clone(), schema(value, base)?);
            }
            "format" => format(value, &mut converted)?,
            kept if KEPT.contains(&kept) => {
                converted.insert(keyword.clone(), value.clone());
            }
            note if NOTES.contains(&note) || note.starts_with("x-") => {}
            other => return Err(format!("a keyword that is not converted: {other}")),
        }
    }
    if source.get("exclusiveMinimum") == Some(&Value::Bool(true))
        && let Some(minimum) = converted.remove("minimum")
    {
        converted.insert("exclusiveMinimum".to_owned(), minimum);
    }
    if source.get("nullable") == Some(&Value::Bool(true)) {
        nullable(&mut converted);
    }
    if converted.contains_key("properties") && !converted.contains_key("additionalProperties") {
        converted.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    Ok(Value::Object(converted))
}

/// Converts what is joined by `allOf`.
fn joined(source: &Value, base: &str) -> Result<Value, String> {
    let parts = source.as_array().ok_or("an allOf that is no list")?;
    let parts = parts.iter().map(|part| {
        let mut part = schema(part, base)?;
        if let Value::Object(part) = &mut part
            && part.get("additionalProperties") == Some(&Value::Bool(false))
        {
            part.remove("additionalProperties");
        }
        Ok(part)
    });
    parts.collect()
}

/// Converts schemas by name.
pub(super) fn schemas(source: &Value, base: &str) -> Result<Map<String, Value>, String> {
    let Value::Object(source) = source else {
        return Err("schemas that are no object".to_owned());
    };
    source
        .iter()
        .map(|(name, value)| {
            let converted = schema(value, base).map_err(|error| format!("{name}: {error}"))?;
            Ok((name.clone(), converted))
        })
        .collect()
}

/// The formats of OpenAPI that bound a number become bounds; those that only hint become nothing.
fn format(value: &Value, converted: &mut Map<String, Value>) -> Result<(), String> {
    let bounds = match value.as_str().unwrap_or_default() {
        "int32" => (json!(i32::MIN), json!(i32::MAX)),
        "int64" => (json!(i64::MIN), json!(i64::MAX)),
        "date-time" => {
            converted.insert("format".to_owned(), value.clone());
            return Ok(());
        }
        "password" => return Ok(()),
        other => return Err(format!("a format that is not converted: {other}")),
    };
    converted.entry("minimum").or_insert(bounds.0);
    converted.entry("maximum").or_insert(bounds.1);
    Ok(())
}

fn nullable(converted: &mut Map<String, Value>) {
    if let Some(Value::String(of)) = converted.get("type") {
        let both = json!([of, "null"]);
        converted.insert("type".to_owned(), both);
    }
    if let Some(Value::Array(values)) = converted.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(source: &Value) -> Value {
        schema(source, "base:").unwrap()
    }

    #[test]
    fn what_may_be_null_takes_null_beside_its_type_and_its_values() {
        let source = json!({"type": "string", "nullable": true, "enum": ["a"], "example": "a"});
        assert_eq!(
            converted(&source),
            json!({"type": ["string", "null"], "enum": ["a", null]})
        );
    }

    #[test]
    fn a_bound_that_is_excluded_by_a_boolean_becomes_an_excluded_bound() {
        for (excluded, expected) in [
            (true, json!({"type": "number", "exclusiveMinimum": 0})),
            (false, json!({"type": "number", "minimum": 0})),
        ] {
            let source = json!({"type": "number", "minimum": 0, "exclusiveMinimum": excluded});
            assert_eq!(converted(&source), expected);
        }
    }

    #[test]
    fn what_stands_beside_a_reference_is_ignored() {
        let source = json!({"$ref": "#/components/schemas/A", "nullable": true});
        assert_eq!(
            converted(&source),
            json!({"$ref": "base:#/components/schemas/A"})
        );
    }

    #[test]
    fn an_object_with_fields_takes_no_others_and_a_map_takes_any() {
        let source = json!({"type": "object", "properties": {"a": {"type": "integer",
            "format": "int32", "maximum": 5}}});
        assert_eq!(
            converted(&source),
            json!({"type": "object", "additionalProperties": false, "properties": {"a":
                {"type": "integer", "minimum": i32::MIN, "maximum": 5}}})
        );
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        assert_eq!(converted(&map), map);
    }

    #[test]
    fn of_joined_objects_the_one_referred_to_says_which_fields_there_are() {
        let source = json!({"allOf": [
            {"$ref": "#/components/schemas/A"},
            {"type": "object", "properties": {"a": {"type": "string"}}},
        ]});
        assert_eq!(
            converted(&source),
            json!({"allOf": [
                {"$ref": "base:#/components/schemas/A"},
                {"type": "object", "properties": {"a": {"type": "string"}}},
            ]})
        );
    }

    #[test]
    fn a_keyword_a_format_or_a_reference_that_is_not_understood_is_an_error() {
        for source in [
            json!({"oneOf": []}),
            json!({"type": "string", "format": "uri"}),
            json!({"$ref": "other.yaml#/A"}),
            json!(true),
        ] {
            assert!(schema(&source, "base:").is_err(), "{source}");
        }
    }
}
