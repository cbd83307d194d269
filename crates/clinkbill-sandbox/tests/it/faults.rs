//! Failures on demand: what each looks like, and whether the request was performed.

use std::time::Duration;

use clinkbill_sandbox::{Answer, Fault, FaultKind, ProxyStatus, Sandbox};
use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::call::{Call, json, quick_start, text};

const KEY: &str = "sk_test_caller";

fn arm(sandbox: &Sandbox, fault: &Value) -> Answer {
    Call::new(Method::POST, "/_sandbox/faults")
        .body(fault.to_string())
        .send(sandbox)
}

#[track_caller]
fn armed(sandbox: &Sandbox, fault: &Value) {
    let answer = arm(sandbox, fault);
    assert_eq!(json(&answer)["code"], 200, "{fault}: {}", text(&answer));
}

fn create(sandbox: &Sandbox) -> Answer {
    Call::create(quick_start("4.990")).send(sandbox)
}

/// How many sessions came to be, as told by their customer: `CR-01` makes one for each new
/// address.
fn customers(sandbox: &Sandbox) -> usize {
    crate::call::customers(sandbox).as_array().unwrap().len()
}

#[test]
fn every_answer_on_demand_looks_as_documented_before_and_after_the_commit() {
    for (fault, status, content_type, code) in [
        (
            json!({"kind": "unauthorized"}),
            401,
            "application/json",
            Some(401),
        ),
        (
            json!({"kind": "conflict"}),
            409,
            "application/json",
            Some(409),
        ),
        (
            json!({"kind": "tooManyRequests", "retryAfter": 7}),
            429,
            "application/json",
            Some(429),
        ),
        (
            json!({"kind": "internalError"}),
            500,
            "application/json",
            Some(500),
        ),
        (
            json!({"kind": "unavailable"}),
            503,
            "application/json",
            Some(503),
        ),
        (
            json!({"kind": "envelopeError", "code": 80_102_299, "msg": "as you like"}),
            200,
            "application/json",
            Some(80_102_299),
        ),
        (
            json!({"kind": "proxyPage", "status": 502}),
            502,
            "text/html",
            None,
        ),
        (
            json!({"kind": "proxyPage", "status": 200}),
            200,
            "text/html",
            None,
        ),
        (json!({"kind": "emptyBody"}), 200, "application/json", None),
    ] {
        for (when, performed) in [("before", 0), ("after", 1)] {
            let sandbox = Sandbox::new();
            let mut fault = fault.clone();
            fault["when"] = when.into();
            fault["times"] = 1.into();
            armed(&sandbox, &fault);

            let answer = create(&sandbox);
            assert_eq!(answer.status(), status, "{fault}");
            assert_eq!(answer.headers()["content-type"], content_type, "{fault}");
            match code {
                Some(code) => assert_eq!(json(&answer)["code"], code, "{fault}"),
                None => assert!(!text(&answer).starts_with('{'), "{fault}"),
            }
            assert_eq!(customers(&sandbox), performed, "{fault}");
            assert_eq!(json(&create(&sandbox))["code"], 200, "{fault} came twice");
        }
    }
}

#[test]
fn who_has_to_wait_is_told_how_long() {
    let sandbox = Sandbox::new();
    armed(
        &sandbox,
        &json!({"kind": "tooManyRequests", "retryAfter": 7, "times": 1}),
    );
    assert_eq!(create(&sandbox).headers()["retry-after"], "7");
    armed(&sandbox, &json!({"kind": "unavailable"}));
    assert_eq!(create(&sandbox).headers()["retry-after"], "1");
}

#[test]
fn unknown_values_stand_in_an_otherwise_right_answer() {
    let sandbox = Sandbox::new();
    armed(&sandbox, &json!({"kind": "unknownValues", "times": 1}));
    let answer = create(&sandbox);
    let body = json(&answer);
    assert_eq!(body["code"], 200);
    assert_eq!(body["data"]["uiMode"], "unheardOf");
    assert_eq!(body["data"]["unheardOfField"], "unheardOf");
    assert!(text(&answer).contains("\"originalAmount\":4.990"), "{body}");
    let session_id = body["data"]["sessionId"].as_str().unwrap();
    let read = Call::get(&format!("/api/checkout/session/{session_id}")).send(&sandbox);
    assert_eq!(json(&read)["data"]["uiMode"], "hostedPage");
}

