//! The request log, the empty book, and the bounds of both.

use clinkbill_sandbox::{Attempt, Fault, FaultKind, ManualClock, Sandbox};
use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, customers, data, json, quick_start};

const KEY: &str = "sk_test_caller";

fn requests(sandbox: &Sandbox) -> Value {
    json(&Call::get("/_sandbox/requests").send(sandbox))["data"].take()
}

#[test]
fn each_sending_is_logged_with_what_was_answered() {
    let sandbox = Sandbox::new();
    let body = quick_start("4.99");
    Call::create(body.clone()).send(&sandbox);
    Call::get("/api/order/order_1").send(&sandbox);
    Call::get("/api/nowhere").send(&sandbox);
    let fault = Fault::new(FaultKind::InternalError).times(1);
    sandbox.merchant_of(KEY).unwrap().arm(fault).unwrap();
    Call::get("/api/order/order_1").send(&sandbox);

    let log = requests(&sandbox);
    assert_eq!(log["dropped"], 0);
    let told: Vec<_> = log["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            json!([
                entry["operation"],
                entry["method"],
                entry["path"],
                entry["status"],
                entry["fault"]
            ])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!([
                "createCheckoutSession",
                "POST",
                "/api/checkout/session",
                200,
                null
            ]),
            json!(["getOrder", "GET", "/api/order/order_1", 404, null]),
            json!([null, "GET", "/api/nowhere", 404, null]),
            json!([
                "getOrder",
                "GET",
                "/api/order/order_1",
                500,
                "internalError"
            ]),
        ]
    );
    let first = &log["requests"][0];
    assert_eq!(first["at"], 1_700_000_000_000_i64);
    assert_eq!(first["body"], body);
    assert_eq!(first["bodyBytes"], body.len());
}

#[test]
fn no_secret_stands_in_the_log() {
    let sandbox = Sandbox::new();
    let key = "sk_test_0123456789abcdefWXYZ";
    Call::create(r#"{"metadata":{"a":"whsec_hidden123"}}"#)
        .header("x-api-key", key)
        .header("authorization", "Bearer hidden123hidden123")
        .header("x-other", "sk_live_hidden123")
        .send(&sandbox);
    Call::get("/api/order/sk_test_hidden123")
        .header("x-api-key", key)
        .send(&sandbox);
    let log = Call::get("/_sandbox/requests")
        .header("x-api-key", key)
        .send(&sandbox);
    let log = crate::call::text(&log);
    for secret in ["0123456789", "hidden123\"", "hidden123h", "sk_live_h"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(log.contains(r#"["x-api-key","***WXYZ"]"#), "{log}");
    assert!(log.contains("whsec_***"), "{log}");
}

#[test]
fn a_request_without_a_usable_key_is_in_no_log() {
    let sandbox = Sandbox::new();
    Call::create("{}").without("x-api-key").send(&sandbox);
    Call::create("{}")
        .header("x-api-key", "sk_live_a")
        .send(&sandbox);
    assert_eq!(requests(&sandbox)["requests"], json!([]));
}

#[test]
fn a_full_log_counts_what_had_to_make_room() {
    let sandbox = Sandbox::builder().request_log(2).build();
    for order in 1..=5 {
        Call::get(&format!("/api/order/order_{order}")).send(&sandbox);
    }
    let log = requests(&sandbox);
    assert_eq!(log["dropped"], 3);
    assert_eq!(log["requests"].as_array().unwrap().len(), 2);
    assert_eq!(log["requests"][1]["path"], "/api/order/order_5");
}

#[test]
fn a_long_body_is_kept_in_part_and_a_log_can_be_off() {
    let sandbox = Sandbox::new();
    Call::create(vec![b'['; 20_000]).send(&sandbox);
    let entry = requests(&sandbox)["requests"][0].take();
    assert_eq!(entry["body"].as_str().unwrap().len(), 4096);
    assert_eq!(entry["bodyBytes"], 20_000);

    let sandbox = Sandbox::builder().request_log(0).build();
    Call::create("{}").send(&sandbox);
    assert_eq!(requests(&sandbox), json!({"requests": [], "dropped": 0}));
}

#[test]
fn a_reset_empties_one_merchants_book_and_its_links() {
    let sandbox = Sandbox::builder()
        .clock(ManualClock::at(1_700_000_000_000))
        .build();
    let other = Call::create(quick_start("1")).header("x-api-key", "sk_test_other");
    let others_url = data(&other.send(&sandbox), "url");
    let created = Call::create(quick_start("4.99")).send(&sandbox);
    let (session_id, url) = (data(&created, "sessionId"), data(&created, "url"));
    let merchant = sandbox.merchant_of(KEY).unwrap();
    let order_id = merchant
        .pay(&session_id, Attempt::succeeded())
        .unwrap()
        .order_id;
    merchant.arm(Fault::new(FaultKind::Conflict)).unwrap();

    let answer = Call::new(Method::POST, "/_sandbox/reset").send(&sandbox);
    assert_eq!(json(&answer)["code"], 200);
    assert_eq!(requests(&sandbox)["requests"], json!([]));
    for path in [
        format!("/api/checkout/session/{session_id}"),
        format!("/api/order/{order_id}"),
        url.replace("http://localhost", ""),
    ] {
        assert_eq!(Call::get(&path).send(&sandbox).status(), 404, "{path}");
    }
    assert_eq!(customers(&sandbox), json!([]));
    let events = Call::get("/_sandbox/events").send(&sandbox);
    assert_eq!(json(&events)["data"]["events"], json!([]));
    assert!(merchant.faults().is_empty());
    let others_page = others_url.replace("http://localhost", "");
    assert_eq!(Call::get(&others_page).send(&sandbox).status(), 200);

    let again = Call::create(quick_start("4.99")).send(&sandbox);
    assert_ne!(data(&again, "sessionId"), session_id);
}

#[test]
fn the_idlest_book_leaves_with_its_links_and_is_counted() {
    let sandbox = Sandbox::builder().books(2).build();
    let create = |key: &str| {
        let call = Call::create(quick_start("4.99")).header("x-api-key", key);
        data(&call.send(&sandbox), "url").replace("http://localhost", "")
    };
    let pages = [create("sk_test_a"), create("sk_test_b")];
    // Using a book keeps it.
    create("sk_test_a");
    let third = create("sk_test_c");

    let status = |page: &str| Call::get(page).send(&sandbox).status().as_u16();
    assert_eq!(status(&pages[0]), 200);
    assert_eq!(status(&pages[1]), 404);
    assert_eq!(status(&third), 200);
    let about = json(&Call::get("/_sandbox/").send(&sandbox));
    assert_eq!(
        about["data"]["books"],
        json!({"open": 2, "limit": 2, "left": 1})
    );
}
