//! How a merchant tests its own backend: an axum handler that receives webhooks, a sandbox that
//! sends them, and a clock that turns a day of retries into a moment.
//!
//! Copy it: beside what the backend uses itself it needs `clinkbill-sandbox`, with the feature
//! `server`, among the dev-dependencies.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clinkbill_sandbox::{Attempt, Mischief, Sandbox, Server};
use clinkbill_webhook::{EventKind, Verifier, WebhookSecret};

const SECRET: &str = "whsec_of_the_shop";

// What is tested: the merchant's own backend.

/// Ships once for each paid order.
#[derive(Default)]
struct Shop {
    seen: HashSet<String>,
    /// How often each order was shipped, by merchant reference.
    shipped: HashMap<String, u32>,
    database_is_down: bool,
}

async fn receive(
    State(shop): State<Arc<Mutex<Shop>>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let verifier = Verifier::new(WebhookSecret::new(SECRET).unwrap());
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Ok(event) = verifier.verify(header, &body) else {
        return StatusCode::BAD_REQUEST;
    };
    let mut shop = shop.lock().unwrap();
    if shop.database_is_down {
        // Not taken: Clink sends it again.
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    if shop.seen.insert(event.id.as_str().to_owned())
        && let EventKind::OrderSucceeded(order) = event.kind
        && let Some(reference) = order.merchant_reference
    {
        *shop.shipped.entry(reference).or_default() += 1;
    }
    StatusCode::OK
}

// What tests it.

/// The backend on a port of its own, and a sandbox that knows its address.
async fn start() -> (Arc<Mutex<Shop>>, Server) {
    let shop = Arc::new(Mutex::new(Shop::default()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks/clink", listener.local_addr().unwrap());
    let backend = Router::new()
        .route("/webhooks/clink", post(receive))
        .with_state(Arc::clone(&shop));
    tokio::spawn(async move { axum::serve(listener, backend).await });

    let sandbox = Sandbox::builder().webhook(&url, SECRET).unwrap().build();
    (shop, sandbox.serve().await.unwrap())
}

/// A buyer pays for an order of this reference, and its webhooks have been sent.
async fn buy(server: &Server, reference: &str) {
    let created = server.sandbox().post_checkout_session(format!(
        r#"{{
            "customerEmail": "customer@example.com",
            "originalAmount": 4.99, "originalCurrency": "USD",
            "priceDataList": [{{"name": "A book", "quantity": 1, "unitAmount": 4.99}}],
            "merchantReferenceId": "{reference}"
        }}"#
    ));
    let body: serde_json::Value = serde_json::from_slice(created.body()).unwrap();
    let session_id = body["data"]["sessionId"].as_str().unwrap();
    server
        .merchant()
        .pay(session_id, Attempt::succeeded())
        .unwrap();
    server.settled(&server.merchant()).await;
}

#[tokio::test]
async fn a_paid_order_is_shipped() {
    let (shop, server) = start().await;
    buy(&server, "A-17").await;
    assert_eq!(shop.lock().unwrap().shipped["A-17"], 1);
}

#[tokio::test]
async fn an_event_that_comes_twice_ships_once() {
    let (shop, server) = start().await;
    server.merchant().disturb_next(3, Mischief::Duplicate);
    buy(&server, "A-17").await;
    assert_eq!(shop.lock().unwrap().shipped["A-17"], 1);
}

#[tokio::test]
async fn an_order_paid_while_the_database_was_down_is_shipped_later() {
    let (shop, server) = start().await;
    shop.lock().unwrap().database_is_down = true;
    buy(&server, "A-17").await;
    server.advance(Duration::from_secs(60 * 60)).await.unwrap();
    assert!(shop.lock().unwrap().shipped.is_empty());

    shop.lock().unwrap().database_is_down = false;
    server
        .advance(Duration::from_secs(23 * 60 * 60))
        .await
        .unwrap();
    assert_eq!(shop.lock().unwrap().shipped["A-17"], 1);
}

#[tokio::test]
async fn what_somebody_else_signed_ships_nothing() {
    let (shop, server) = start().await;
    server.merchant().disturb_next(3, Mischief::WrongKey);
    buy(&server, "A-17").await;
    assert!(shop.lock().unwrap().shipped.is_empty());
}
