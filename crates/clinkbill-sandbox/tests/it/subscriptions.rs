//! What a recurring purchase makes.

use std::time::Duration;

use clinkbill_sandbox::{Attempt, Catalogue, Sandbox, Settlement};
use serde_json::{Value, json};

use crate::call::{Call, at_the_time_of_calls, data, event_types, json, read, text};
use crate::catalogue::SHOP;

const NOW: i64 = 1_700_000_000_000;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// A month after `NOW`, which is a day of November.
const MONTH: i64 = 30 * DAY;

fn shop() -> Sandbox {
    at_the_time_of_calls()
        .catalogue(Catalogue::from_json(SHOP).unwrap())
        .build()
}

fn session(sandbox: &Sandbox, price_id: &str) -> String {
    let body = r#"{"customerEmail": "b@example.com", "originalAmount": 19.990, "originalCurrency": "USD",
        "productId": "prd_pro", "priceId": "PRICE", "merchantReferenceId": "A-17", "metadata": {"k": "v"},
        "scheduledPhases": [
            {"sequence": 1, "effectiveCycle": 4, "priceSnapshotId": "snap_pro_trial", "quantity": 2}
        ]}"#;
    let reply = Call::create(body.replace("PRICE", price_id)).send(sandbox);
    assert_eq!(json(&reply)["code"], 200, "{}", text(&reply));
    data(&reply, "sessionId")
}

fn pay(sandbox: &Sandbox, session_id: &str, attempt: Attempt) -> String {
    let merchant = sandbox.merchant_of("sk_test_caller").unwrap();
    merchant.pay(session_id, attempt).unwrap().order_id
}

fn text_of<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

/// ST-06: a payment of a recurring price starts a subscription with its first invoice.
#[test]
fn a_recurring_payment_makes_an_order_a_subscription_and_an_invoice() {
    let sandbox = shop();
    let session_id = session(&sandbox, "price_pro");
    let order_id = pay(&sandbox, &session_id, Attempt::succeeded());

    let session = read(&sandbox, &format!("/api/checkout/session/{session_id}"));
    let order = read(&sandbox, &format!("/api/order/{order_id}"));
    let subscription_id = text_of(&session, "subscriptionId");
    let invoice_id = text_of(&session, "invoiceId");
    assert_eq!(session["orderId"], order_id);
    assert_eq!(order["type"], "recurring");
    assert_eq!(order["invoiceId"], invoice_id);
    assert_eq!(order["productId"], "prd_pro");
    assert_eq!(order["priceId"], "price_pro");

    let subscription = read(&sandbox, &format!("/api/subscription/{subscription_id}"));
    let invoice = read(&sandbox, &format!("/api/subscription/invoice/{invoice_id}"));
    for (value, expected) in [
        (&subscription["status"], json!("active")),
        (&subscription["merchantReference"], json!("A-17")),
        (&subscription["sessionId"], json!(session_id)),
        (&subscription["customerId"], order["customerId"].clone()),
        (&subscription["priceSnapshotId"], json!("snap_pro")),
        (&subscription["quantity"], json!(1)),
        (&subscription["trialStart"], Value::Null),
        (&subscription["trialEnd"], Value::Null),
        (&subscription["currentPeriodStart"], json!(NOW)),
        (&subscription["currentPeriodEnd"], json!(NOW + MONTH)),
        (
            &subscription["recurringInvoiceItem"]["periodEnd"],
            json!(NOW + MONTH),
        ),
        (
            &subscription["upcomingInvoiceItem"]["periodStart"],
            json!(NOW + MONTH),
        ),
        (
            &subscription["upcomingInvoiceItem"]["periodEnd"],
            json!(NOW + MONTH + 31 * DAY),
        ),
        (
            &subscription["paymentInstrumentId"],
            order["paymentMethod"]["paymentInstrumentId"].clone(),
        ),
        (&subscription["scheduledPhases"][0]["quantity"], json!(2)),
        (&subscription["metadata"], json!({"k": "v"})),
        (&invoice["status"], json!("paid")),
        (&invoice["subscriptionId"], json!(subscription_id)),
        (&invoice["orderId"], json!(order_id)),
        (&invoice["merchantReference"], json!("A-17")),
        (&invoice["currentPeriodEnd"], json!(NOW + MONTH)),
        (
            &invoice["items"][0]["price"]["recurring"]["interval"],
            json!("month"),
        ),
        (&invoice["items"][0]["description"], json!("Pro plan")),
    ] {
        assert_eq!(*value, expected);
    }
    assert_eq!(
        event_types(&sandbox),
        [
            "order.created",
            "order.succeeded",
            "subscription.created",
            "subscription.activated",
            "invoice.open",
            "invoice.paid",
            "session.complete",
        ]
    );
}

