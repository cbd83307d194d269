//! Attempts to pay that do not simply succeed.

use std::time::Duration;

use clinkbill_sandbox::rulebook::Rulebook;
use clinkbill_sandbox::{
    Attempt, ManualClock, Merchant, Offer, OfferTable, PaymentMethodType, PurchaseType, Sandbox,
    Settlement,
};
use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, at_the_time_of_calls, data, event_types, json, read};

fn merchant(sandbox: &Sandbox) -> Merchant {
    sandbox.merchant_of("sk_test_caller").unwrap()
}

fn hosted(sandbox: &Sandbox) -> String {
    let reply = Call::create(
        r#"{"customerEmail": "b@example.com", "originalAmount": 5, "originalCurrency": "USD",
            "successUrl": "https://shop.example/thanks",
            "priceDataList": [{"name": "Mug", "unitAmount": 5}]}"#,
    )
    .send(sandbox);
    data(&reply, "sessionId")
}

fn session(sandbox: &Sandbox, session_id: &str) -> Value {
    read(sandbox, &format!("/api/checkout/session/{session_id}"))
}

fn order(sandbox: &Sandbox, order_id: &str) -> Value {
    read(sandbox, &format!("/api/order/{order_id}"))
}

fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Value {
    json(
        &Call::new(Method::POST, path)
            .body(body.to_string())
            .send(sandbox),
    )
}

#[test]
fn a_failed_attempt_tells_why() {
    let sandbox = at_the_time_of_calls().build();
    let session_id = hosted(&sandbox);
    for (attempt, code) in [
        (Attempt::failed(), "card_declined"),
        (Attempt::insufficient_funds(), "insufficient_funds"),
        (Attempt::failed_with("expired_card"), "expired_card"),
    ] {
        let paid = merchant(&sandbox).pay(&session_id, attempt).unwrap();
        let order = order(&sandbox, &paid.order_id);
        assert_eq!(order["status"], "failed");
        assert_eq!(order["failureCode"], code);
        assert!(!order["failureMessage"].as_str().unwrap().is_empty());
        assert_eq!(paid.redirect_url, None);
    }
    assert_eq!(session(&sandbox, &session_id)["status"], "open");
}

/// ST-04, ST-09: while one payment is under way the session is processing, and no other begins.
#[test]
fn a_payment_under_way_holds_the_session_until_it_is_settled() {
    for (attempt, status) in [
        (Attempt::processing(), "pending"),
        (Attempt::requires_action(), "requires_action"),
    ] {
        let sandbox = at_the_time_of_calls().build();
        let session_id = hosted(&sandbox);
        let first = merchant(&sandbox)
            .pay(&session_id, attempt.clone())
            .unwrap();
        assert_eq!(first.redirect_url, None);
        let pending = order(&sandbox, &first.order_id);
        assert_eq!(pending["status"], status);
        assert_eq!(pending["paymentTime"], Value::Null);
        assert_eq!(session(&sandbox, &session_id)["status"], "open");
        assert_eq!(
            session(&sandbox, &session_id)["paymentStatus"],
            "processing"
        );
        let refused = merchant(&sandbox)
            .pay(&session_id, Attempt::succeeded())
            .unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("ORDER_HAS_ONE_IN_PROCESSING"),
            "{refused}"
        );

        merchant(&sandbox)
            .settle(
                &first.order_id,
                Settlement::failed_with("insufficient_funds"),
            )
            .unwrap();
        assert_eq!(
            order(&sandbox, &first.order_id)["failureCode"],
            "insufficient_funds"
        );
        assert_eq!(session(&sandbox, &session_id)["paymentStatus"], "unpaid");

        let second = merchant(&sandbox).pay(&session_id, attempt).unwrap();
        let settled = merchant(&sandbox)
            .settle(&second.order_id, Settlement::succeeded())
            .unwrap();
        assert!(
            settled
                .redirect_url
                .unwrap()
                .starts_with("https://shop.example/thanks?sessionId=")
        );
        let session = session(&sandbox, &session_id);
        assert_eq!(session["status"], "completed");
        assert_eq!(session["paymentStatus"], "paid");
        assert_eq!(session["orderId"], second.order_id);
        let again = merchant(&sandbox)
            .settle(&second.order_id, Settlement::failed())
            .unwrap_err();
        assert!(
            again.to_string().starts_with("ORDER_ALREADY_SETTLED"),
            "{again}"
        );
        assert_eq!(order(&sandbox, &second.order_id)["status"], "success");

        let action: &[&str] = match status {
            "requires_action" => &["order.next_action"],
            _ => &[],
        };
        let one = |end: &'static str| [&["order.created"], action, &[end]].concat();
        let expected = [
            one("order.failed"),
            one("order.succeeded"),
            vec!["session.complete"],
        ];
        assert_eq!(event_types(&sandbox), expected.concat());
    }
}

