//! The sandbox's own wire types say what the contract says.

use std::collections::{BTreeMap, BTreeSet};

use clinkbill_sandbox::wire::catalogue::{
    CreatePriceRequest, CreateProductRequest, Price, Product,
};
use clinkbill_sandbox::wire::request::CreateCheckoutSessionRequest;
use clinkbill_sandbox::wire::response::{CheckoutSession, CreatedCheckoutSession, Order};
use clinkbill_sandbox::wire::subscription::{
    BillingSession, CreateBillingSessionRequest, Invoice, Subscription,
};
use clinkbill_sandbox::wire::webhook::{
    CreateWebhookEndpointRequest, EnsureWebhookEndpointRequest, EnsuredWebhookEndpoint,
    UpdateWebhookEndpointRequest, WebhookEndpoint, WebhookEventCatalogue,
};
use clinkbill_types::Amount;
use schemars::JsonSchema;
use serde_json::Value;

/// What the contract says of each field, by its path: `priceDataList[].quantity`.
type Fields = BTreeMap<String, Field>;

#[derive(Debug, PartialEq, Eq)]
struct Field {
    types: BTreeSet<String>,
    required: bool,
    values: BTreeSet<String>,
    bounds: BTreeMap<&'static str, String>,
}

fn contract() -> Option<Value> {
    // A packaged crate stands alone, without the document beside it.
    let text = std::fs::read_to_string("../../openapi/clinkbill.yaml").ok()?;
    Some(yaml_serde::from_str(&text).unwrap())
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => resolve(
            root,
            root.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
        ),
        None => schema,
    }
}

fn collect(root: &Value, schema: &Value, path: &str, required: bool, fields: &mut Fields) {
    let schema = resolve(root, schema);
    // schemars writes an optional reference as "this or null".
    if let Some(choices) = schema["anyOf"].as_array() {
        collect(root, &choices[0], path, required, fields);
        fields
            .get_mut(path)
            .unwrap()
            .types
            .insert("null".to_owned());
        return;
    }
    let mut types: BTreeSet<String> = match &schema["type"] {
        Value::String(name) => [name.clone()].into(),
        Value::Array(names) => names
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect(),
        _ => BTreeSet::new(),
    };
    if schema["nullable"] == true {
        types.insert("null".to_owned());
    }
    let exclusive = match &schema["exclusiveMinimum"] {
        Value::Bool(true) => schema["minimum"].to_string(),
        other => other.to_string(),
    };
    let mut bounds: BTreeMap<&'static str, String> = [
        "maxLength",
        "minLength",
        "maxProperties",
        "maximum",
        "pattern",
    ]
    .into_iter()
    .filter(|name| !schema[*name].is_null() && schema[*name] != u64::from(u32::MAX))
    .map(|name| (name, schema[name].to_string()))
    .collect();
    if exclusive == "null" {
        if !schema["minimum"].is_null() {
            bounds.insert("minimum", schema["minimum"].to_string());
        }
    } else {
        bounds.insert("exclusiveMinimum", exclusive);
    }
    let values = schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    fields.insert(
        path.to_owned(),
        Field {
            types,
            required,
            values,
            bounds,
        },
    );

    if let Some(properties) = schema["properties"].as_object() {
        let needed: Vec<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (name, property) in properties {
            collect(
                root,
                property,
                &format!("{path}.{name}"),
                needed.contains(&name.as_str()),
                fields,
            );
        }
    }
    if schema["items"].is_object() {
        collect(root, &schema["items"], &format!("{path}[]"), false, fields);
    }
    if schema["additionalProperties"].is_object() {
        collect(
            root,
            &schema["additionalProperties"],
            &format!("{path}{{}}"),
            false,
            fields,
        );
    }
}

fn documented(root: &Value, name: &str) -> Fields {
    let mut fields = Fields::new();
    collect(
        root,
        &root["components"]["schemas"][name],
        "",
        false,
        &mut fields,
    );
    fields
}

