//! What a served sandbox says to bytes that are no request it can read.

use clinkbill_sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const GOOD: &str = "GET /api/order HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Everything that is answered to these bytes before the connection is closed.
async fn answers(bytes: &[u8]) -> String {
    let server = Sandbox::new().serve().await.unwrap();
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    answers
}

fn assert_is_refusal(answer: &str, status: u16, said: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let lines: Vec<&str> = head.split("\r\n").collect();
    assert!(
        lines[0].starts_with(&format!("HTTP/1.1 {status} ")),
        "{head}"
    );
    for line in [
        "content-type: application/json",
        "connection: close",
        &format!("content-length: {}", body.len()),
    ] {
        assert!(lines.contains(&line), "{head}");
    }
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body, json!({ "code": status, "msg": said, "data": null }));
}

#[tokio::test]
async fn what_is_no_http_is_refused_with_the_envelope() {
    for bytes in [
        "Good morning\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /api/order HTTP/7.5\r\n\r\n",
        "GET /api/order HTTP/1.1\r\nno colon\r\n\r\n",
        "POST /api/order HTTP/1.1\r\ncontent-length: one\r\n\r\n",
    ] {
        assert_is_refusal(
            &answers(bytes.as_bytes()).await,
            400,
            "request: not HTTP/1.1",
        );
    }
}

#[tokio::test]
async fn a_request_of_http_1_1_names_its_host() {
    for target in ["/api/order", "http://localhost/api/order", "/nowhere"] {
        let request = format!("GET {target} HTTP/1.1\r\nconnection: close\r\n\r\n");
        let answer = answers(request.as_bytes()).await;
        assert_is_refusal(
            &answer,
            400,
            "Host: missing; HTTP/1.1 sends it with every request",
        );
    }
    let older = answers(b"GET /api/order HTTP/1.0\r\n\r\n").await;
    assert!(older.starts_with("HTTP/1.0 401 "), "{older}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_with_the_envelope() {
    // More than lies in the buffers between the two: what nobody reads could not be sent.
    let long = "x".repeat(16 << 20);
    let many = "x: y\r\n".repeat(101);
    for fields in [format!("x: {long}\r\n"), many] {
        let request = format!("GET /api/order HTTP/1.1\r\nhost: localhost\r\n{fields}\r\n");
        let answer = answers(request.as_bytes()).await;
        assert_is_refusal(&answer, 431, "headers: too many or too large");
    }
    let path = "x".repeat(70_000);
    let request = format!("GET /api/{path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let answer = answers(request.as_bytes()).await;
    assert_is_refusal(&answer, 414, "request target: too long");
}

#[tokio::test]
async fn a_request_before_one_that_cannot_be_read_keeps_its_answer() {
    let both = answers(format!("{GOOD}Good morning\r\n\r\n").as_bytes()).await;
    let second = both.rfind("HTTP/1.1 ").unwrap();
    assert!(both.starts_with("HTTP/1.1 401 "), "{both}");
    assert!(second > 0, "{both}");
    assert_is_refusal(&both[second..], 400, "request: not HTTP/1.1");
}
