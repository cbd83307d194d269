//! Makes of the contract what the generator can bear, without touching the contract.
//!
//! The contract tells the truth for every tool that reads OpenAPI. The generator turns some of
//! that truth into worse code: bounds become wrapper types that also guard responses, a default
//! becomes a field that is always sent, a second response type stops it altogether. Each function
//! here takes one such point away from the parsed document before generation.

use serde_json::{Map, Value, json};

/// Headers that the hook of `clinkbill-api` sets: as parameters they would become arguments.
const SET_BY_THE_HOOK: [&str; 2] = ["x-api-key", "x-timestamp"];

/// What a reader and a writer cannot use: bounds are checked by the SDK, with better words.
const BOUNDS: [&str; 13] = [
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// A contract that the generator can bear.
pub(crate) struct Overlaid {
    pub(crate) document: Value,
    /// The names of the components that are enums, so that open enums can stand in for them.
    pub(crate) enums: Vec<String>,
}

/// Applies every point to a parsed contract.
///
/// The error says what the contract holds that neither the generator nor this overlay can bear.
pub(crate) fn apply(mut document: Value) -> Result<Overlaid, String> {
    let enums = names_of_enums(&document);
    for operation in operations(&mut document) {
        keep_the_success_only(operation)?;
        drop_parameters_of_the_hook(operation);
        for (place, schema) in schemas_of_an_operation(operation) {
            read_liberally(schema, &place)?;
        }
    }

    let components = object_at(&mut document, "components")?;
    components.retain(|kind, _| kind == "schemas");
    let schemas = object_at(&mut document, "/components/schemas")?;
    refuse_required_nullable_references(schemas)?;
    for (name, schema) in schemas.iter_mut() {
        let is_a_named_enum = enums.contains(name);
        // A page is an envelope without `data`.
        if name.ends_with("Envelope") || name.ends_with("Page") {
            read_any_envelope(schema);
        }
        // Every use of a component is an optional property, which reads null by itself.
        remove(schema, &["nullable"]);
        if is_a_named_enum {
            simplify(schema);
        } else {
            read_liberally(schema, name)?;
        }
    }
    if let Some(root) = document.as_object_mut() {
        root.retain(|key, _| ["openapi", "info", "paths", "components"].contains(&key.as_str()));
    }
    Ok(Overlaid { document, enums })
}

/// The generator takes one response type per operation, and loses the status of a declared error
/// whose body is not what was declared. With only `200` left, all others arrive whole.
fn keep_the_success_only(operation: &mut Value) -> Result<(), String> {
    let id = operation["operationId"]
        .as_str()
        .unwrap_or("an operation without operationId")
        .to_owned();
    let success = operation
        .pointer_mut("/responses/200")
        .map(Value::take)
        .ok_or_else(|| format!("{id}: no response 200"))?;
    let schema = success
        .pointer("/content/application~1json/schema")
        .cloned()
        .ok_or_else(|| format!("{id}: response 200 has no schema for application/json"))?;
    let description = success["description"].clone();
    operation["responses"] = json!({
        "200": {
            "description": description,
            "content": { "application/json": { "schema": schema } },
        },
    });
    Ok(())
}

fn drop_parameters_of_the_hook(operation: &mut Value) {
    if let Some(parameters) = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
    {
        parameters.retain(|parameter| {
            let name = parameter["name"].as_str().unwrap_or_default();
            !SET_BY_THE_HOOK.contains(&name.to_ascii_lowercase().as_str())
        });
    }
}

/// An envelope without `code` or `msg` is still an answer, and what stands in the `data` of an
/// error is anybody's guess.
fn read_any_envelope(schema: &mut Value) {
    remove(schema, &["required"]);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, property| name != "data" || property.get("$ref").is_some());
    }
}

/// A required property must not refer to a component that may be null: the reference cannot say
/// so in OpenAPI 3.0, and the null would fail the read of the whole response.
fn refuse_required_nullable_references(schemas: &Map<String, Value>) -> Result<(), String> {
    for (owner, schema) in schemas {
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            let target = schema["properties"][name]["$ref"]
                .as_str()
                .and_then(|reference| reference.strip_prefix("#/components/schemas/"));
            if target.is_some_and(|target| schemas.get(target).is_some_and(is_nullable)) {
                return Err(format!(
                    "{owner}.{name}: required, and refers to what may be null"
                ));
            }
        }
    }
    Ok(())
}