#[test]
fn a_fault_meets_its_operation_only_and_so_many_times() {
    let sandbox = Sandbox::new();
    armed(
        &sandbox,
        &json!({"kind": "conflict", "operation": "createCheckoutSession", "times": 2}),
    );
    let read = || {
        Call::get("/api/order/order_1")
            .send(&sandbox)
            .status()
            .as_u16()
    };
    let left = || {
        let armed = json(&Call::get("/_sandbox/faults").send(&sandbox));
        armed["data"]["faults"][0]["left"].clone()
    };
    assert_eq!((read(), left()), (404, json!(2)));
    assert_eq!(
        (create(&sandbox).status().as_u16(), left()),
        (409, json!(1))
    );
    assert_eq!(
        (create(&sandbox).status().as_u16(), left()),
        (409, json!(null))
    );
    assert_eq!(create(&sandbox).status(), 200);
}

#[test]
fn a_fault_without_a_number_stays_until_it_is_cleared() {
    let sandbox = Sandbox::new();
    armed(&sandbox, &json!({"kind": "internalError"}));
    armed(&sandbox, &json!({"kind": "conflict"}));
    for _ in 0..3 {
        assert_eq!(create(&sandbox).status(), 500);
    }
    let cleared = Call::new(Method::DELETE, "/_sandbox/faults").send(&sandbox);
    assert_eq!(json(&cleared)["data"]["faults"], json!([]));
    assert_eq!(create(&sandbox).status(), 200);
}

#[test]
fn faults_are_met_in_order_and_by_their_own_merchant() {
    let sandbox = Sandbox::new();
    for kind in ["conflict", "internalError"] {
        armed(&sandbox, &json!({"kind": kind, "times": 1}));
    }
    let other = Call::create(quick_start("1")).header("x-api-key", "sk_test_other");
    assert_eq!(other.send(&sandbox).status(), 200);
    assert_eq!(create(&sandbox).status(), 409);
    assert_eq!(create(&sandbox).status(), 500);
    assert_eq!(create(&sandbox).status(), 200);
}

#[test]
fn a_fault_that_cannot_be_is_refused_when_it_is_armed() {
    let sandbox = Sandbox::new();
    for (fault, status, names) in [
        (json!({"kind": "earthquake"}), 400, "kind: unknown variant"),
        (json!({"kind": 1}), 400, "kind: invalid type"),
        (json!({"kind": "envelopeError", "msg": "x"}), 400, "`code`"),
        (
            json!({"kind": "envelopeError", "code": "x", "msg": "x"}),
            400,
            "code: invalid type",
        ),
        (
            json!({"kind": "unavailable", "retryAfter": -1}),
            400,
            "retryAfter: invalid value",
        ),
        (json!({}), 400, "kind"),
        (
            json!({"kind": "proxyPage", "status": 404}),
            400,
            "status: must be 502 or 200",
        ),
        (json!({"kind": "conflict", "times": 0}), 400, "zero"),
        (json!({"kind": "conflict", "when": "never"}), 400, "never"),
        (
            json!({"kind": "conflict", "when": {"after": null}}),
            400,
            "string",
        ),
        (
            json!({"kind": "conflict", "operation": "createEverything"}),
            200,
            "operation",
        ),
        (json!({"kind": "reset"}), 200, "FAULT_NOT_POSSIBLE"),
        (json!({"kind": "close"}), 200, "FAULT_NOT_POSSIBLE"),
        (json!({"kind": "halfBody"}), 200, "FAULT_NOT_POSSIBLE"),
        (json!({"kind": "stall"}), 200, "FAULT_NOT_POSSIBLE"),
    ] {
        let answer = arm(&sandbox, &fault);
        assert_eq!(answer.status(), status, "{fault}: {}", text(&answer));
        assert_eq!(json(&answer)["code"], 400, "{fault}");
        assert!(text(&answer).contains(names), "{fault}: {}", text(&answer));
    }
    let armed = Call::get("/_sandbox/faults").send(&sandbox);
    assert_eq!(json(&armed)["data"]["faults"], json!([]));
}

#[test]
fn the_hundred_and_first_fault_is_refused() {
    let sandbox = Sandbox::new();
    for _ in 0..100 {
        armed(&sandbox, &json!({"kind": "conflict"}));
    }
    let answer = arm(&sandbox, &json!({"kind": "conflict"}));
    assert!(text(&answer).contains("TOO_MANY_FAULTS"));
}

#[test]
fn a_test_arms_and_clears_without_http() {
    let sandbox = Sandbox::new();
    let merchant = sandbox.merchant();
    let fault = Fault::new(FaultKind::ProxyPage {
        status: ProxyStatus::BadGateway,
    });
    merchant.arm(fault.clone().times(3)).unwrap();
    assert_eq!(
        sandbox.post_checkout_session(quick_start("1")).status(),
        502
    );
    assert_eq!(merchant.faults()[0].left, Some(2));
    merchant.clear_faults();
    assert!(merchant.faults().is_empty());
    assert!(merchant.arm(Fault::new(FaultKind::Reset)).is_err());
    assert!(merchant.arm(fault.on("nothingOfTheSort")).is_err());
}

