//! The sandbox as its users hold it.

use std::sync::Arc;
use std::time::Duration;

use clinkbill_webhook::SecretError;
use http::{HeaderMap, HeaderValue, Method, header};

use crate::catalogue::Catalogue;
use crate::clock::{Clock, WallClock};
use crate::engine::{Engine, Options};
use crate::error::{ApiError, RefusalShape};
use crate::flow::{Attempt, Paid, Settlement};
use crate::ids::Seed;
#[cfg(feature = "state")]
use crate::journal::{EndpointTerms, Terms};
use crate::key::KeyDigest;
use crate::offers::OfferTable;
use crate::request::{Answer, Body, Reply, Request};
use crate::rulebook::{Faithful, Rulebook, is_web_url};
use crate::webhook::endpoint::{EndpointTemplate, SigningSecret};
use crate::webhook::outbox::DeliveryNumber;
use crate::webhook::schedule::documented_delays;
use crate::wire::webhook::EndpointUrl;

const DEFAULT_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const DEFAULT_TOLERANCE: Duration = Duration::from_secs(5 * 60);
const DEFAULT_BOOKS: usize = 1000;
const DEFAULT_REQUEST_LOG: usize = 1000;

/// A running stand-in for Clink. Cheap to clone; clones share their books.
#[derive(Clone)]
pub struct Sandbox {
    pub(crate) engine: Arc<Engine>,
    key: Arc<str>,
    digest: KeyDigest,
}

/// What a sandbox is started with.
///
/// # Bounds
///
/// A sandbox that runs for weeks, or is fed nonsense, stays small. What meets a bound is told so:
///
/// | what | bound | beyond it |
/// |---|---|---|
/// | a body | [`BODY_LIMIT`](crate::BODY_LIMIT) bytes | HTTP 413 |
/// | nesting of a JSON body | 64 | HTTP 400 |
/// | merchants with a book | [`books`](Self::books), 1,000 | the idlest leaves; `GET /_sandbox/` counts in `books.left` |
/// | requests in a merchant's log | [`request_log`](Self::request_log), 1,000 | the oldest make room; counted in `dropped` |
/// | a body in the log | its first 4,096 bytes | `bodyBytes` tells how long it was |
/// | links to the customer portal of a merchant | 1,000 | the oldest leave: they are unknown then |
/// | sessions under `/_sandbox/observations` | 1,000 | the oldest make room; counted in `dropped` |
/// | armed faults of a merchant | 100 | refused with `TOO_MANY_FAULTS` |
/// | the target of a request | 65,534 bytes | HTTP 414 |
/// | the head of a request | 100 headers, about 400 KiB | HTTP 431 |
/// | a head, or a body, on its way in | 30 seconds each | the connection is closed, or HTTP 400 |
/// | a stalled answer | 10 minutes | the connection is closed |
///
/// Sessions, customers and orders of a book have no bound of their own; they stay until
/// [`Merchant::reset`].
#[must_use]
pub struct SandboxBuilder {
    rulebook: Box<dyn Rulebook>,
    clock: Box<dyn Clock>,
    seed: Seed,
    /// With the text of their secrets.
    endpoints: Vec<(EndpointTemplate, String)>,
    webhook_retry_delays: Vec<i64>,
    refusal_shape: RefusalShape,
    session_lifetime: Duration,
    timestamp_tolerance: Duration,
    books: usize,
    request_log: usize,
    allowed_hosts: Vec<String>,
    catalogue: Catalogue,
    offers: Option<OfferTable>,
    strict: bool,
}

/// One merchant, and what a buyer does at its checkout.
#[derive(Clone)]
pub struct Merchant {
    pub(crate) engine: Arc<Engine>,
    pub(crate) digest: KeyDigest,
}

/// A webhook request that is due, signed for sending now.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The merchant's endpoint.
    pub url: String,
    /// The headers Clink sends: timestamp, signature and its type.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body, byte for byte as it was signed.
    pub body: String,
    pub(crate) merchant: KeyDigest,
    pub(crate) number: DeliveryNumber,
}

