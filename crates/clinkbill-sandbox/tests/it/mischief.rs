//! What goes wrong on purpose, as a receiver that verifies sees it.

use std::time::Duration;

use clinkbill_sandbox::{Attempt, Mischief, Sandbox, Server};
use clinkbill_webhook::WebhookError;
use http::Method;

use crate::call::{Call, data, json, quick_start, text};
use crate::receiver::{Receiver, SECRET};

/// From an attempt to its first retry.
const FIRST_RETRY: Duration = Duration::from_secs(84);

/// A receiver and a served sandbox whose merchant's time stands still.
async fn start() -> (Receiver, Sandbox, Server) {
    let receiver = Receiver::start().await;
    let sandbox = Sandbox::builder()
        .webhook(receiver.url(), SECRET)
        .unwrap()
        .build();
    sandbox.merchant().freeze();
    let server = sandbox.serve().await.unwrap();
    (receiver, sandbox, server)
}

/// `order.created`, `order.succeeded`, `session.complete`, as far as they are due.
async fn pay(sandbox: &Sandbox, server: &Server) {
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    sandbox
        .merchant()
        .pay(&session_id, Attempt::succeeded())
        .unwrap();
    server.settled(&sandbox.merchant()).await;
}

#[tokio::test]
async fn a_duplicate_is_the_same_event_twice() {
    let (mut receiver, sandbox, server) = start().await;
    sandbox.merchant().disturb_next(1, Mischief::Duplicate);
    pay(&sandbox, &server).await;
    let ids: Vec<_> = receiver
        .arrived()
        .into_iter()
        .map(|event| event.unwrap().id)
        .collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
}

#[tokio::test]
async fn a_reordered_delivery_comes_after_the_one_that_follows_it() {
    let (mut receiver, sandbox, server) = start().await;
    sandbox.merchant().disturb_next(1, Mischief::Reorder);
    pay(&sandbox, &server).await;
    assert_eq!(
        receiver.arrived_names(),
        ["order.succeeded", "order.created", "session.complete"]
    );

    sandbox.merchant().disturb_next(2, Mischief::Reorder);
    pay(&sandbox, &server).await;
    assert_eq!(
        receiver.arrived_names(),
        ["session.complete", "order.succeeded", "order.created"]
    );
}

#[tokio::test]
async fn a_reordered_delivery_without_a_successor_is_not_lost() {
    let (mut receiver, sandbox, server) = start().await;
    sandbox.merchant().disturb_next(3, Mischief::Reorder);
    pay(&sandbox, &server).await;
    assert!(receiver.arrived().is_empty());
    server.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(receiver.arrived().len(), 3);
}

#[tokio::test]
async fn a_delayed_delivery_comes_on_the_merchant_s_clock() {
    let (mut receiver, sandbox, server) = start().await;
    let delay = Mischief::Delay(Duration::from_secs(3_600));
    sandbox.merchant().disturb_next(1, delay);
    pay(&sandbox, &server).await;
    assert_eq!(
        receiver.arrived_names(),
        ["order.succeeded", "session.complete"]
    );
    server.advance(Duration::from_secs(3_599)).await.unwrap();
    assert!(receiver.arrived().is_empty());
    server.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(receiver.arrived_names(), ["order.created"]);
}

#[tokio::test]
async fn a_stale_timestamp_is_refused_and_its_retry_is_not() {
    let (mut receiver, sandbox, server) = start().await;
    let stale = Mischief::StaleTimestamp(Duration::from_secs(301));
    sandbox.merchant().disturb_next(1, stale);
    pay(&sandbox, &server).await;
    let arrived = receiver.arrived();
    assert!(matches!(arrived[0], Err(WebhookError::Stale)));
    assert!(arrived[1].is_ok() && arrived[2].is_ok());
    server.advance(FIRST_RETRY).await.unwrap();
    assert_eq!(receiver.arrived_names(), ["order.created"]);
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_its_retry_is_not() {
    let (mut receiver, sandbox, server) = start().await;
    sandbox.merchant().disturb_next(1, Mischief::WrongKey);
    pay(&sandbox, &server).await;
    let arrived = receiver.arrived();
    assert!(matches!(arrived[0], Err(WebhookError::Signature)));
    assert!(arrived[1].is_ok() && arrived[2].is_ok());
    server.advance(FIRST_RETRY).await.unwrap();
    assert_eq!(receiver.arrived_names(), ["order.created"]);
}

#[test]
fn mischief_is_armed_shown_used_up_and_cleared() {
    let sandbox = Sandbox::builder()
        .webhook("http://localhost/a", SECRET)
        .unwrap()
        .build();
    let call = |method: Method, body: &str| {
        let answer = Call::new(method, "/_sandbox/webhooks/next")
            .header("x-api-key", sandbox.secret_key())
            .body(body)
            .send(&sandbox);
        assert_eq!(answer.status(), 200, "{}", text(&answer));
        json(&answer)["data"].take()
    };
    let armed = call(Method::POST, r#"{"kind":"duplicate","count":4}"#);
    assert_eq!(armed["duplicate"], 4);
    let armed = call(Method::POST, r#"{"kind":"delay","seconds":7}"#);
    assert_eq!(
        (&armed["delay"], &armed["delaySeconds"]),
        (&1.into(), &7.into())
    );
    for kind in ["reorder", "stale_timestamp", "wrong_key"] {
        call(Method::POST, &format!(r#"{{"kind":"{kind}"}}"#));
    }

    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    sandbox
        .merchant()
        .pay(&session_id, Attempt::succeeded())
        .unwrap();
    let left = call(Method::GET, "");
    let counts = [
        "duplicate",
        "reorder",
        "delay",
        "staleTimestamp",
        "wrongKey",
    ];
    assert_eq!(
        counts.map(|name| left[name].as_u64().unwrap()),
        [1, 0, 0, 0, 0]
    );
    let cleared = call(Method::DELETE, "");
    assert_eq!(cleared["duplicate"], 0);
    assert_eq!(sandbox.merchant().armed_mischief().duplicate, 0);
}

#[test]
fn mischief_that_makes_no_sense_is_refused() {
    let sandbox = Sandbox::new();
    for body in [
        "",
        "{}",
        r#"{"kind":"lose"}"#,
        r#"{"kind":"duplicate","count":0}"#,
        r#"{"kind":"duplicate","count":10001}"#,
        r#"{"kind":"delay","seconds":-1}"#,
        r#"{"kind":"delay","seconds":2592001}"#,
    ] {
        let refused = Call::new(Method::POST, "/_sandbox/webhooks/next")
            .body(body)
            .send(&sandbox);
        assert_eq!(refused.status(), 400, "{body}");
    }
}
