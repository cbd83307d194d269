use super::*;

/// A contract of one operation and the given components, after the overlay.
fn overlaid(schemas: &Value) -> Value {
    apply(contract(schemas)).unwrap().document
}

fn contract(schemas: &Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://example.com"}],
        "security": [{"ApiKey": []}],
        "paths": {"/thing/{id}": {"get": {
            "operationId": "getThing",
            "parameters": [
                {"name": "id", "in": "path", "required": true, "example": "a",
                 "schema": {"type": "string", "pattern": "^a$"}},
                {"name": "X-Timestamp", "in": "header", "required": true,
                 "schema": {"type": "string"}},
            ],
            "responses": {
                "200": {"description": "yes", "headers": {}, "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/ThingEnvelope"},
                    "examples": {"one": {"value": {}}},
                }}},
                "401": {"$ref": "#/components/responses/Unauthorized"},
                "default": {"description": "no"},
            },
        }}},
        "components": {
            "schemas": schemas,
            "responses": {"Unauthorized": {"description": "no"}},
            "securitySchemes": {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        },
    })
}

fn thing(properties: &Value) -> Value {
    let mut document = overlaid(&json!({"Thing": {"type": "object", "properties": properties}}));
    document["components"]["schemas"]["Thing"]["properties"].take()
}

fn refusal(schemas: &Value) -> String {
    apply(contract(schemas)).err().unwrap()
}

#[test]
fn an_operation_keeps_its_success_only() {
    let document = overlaid(&json!({}));
    assert_eq!(
        document["paths"]["/thing/{id}"]["get"]["responses"],
        json!({"200": {"description": "yes", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/ThingEnvelope"},
        }}}})
    );
}

#[test]
fn an_operation_without_a_success_is_refused_by_name() {
    let mut without = contract(&json!({}));
    remove(
        &mut without["paths"]["/thing/{id}"]["get"]["responses"],
        &["200"],
    );
    assert_eq!(apply(without).err().unwrap(), "getThing: no response 200");

    let mut bare = contract(&json!({}));
    remove(
        &mut bare["paths"]["/thing/{id}"]["get"]["responses"]["200"],
        &["content"],
    );
    assert!(
        apply(bare)
            .err()
            .unwrap()
            .starts_with("getThing: response 200")
    );
}

#[test]
fn headers_that_the_hook_sets_are_no_parameters() {
    let document = overlaid(&json!({}));
    assert_eq!(
        document["paths"]["/thing/{id}"]["get"]["parameters"],
        json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}])
    );
}

#[test]
fn an_operation_without_parameters_stays_without() {
    let mut contract = contract(&json!({}));
    remove(
        &mut contract["paths"]["/thing/{id}"]["get"],
        &["parameters"],
    );
    let document = apply(contract).unwrap().document;
    assert_eq!(
        document["paths"]["/thing/{id}"]["get"].get("parameters"),
        None
    );
}

#[test]
fn nothing_is_left_that_the_generator_does_not_read() {
    let document = overlaid(&json!({}));
    let keys: Vec<_> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["components", "info", "openapi", "paths"]);
    assert_eq!(document["components"], json!({"schemas": {}}));
}

#[test]
fn defaults_bounds_examples_and_extensions_are_dropped() {
    let read = thing(&json!({
        "text": {"type": "string", "minLength": 3, "maxLength": 3, "pattern": "^a$",
                 "example": "abc", "x-newer-than-guide": true},
        "count": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 9},
        "flag": {"type": "boolean", "default": true},
    }));
    assert_eq!(
        read,
        json!({
            "text": {"type": "string"},
            "count": {"type": "integer", "format": "int32"},
            "flag": {"type": "boolean"},
        })
    );
}

#[test]
fn a_property_may_be_called_like_a_keyword() {
    let properties = json!({
        "default": {"type": "string"}, "pattern": {"type": "string"},
        "minimum": {"type": "string"}, "x-odd": {"type": "string"},
        "properties": {"type": "string"}, "enum": {"type": "string"},
    });
    assert_eq!(thing(&properties), properties);
}

#[test]
fn all_numbers_become_one_decimal_schema() {
    let read = thing(&json!({
        "amount": {"type": "number", "minimum": 0, "exclusiveMinimum": true},
        "total": {"type": "number", "nullable": true, "format": "double"},
    }));
    assert_eq!(
        read,
        json!({
            "amount": {"type": "number", "format": "decimal"},
            "total": {"type": "number", "format": "decimal", "nullable": true},
        })
    );
}

#[test]
fn a_count_of_milliseconds_becomes_a_time() {
    let read = thing(&json!({
        "at": {"type": "integer", "format": "int64", "x-time-unit": "milliseconds"},
    }));
    assert_eq!(
        read,
        json!({"at": {"type": "string", "format": "date-time"}})
    );
}

