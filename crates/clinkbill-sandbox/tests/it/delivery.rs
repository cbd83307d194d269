//! Retries, isolation and bounds of webhook deliveries.

use std::time::Duration;

use clinkbill_sandbox::{Attempt, LoggedDelivery, LoggedState, Merchant, Sandbox};
use http::Method;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use crate::call::{Call, data, quick_start};
use crate::receiver::{Receiver, SECRET, name};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn now() -> i64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

/// A sandbox whose own merchant tells one endpoint of these events only.
fn sandbox_for(url: &str, events: &[&str]) -> Sandbox {
    let sandbox = Sandbox::builder().webhook(url, SECRET).unwrap().build();
    let body = json!({ "url": url, "events": events });
    let ensured = own_call(&sandbox, Method::PUT, "/api/webhook/endpoints/ensure")
        .body(body.to_string())
        .send(&sandbox);
    assert_eq!(crate::call::json(&ensured)["data"]["source"], "updated");
    sandbox
}

fn own_call(sandbox: &Sandbox, method: Method, path: &str) -> Call {
    Call::new(method, path)
        .header("x-api-key", sandbox.secret_key())
        .at(now())
}

fn pay(sandbox: &Sandbox) {
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    sandbox
        .merchant()
        .pay(&session_id, Attempt::succeeded())
        .unwrap();
}

fn deliveries(merchant: &Merchant) -> Vec<LoggedDelivery> {
    let log = merchant.webhook_log();
    log.events
        .into_iter()
        .flat_map(|event| event.deliveries)
        .collect()
}

/// A port that takes connections and never answers.
async fn dead_port() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test]
async fn a_day_holds_ten_retries_each_twice_as_late_as_the_one_before() {
    let mut receiver = Receiver::start().await;
    receiver.will_answer([500, 404, 301, 400, 503, 429, 500, 500, 500, 500]);
    let sandbox = sandbox_for(receiver.url(), &["order.succeeded"]);
    let merchant = sandbox.merchant();
    merchant.freeze();
    let server = sandbox.serve().await.unwrap();
    pay(&sandbox);
    server.settled(&merchant).await;
    assert_eq!(receiver.arrived().len(), 1);

    server.advance(DAY).await.unwrap();
    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 10);
    // Each was signed when it was sent, however late it is on the merchant's clock.
    let ids: Vec<_> = arrived.into_iter().map(|event| event.unwrap().id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));

    let delivery = &deliveries(&merchant)[0];
    assert_eq!(delivery.state, LoggedState::Delivered);
    let statuses: Vec<_> = delivery
        .attempts
        .iter()
        .map(|attempt| attempt.status.unwrap())
        .collect();
    assert_eq!(
        statuses,
        [500, 404, 301, 400, 503, 429, 500, 500, 500, 500, 200]
    );
    let waits: Vec<_> = delivery
        .attempts
        .windows(2)
        .map(|pair| (pair[1].due_at - pair[0].due_at) / 1_000)
        .collect();
    assert_eq!(
        waits,
        [84, 168, 336, 672, 1344, 2688, 5376, 10752, 21504, 43008]
    );
}

#[tokio::test]
async fn after_the_last_retry_a_delivery_is_given_up_and_says_so() {
    let mut receiver = Receiver::start().await;
    receiver.will_answer([500; 11]);
    let sandbox = sandbox_for(receiver.url(), &["order.succeeded"]);
    let merchant = sandbox.merchant();
    let server = sandbox.serve().await.unwrap();
    pay(&sandbox);
    server.advance(30 * DAY).await.unwrap();
    assert_eq!(receiver.arrived().len(), 11);
    let delivery = &deliveries(&merchant)[0];
    assert_eq!(delivery.state, LoggedState::GivenUp);
    assert_eq!(delivery.next_attempt_at, None);
}

