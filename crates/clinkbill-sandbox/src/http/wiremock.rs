//! The door behind a wiremock server, for tests that already speak wiremock.

use std::ops::Deref;
use std::sync::Arc;

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use crate::engine::Engine;
use crate::http::served::Served;
use crate::request::{Body, Request};
use crate::{Sandbox, StartError};

/// A sandbox behind a wiremock server. It stops when it is dropped.
///
/// A wiremock server answers at once: unlike on the port of `Sandbox::serve`, the answer to
/// `POST /_sandbox/clock/advance` does not wait for the deliveries that became due. Use
/// [`advance`](Served::advance) instead, or [`settled`](Served::settled) after it.
///
/// What is no HTTP request, or has too large a head, is answered by the wiremock server itself,
/// without an envelope.
///
/// wiremock keeps every request for as long as it runs, so this is a door for tests; a sandbox
/// that runs for hours belongs behind `Sandbox::serve`.
pub struct WiremockServer {
    server: MockServer,
    served: Served,
}

impl Sandbox {
    /// Serves the API and the checkout page behind a wiremock server, and delivers webhooks.
    ///
    /// Must be called inside a tokio runtime.
    pub async fn wiremock(&self) -> Result<WiremockServer, StartError> {
        let server = MockServer::builder()
            .disable_request_recording()
            .start()
            .await;
        Mock::given(any())
            .respond_with(Door(Arc::clone(&self.engine)))
            .mount(&server)
            .await;
        Ok(WiremockServer {
            served: Served::start(self, &server.uri()),
            server,
        })
    }
}

impl WiremockServer {
    /// The wiremock server, to mount more on.
    #[must_use]
    pub fn mock_server(&self) -> &MockServer {
        &self.server
    }
}

impl Deref for WiremockServer {
    type Target = Served;

    fn deref(&self) -> &Served {
        &self.served
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
