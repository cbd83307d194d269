//! Events reach the registered endpoint, signed.

use clinkbill_sandbox::{Attempt, ManualClock, Sandbox};

use crate::call::{Call, data, json, quick_start};
use crate::receiver::{Receiver, SECRET, name, verifier};

#[test]
fn without_a_port_a_test_takes_what_is_due_once() {
    let sandbox = Sandbox::builder()
        .webhook("http://127.0.0.1:9/hook", SECRET)
        .unwrap()
        .build();
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    assert!(sandbox.take_due_deliveries().is_empty());
    sandbox
        .merchant()
        .pay(&session_id, Attempt::failed())
        .unwrap();
    sandbox
        .merchant()
        .pay(&session_id, Attempt::succeeded())
        .unwrap();

    let due = sandbox.take_due_deliveries();
    let names: Vec<String> = due
        .iter()
        .map(|delivery| {
            let header = |name: &str| {
                let pair = delivery
                    .headers
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name));
                pair.map(|(_, value)| value.as_str())
            };
            let event = verifier(SECRET)
                .verify(header, delivery.body.as_bytes())
                .unwrap();
            event.event_type().to_string()
        })
        .collect();
    assert_eq!(
        names,
        [
            "order.created",
            "order.failed",
            "order.created",
            "order.succeeded",
            "session.complete"
        ]
    );
    assert!(sandbox.take_due_deliveries().is_empty());
}

#[tokio::test]
async fn a_port_delivers_by_itself_in_order_and_logs_the_answer() {
    let mut receiver = Receiver::start().await;
    receiver.will_answer([204]);
    let sandbox = Sandbox::builder()
        .webhook(receiver.url(), SECRET)
        .unwrap()
        .build();
    let server = sandbox.serve().await.unwrap();
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    server
        .merchant()
        .pay(&session_id, Attempt::succeeded())
        .unwrap();
    for expected in ["order.created", "order.succeeded", "session.complete"] {
        assert_eq!(name(receiver.next().await), expected);
    }

    server.settled(&server.merchant()).await;
    let log = json(
        &Call::get("/_sandbox/events")
            .header("x-api-key", sandbox.secret_key())
            .send(&sandbox),
    );
    let events = log["data"]["events"].as_array().unwrap();
    for (event, status) in events.iter().zip([204, 200, 200]) {
        let delivery = &event["deliveries"][0];
        assert_eq!(delivery["state"], "delivered");
        assert_eq!(delivery["status"], status);
        assert_eq!(delivery["attempts"][0]["status"], status);
        assert_eq!(delivery["url"], receiver.url());
        assert!(event["event"]["id"].as_str().unwrap().starts_with("event_"));
    }
}

#[tokio::test]
async fn a_clock_that_is_moved_by_hand_wakes_whoever_delivers() {
    let mut receiver = Receiver::start().await;
    receiver.will_answer([500]);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let clock = ManualClock::at(i64::try_from(now.as_millis()).unwrap());
    let sandbox = Sandbox::builder()
        .clock(clock.clone())
        .webhook(receiver.url(), SECRET)
        .unwrap()
        .build();
    let server = sandbox.serve().await.unwrap();
    let merchant = server.merchant();
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    merchant.pay(&session_id, Attempt::failed()).unwrap();
    server.settled(&merchant).await;
    assert_eq!(receiver.arrived_names(), ["order.created", "order.failed"]);

    // The first retry is due after 84 seconds, longer than the receiver waits.
    clock.advance_millis(84_000);
    assert_eq!(name(receiver.next().await), "order.created");
}

#[test]
fn an_endpoint_that_is_no_http_url_is_refused_at_start() {
    for url in [
        "",
        "shop.example/hook",
        "javascript:alert(1)",
        "file:///tmp/x",
        "http://user@127.0.0.1/hook",
        "http://127.0.0.1:70000/hook",
    ] {
        assert!(Sandbox::builder().webhook(url, SECRET).is_err(), "{url}");
    }
    assert!(
        Sandbox::builder()
            .webhook("http://127.0.0.1/hook", "")
            .is_err()
    );
}