#[tokio::test]
async fn the_answer_to_advance_waits_for_the_deliveries_that_became_due() {
    let mut receiver = Receiver::start().await;
    receiver.will_answer([500; 3]);
    let sandbox = sandbox_for(receiver.url(), &["session.expired"]);
    let server = sandbox.serve().await.unwrap();
    let _ = sandbox.post_checkout_session(quick_start("4.99"));
    let _ = sandbox.post_checkout_session(quick_start("4.99"));
    let origin = server.base_url().trim_end_matches("/api/");
    let answer = crate::doors::client()
        .post(format!("{origin}/_sandbox/clock/advance"))
        .header("x-api-key", server.secret_key())
        .header("content-type", "application/json")
        .body(format!(r#"{{"seconds": {}}}"#, 2 * DAY.as_secs()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    // Both expired and failed once, then the first one failed again.
    assert_eq!(receiver.arrived_names(), ["session.expired"; 5]);
    let attempts: Vec<_> = deliveries(&sandbox.merchant())
        .iter()
        .map(|delivery| (delivery.state, delivery.attempts.len()))
        .collect();
    assert_eq!(
        attempts,
        [(LoggedState::Delivered, 3), (LoggedState::Delivered, 2)]
    );
}

#[tokio::test]
async fn a_button_that_moves_the_clock_waits_for_the_deliveries_that_became_due() {
    let mut receiver = Receiver::start().await;
    receiver.will_answer([500; 2]);
    let sandbox = sandbox_for(receiver.url(), &["session.expired"]);
    let server = sandbox.serve().await.unwrap();
    let created = sandbox.post_checkout_session(quick_start("4.99"));
    let _ = sandbox.post_checkout_session(quick_start("4.99"));
    let origin = server.base_url().trim_end_matches("/api/");
    let list = crate::doors::client().get(origin).send().await.unwrap();
    let list = list.text().await.unwrap();
    let (_, rest) = list.split_once("/books/").unwrap();
    let book = format!("{origin}/books/{}", rest.split_once('"').unwrap().0);
    let page = crate::doors::client().get(&book).send().await.unwrap();
    let page = page.text().await.unwrap();
    let (_, rest) = page.split_once("name=\"token\" value=\"").unwrap();
    let token = rest.split_once('"').unwrap().0;

    // Expire moves the clock as well, and the first attempts at both fail.
    let id = data(&created, "sessionId");
    for (button, arrived) in [(format!("expire={id}"), 2), ("advance=84".to_owned(), 2)] {
        let pressed = crate::doors::client()
            .post(&book)
            .body(format!("token={token}&{button}"))
            .send()
            .await
            .unwrap();
        assert_eq!(pressed.status().as_u16(), 303);
        assert_eq!(receiver.arrived().len(), arrived, "{button}");
    }
    let delivered = |delivery: &LoggedDelivery| delivery.state == LoggedState::Delivered;
    assert!(deliveries(&sandbox.merchant()).iter().all(delivered));
}

#[tokio::test]
async fn a_wiremock_server_can_be_advanced_in_process() {
    let mut receiver = Receiver::start().await;
    let sandbox = sandbox_for(receiver.url(), &["session.expired"]);
    let server = sandbox.wiremock().await.unwrap();
    let _ = sandbox.post_checkout_session(quick_start("4.99"));
    server.advance(DAY).await.unwrap();
    assert_eq!(receiver.arrived_names(), ["session.expired"]);
}

#[tokio::test]
async fn a_session_that_ends_while_nobody_asks_is_told_at_once() {
    let mut receiver = Receiver::start().await;
    let sandbox = Sandbox::builder()
        .webhook(receiver.url(), SECRET)
        .unwrap()
        .session_lifetime(Duration::from_millis(20))
        .build();
    let _server = sandbox.serve().await.unwrap();
    let _ = sandbox.post_checkout_session(quick_start("4.99"));
    assert_eq!(name(receiver.next().await), "session.expired");
}

#[tokio::test]
async fn a_retry_is_sent_when_the_running_clock_reaches_it() {
    let mut receiver = Receiver::start().await;
    receiver.will_answer([500; 2]);
    let sandbox = Sandbox::builder()
        .webhook_retry_delays([Duration::from_millis(20); 2])
        .webhook(receiver.url(), SECRET)
        .unwrap()
        .session_lifetime(Duration::from_millis(20))
        .build();
    let _server = sandbox.serve().await.unwrap();
    let _ = sandbox.post_checkout_session(quick_start("4.99"));
    for _ in 0..3 {
        assert_eq!(name(receiver.next().await), "session.expired");
    }
}

#[tokio::test]
async fn a_hundred_dead_endpoints_delay_no_answer_and_no_other_delivery() {
    let (dead, dead_url) = dead_port().await;
    let mut receiver = Receiver::start().await;
    let sandbox = Sandbox::new();
    let dead_key = "sk_test_with_dead_endpoints";
    for number in 0..100 {
        let body = json!({ "url": format!("{dead_url}/{number}"), "events": ["order.succeeded"] });
        let created = Call::new(Method::POST, "/api/webhook/endpoints")
            .header("x-api-key", dead_key)
            .at(now())
            .body(body.to_string())
            .send(&sandbox);
        assert_eq!(created.status(), 200);
    }
    // The last of this merchant's endpoints is alive, and so is another merchant's.
    let alive = json!({ "url": receiver.url(), "events": ["order.succeeded"] }).to_string();
    for key in [dead_key, sandbox.secret_key()] {
        let created = Call::new(Method::POST, "/api/webhook/endpoints")
            .header("x-api-key", key)
            .at(now())
            .body(alive.clone())
            .send(&sandbox);
        assert_eq!(created.status(), 200);
    }

    let server = sandbox.serve().await.unwrap();
    let with_dead = sandbox.merchant_of(dead_key).unwrap();
    let created = Call::create(quick_start("4.99"))
        .header("x-api-key", dead_key)
        .at(now())
        .send(&sandbox);
    let session_id = data(&created, "sessionId");
    with_dead.pay(&session_id, Attempt::succeeded()).unwrap();
    let mut held: Vec<TcpStream> = Vec::new();
    while held.len() < 100 {
        held.push(dead.accept().await.unwrap().0);
    }
    // All hundred are waited for now. The endpoint beside them has its event,
    receiver.next().await.unwrap_err();
    // another merchant has its own,
    pay(&sandbox);
    receiver.next().await.unwrap_err();
    server.settled(&server.merchant()).await;
    // and the buyers of both are sent on by the port,
    let origin = server.base_url().trim_end_matches("/api/");
    for key in [dead_key, sandbox.secret_key()] {
        let post = |path: String, body: String| async move {
            let answer = crate::doors::client()
                .post(format!("{origin}{path}"))
                .header("x-api-key", key)
                .header("x-timestamp", now())
                .header("content-type", "application/json")
                .body(body)
                .send()
                .await
                .unwrap();
            let body = answer.bytes().await.unwrap();
            serde_json::from_slice::<serde_json::Value>(&body).unwrap()
        };
        let body = r#"{
            "customerEmail": "a@example.com", "originalAmount": 1, "originalCurrency": "USD",
            "priceDataList": [{"name": "One", "quantity": 1, "unitAmount": 1, "currency": "USD"}],
            "successUrl": "https://shop.example/thanks"
        }"#;
        let created = post("/api/checkout/session".to_owned(), body.to_owned()).await;
        let session_id = created["data"]["sessionId"].as_str().unwrap();
        let pay = format!("/_sandbox/sessions/{session_id}/pay");
        let paid = post(pay, r#"{"outcome":"succeeded"}"#.to_owned()).await;
        let sent_on = paid["data"]["redirectUrl"].as_str().unwrap();
        assert!(sent_on.starts_with("https://shop.example/thanks"));
    }
    // all before any of the hundred came to an end.
    let under_way = deliveries(&with_dead)
        .iter()
        .filter(|delivery| delivery.state == LoggedState::UnderWay && delivery.attempts.is_empty())
        .count();
    assert_eq!(under_way, 100);
}

#[tokio::test]
async fn a_server_that_stops_leaves_its_deliveries_to_the_next_one() {
    let (dead, dead_url) = dead_port().await;
    let sandbox = sandbox_for(&dead_url, &["order.succeeded"]);
    let server = sandbox.serve().await.unwrap();
    pay(&sandbox);
    let held = dead.accept().await.unwrap();
    drop(server);
    let taken_over = sandbox.serve().await.unwrap();
    let again = tokio::time::timeout(Duration::from_secs(30), dead.accept()).await;
    again.unwrap().unwrap();
    drop((held, taken_over));
    assert!(deliveries(&sandbox.merchant())[0].attempts.is_empty());
}

#[test]
fn what_becomes_of_a_delivery_from_before_a_reset_is_no_news_after_it() {
    let url = "http://localhost/hook";
    let sandbox = Sandbox::builder().webhook(url, SECRET).unwrap().build();
    let merchant = sandbox.merchant();
    merchant.freeze();
    pay(&sandbox);
    let before = sandbox.take_due_deliveries();
    merchant.advance(DAY).unwrap();
    let reset = own_call(&sandbox, Method::POST, "/_sandbox/reset").send(&sandbox);
    assert_eq!(reset.status(), 200);
    assert!(merchant.webhook_log().events.is_empty());
    assert!(merchant.now().as_millis() < now() + 60 * 60 * 1_000);

    pay(&sandbox);
    assert_eq!(sandbox.take_due_deliveries().len(), 3);
    for delivery in &before {
        sandbox.report_delivery(delivery, Ok(200));
    }
    let untouched = |delivery: &LoggedDelivery| delivery.state == LoggedState::HandedOut;
    assert!(deliveries(&merchant).iter().all(untouched));
}

#[tokio::test]
async fn a_book_that_left_takes_its_deliveries_with_it() {
    let mut receiver = Receiver::start().await;
    let sandbox = Sandbox::builder()
        .webhook(receiver.url(), SECRET)
        .unwrap()
        .books(1)
        .build();
    let server = sandbox.serve().await.unwrap();
    sandbox.merchant().freeze();
    let _ = sandbox.post_checkout_session(quick_start("4.99"));
    let other = sandbox.merchant_of("sk_test_other").unwrap();
    let created = Call::create(quick_start("4.99"))
        .header("x-api-key", "sk_test_other")
        .at(now())
        .send(&sandbox);
    other
        .pay(&data(&created, "sessionId"), Attempt::succeeded())
        .unwrap();
    server.settled(&other).await;
    assert_eq!(receiver.arrived().len(), 3);
    other.advance(2 * DAY).unwrap();
    server.settled(&other).await;
    assert!(receiver.arrived().is_empty());
}

#[test]
fn an_event_is_sent_again_to_whom_it_is_asked_for() {
    let sandbox = Sandbox::builder()
        .webhook("http://localhost/a", SECRET)
        .unwrap()
        .webhook("http://localhost/b", SECRET)
        .unwrap()
        .build();
    let merchant = sandbox.merchant();
    pay(&sandbox);
    assert_eq!(sandbox.take_due_deliveries().len(), 6);
    let log = merchant.webhook_log();
    let (event_id, body) = (&log.events[1].id, &log.events[1].body);
    let second = &log.events[1].deliveries[1].endpoint_id;

    assert_eq!(merchant.resend(event_id, None), Ok(2));
    assert_eq!(merchant.resend(event_id, Some(second)), Ok(1));
    let due = sandbox.take_due_deliveries();
    let urls: Vec<_> = due.iter().map(|delivery| delivery.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "http://localhost/a",
            "http://localhost/b",
            "http://localhost/b"
        ]
    );
    assert!(due.iter().all(|delivery| delivery.body == *body));

    let path = format!("/_sandbox/events/{event_id}/resend");
    let to_one = own_call(&sandbox, Method::POST, &path)
        .body(json!({ "endpointId": second }).to_string())
        .send(&sandbox);
    assert_eq!(crate::call::json(&to_one)["data"]["deliveries"], 1);
    let to_all = own_call(&sandbox, Method::POST, &path).send(&sandbox);
    assert_eq!(crate::call::json(&to_all)["data"]["deliveries"], 2);

    for (event, endpoint, name) in [
        ("event_unknown", None, "EVENT_NOT_FOUND"),
        (
            event_id.as_str(),
            Some("whk_unknown"),
            "WEBHOOK_ENDPOINT_NOT_FOUND",
        ),
    ] {
        let refused = merchant.resend(event, endpoint).unwrap_err();
        assert!(refused.to_string().starts_with(name), "{refused}");
    }
}

#[test]
fn what_does_not_fit_into_the_log_is_counted() {
    let sandbox = Sandbox::new();
    let merchant = sandbox.merchant();
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    // Two events each, and nobody who wants them.
    for _ in 0..502 {
        merchant.pay(&session_id, Attempt::failed()).unwrap();
    }
    let log = merchant.webhook_log();
    assert_eq!((log.events.len(), log.events_forgotten), (1_000, 4));
}

#[test]
fn deliveries_beyond_the_bound_are_dropped_and_say_so() {
    let sandbox = Sandbox::new();
    for number in 0..128 {
        let body = json!({
            "url": format!("http://localhost/{number}"),
            "events": ["order.created", "order.failed"],
        });
        let _ = own_call(&sandbox, Method::POST, "/api/webhook/endpoints")
            .body(body.to_string())
            .send(&sandbox);
    }
    let merchant = sandbox.merchant();
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    for _ in 0..40 {
        merchant.pay(&session_id, Attempt::failed()).unwrap();
    }
    let log = merchant.webhook_log();
    assert_eq!(log.deliveries_dropped, 2 * 128 * 40 - 10_000);
    let last = log.events.last().unwrap();
    assert!(
        last.deliveries
            .iter()
            .all(|delivery| delivery.state == LoggedState::Dropped)
    );
    let refused = merchant.resend(&last.id, None).unwrap_err();
    assert!(refused.to_string().starts_with("TOO_MANY_DELIVERIES"));

    // There is room again once some were sent, and what was dropped can be sent then.
    assert_eq!(sandbox.take_due_deliveries().len(), 10_000);
    assert_eq!(merchant.resend(&last.id, None), Ok(128));
}