/// What a caller sees of a connection.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// Everything until the peer closed.
    Closed(String),
    Reset,
    Nothing,
}

async fn send_raw(address: std::net::SocketAddr, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let request = format!(
        "POST /api/checkout/session HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\n\
         x-timestamp: {now}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// What does not come is waited for no longer than this.
const BRIEFLY: Duration = Duration::from_millis(300);

/// Long enough for any answer that comes at all.
const PATIENCE: Duration = Duration::from_secs(10);

async fn watch(mut stream: TcpStream, patience: Duration) -> Seen {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    match tokio::time::timeout(patience, read).await {
        Ok(Ok(_)) => Seen::Closed(String::from_utf8(bytes).unwrap()),
        Ok(Err(error)) => {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
            Seen::Reset
        }
        Err(_) => Seen::Nothing,
    }
}

#[tokio::test]
async fn a_served_sandbox_breaks_connections_before_and_after_the_commit() {
    for (when, performed) in [("before", 0), ("after", 1)] {
        for kind in ["reset", "close", "halfBody", "stall"] {
            let sandbox = Sandbox::new();
            let server = sandbox.serve().await.unwrap();
            armed(&sandbox, &json!({"kind": kind, "times": 1, "when": when}));

            let patience = if kind == "stall" { BRIEFLY } else { PATIENCE };
            let stream = send_raw(server.address(), &quick_start("4.99")).await;
            let seen = watch(stream, patience).await;
            match (kind, &seen) {
                ("reset", Seen::Reset) | ("stall", Seen::Nothing) => {}
                ("close", Seen::Closed(bytes)) => assert_eq!(bytes, ""),
                ("halfBody", Seen::Closed(bytes)) => {
                    let (head, body) = bytes.split_once("\r\n\r\n").unwrap();
                    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
                    let (_, length) = head.split_once("content-length: ").unwrap();
                    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2, "{bytes}");
                }
                _ => panic!("{kind}: {seen:?}"),
            }
            assert_eq!(customers(&sandbox), performed, "{kind} {when}");

            let merchant = sandbox.merchant_of(KEY).unwrap();
            assert_eq!(merchant.session_ids().len(), performed, "{kind} {when}");
            let log = merchant.requests();
            assert_eq!(log.requests.len(), 1, "{kind}");
            assert_eq!(log.requests[0].fault, Some(kind));
            assert_eq!(log.requests[0].status, None);
        }
    }
}

#[tokio::test]
async fn a_stalled_caller_is_let_go_when_the_server_stops() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve().await.unwrap();
    armed(&sandbox, &json!({"kind": "stall", "times": 1}));
    let stream = send_raw(server.address(), &quick_start("4.99")).await;
    let log = sandbox.merchant_of(KEY).unwrap();
    let logged = async {
        while log.requests().requests.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let logged = tokio::time::timeout(Duration::from_secs(10), logged).await;
    assert!(logged.is_ok(), "the request that is stalled is not logged");
    drop(server);
    let mut stream = stream;
    let mut bytes = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await;
    assert!(ended.is_ok(), "the caller still waits");
    assert!(bytes.is_empty());
}

#[tokio::test]
async fn a_broken_connection_waits_for_a_door_that_has_one() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve().await.unwrap();
    let wiremock = sandbox.wiremock().await.unwrap();
    armed(&sandbox, &json!({"kind": "close", "times": 1}));
    let mut through_wiremock = send_raw(*wiremock.mock_server().address(), &quick_start("1")).await;
    let mut status_line = [0; 15];
    through_wiremock.read_exact(&mut status_line).await.unwrap();
    assert_eq!(&status_line, b"HTTP/1.1 200 OK");
    let through_server = send_raw(server.address(), &quick_start("1")).await;
    assert_eq!(
        watch(through_server, PATIENCE).await,
        Seen::Closed(String::new())
    );
    let statuses: Vec<_> = sandbox
        .merchant_of(KEY)
        .unwrap()
        .requests()
        .requests
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [Some(200), None]);

    drop(server);
    assert!(text(&arm(&sandbox, &json!({"kind": "close"}))).contains("FAULT_NOT_POSSIBLE"));
}

#[tokio::test]
async fn a_server_that_is_dropped_still_answers_who_has_asked() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve().await.unwrap();
    let address = server.address();
    let body = quick_start("4.99");
    let (sent, unsent) = body.split_at(20);
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /api/checkout/session HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // The server asks for the body, so it has the request in hand.
    let mut line = [0; 25];
    stream.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(sent.as_bytes()).await.unwrap();
    drop(server);
    stream.write_all(unsent.as_bytes()).await.unwrap();
    match watch(stream, PATIENCE).await {
        Seen::Closed(answer) => assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}"),
        seen => panic!("{seen:?}"),
    }
    assert!(TcpStream::connect(address).await.is_err());
}