/// ST-08: a late success leaves the session expired; what was paid is told all the same.
#[test]
fn a_payment_that_succeeds_after_the_end_leaves_the_session_expired() {
    let start = 1_700_000_000_000;
    let sandbox = Sandbox::builder()
        .clock(ManualClock::at(start + 60_000))
        .session_lifetime(Duration::from_secs(60))
        .build();
    let session_id = hosted(&sandbox);
    let pay = Call::new(
        Method::POST,
        &format!("/_sandbox/sessions/{session_id}/pay"),
    )
    .body(r#"{"outcome": "processing"}"#)
    .send(&sandbox);
    let order_id = data(&pay, "orderId");
    // The manual clock stands at the end of the session.
    let settled = merchant(&sandbox)
        .settle(&order_id, Settlement::succeeded())
        .unwrap();
    assert_eq!(settled.redirect_url, None);
    let session = session(&sandbox, &session_id);
    assert_eq!(session["status"], "expired");
    assert_eq!(session["paymentStatus"], "paid");
    assert_eq!(session["orderId"], order_id);
    assert_eq!(order(&sandbox, &order_id)["status"], "success");
    assert_eq!(
        event_types(&sandbox),
        ["order.created", "session.expired", "order.succeeded"]
    );
}

/// CX-03: nobody pays by a method that the checkout does not offer.
#[test]
fn a_method_that_is_not_offered_is_refused_and_makes_no_order() {
    let sandbox = at_the_time_of_calls()
        .offers(OfferTable::new([Offer {
            purchase: PurchaseType::OneTime,
            country: Some("ID".parse().unwrap()),
            payment_methods: vec![PaymentMethodType::Qris],
            currencies: Vec::new(),
        }]))
        .build();
    let session_id = hosted(&sandbox);
    let qris = Attempt::succeeded().by(PaymentMethodType::Qris);
    for attempt in [
        Attempt::succeeded(),
        qris.clone(),
        Attempt::failed().in_country("ID".parse().unwrap()),
    ] {
        let refused = merchant(&sandbox).pay(&session_id, attempt).unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("PAYMENT_METHOD_NOT_AVAILABLE"),
            "{refused}"
        );
    }
    assert!(event_types(&sandbox).is_empty());
    let paid = merchant(&sandbox).pay(&session_id, qris.in_country("ID".parse().unwrap()));
    let order = order(&sandbox, &paid.unwrap().order_id);
    assert_eq!(order["paymentMethod"]["paymentMethodType"], "QRIS");
    assert_eq!(order["paymentMethod"]["cardScheme"], Value::Null);
}

#[test]
fn the_control_api_pays_and_settles_as_the_buyer_would() {
    let sandbox = at_the_time_of_calls().build();
    let session_id = hosted(&sandbox);
    let pay = format!("/_sandbox/sessions/{session_id}/pay");
    let declined = post(
        &sandbox,
        &pay,
        &json!({"outcome": "failed", "failureCode": "lost_card"}),
    );
    let order_id = declined["data"]["orderId"].as_str().unwrap();
    assert_eq!(order(&sandbox, order_id)["failureCode"], "lost_card");

    let wish = json!({"paymentMethodType": "QRIS", "country": "ID", "outcome": "requires_action"});
    let begun = post(&sandbox, &pay, &wish);
    let order_id = begun["data"]["orderId"].as_str().unwrap().to_owned();
    assert_eq!(begun["data"]["redirectUrl"], Value::Null);
    let settle = format!("/_sandbox/orders/{order_id}/settle");
    for (path, body) in [
        (
            &pay,
            json!({"outcome": "succeeded", "failureCode": "lost_card"}),
        ),
        (&pay, json!({"outcome": "declined"})),
        (&pay, json!({"outcome": "succeeded", "country": "usa"})),
        (&settle, json!({"outcome": "processing"})),
        (
            &settle,
            json!({"outcome": "succeeded", "failureCode": "lost_card"}),
        ),
    ] {
        let call = Call::new(Method::POST, path).body(body.to_string());
        assert_eq!(call.send(&sandbox).status(), 400, "{body}");
    }
    let settled = post(&sandbox, &settle, &json!({"outcome": "succeeded"}));
    assert_eq!(settled["data"]["orderId"], order_id);
    assert!(
        settled["data"]["redirectUrl"]
            .as_str()
            .unwrap()
            .contains("sessionId=")
    );
    let again = post(&sandbox, &settle, &json!({"outcome": "failed"}));
    assert!(
        again["msg"]
            .as_str()
            .unwrap()
            .starts_with("ORDER_ALREADY_SETTLED")
    );
    let unknown = post(
        &sandbox,
        "/_sandbox/orders/order_x/settle",
        &json!({"outcome": "failed"}),
    );
    assert_eq!(unknown["code"], 404);
}

/// QR-05: a QR code that opens at once pays nothing by itself.
#[test]
fn opening_a_checkout_pays_nothing_also_where_the_qr_code_opens_at_once() {
    struct PaysByItself;
    impl Rulebook for PaysByItself {
        fn qr_launch_pays(&self) -> bool {
            true
        }
    }
    for (sandbox, status) in [
        (at_the_time_of_calls().build(), "open"),
        (
            at_the_time_of_calls().rulebook(PaysByItself).build(),
            "completed",
        ),
    ] {
        let created = Call::create(
            r#"{"customerEmail": "b@example.com", "originalAmount": 5, "originalCurrency": "USD",
                "paymentMethodType": "CASHAPP", "directPaymentQrCodePaymentMethodType": "CASHAPP"}"#,
        )
        .send(&sandbox);
        let url = data(&created, "url");
        let page = Call::get(url.strip_prefix("http://localhost").unwrap()).send(&sandbox);
        assert_eq!(page.status(), 200);
        assert_eq!(
            session(&sandbox, &data(&created, "sessionId"))["status"],
            status
        );
    }
}

/// MR-02: what a rulebook that knows idempotency would do, the documented one does not.
#[test]
fn a_rulebook_can_make_references_idempotent() {
    struct Idempotent;
    impl Rulebook for Idempotent {
        fn reference_leads_to_earlier_session(&self) -> bool {
            true
        }
    }
    let sandbox = Sandbox::builder().rulebook(Idempotent).build();
    let body = r#"{"customerEmail": "b@example.com", "originalAmount": 5, "originalCurrency": "USD",
        "merchantReferenceId": "A-17"}"#;
    let first = Call::create(body).send(&sandbox);
    assert_eq!(Call::create(body).send(&sandbox).body(), first.body());
}
