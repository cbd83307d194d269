//! What the client writes to the wire, and what it reads from it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "the helpers of a test may fail it"
)]

use std::time::{SystemTime, UNIX_EPOCH};

use clinkbill_api::types::CreateCheckoutSessionRequest;
use clinkbill_api::{Client, Error, Options};
use clinkbill_types::PathId;
use reqwest::header::HeaderName;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

mod bounds;
mod connecting;
mod operations;
mod reading;
mod sending;
mod watched;

const KEY: &str = "sk_test_wire";

async fn answering(status: u16, body: serde_json::Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(json_body(status, body))
        .mount(&server)
        .await;
    server
}

fn json_body(status: u16, body: serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

fn client(base_url: &str) -> Client {
    client_with(base_url, Options::default())
}

fn client_with(base_url: &str, options: Options) -> Client {
    Client::connect(base_url, &KEY.into(), options).unwrap()
}

fn minimal() -> CreateCheckoutSessionRequest {
    CreateCheckoutSessionRequest::new("4.99".parse().unwrap(), "USD")
}

fn id() -> PathId {
    "sess_1".parse().unwrap()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers[name].to_str().unwrap()
}

fn header_names(request: &Request) -> Vec<&str> {
    let mut names: Vec<_> = request.headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

/// The status of an answer that is not 200.
fn unexpected(error: Error<()>) -> u16 {
    match error {
        Error::UnexpectedResponse(response) => response.status().as_u16(),
        other => panic!("not an unexpected response: {other}"),
    }
}

fn millis() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis()
}
