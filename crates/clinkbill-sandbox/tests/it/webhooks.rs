//! Events reach the registered endpoint, signed, once each.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clinkbill_sandbox::{Attempt, Sandbox};
use clinkbill_webhook::{Verifier, WebhookSecret};

use crate::call::{Call, data, quick_start, text};

const SECRET: &str = "whsec_of_the_test";

fn verifier() -> Verifier {
    Verifier::new(WebhookSecret::new(SECRET).unwrap())
}

fn event_names(bodies: &[(HeaderMap, Bytes)]) -> Vec<String> {
    let mut names: Vec<String> = bodies
        .iter()
        .map(|(headers, body)| {
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
            let event = verifier().verify(header, body).unwrap();
            event.event_type().to_string()
        })
        .collect();
    names.sort();
    names
}

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
            let event = verifier().verify(header, delivery.body.as_bytes()).unwrap();
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
async fn a_port_delivers_by_itself_and_logs_the_answer() {
    let received = Arc::new(Mutex::new(Vec::<(HeaderMap, Bytes)>::new()));
    let (sender, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let router = axum::Router::new().route(
        "/hook",
        post({
            let received = Arc::clone(&received);
            move |headers: HeaderMap, body: Bytes| async move {
                received.lock().unwrap().push((headers, body));
                sender.send(()).unwrap();
                StatusCode::NO_CONTENT
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let sandbox = Sandbox::builder().webhook(&url, SECRET).unwrap().build();
    let server = sandbox.serve().await.unwrap();
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    server
        .merchant()
        .pay(&session_id, Attempt::succeeded())
        .unwrap();
    for _ in 0..3 {
        tokio::time::timeout(Duration::from_secs(10), arrivals.recv())
            .await
            .unwrap()
            .unwrap();
    }

    let received = received.lock().unwrap().clone();
    assert_eq!(
        event_names(&received),
        ["order.created", "order.succeeded", "session.complete"]
    );
    for (headers, _) in &received {
        assert_eq!(headers["content-type"], "application/json");
        assert!(!headers.contains_key("x-api-key"));
    }
    // The answer is noted after the endpoint has given it.
    let log = || {
        text(
            &Call::get("/_sandbox/events")
                .header("x-api-key", sandbox.secret_key())
                .send(&sandbox),
        )
        .to_owned()
    };
    tokio::time::timeout(Duration::from_secs(10), async {
        while log().matches("\"status\":204").count() < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}

#[test]
fn an_endpoint_that_is_no_http_url_is_refused_at_start() {
    for url in [
        "",
        "shop.example/hook",
        "javascript:alert(1)",
        "file:///tmp/x",
    ] {
        assert!(Sandbox::builder().webhook(url, SECRET).is_err(), "{url}");
    }
    assert!(
        Sandbox::builder()
            .webhook("http://127.0.0.1/hook", "")
            .is_err()
    );
}
