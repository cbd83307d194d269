//! A merchant's time is stopped, moved and let go.

use std::time::Duration;

use clinkbill_sandbox::{Attempt, ManualClock, Sandbox};
use http::Method;
use serde_json::Value;

use crate::call::{Call, data, json, quick_start, text};

const START: i64 = 1_700_000_000_000;
const DAY: i64 = 24 * 60 * 60;

fn sandbox() -> Sandbox {
    Sandbox::builder()
        .clock(ManualClock::at(START))
        .seed(5)
        .webhook("http://127.0.0.1/hook", "whsec_of_the_test")
        .unwrap()
        .build()
}

fn clock(sandbox: &Sandbox, action: &str, at: i64) -> Value {
    json(
        &Call::new(Method::POST, &format!("/_sandbox/clock/{action}"))
            .at(at)
            .send(sandbox),
    )["data"]
        .take()
}

fn advance(sandbox: &Sandbox, seconds: i64, at: i64) -> i64 {
    let answer = Call::new(Method::POST, "/_sandbox/clock/advance")
        .body(format!(r#"{{"seconds": {seconds}}}"#))
        .at(at)
        .send(sandbox);
    json(&answer)["data"]["now"].as_i64().unwrap()
}

fn status(sandbox: &Sandbox, session_id: &str, at: i64) -> String {
    data(
        &Call::get(&format!("/api/checkout/session/{session_id}"))
            .at(at)
            .send(sandbox),
        "status",
    )
}

fn session(sandbox: &Sandbox, at: i64) -> String {
    data(
        &Call::create(quick_start("4.99")).at(at).send(sandbox),
        "sessionId",
    )
}

#[test]
fn a_frozen_clock_stands_until_it_is_resumed_and_keeps_what_it_gained() {
    let sandbox = sandbox();
    assert_eq!(
        clock(&sandbox, "freeze", START),
        serde_json::json!({ "now": START, "frozen": true })
    );
    assert_eq!(advance(&sandbox, 60, START + 5_000), START + 60_000);
    let read = Call::get("/_sandbox/clock")
        .at(START + 9_000)
        .send(&sandbox);
    assert_eq!(
        json(&read)["data"],
        serde_json::json!({ "now": START + 60_000, "frozen": true })
    );
    clock(&sandbox, "resume", START + 10_000);
    let read = Call::get("/_sandbox/clock")
        .at(START + 11_000)
        .send(&sandbox);
    assert_eq!(
        json(&read)["data"],
        serde_json::json!({ "now": START + 61_000, "frozen": false })
    );
}

#[test]
fn one_merchant_s_time_is_not_another_s() {
    let sandbox = sandbox();
    advance(&sandbox, 60, START);
    let other = Call::get("/_sandbox/clock")
        .header("x-api-key", "sk_test_other")
        .send(&sandbox);
    assert_eq!(json(&other)["data"]["now"], START);
}

#[test]
fn a_request_is_dated_in_real_time_whatever_the_merchant_s_time_is() {
    let sandbox = sandbox();
    advance(&sandbox, DAY, START);
    let created = Call::create(quick_start("4.99")).at(START).send(&sandbox);
    assert_eq!(json(&created)["code"], 200);
    let dated_ahead = Call::create(quick_start("4.99"))
        .at(START)
        .header("x-timestamp", &(START + DAY * 1_000).to_string())
        .send(&sandbox);
    assert_eq!(dated_ahead.status(), 401);
}

#[test]
fn a_session_expires_at_its_own_time_however_far_the_clock_is_moved() {
    let sandbox = sandbox();
    let first = session(&sandbox, START);
    clock(&sandbox, "freeze", START);
    advance(&sandbox, 60, START);
    let second = session(&sandbox, START);
    advance(&sandbox, DAY - 61, START);
    assert_eq!(status(&sandbox, &first, START), "open");
    advance(&sandbox, 1, START);
    assert_eq!(status(&sandbox, &first, START), "expired");
    assert_eq!(status(&sandbox, &second, START), "open");
    advance(&sandbox, 7 * DAY, START);

    let due = sandbox.take_due_deliveries();
    let created: Vec<(i64, String)> = due
        .iter()
        .map(|delivery| {
            let event: Value = serde_json::from_str(&delivery.body).unwrap();
            (
                event["created"].as_i64().unwrap(),
                event["data"]["object"]["sessionId"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            )
        })
        .collect();
    assert_eq!(
        created,
        [
            (START + DAY * 1_000, first),
            (START + (DAY + 60) * 1_000, second)
        ]
    );
}

#[test]
fn a_clock_is_moved_forward_only_and_not_for_ever() {
    let sandbox = sandbox();
    for seconds in ["-1", "315360001", "1.5", "\"1\"", "null", "1e400"] {
        let refused = Call::new(Method::POST, "/_sandbox/clock/advance")
            .body(format!(r#"{{"seconds": {seconds}}}"#))
            .send(&sandbox);
        assert_eq!(refused.status(), 400, "{seconds}: {}", text(&refused));
    }
    assert_eq!(advance(&sandbox, 0, START), START);
    assert!(sandbox.merchant().advance(Duration::MAX).is_err());
    assert_eq!(sandbox.merchant().now().as_millis(), START);
}

#[test]
fn the_same_seed_and_calls_give_the_same_events_and_deliveries() {
    let story = || {
        let sandbox = sandbox();
        let merchant = sandbox.merchant();
        merchant.freeze();
        let paid = data(
            &sandbox.post_checkout_session(quick_start("4.99")),
            "sessionId",
        );
        let _ = sandbox.post_checkout_session(quick_start("7"));
        merchant.pay(&paid, Attempt::failed()).unwrap();
        merchant.advance(Duration::from_secs(60)).unwrap();
        merchant.pay(&paid, Attempt::succeeded()).unwrap();
        for delivery in sandbox.take_due_deliveries() {
            sandbox.report_delivery(&delivery, Ok(500));
        }
        merchant
            .advance(Duration::from_secs(2 * 24 * 60 * 60))
            .unwrap();
        let again: Vec<(Vec<_>, String)> = sandbox
            .take_due_deliveries()
            .into_iter()
            .map(|delivery| (delivery.headers, delivery.body))
            .collect();
        (merchant.webhook_log(), again)
    };
    let (log, again) = story();
    assert_eq!((log.events.len(), again.len()), (6, 6));
    assert_eq!((log, again), story());
}
