//! The contract, the generated client and the wire values say the same.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::fs;

use clinkbill_api::types::{
    BillingSessionEnvelope, CheckoutSession, CheckoutSessionEnvelope, CreateBillingSessionRequest,
    CreateCheckoutSessionRequest, CreatePriceRequest, CreateProductRequest,
    CreateWebhookEndpointRequest, CreatedCheckoutSessionEnvelope, EmptyEnvelope,
    EnsureWebhookEndpointRequest, EnsuredWebhookEndpointEnvelope, Invoice, InvoiceEnvelope, Order,
    OrderEnvelope, OrderPage, PriceEnvelope, PricePage, ProductEnvelope, ProductPage, Subscription,
    SubscriptionEnvelope, UpdateWebhookEndpointRequest, WebhookEndpoint, WebhookEndpointEnvelope,
    WebhookEndpointPage, WebhookEventCatalogueEnvelope,
};
use clinkbill_api::{Client, Secret};
use clinkbill_types::{
    Amount, BillingMode, Currency, EventType, InvoiceStatus, OrderStatus, OrderType, PathId,
    PaymentMethodType, PaymentStatus, PriceType, PricingModel, QuantityRounding, RecurringInterval,
    SessionStatus, SubscriptionStatus, TaxCategory, Timestamp, UiMode, WebhookEndpointSource,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An operation of the contract, by path and method.
type Operation = (&'static str, &'static str);
/// Reads an example as the generated type, and writes it again.
type Rewrite = fn(&str) -> String;
/// Whether a value of a narrow enum is one of the wider type it is read as.
type IsKnown = fn(&str) -> bool;

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/clinkbill.yaml");

#[test]
fn each_enum_of_the_contract_has_the_values_that_its_type_knows() {
    let Some(contract) = contract() else { return };
    let known: [(&str, &[&str]); 16] = [
        ("SessionStatus", SessionStatus::KNOWN),
        ("PaymentStatus", PaymentStatus::KNOWN),
        ("UiMode", UiMode::KNOWN),
        ("PaymentMethodType", PaymentMethodType::KNOWN),
        ("OrderType", OrderType::KNOWN),
        ("OrderStatus", OrderStatus::KNOWN),
        ("RecurringInterval", RecurringInterval::KNOWN),
        ("SubscriptionStatus", SubscriptionStatus::KNOWN),
        ("InvoiceStatus", InvoiceStatus::KNOWN),
        ("BillingMode", BillingMode::KNOWN),
        ("PriceType", PriceType::KNOWN),
        ("PricingModel", PricingModel::KNOWN),
        ("QuantityRounding", QuantityRounding::KNOWN),
        ("TaxCategory", TaxCategory::KNOWN),
        ("WebhookEndpointSource", WebhookEndpointSource::KNOWN),
        ("EventType", EventType::KNOWN),
    ];
    let is_method: IsKnown = |value| PaymentMethodType::KNOWN.contains(&value);
    let is_currency: IsKnown = |value| value.parse::<Currency>().is_ok();
    let parts = [
        ("DirectQrPaymentMethodType", is_method),
        ("ImportedPaymentMethodType", is_method),
        ("CurrencyCode", is_currency),
        ("PriceCurrency", is_currency),
    ];

    let schemas = contract["components"]["schemas"].as_object().unwrap();
    let values_of = |name: &str| -> Vec<&str> {
        let values = schemas[name]["enum"].as_array().unwrap();
        values.iter().map(|value| value.as_str().unwrap()).collect()
    };
    for (name, known) in known {
        assert_eq!(values_of(name), known, "{name}");
    }
    for (name, is_known) in parts {
        assert!(values_of(name).into_iter().all(is_known), "{name}");
    }
    let named = known.len() + parts.len();
    let enums = schemas.values().filter(|schema| schema["enum"].is_array());
    assert_eq!(enums.count(), named, "an enum that this test does not know");
}

#[test]
fn the_examples_of_the_contract_are_read_by_the_generated_types() {
    let Some(contract) = contract() else { return };
    let read: [(Operation, Rewrite); 21] = [
        (
            ("/checkout/session", "post"),
            rewrites::<CreatedCheckoutSessionEnvelope>,
        ),
        (
            ("/checkout/session/{id}", "get"),
            rewrites::<CheckoutSessionEnvelope>,
        ),
        (("/order", "get"), rewrites::<OrderPage>),
        (("/order/{id}", "get"), rewrites::<OrderEnvelope>),
        (
            ("/subscription/{id}", "get"),
            rewrites::<SubscriptionEnvelope>,
        ),
        (
            ("/subscription/invoice/{id}", "get"),
            rewrites::<InvoiceEnvelope>,
        ),
        (
            ("/billing/session", "post"),
            rewrites::<BillingSessionEnvelope>,
        ),
        (("/product", "get"), rewrites::<ProductPage>),
        (("/product", "post"), rewrites::<ProductEnvelope>),
        (("/product/{id}", "get"), rewrites::<ProductEnvelope>),
        (("/price", "get"), rewrites::<PricePage>),
        (("/price", "post"), rewrites::<PriceEnvelope>),
        (("/price/{id}", "get"), rewrites::<PriceEnvelope>),
        (
            ("/webhook/events", "get"),
            rewrites::<WebhookEventCatalogueEnvelope>,
        ),
        (
            ("/webhook/endpoints", "get"),
            rewrites::<WebhookEndpointPage>,
        ),
        (
            ("/webhook/endpoints", "post"),
            rewrites::<WebhookEndpointEnvelope>,
        ),
        (
            ("/webhook/endpoints/ensure", "put"),
            rewrites::<EnsuredWebhookEndpointEnvelope>,
        ),
        (
            ("/webhook/endpoints/{id}", "get"),
            rewrites::<WebhookEndpointEnvelope>,
        ),
        (
            ("/webhook/endpoints/{id}", "patch"),
            rewrites::<WebhookEndpointEnvelope>,
        ),
        (
            ("/webhook/endpoints/{id}", "delete"),
            rewrites::<EmptyEnvelope>,
        ),
        (
            ("/webhook/endpoints/{id}/rotate-secret", "post"),
            rewrites::<WebhookEndpointEnvelope>,
        ),
    ];
    for ((path, method), read) in read {
        let answer = &contract["paths"][path][method]["responses"]["200"];
        let bodies = examples_of(answer);
        assert!(!bodies.is_empty(), "{method} {path}");
        for body in bodies {
            read(&body.to_string());
        }
    }
}

#[test]
fn the_request_examples_of_the_contract_survive_a_round_trip() {
    let Some(contract) = contract() else { return };
    let rewrite: [(Operation, Rewrite); 7] = [
        (
            ("/checkout/session", "post"),
            rewrites::<CreateCheckoutSessionRequest>,
        ),
        (
            ("/billing/session", "post"),
            rewrites::<CreateBillingSessionRequest>,
        ),
        (("/product", "post"), rewrites::<CreateProductRequest>),
        (("/price", "post"), rewrites::<CreatePriceRequest>),
        (
            ("/webhook/endpoints", "post"),
            rewrites::<CreateWebhookEndpointRequest>,
        ),
        (
            ("/webhook/endpoints/ensure", "put"),
            rewrites::<EnsureWebhookEndpointRequest>,
        ),
        (
            ("/webhook/endpoints/{id}", "patch"),
            rewrites::<UpdateWebhookEndpointRequest>,
        ),
    ];
    for ((path, method), rewrite) in rewrite {
        let bodies = examples_of(&contract["paths"][path][method]["requestBody"]);
        assert!(bodies.len() > 1, "{method} {path}");
        for body in bodies {
            let written: Value = serde_json::from_str(&rewrite(&body.to_string())).unwrap();
            assert_eq!(written, body, "{method} {path}");
        }
    }
}

fn rewrites<T: DeserializeOwned + Serialize>(body: &str) -> String {
    serde_json::to_string(&serde_json::from_str::<T>(body).unwrap()).unwrap()
}

/// The bodies that a request body or a response shows as examples.
fn examples_of(holder: &Value) -> Vec<Value> {
    let media = &holder["content"]["application/json"];
    let many = media["examples"].as_object().into_iter().flatten();
    many.map(|(_, example)| example["value"].clone())
        .chain(media.get("example").cloned())
        .collect()
}

/// Not run: it compiles only while the wire values stand where they belong.
#[expect(dead_code, reason = "the compiler is the test")]
async fn generated_types_are_the_wire_values(
    client: &Client,
    id: &PathId,
    request: CreateCheckoutSessionRequest,
    session: CheckoutSession,
    order: Order,
) {
    let created = client.create_checkout_session(&request).await;
    let _: Option<Secret> = created.unwrap().into_inner().data.unwrap().url;
    drop(client.get_order(id).await);

    let _: Amount = request.original_amount;
    let _: Option<String> = request.customer_id;
    let _: Option<UiMode> = request.ui_mode;
    let _: Option<PaymentMethodType> = request.direct_payment_qr_code_payment_method_type;
    let _: Option<Vec<PaymentMethodType>> = request.payment_method_type_black_list;

    let _: SessionStatus = session.status;
    let _: Option<PaymentStatus> = session.payment_status;
    let _: Option<Amount> = session.amount_total;
    let _: Option<Timestamp> = session.expire;
    let _: Option<Secret> = session.token;
    let _: Option<Amount> = session.price.unwrap().price_list.unwrap()[0].exchange_rate;

    let _: OrderStatus = order.status;
    let _: Option<OrderType> = order.type_;
    let _: Option<Timestamp> = order.payment_time;
}

/// As above, for what stands around the sessions.
#[expect(dead_code, reason = "the compiler is the test")]
fn the_neighbours_of_a_session_are_wire_values(
    subscription: &Subscription,
    invoice: &Invoice,
    endpoint: &WebhookEndpoint,
) {
    let _: &SubscriptionStatus = &subscription.status;
    let _: Option<Timestamp> = subscription.trial_end;
    let _: Option<Amount> = subscription.recurring_invoice_item.as_ref().unwrap().amount;
    let _: &InvoiceStatus = &invoice.status;
    let _: Option<Amount> = invoice.payment_amount;
    let _: &Option<Secret> = &endpoint.signing_secret;
    let _: &Option<Vec<EventType>> = &endpoint.events;
}

/// The contract, or none in a packaged crate, which does not hold it.
fn contract() -> Option<Value> {
    let text = fs::read_to_string(CONTRACT).ok()?;
    Some(yaml_serde::from_str(&text).unwrap())
}
