//! The contract, the generated client and the wire values say the same.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::fs;

use clinkbill_api::types::{CheckoutSession, CreateCheckoutSessionRequest, Order};
use clinkbill_api::{Client, Secret};
use clinkbill_types::{
    Amount, OrderStatus, OrderType, PathId, PaymentMethodType, PaymentStatus, RecurringInterval,
    SessionStatus, Timestamp, UiMode,
};
use serde_json::Value;

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/clinkbill.yaml");

#[test]
fn each_enum_of_the_contract_has_the_values_that_its_type_knows() {
    let Some(contract) = contract() else { return };
    let known: [(&str, &[&str]); 7] = [
        ("SessionStatus", SessionStatus::KNOWN),
        ("PaymentStatus", PaymentStatus::KNOWN),
        ("UiMode", UiMode::KNOWN),
        ("PaymentMethodType", PaymentMethodType::KNOWN),
        ("OrderType", OrderType::KNOWN),
        ("OrderStatus", OrderStatus::KNOWN),
        ("RecurringInterval", RecurringInterval::KNOWN),
    ];
    let parts = ["DirectQrPaymentMethodType", "ImportedPaymentMethodType"];

    for (name, schema) in contract["components"]["schemas"].as_object().unwrap() {
        let Some(values) = schema["enum"].as_array() else {
            continue;
        };
        let values: Vec<_> = values.iter().map(|value| value.as_str().unwrap()).collect();
        if parts.contains(&name.as_str()) {
            let whole = PaymentMethodType::KNOWN;
            assert!(values.iter().all(|value| whole.contains(value)), "{name}");
        } else {
            let (_, known) = known.iter().find(|(known, _)| known == name).unwrap();
            assert_eq!(&values, known, "{name}");
        }
    }
    for name in known.map(|(name, _)| name).iter().chain(&parts) {
        assert!(
            contract["components"]["schemas"][*name]["enum"].is_array(),
            "{name}"
        );
    }
}

#[test]
fn the_examples_of_the_contract_are_read_by_the_generated_types() {
    let Some(contract) = contract() else { return };
    let answers = |path: &str, method: &str| {
        let pointer = format!(
            "/paths/{}/{method}/responses/200/content/application~1json/examples",
            path.replace('/', "~1")
        );
        let examples = contract.pointer(&pointer).unwrap().as_object().unwrap();
        let bodies: Vec<_> = examples
            .values()
            .map(|example| example["value"].to_string())
            .collect();
        assert!(bodies.len() > 1, "{path}");
        bodies
    };
    for body in answers("/checkout/session", "post") {
        serde_json::from_str::<clinkbill_api::types::CreatedCheckoutSessionEnvelope>(&body)
            .unwrap();
    }
    for body in answers("/checkout/session/{id}", "get") {
        serde_json::from_str::<clinkbill_api::types::CheckoutSessionEnvelope>(&body).unwrap();
    }
    for body in answers("/order/{id}", "get") {
        serde_json::from_str::<clinkbill_api::types::OrderEnvelope>(&body).unwrap();
    }
}

#[test]
fn the_request_examples_of_the_contract_survive_a_round_trip() {
    let Some(contract) = contract() else { return };
    let examples = &contract["paths"]["/checkout/session"]["post"]["requestBody"]["content"]["application/json"]
        ["examples"];
    for (name, example) in examples.as_object().unwrap() {
        let text = example["value"].to_string();
        let request: CreateCheckoutSessionRequest = serde_json::from_str(&text).unwrap();
        let written: Value =
            serde_json::from_str(&serde_json::to_string(&request).unwrap()).unwrap();
        assert_eq!(written, example["value"], "{name}");
    }
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

/// The contract, or none in a packaged crate, which does not hold it.
fn contract() -> Option<Value> {
    let text = fs::read_to_string(CONTRACT).ok()?;
    Some(yaml_serde::from_str(&text).unwrap())
}
