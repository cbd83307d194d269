//! Carries due deliveries to the merchants' endpoints, each once.

use std::sync::Arc;
use std::time::Duration;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use super::outbox::DueDelivery;
use crate::StartError;
use crate::engine::Engine;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A task that delivers until it is dropped.
pub(crate) struct Courier(JoinHandle<()>);

impl Courier {
    /// Must be called inside a tokio runtime.
    pub(crate) fn start(engine: &Arc<Engine>) -> Result<Self, StartError> {
        let client = client()?;
        let bell = Arc::new(Notify::new());
        engine.on_due({
            let bell = Arc::clone(&bell);
            move || bell.notify_one()
        });
        let engine = Arc::clone(engine);
        Ok(Self(tokio::spawn(async move {
            let mut under_way = JoinSet::new();
            loop {
                for (merchant, delivery) in engine.take_due() {
                    let engine = Arc::clone(&engine);
                    let client = client.clone();
                    under_way.spawn(async move {
                        let number = delivery.number;
                        let outcome = deliver(&client, delivery).await;
                        engine.record_delivery(merchant, number, outcome);
                    });
                }
                while under_way.try_join_next().is_some() {}
                bell.notified().await;
            }
        })))
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn deliver(client: &reqwest::Client, delivery: DueDelivery) -> Result<u16, String> {
    let mut request = client
        .post(&delivery.url)
        .header(reqwest::header::CONTENT_TYPE, "application/json");
    for (name, value) in delivery.headers {
        request = request.header(name, value);
    }
    match request.body(delivery.body).send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) => Err(error.without_url().to_string()),
    }
}

/// One TLS stack: rustls on ring, handed over ready-made so that no process-wide provider is
/// needed. Neither proxies nor redirects: events go to the registered endpoint or nowhere.
fn client() -> Result<reqwest::Client, StartError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::Courier(error.to_string()))?
        .with_platform_verifier()
        .map_err(|error| StartError::Courier(error.to_string()))?
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| StartError::Courier(error.to_string()))
}
