//! Carries due deliveries to the merchants' endpoints.
//!
//! Each endpoint has one delivery under way at a time and waits for no other, so a slow or dead
//! endpoint delays itself only. What a request is answered waits for no delivery, but for an
//! `advance`, which asks for it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::sync::{Notify, Semaphore};
use tokio::task::{JoinHandle, JoinSet};

use super::Settle;
use super::outbox::{DeliveryNumber, DueDelivery};
use crate::Merchant;
use crate::engine::{Bell, Engine};
use crate::key::KeyDigest;

/// How long an endpoint may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How many deliveries of all merchants are under way at most. A merchant has at most 128
/// endpoints, so no merchant can take all of them.
const UNDER_WAY: usize = 512;

/// How long a courier sleeps at most, in milliseconds: a day.
const LONGEST_SLEEP: u64 = 24 * 60 * 60 * 1_000;

/// A task that delivers until it is dropped.
pub(crate) struct Courier {
    task: JoinHandle<()>,
    settler: Settler,
    _bell: Arc<Bell>,
}

/// Waits until what was due has been attempted.
#[derive(Clone)]
pub(crate) struct Settler {
    engine: Arc<Engine>,
    progress: Arc<Notify>,
}

impl Courier {
    /// Must be called inside a tokio runtime.
    pub(crate) fn start(engine: &Arc<Engine>) -> Self {
        let wake = Arc::new(Notify::new());
        let bell: Arc<Bell> = Arc::new({
            let wake = Arc::clone(&wake);
            move || wake.notify_one()
        });
        engine.on_change(&bell);
        let settler = Settler {
            engine: Arc::clone(engine),
            progress: Arc::new(Notify::new()),
        };
        let task = tokio::spawn(run(settler.clone(), wake));
        Self {
            task,
            settler,
            _bell: bell,
        }
    }

    pub(crate) fn settler(&self) -> &Settler {
        &self.settler
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Settler {
    #[cfg(feature = "server")]
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Waits until everything that is due to this merchant's endpoints by now has been attempted.
    pub(crate) async fn settled(&self, merchant: &Merchant) {
        self.settle(Settle {
            merchant: merchant.digest,
            until: merchant.now().as_millis(),
        })
        .await;
    }

    /// Waits until everything of this merchant that was due by then has been attempted, retries
    /// that became due by then included.
    pub(crate) async fn settle(&self, Settle { merchant, until }: Settle) {
        loop {
            let progress = self.progress.notified();
            tokio::pin!(progress);
            // What is settled between the look and the wait must not be missed.
            progress.as_mut().enable();
            if self.engine.is_settled(merchant, until) {
                return;
            }
            progress.await;
        }
    }
}

async fn run(settler: Settler, wake: Arc<Notify>) {
    let client = Arc::new(OnceLock::new());
    let engine = &settler.engine;
    let slots = Arc::new(Semaphore::new(UNDER_WAY));
    let mut under_way = JoinSet::new();
    loop {
        let wall = engine.clock.now_millis();
        for (merchant, number) in engine.take_due(wall) {
            let carried = Carried {
                settler: settler.clone(),
                merchant,
                number,
                is_done: false,
            };
            under_way.spawn(carried.carry(Arc::clone(&client), Arc::clone(&slots)));
        }
        while under_way.try_join_next().is_some() {}
        settler.progress.notify_waiters();
        let sleep = engine.agenda.next().map_or(LONGEST_SLEEP, |at| {
            u64::try_from(at.saturating_sub(wall)).unwrap_or(0)
        });
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(sleep.min(LONGEST_SLEEP))) => {}
        }
    }
}

/// The client, or why there is none.
type LazyClient = OnceLock<Result<reqwest::Client, String>>;

/// A delivery that was taken. It is put back if the courier stops before its outcome is known.
struct Carried {
    settler: Settler,
    merchant: KeyDigest,
    number: DeliveryNumber,
    is_done: bool,
}

impl Carried {
    async fn carry(mut self, client: Arc<LazyClient>, slots: Arc<Semaphore>) {
        let Ok(_slot) = slots.acquire().await else {
            return;
        };
        let engine = Arc::clone(&self.settler.engine);
        // Signed only now, so that the timestamp is that of the sending.
        if let Some(delivery) =
            engine.start_delivery(self.merchant, self.number, engine.clock.now_millis())
        {
            // Built for the first delivery: it reads every certificate of the system, which a
            // sandbox without endpoints need not wait for.
            let outcome = match client.get_or_init(build_client) {
                Ok(client) => send(client, delivery).await,
                Err(reason) => Err(reason.clone()),
            };
            let now = engine.clock.now_millis();
            engine.record_delivery(self.merchant, self.number, outcome, now);
        }
        self.is_done = true;
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        if !self.is_done {
            let engine = &self.settler.engine;
            let now = engine.clock.now_millis();
            engine.put_back_delivery(self.merchant, self.number, now);
        }
        self.settler.progress.notify_waiters();
    }
}

async fn send(client: &reqwest::Client, delivery: DueDelivery) -> Result<u16, String> {
    let mut request = client
        .post(&delivery.url)
        .header(reqwest::header::CONTENT_TYPE, "application/json");
    for (name, value) in delivery.headers {
        request = request.header(name, value);
    }
    match request.body(delivery.body).send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
        Err(error) if error.is_connect() => Err("failed to connect".to_owned()),
        Err(error) => Err(error.without_url().to_string()),
    }
}

/// One TLS stack: rustls, with the provider of the program, or else ring, handed over ready-made so
/// that none has to be installed. Neither proxies nor redirects: events go to the registered
/// endpoint or nowhere.
fn build_client() -> Result<reqwest::Client, String> {
    let provider = CryptoProvider::get_default().map(Arc::clone);
    #[cfg(feature = "ring")]
    let provider = provider.or_else(|| Some(Arc::new(rustls::crypto::ring::default_provider())));
    let provider =
        provider.ok_or("no rustls provider is installed, and the feature `ring` is off")?;
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_platform_verifier()
        .map_err(|error| error.to_string())?
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| error.to_string())
}