/// Money is a number in answers and a decimal string in the events of subscriptions and invoices.
#[test]
fn every_digit_of_the_amount_stands_on_the_invoice_and_in_the_events() {
    let sandbox = shop();
    let session_id = session(&sandbox, "price_pro");
    pay(&sandbox, &session_id, Attempt::succeeded());
    let session = read(&sandbox, &format!("/api/checkout/session/{session_id}"));
    let path = format!(
        "/api/subscription/invoice/{}",
        text_of(&session, "invoiceId")
    );
    let invoice = Call::get(&path).send(&sandbox);
    assert!(
        text(&invoice).contains("\"originalAmount\":19.990,"),
        "{}",
        text(&invoice)
    );
    let events = Call::get("/_sandbox/events").send(&sandbox);
    assert_eq!(
        text(&events)
            .matches("\"originalAmount\":\"19.990\",")
            .count(),
        2
    );
    assert_eq!(
        text(&events).matches("\"unitAmount\":\"19.99\",").count(),
        2 * 2 + 2
    );
    let events = json(&events);
    let statuses: Vec<&str> = events["data"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| text_of(&event["event"], "type").starts_with("invoice."))
        .map(|event| text_of(&event["event"]["data"]["object"], "status"))
        .collect();
    assert_eq!(statuses, ["open", "paid"]);
}

#[test]
fn a_free_trial_charges_nothing_until_it_ends() {
    let sandbox = shop();
    let session_id = session(&sandbox, "price_pro_trial");
    let order_id = pay(&sandbox, &session_id, Attempt::succeeded());
    let session = read(&sandbox, &format!("/api/checkout/session/{session_id}"));
    let order = read(&sandbox, &format!("/api/order/{order_id}"));
    let subscription_id = text_of(&session, "subscriptionId");
    let invoice_id = text_of(&session, "invoiceId");
    let subscription = read(&sandbox, &format!("/api/subscription/{subscription_id}"));
    let invoice = read(&sandbox, &format!("/api/subscription/invoice/{invoice_id}"));
    for (value, expected) in [
        (&session["amountSubtotal"], json!(19.99)),
        (&session["amountTotal"], json!(0)),
        (&order["amountTotal"], json!(0)),
        (&order["status"], json!("success")),
        (&subscription["status"], json!("free_trial")),
        (&subscription["trialStart"], json!(NOW)),
        (&subscription["trialEnd"], json!(NOW + 7 * DAY)),
        (&subscription["currentPeriodEnd"], json!(NOW + 7 * DAY)),
        (
            &subscription["recurringInvoiceItem"]["paymentAmount"],
            json!(0),
        ),
        (
            &subscription["upcomingInvoiceItem"]["paymentAmount"],
            json!(19.99),
        ),
        (&invoice["status"], json!("paid")),
        (&invoice["paymentAmount"], json!(0)),
    ] {
        assert_eq!(*value, expected);
    }
    assert!(event_types(&sandbox).contains(&"subscription.trialing".to_owned()));
    assert!(!event_types(&sandbox).contains(&"subscription.activated".to_owned()));
}