fn own<T: JsonSchema>() -> Fields {
    let root = schemars::schema_for!(T).to_value();
    let mut fields = Fields::new();
    collect(&root, &root, "", false, &mut fields);
    fields
}

/// Takes what the contract allows, and nothing else.
fn assert_as_strict<T: JsonSchema>(name: &str) {
    let Some(root) = contract() else { return };
    let (own, documented) = (own::<T>(), documented(&root, name));
    assert_eq!(
        own.keys().collect::<Vec<_>>(),
        documented.keys().collect::<Vec<_>>(),
        "{name}"
    );
    for (path, field) in &documented {
        assert_eq!(&own[path], field, "{name}{path}");
    }
}

#[test]
fn a_request_is_exactly_as_strict_as_the_contract() {
    assert_as_strict::<CreateCheckoutSessionRequest>("CreateCheckoutSessionRequest");
    assert_as_strict::<CreateProductRequest>("CreateProductRequest");
    assert_as_strict::<CreatePriceRequest>("CreatePriceRequest");
    assert_as_strict::<CreateWebhookEndpointRequest>("CreateWebhookEndpointRequest");
    assert_as_strict::<EnsureWebhookEndpointRequest>("EnsureWebhookEndpointRequest");
    assert_as_strict::<UpdateWebhookEndpointRequest>("UpdateWebhookEndpointRequest");
    assert_as_strict::<CreateBillingSessionRequest>("CreateBillingSessionRequest");
}

/// Every documented field is answered, and nothing that the contract would not allow.
fn assert_answers<T: JsonSchema>(name: &str) {
    let Some(root) = contract() else { return };
    let (own, documented) = (own::<T>(), documented(&root, name));
    for (path, field) in &own {
        let Some(allowed) = documented.get(path) else {
            panic!("{name}{path} is not in the contract");
        };
        assert!(
            field.types.is_subset(&allowed.types),
            "{name}{path}: {:?} is not within {:?}",
            field.types,
            allowed.types
        );
        assert!(
            field.values.is_subset(&allowed.values),
            "{name}{path}: {:?}",
            field.values
        );
    }
    // What hangs below a field that is always null has nothing to be compared with.
    let always_null = |path: &str| {
        own.iter().any(|(parent, field)| {
            path.starts_with(parent.as_str())
                && !parent.is_empty()
                && field.types.iter().eq(["null"])
        })
    };
    for path in documented.keys() {
        assert!(
            own.contains_key(path) || always_null(path),
            "{name}{path} is never answered"
        );
    }
}

#[test]
fn a_created_session_answers_every_documented_field() {
    assert_answers::<CreatedCheckoutSession<'static>>("CreatedCheckoutSession");
}

#[test]
fn a_session_answers_every_documented_field() {
    assert_answers::<CheckoutSession<'static>>("CheckoutSession");
}

#[test]
fn an_order_answers_every_documented_field() {
    assert_answers::<Order<'static>>("Order");
}

#[test]
fn a_product_and_a_price_answer_every_documented_field() {
    assert_answers::<Product<'static>>("Product");
    assert_answers::<Price<'static>>("Price");
}

#[test]
fn webhook_endpoints_answer_every_documented_field() {
    assert_answers::<WebhookEndpoint<'static>>("WebhookEndpoint");
    assert_answers::<EnsuredWebhookEndpoint<'static>>("EnsuredWebhookEndpoint");
    assert_answers::<WebhookEventCatalogue>("WebhookEventCatalogue");
}

#[test]
fn a_subscription_and_its_invoice_answer_every_documented_field() {
    assert_answers::<Subscription<'static, Amount>>("Subscription");
    assert_answers::<Invoice<'static, Amount>>("Invoice");
}

#[test]
fn a_portal_link_answers_every_documented_field() {
    assert_answers::<BillingSession>("BillingSession");
}