/// One schema and all within it: no bounds, exact numbers, nullable containers, open objects.
fn read_liberally(schema: &mut Value, place: &str) -> Result<(), String> {
    if schema.get("enum").is_some() {
        return Err(format!(
            "{place}: an enum must be a component of its own, so that it has a name"
        ));
    }
    in_milliseconds_or_iso(schema);
    simplify(schema);
    exact_decimal(schema);
    nullable_containers(schema);

    let required = schema["required"].clone();
    let is_required = |name: &str| {
        let mut names = required.as_array().into_iter().flatten();
        names.any(|required| required == name)
    };
    for (key, inner) in schema.as_object_mut().into_iter().flatten() {
        match key.as_str() {
            "properties" => {
                for (name, property) in inner.as_object_mut().into_iter().flatten() {
                    let may_be_null = is_nullable(property) || !is_required(name);
                    read_liberally(property, &format!("{place}.{name}"))?;
                    // A request without a list it needs must not compile.
                    if !may_be_null {
                        remove(property, &["nullable"]);
                    }
                }
            }
            "items" | "additionalProperties" | "not" if inner.is_object() => {
                read_liberally(inner, &format!("{place}[]"))?;
            }
            "allOf" | "anyOf" | "oneOf" => {
                for part in inner.as_array_mut().into_iter().flatten() {
                    read_liberally(part, place)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A property with a default would be sent always; a bound would become a wrapper type; an
/// extension or an example would keep a schema from being recognised.
fn simplify(schema: &mut Value) {
    remove(schema, &BOUNDS);
    remove(schema, &["default", "example"]);
    if let Some(schema) = schema.as_object_mut() {
        schema.retain(|key, _| !key.starts_with("x-"));
        // `false` would make an added response field an error.
        if schema.get("additionalProperties") == Some(&json!(false)) {
            schema.remove("additionalProperties");
        }
    }
}

/// All numbers share one schema, for which the exact amount type stands in.
fn exact_decimal(schema: &mut Value) {
    if schema["type"] == "number" {
        schema["format"] = json!("decimal");
    }
}

/// A count of milliseconds is a time, and the type for times reads it as well as ISO 8601 text.
fn in_milliseconds_or_iso(schema: &mut Value) {
    if schema["x-time-unit"] == "milliseconds" {
        schema["type"] = json!("string");
        schema["format"] = json!("date-time");
    }
}

/// An optional list or map would be read from nothing, but not from null.
fn nullable_containers(schema: &mut Value) {
    let is_a_map = schema.get("additionalProperties").is_some();
    if schema["type"] == "array" || is_a_map {
        schema["nullable"] = json!(true);
    }
}

fn names_of_enums(document: &Value) -> Vec<String> {
    let schemas = document["components"]["schemas"].as_object();
    schemas
        .into_iter()
        .flatten()
        .filter(|(_, schema)| schema.get("enum").is_some())
        .map(|(name, _)| name.clone())
        .collect()
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .filter_map(|(_, path)| path.as_object_mut())
        .flatten()
        .filter(|(_, operation)| operation.get("responses").is_some())
        .map(|(_, operation)| operation)
}

fn schemas_of_an_operation(operation: &mut Value) -> Vec<(String, &mut Value)> {
    let id = operation["operationId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let mut schemas = Vec::new();
    for (key, part) in operation.as_object_mut().into_iter().flatten() {
        match key.as_str() {
            "parameters" => {
                for parameter in part.as_array_mut().into_iter().flatten() {
                    remove(parameter, &["example", "examples"]);
                    let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                    schemas.extend(
                        parameter
                            .get_mut("schema")
                            .map(|schema| (format!("{id}.{name}"), schema)),
                    );
                }
            }
            "requestBody" => schemas.extend(schemas_of_content(&id, part)),
            "responses" => {
                for (_, response) in part.as_object_mut().into_iter().flatten() {
                    schemas.extend(schemas_of_content(&id, response));
                }
            }
            _ => {}
        }
    }
    schemas
}

fn schemas_of_content<'a>(id: &str, holder: &'a mut Value) -> Vec<(String, &'a mut Value)> {
    let content = holder.get_mut("content").and_then(Value::as_object_mut);
    content
        .into_iter()
        .flatten()
        .filter_map(|(_, media)| {
            remove(media, &["example", "examples"]);
            media
                .get_mut("schema")
                .map(|schema| (id.to_owned(), schema))
        })
        .collect()
}

fn object_at<'a>(
    document: &'a mut Value,
    place: &str,
) -> Result<&'a mut Map<String, Value>, String> {
    let pointer = format!("/{}", place.trim_start_matches('/'));
    document
        .pointer_mut(&pointer)
        .and_then(Value::as_object_mut)
        .ok_or_else(|| format!("no {} in the document", pointer.trim_start_matches('/')))
}

fn is_nullable(schema: &Value) -> bool {
    schema["nullable"] == json!(true)
}

fn remove(object: &mut Value, keys: &[&str]) {
    if let Some(object) = object.as_object_mut() {
        for key in keys {
            object.remove(*key);
        }
    }
}

#[cfg(test)]
mod tests;