/// A sandbox cannot be started as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The webhook URL is not an absolute http or https URL, or names a user.
    #[error("webhook URL must be an absolute http or https URL")]
    WebhookUrl,
    /// The webhook URL was given before: no two endpoints have the same.
    #[error("webhook URL was given twice")]
    WebhookUrlTaken,
    /// The webhook secret cannot sign.
    #[error("webhook secret: {0}")]
    WebhookSecret(#[from] SecretError),
    /// No server could be started on the address.
    #[error("failed to listen: {0}")]
    Listen(#[from] std::io::Error),
}

/// What a buyer wanted to do cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ControlError(String);

impl Sandbox {
    /// A sandbox as documented, with the time of the machine and random ids.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    pub(crate) fn around(engine: Arc<Engine>) -> Self {
        let (key, digest) = engine.own_key();
        Self {
            engine,
            key: key.into(),
            digest,
        }
    }

    /// A sandbox of your making.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder {
            rulebook: Box::new(Faithful),
            clock: Box::new(WallClock),
            seed: Seed::random(),
            endpoints: Vec::new(),
            webhook_retry_delays: documented_delays(),
            refusal_shape: RefusalShape::default(),
            session_lifetime: DEFAULT_LIFETIME,
            timestamp_tolerance: DEFAULT_TOLERANCE,
            books: DEFAULT_BOOKS,
            request_log: DEFAULT_REQUEST_LOG,
            allowed_hosts: Vec::new(),
            catalogue: Catalogue::default(),
            offers: None,
            strict: false,
        }
    }

    /// Answers a request; the door without a socket.
    #[must_use]
    pub fn handle(&self, request: &Request) -> Reply {
        crate::http::handle(&self.engine, request)
    }

    /// Sends `POST /checkout/session` with this JSON body, as the merchant of
    /// [`secret_key`](Self::secret_key).
    #[must_use]
    pub fn post_checkout_session(&self, body: impl Into<Vec<u8>>) -> Answer {
        self.answer(&self.request(Method::POST, "/api/checkout/session", body.into()))
    }

    /// Sends a `GET` to a path of the API, such as `checkout/session/sess_1` or `order?pageNum=2`,
    /// as the merchant of [`secret_key`](Self::secret_key).
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.answer(&self.request(Method::GET, &format!("/api/{path}"), Vec::new()))
    }

    /// A secret key that this sandbox made up. Any other `sk_test_...` or `sk_uat_...` key works
    /// too, and is another merchant.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        &self.key
    }

    /// The merchant of [`secret_key`](Self::secret_key).
    #[must_use]
    pub fn merchant(&self) -> Merchant {
        Merchant {
            engine: Arc::clone(&self.engine),
            digest: self.digest,
        }
    }

    /// The merchant of a key, if it is one the sandbox accepts.
    #[must_use]
    pub fn merchant_of(&self, key: &str) -> Option<Merchant> {
        Some(Merchant {
            engine: Arc::clone(&self.engine),
            digest: KeyDigest::of(key.as_bytes()).ok()?,
        })
    }

    /// Takes every webhook request that is due, for each merchant in the order in which they are
    /// due. A door that owns a port delivers them by itself; without one, this is how a test gets
    /// them. Each is handed out once; see [`report_delivery`](Self::report_delivery) for retries.
    #[must_use]
    pub fn take_due_deliveries(&self) -> Vec<Delivery> {
        self.engine
            .hand_out_due(self.engine.clock.now_millis())
            .into_iter()
            .map(|(merchant, number, due)| Delivery {
                url: due.url,
                headers: due.headers,
                body: due.body,
                merchant,
                number,
            })
            .collect()
    }

    fn answer(&self, request: &Request) -> Answer {
        crate::http::answer(&self.engine, request)
    }

    fn request(&self, method: Method, path: &str, body: Vec<u8>) -> Request {
        let received_at = self.engine.clock.now_millis();
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert("x-timestamp", received_at.into());
        if let Ok(key) = HeaderValue::from_str(&self.key) {
            headers.insert("x-api-key", key);
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Request {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: Body::Whole(body),
            received_at,
        }
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

impl SandboxBuilder {
    /// Follows other rules than the documented ones.
    pub fn rulebook(mut self, rulebook: impl Rulebook + 'static) -> Self {
        self.rulebook = Box::new(rulebook);
        self
    }

    /// Takes the time from this clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Makes ids and tokens repeatable: the same seed, keys and calls give the same ids. They can
    /// be guessed then, so keep this for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Seed::fixed(seed);
        self
    }

    /// Sends every merchant's events to this endpoint, signed with this secret. May be called
    /// several times, for another URL each time. Unlike Clink, the sandbox takes http and loopback
    /// URLs.
    ///
    /// Fails if the URL is none to send to, if it was given before, or if the secret cannot sign.
    pub fn webhook(mut self, url: &str, secret: &str) -> Result<Self, StartError> {
        let EndpointUrl(url) = EndpointUrl::new(url.to_owned())
            .filter(|EndpointUrl(url)| is_web_url(url))
            .ok_or(StartError::WebhookUrl)?;
        if self.endpoints.iter().any(|(known, _)| known.url == url) {
            return Err(StartError::WebhookUrlTaken);
        }
        let endpoint = EndpointTemplate {
            url,
            secret: SigningSecret::new(secret)?,
        };
        self.endpoints.push((endpoint, secret.to_owned()));
        Ok(self)
    }

    /// How long after a failed attempt at a delivery was due the next one is: one delay for each
    /// retry. Ten, 84 seconds first and each twice as long as the one before, unless said.
    pub fn webhook_retry_delays(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        self.webhook_retry_delays = delays.into_iter().map(millis).collect();
        self
    }

    /// How a rule's refusal travels (G-01).
    pub fn refusal_shape(mut self, shape: RefusalShape) -> Self {
        self.refusal_shape = shape;
        self
    }

    /// How long a session takes payment attempts; 24 hours unless said (G-06, our choice).
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.session_lifetime = lifetime;
        self
    }

    /// How far `X-Timestamp` may be from the time of arrival, both ways; 5 minutes unless said
    /// (G-07, our choice).
    pub fn timestamp_tolerance(mut self, tolerance: Duration) -> Self {
        self.timestamp_tolerance = tolerance;
        self
    }

    /// How many merchants can have a book at the same time; 1,000 unless said. When one more
    /// comes, the merchant who has been idle for longest leaves with all it had.
    pub fn books(mut self, most: usize) -> Self {
        self.books = most;
        self
    }

    /// How many requests each merchant's log keeps; 1,000 unless said, and 0 switches it off.
    /// Older ones make room, and are counted.
    pub fn request_log(mut self, most: usize) -> Self {
        self.request_log = most;
        self
    }

    /// Also answers when it is called by this host name, such as that of a container. Without
    /// it only localhost and loopback addresses are answered.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.allowed_hosts.push(name.into());
        self
    }

    /// Gives every merchant these products and prices, and, where the catalogue has offers, the
    /// offers too.
    pub fn catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// Which payment methods and currencies a checkout offers; wins over the catalogue's.
    pub fn offers(mut self, table: OfferTable) -> Self {
        self.offers = Some(table);
        self
    }

    /// Refuses what is otherwise accepted with an [observation](crate::rulebook::Observation):
    /// what the guide leaves open and what is likely a mistake (FR-06 to FR-10, FR-15).
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Starts the sandbox.
    #[must_use]
    pub fn build(self) -> Sandbox {
        Sandbox::around(Arc::new(self.into_engine()))
    }

    #[cfg(feature = "state")]
    pub(crate) fn use_seed(&mut self, seed: Seed) {
        self.seed = seed;
    }

    /// What a book is made from and decided by.
    #[cfg(feature = "state")]
    pub(crate) fn terms(&self) -> Terms {
        let own_offers = self.offers.clone();
        let offers = own_offers.or_else(|| self.catalogue.offer_table());
        Terms {
            catalogue: self.catalogue.text().to_owned(),
            stocked: self.clock.now_millis(),
            offers: offers.unwrap_or_default().rows().to_vec(),
            endpoints: self
                .endpoints
                .iter()
                .map(|(endpoint, secret)| EndpointTerms {
                    url: endpoint.url.clone(),
                    secret: secret.clone(),
                })
                .collect(),
            session_lifetime_millis: millis(self.session_lifetime),
            strict: self.strict,
            webhook_retry_delays: self.webhook_retry_delays.clone(),
        }
    }

    pub(crate) fn into_engine(self) -> Engine {
        let offers = self
            .offers
            .or_else(|| self.catalogue.offer_table())
            .unwrap_or_default();
        // A catalogue that could not be stocked could not have been made.
        let products = self
            .catalogue
            .stock(&mut self.seed.shared_ids(), self.clock.now_millis())
            .unwrap_or_default();
        let options = Options {
            refusal_shape: self.refusal_shape,
            session_lifetime_millis: millis(self.session_lifetime),
            timestamp_tolerance_millis: millis(self.timestamp_tolerance),
            endpoints: self
                .endpoints
                .into_iter()
                .map(|(endpoint, _)| endpoint)
                .collect(),
            books: self.books,
            request_log: self.request_log,
            allowed_hosts: self.allowed_hosts,
            products,
            offers,
            strict: self.strict,
            webhook_retry_delays: self.webhook_retry_delays,
        };
        Engine::new(self.rulebook, self.clock, self.seed, options)
    }
}