#[test]
fn a_payment_that_fails_or_is_under_way_starts_no_subscription() {
    let sandbox = shop();
    let session_id = session(&sandbox, "price_pro");
    let failed = pay(&sandbox, &session_id, Attempt::failed());
    let under_way = pay(&sandbox, &session_id, Attempt::processing());
    for order_id in [&failed, &under_way] {
        let order = read(&sandbox, &format!("/api/order/{order_id}"));
        assert_eq!(order["type"], "recurring");
        assert_eq!(order["invoiceId"], Value::Null);
    }
    assert!(
        !event_types(&sandbox)
            .iter()
            .any(|kind| kind.starts_with("subscription."))
    );
    let merchant = sandbox.merchant_of("sk_test_caller").unwrap();
    merchant
        .settle(&under_way, Settlement::succeeded())
        .unwrap();
    let order = read(&sandbox, &format!("/api/order/{under_way}"));
    assert!(order["invoiceId"].is_string());
    assert!(event_types(&sandbox).contains(&"invoice.paid".to_owned()));
}

#[test]
fn subscriptions_and_invoices_of_others_are_unknown() {
    let sandbox = shop();
    let session_id = session(&sandbox, "price_pro");
    pay(&sandbox, &session_id, Attempt::succeeded());
    let session = read(&sandbox, &format!("/api/checkout/session/{session_id}"));
    for (path, name) in [
        (
            format!("/api/subscription/{}", text_of(&session, "subscriptionId")),
            "SUBSCRIPTION_NOT_FOUND",
        ),
        (
            format!(
                "/api/subscription/invoice/{}",
                text_of(&session, "invoiceId")
            ),
            "INVOICE_NOT_FOUND",
        ),
    ] {
        let reply = Call::get(&path)
            .header("x-api-key", "sk_uat_stranger")
            .send(&sandbox);
        assert_eq!(reply.status(), 404);
        assert!(text(&reply).contains(name));
        assert_eq!(Call::get(&path).send(&sandbox).status(), 200);
    }
}

#[test]
fn an_event_tells_what_was_so_when_it_happened_however_late_it_is_read() {
    let sandbox = shop();
    let merchant = sandbox.merchant_of("sk_test_caller").unwrap();
    let mut before: Vec<String> = Vec::new();
    let mut unchanged = || {
        let events = merchant.webhook_log().events;
        let now: Vec<String> = events.into_iter().map(|event| event.body).collect();
        assert_eq!(now[..before.len()], before);
        before = now;
    };

    let paid = session(&sandbox, "price_pro");
    let late = session(&sandbox, "price_pro");
    let action = merchant.pay(&paid, Attempt::requires_action()).unwrap();
    unchanged();
    merchant
        .settle(&action.order_id, Settlement::failed())
        .unwrap();
    unchanged();
    let under_way = merchant.pay(&late, Attempt::processing()).unwrap();
    unchanged();
    merchant.pay(&paid, Attempt::succeeded()).unwrap();
    unchanged();
    merchant.advance(Duration::from_secs(48 * 60 * 60)).unwrap();
    unchanged();
    merchant
        .settle(&under_way.order_id, Settlement::succeeded())
        .unwrap();
    unchanged();

    // The session had a payment under way when it expired, and an order had no invoice yet.
    let body = |kind: &str| {
        let named = |body: &&String| body.contains(&format!(r#""type":"{kind}""#));
        let body = before.iter().find(named).unwrap();
        let event: Value = serde_json::from_str(body).unwrap();
        event["data"]["object"].clone()
    };
    assert_eq!(body("session.expired")["status"], "expired");
    assert_eq!(body("session.expired")["paymentStatus"], "processing");
    assert_eq!(body("order.created")["invoiceId"], Value::Null);
    assert_eq!(body("order.next_action")["paymentTime"], Value::Null);
    assert_eq!(body("invoice.open")["status"], "open");
}
