//! A merchant's backend that receives webhooks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clinkbill_webhook::{Event, Verifier, WebhookError, WebhookSecret};

/// The secret of the endpoint that the tests start with.
pub(crate) const SECRET: &str = "whsec_of_the_test";

/// What was received: the verified event, or why it was not accepted.
pub(crate) type Received = Result<Event, WebhookError>;

/// A server on a port that verifies what comes, and answers as it is told.
pub(crate) struct Receiver {
    url: String,
    arrivals: tokio::sync::mpsc::UnboundedReceiver<Received>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let answers: Arc<Mutex<VecDeque<u16>>> = Arc::default();
        let (sender, arrivals) = tokio::sync::mpsc::unbounded_channel();
        let router = axum::Router::new().route(
            "/hook",
            post({
                let answers = Arc::clone(&answers);
                move |headers: HeaderMap, body: Bytes| async move {
                    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
                    let received = verifier(SECRET).verify(header, &body);
                    let told = answers.lock().unwrap().pop_front();
                    let answer = match (&received, told) {
                        (_, Some(status)) => StatusCode::from_u16(status).unwrap(),
                        (Ok(_), None) => StatusCode::OK,
                        (Err(_), None) => StatusCode::BAD_REQUEST,
                    };
                    sender.send(received).unwrap();
                    answer
                }
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            arrivals,
            answers,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Answers the next deliveries with these statuses, whatever they are.
    pub(crate) fn will_answer(&self, statuses: impl IntoIterator<Item = u16>) {
        self.answers.lock().unwrap().extend(statuses);
    }

    /// Waits for the next delivery.
    pub(crate) async fn next(&mut self) -> Received {
        tokio::time::timeout(Duration::from_secs(30), self.arrivals.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// What has arrived by now.
    pub(crate) fn arrived(&mut self) -> Vec<Received> {
        std::iter::from_fn(|| self.arrivals.try_recv().ok()).collect()
    }

    /// The names of the events that have arrived by now.
    pub(crate) fn arrived_names(&mut self) -> Vec<String> {
        self.arrived().into_iter().map(name).collect()
    }
}

/// The name of an event that was accepted.
pub(crate) fn name(received: Received) -> String {
    received.unwrap().event_type().to_string()
}

pub(crate) fn verifier(secret: &str) -> Verifier {
    Verifier::new(WebhookSecret::new(secret).unwrap())
}