#[test]
fn lists_and_maps_may_be_null_and_are_simplified_within() {
    let read = thing(&json!({
        "lines": {"type": "array", "maxItems": 2,
                  "items": {"type": "object", "properties": {
                      "amount": {"type": "number", "minimum": 1}}}},
        "notes": {"type": "object", "maxProperties": 20,
                  "additionalProperties": {"type": "string", "maxLength": 500}},
    }));
    assert_eq!(
        read,
        json!({
            "lines": {"type": "array", "nullable": true,
                      "items": {"type": "object", "properties": {
                          "amount": {"type": "number", "format": "decimal"}}}},
            "notes": {"type": "object", "nullable": true,
                      "additionalProperties": {"type": "string"}},
        })
    );
}

#[test]
fn a_list_that_is_required_may_not_be_null_unless_the_contract_says_so() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let nullable = json!({"type": "array", "nullable": true, "items": {"type": "string"}});
    let schema = json!({
        "type": "object", "required": ["names", "notes"],
        "properties": {"names": list, "notes": nullable},
    });
    let document = overlaid(&json!({"Thing": schema}));
    assert_eq!(document["components"]["schemas"]["Thing"], schema);
}

#[test]
fn parts_of_a_composed_schema_are_simplified_too() {
    let read = thing(&json!({"either": {"allOf": [{"type": "string", "minLength": 1}]}}));
    assert_eq!(read, json!({"either": {"allOf": [{"type": "string"}]}}));
}

#[test]
fn a_closed_object_is_opened() {
    let document = overlaid(&json!({"Thing": {"type": "object", "additionalProperties": false}}));
    assert_eq!(
        document["components"]["schemas"]["Thing"],
        json!({"type": "object"})
    );
}

#[test]
fn a_component_that_may_be_null_says_so_no_longer() {
    let document = overlaid(&json!({"Thing": {"type": "object", "nullable": true}}));
    assert_eq!(
        document["components"]["schemas"]["Thing"],
        json!({"type": "object"})
    );
}

#[test]
fn a_required_property_must_not_refer_to_what_may_be_null() {
    let error = refusal(&json!({
        "Thing": {"type": "object", "required": ["price"], "properties": {
            "price": {"$ref": "#/components/schemas/Price"}}},
        "Price": {"type": "object", "nullable": true},
    }));
    assert_eq!(
        error,
        "Thing.price: required, and refers to what may be null"
    );
}

#[test]
fn an_envelope_requires_nothing_and_leaves_the_data_of_an_error_alone() {
    let document = overlaid(&json!({
        "ErrorEnvelope": {"type": "object", "required": ["code"], "properties": {
            "code": {"type": "integer"}, "data": {"type": "object"}}},
        "ThingEnvelope": {"type": "object", "required": ["code"], "properties": {
            "code": {"type": "integer"}, "data": {"$ref": "#/components/schemas/Thing"}}},
        "Thing": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}}},
    }));
    assert_eq!(
        document["components"]["schemas"],
        json!({
            "ErrorEnvelope": {"type": "object", "properties": {"code": {"type": "integer"}}},
            "ThingEnvelope": {"type": "object", "properties": {
                "code": {"type": "integer"}, "data": {"$ref": "#/components/schemas/Thing"}}},
            "Thing": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"}}},
        })
    );
}

#[test]
fn a_page_is_read_like_an_envelope() {
    let document = overlaid(&json!({
        "ThingPage": {"type": "object", "required": ["code", "msg"], "properties": {
            "code": {"type": "integer"},
            "rows": {"type": "array", "items": {"type": "string"}}}},
    }));
    assert_eq!(
        document["components"]["schemas"]["ThingPage"],
        json!({"type": "object", "properties": {
            "code": {"type": "integer"},
            "rows": {"type": "array", "nullable": true, "items": {"type": "string"}}}})
    );
}

#[test]
fn enums_are_listed_by_the_name_of_their_component() {
    let overlaid = apply(contract(&json!({
        "Colour": {"type": "string", "enum": ["red"], "x-extensible-enum": true, "example": "red"},
        "Thing": {"type": "object"},
    })))
    .unwrap();
    assert_eq!(overlaid.enums, ["Colour"]);
    assert_eq!(
        overlaid.document["components"]["schemas"]["Colour"],
        json!({"type": "string", "enum": ["red"]})
    );
}

#[test]
fn an_enum_without_a_name_is_refused_with_its_place() {
    let error = refusal(&json!({"Thing": {"type": "object", "properties": {
        "colours": {"type": "array", "items": {"type": "string", "enum": ["red"]}}}}}));
    assert!(
        error.starts_with("Thing.colours[]: an enum must be a component"),
        "{error}"
    );
}

#[test]
fn a_document_without_components_is_refused() {
    assert_eq!(
        apply(json!({"openapi": "3.0.3"})).err().unwrap(),
        "no components in the document"
    );
    assert_eq!(
        apply(json!({"components": {}})).err().unwrap(),
        "no components/schemas in the document"
    );
    assert!(apply(json!(["not", "an", "object"])).is_err());
}
