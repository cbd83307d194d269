//! The door behind a wiremock server, for tests that already speak wiremock.

use std::sync::Arc;
use std::time::Duration;

use clinkbill_types::Timestamp;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use crate::engine::Engine;
use crate::request::{Body, Request};
use crate::webhook::courier::Courier;
use crate::{ControlError, Merchant, Sandbox, StartError};

/// A sandbox behind a wiremock server. It stops when it is dropped.
///
/// A wiremock server answers at once: unlike on the port of `Sandbox::serve`, the answer to
/// `POST /_sandbox/clock/advance` does not wait for the deliveries that became due. Use
/// [`advance`](Self::advance) instead, or [`settled`](Self::settled) after it.
///
/// What is no HTTP request, or has too large a head, is answered by the wiremock server itself,
/// without an envelope.
///
/// wiremock keeps every request for as long as it runs, so this is a door for tests; a sandbox
/// that runs for hours belongs behind `Sandbox::serve`.
pub struct WiremockServer {
    sandbox: Sandbox,
    server: MockServer,
    base_url: String,
    courier: Courier,
}

impl Sandbox {
    /// Serves the API and the checkout page behind a wiremock server, and delivers webhooks.
    ///
    /// Must be called inside a tokio runtime.
    pub async fn wiremock(&self) -> Result<WiremockServer, StartError> {
        let courier = Courier::start(&self.engine);
        let server = MockServer::builder()
            .disable_request_recording()
            .start()
            .await;
        Mock::given(any())
            .respond_with(Door(Arc::clone(&self.engine)))
            .mount(&server)
            .await;
        Ok(WiremockServer {
            sandbox: self.clone(),
            base_url: format!("{}/api/", server.uri()),
            server,
            courier,
        })
    }
}

impl WiremockServer {
    /// What a client takes as its base URL: `http://127.0.0.1:PORT/api/`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A secret key that this sandbox made up.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        self.sandbox.secret_key()
    }

    /// The merchant of [`secret_key`](Self::secret_key).
    #[must_use]
    pub fn merchant(&self) -> Merchant {
        self.sandbox.merchant()
    }

    /// Moves the time of [`merchant`](Self::merchant) forward, and waits until every delivery
    /// that became due on the way has been attempted, retries included.
    ///
    /// Fails if the time would be later than the year 9000.
    pub async fn advance(&self, by: Duration) -> Result<Timestamp, ControlError> {
        let now = self.merchant().advance(by)?;
        self.settled(&self.merchant()).await;
        Ok(now)
    }

    /// Waits until everything that is due to this merchant's endpoints by now has been attempted.
    pub async fn settled(&self, merchant: &Merchant) {
        self.courier.settler().settled(merchant).await;
    }

    /// The sandbox behind the server.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The wiremock server, to mount more on.
    #[must_use]
    pub fn mock_server(&self) -> &MockServer {
        &self.server
    }
}

struct Door(Arc<Engine>);

impl Respond for Door {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let answer = super::answer(
            &self.0,
            &Request {
                method: request.method.clone(),
                path: request.url.path().to_owned(),
                query: request.url.query().unwrap_or_default().to_owned(),
                headers: request.headers.clone(),
                body: Body::Whole(request.body.clone()),
                received_at: self.0.clock.now_millis(),
            },
        );
        let (parts, body) = answer.into_parts();
        let content_type = parts
            .headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let mut template = ResponseTemplate::new(parts.status);
        if let Some(content_type) = content_type {
            template = template.set_body_raw(body, &content_type);
        }
        for (name, value) in &parts.headers {
            if *name != http::header::CONTENT_TYPE {
                template = template.insert_header(name, value);
            }
        }
        template
    }
}