impl Merchant {
    /// The buyer attempts to pay: one order, and a complete session when it succeeds.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an attempt is made where it is used"
    )]
    pub fn pay(&self, session_id: &str, attempt: Attempt) -> Result<Paid, ControlError> {
        let now = self.engine.clock.now_millis();
        self.engine
            .pay(self.digest, session_id, &attempt, now)
            .map_err(ControlError::from)
    }

    /// Ends a payment that was under way, by the id of its order.
    ///
    /// ```
    /// use clinkbill_sandbox::{Attempt, Sandbox, Settlement};
    ///
    /// let sandbox = Sandbox::new();
    /// let created = sandbox.post_checkout_session(
    ///     r#"{"customerEmail": "customer@example.com", "originalAmount": 5, "originalCurrency": "USD"}"#,
    /// );
    /// let body: serde_json::Value = serde_json::from_slice(created.body())?;
    /// let session_id = body["data"]["sessionId"].as_str().unwrap();
    ///
    /// let merchant = sandbox.merchant();
    /// let under_way = merchant.pay(session_id, Attempt::processing())?;
    /// assert!(merchant.pay(session_id, Attempt::succeeded()).is_err());
    /// merchant.settle(&under_way.order_id, Settlement::failed())?;
    /// assert!(merchant.pay(session_id, Attempt::succeeded()).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a settlement is made where it is used"
    )]
    pub fn settle(&self, order_id: &str, settlement: Settlement) -> Result<Paid, ControlError> {
        let now = self.engine.clock.now_millis();
        self.engine
            .settle(self.digest, order_id, &settlement, now)
            .map_err(ControlError::from)
    }

    /// The buyer leaves the checkout: where the browser goes, if anywhere.
    pub fn cancel(&self, session_id: &str) -> Result<Option<String>, ControlError> {
        let now = self.engine.clock.now_millis();
        self.engine
            .cancel(self.digest, session_id, now)
            .map_err(ControlError::from)
    }
}

impl std::fmt::Debug for Merchant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merchant").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl From<ApiError> for ControlError {
    fn from(error: ApiError) -> Self {
        Self(error.message())
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
