//! The SDK against servers on this machine: what it sends, what it makes of each answer, and
//! the way from a new session to a paid one.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what a test's helper cannot do fails the test"
)]

mod answers;
mod catalogue;
mod crowds;
mod exported;
mod orders;
mod reconciling;
mod redirects;
mod requests;
mod retrying;
mod sandbox;
mod webhook_endpoints;

use std::pin::Pin;
use std::time::Duration;

use clinkbill::{
    Client, Clock, Currency, CustomerRef, Environment, Hosted, Line, Lines, NewSession, SecretKey,
};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// What must never be printed.
const KEY: &str = "sk_test_canary";

/// Nobody waits before a request is sent again.
struct Hasty;

impl Clock for Hasty {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }
}

fn client(api_url: &str) -> Client {
    Client::builder(SecretKey::new(KEY).unwrap())
        .environment(Environment::custom(api_url).unwrap())
        .clock(Hasty)
        .build()
        .unwrap()
}

fn purchase() -> NewSession<CustomerRef, Hosted, Lines> {
    NewSession::hosted_without_return_urls()
        .customer(CustomerRef::email("customer@example.com").unwrap())
        .lines(Currency::USD, [Line::new("A one-time purchase", 1, "4.99")])
}

/// A server that gives every request this answer.
async fn answering(answer: ResponseTemplate) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = client(&format!("{}/api/", server.uri()));
    (server, client)
}

fn json(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body, "application/json")
}

/// The one request the server has seen.
async fn only_request(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}
