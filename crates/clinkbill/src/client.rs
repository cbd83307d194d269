use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clinkbill_api::{Deployment, Options};
use tokio::sync::Semaphore;
use url::Url;

use crate::catalogue::{Prices, Products};
use crate::clock::SystemClock;
use crate::environment::{Home, PlainHttp, check_transport, is_bare};
use crate::observe::{Server, unknown_key};
use crate::retry::full_jitter;
use crate::secret::KeyKind;
use crate::webhook_endpoint::WebhookEndpoints;
use crate::{
    BillingSessions, CallOptions, CheckoutSessions, Clock, Environment, Error, Invoices, Orders,
    SecretKey, Subscriptions,
};

/// A client of Clink's Checkout Session API.
///
/// Cheap to clone; clones share their connections. It holds no global state, so one program may
/// have several clients, for several merchants.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    options: CallOptions,
}

struct Shared {
    api: clinkbill_api::Client,
    key: SecretKey,
    environment: Environment,
    checkout_home: Home,
    portal_home: Home,
    clock: Arc<dyn Clock>,
    jitter: Arc<Jitter>,
    places: Semaphore,
    server: Server,
}

type Jitter = dyn Fn(Duration) -> Duration + Send + Sync;

/// Builds a [`Client`]. Start with [`Client::builder`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    key: SecretKey,
    environment: Environment,
    checkout_host: Option<String>,
    portal_host: Option<String>,
    plain_http: PlainHttp,
    options: CallOptions,
    max_in_flight: usize,
    clock: Arc<dyn Clock>,
    jitter: Arc<Jitter>,
}

impl Client {
    /// A builder of a client that uses this key, at Clink's sandbox unless told otherwise.
    pub fn builder(key: SecretKey) -> ClientBuilder {
        ClientBuilder {
            key,
            environment: Environment::Sandbox,
            checkout_host: None,
            portal_host: None,
            plain_http: PlainHttp::ToThisMachine,
            options: CallOptions::default(),
            max_in_flight: 256,
            clock: Arc::new(SystemClock),
            jitter: Arc::new(full_jitter),
        }
    }

    /// How long the calls of this client may take, and when they send again.
    pub fn options(&self) -> CallOptions {
        self.options
    }

    /// The same client, connections included, for calls with other options.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            options,
        }
    }

    /// Create and read checkout sessions.
    #[must_use]
    pub fn checkout_sessions(&self) -> CheckoutSessions<'_> {
        CheckoutSessions::new(self)
    }

    /// Read orders.
    #[must_use]
    pub fn orders(&self) -> Orders<'_> {
        Orders::new(self)
    }

    /// Read subscriptions.
    #[must_use]
    pub fn subscriptions(&self) -> Subscriptions<'_> {
        Subscriptions::new(self)
    }

    /// Read invoices.
    #[must_use]
    pub fn invoices(&self) -> Invoices<'_> {
        Invoices::new(self)
    }

    /// Make links to the customer portal.
    #[must_use]
    pub fn billing_sessions(&self) -> BillingSessions<'_> {
        BillingSessions::new(self)
    }

    /// Create and read products of the catalogue.
    #[must_use]
    pub fn products(&self) -> Products<'_> {
        Products::new(self)
    }

    /// Create and read prices of the catalogue.
    #[must_use]
    pub fn prices(&self) -> Prices<'_> {
        Prices::new(self)
    }

    /// Manage where webhook events are sent.
    #[must_use]
    pub fn webhook_endpoints(&self) -> WebhookEndpoints<'_> {
        WebhookEndpoints::new(self)
    }

    pub(crate) fn api(&self) -> &clinkbill_api::Client {
        &self.shared.api
    }

    pub(crate) fn key(&self) -> &SecretKey {
        &self.shared.key
    }

    pub(crate) fn checkout_home(&self) -> &Home {
        &self.shared.checkout_home
    }

    pub(crate) fn portal_home(&self) -> &Home {
        &self.shared.portal_home
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    pub(crate) fn jitter(&self) -> &Jitter {
        &*self.shared.jitter
    }

    pub(crate) fn server(&self) -> &Server {
        &self.shared.server
    }

    pub(crate) fn places(&self) -> &Semaphore {
        &self.shared.places
    }
}

impl ClientBuilder {
    /// Where requests go. [`Environment::Sandbox`] by default.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// The origin (`https://pay.example.com`) the environment's checkout pages live at.
    ///
    /// A session whose URL leads elsewhere is an error, so that no buyer is ever sent to a
    /// stranger. By default it is Clink's own host for Clink's environments, and the API's own
    /// for a custom one.
    pub fn checkout_host(mut self, origin: impl Into<String>) -> Self {
        self.checkout_host = Some(origin.into());
        self
    }

    /// The origin the environment's customer portals live at, as
    /// [`checkout_host`](Self::checkout_host) is that of its checkout pages.
    pub fn portal_host(mut self, origin: impl Into<String>) -> Self {
        self.portal_host = Some(origin.into());
        self
    }

    /// Lets plain `http` lead to another machine than this one, as to a sandbox in a container
    /// next door. **Everyone on the way can read the key and the checkout links.**
    pub fn allow_insecure_http(mut self) -> Self {
        self.plain_http = PlainHttp::ToAnyMachine;
        self
    }

    /// How long calls may take, and when they send again, unless a call says otherwise.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// How many requests may be in flight at once, over all clones of the client: 256 by default.
    /// Further calls wait for their turn, and their deadlines do not wait with them.
    pub fn max_in_flight(mut self, max: usize) -> Self {
        self.max_in_flight = max;
        self
    }

    /// What the client reads the time from, and waits by. The system's clock by default.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What draws the wait before a request is sent again, from zero up to what it is given. By
    /// default any wait in between is as likely as any other.
    pub fn jitter(mut self, jitter: impl Fn(Duration) -> Duration + Send + Sync + 'static) -> Self {
        self.jitter = Arc::new(jitter);
        self
    }

    /// The client.
    ///
    /// Fails when the environment would show the key to the network, the key belongs to another environment (`sk_prod_...` at the sandbox,
    /// `sk_test_...` or `sk_uat_...` in production; an unknown prefix is allowed, with one
    /// warning to `tracing`), or the
    /// checkout or portal host is no origin, or nothing may be in flight.
    pub fn build(self) -> Result<Client, Error> {
        self.environment.check(self.plain_http)?;
        let server = Server::of(&self.environment);
        match (self.key.kind(), self.environment.deployment()) {
            (KeyKind::Production, Deployment::Sandbox) => {
                return Err(Error::invalid(
                    "secret_key",
                    "is a production key, and the environment is Clink's sandbox",
                ));
            }
            (KeyKind::Sandbox, Deployment::Production) => {
                return Err(Error::invalid(
                    "secret_key",
                    "is a sandbox key, and the environment is production",
                ));
            }
            (KeyKind::Unknown, _) => unknown_key(&server),
            _ => {}
        }

        let checkout_origin = self
            .checkout_host
            .as_deref()
            .unwrap_or(self.environment.checkout_origin());
        let checkout_home = parse_home("checkout_host", checkout_origin, self.plain_http)?;
        let portal_origin = self
            .portal_host
            .as_deref()
            .unwrap_or(self.environment.portal_origin());
        let portal_home = parse_home("portal_host", portal_origin, self.plain_http)?;

        if self.max_in_flight == 0 {
            return Err(Error::invalid("max_in_flight", "must be at least 1"));
        }

        let clock = Arc::clone(&self.clock);
        let options = Options::default()
            .with_timeout(None)
            .with_clock(move || clock.now());
        let api = clinkbill_api::Client::connect(
            self.environment.api_url(),
            &self.key.expose().into(),
            options,
        )
        .map_err(Error::setup)?;

        let shared = Shared {
            api,
            key: self.key,
            environment: self.environment,
            checkout_home,
            portal_home,
            server,
            clock: self.clock,
            jitter: self.jitter,
            places: Semaphore::new(self.max_in_flight.min(Semaphore::MAX_PERMITS)),
        };
        Ok(Client {
            shared: Arc::new(shared),
            options: self.options,
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("environment", &self.shared.environment)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("environment", &self.environment)
            .field("checkout_host", &self.checkout_host)
            .field("portal_host", &self.portal_host)
            .field("plain_http", &self.plain_http)
            .field("options", &self.options)
            .field("max_in_flight", &self.max_in_flight)
            .finish_non_exhaustive()
    }
}

fn parse_home(field: &'static str, text: &str, plain: PlainHttp) -> Result<Home, Error> {
    let url = Url::parse(text)
        .map_err(|_| Error::invalid(field, "is not an absolute http or https URL"))?;
    check_transport(field, &url, plain)?;
    if !is_bare(&url) {
        return Err(Error::invalid(field, "has a user, a query or a fragment"));
    }
    Ok(Home::of(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder(key: &str) -> ClientBuilder {
        Client::builder(SecretKey::new(key).unwrap())
    }

    #[test]
    fn a_key_of_the_other_environment_builds_no_client() {
        for (key, environment) in [
            ("sk_prod_canary", Environment::Sandbox),
            ("sk_live_canary", Environment::Sandbox),
            (
                "sk_prod_canary",
                Environment::custom("https://uat-api.clinkbill.com/api").unwrap(),
            ),
            ("sk_test_canary", Environment::Production),
            ("sk_uat_canary", Environment::Production),
            (
                "sk_uat_canary",
                Environment::custom("https://api.clinkbill.com/api").unwrap(),
            ),
            (
                "sk_test_canary",
                Environment::custom("https://API.clinkbill.com.:443/api").unwrap(),
            ),
            (
                "sk_prod_canary",
                Environment::custom("https://uat-api.clinkbill.com./api").unwrap(),
            ),
        ] {
            let error = builder(key).environment(environment).build().unwrap_err();
            assert_eq!(error.field(), Some("secret_key"));
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }

    #[test]
    fn a_key_with_an_unknown_prefix_is_allowed_anywhere() {
        builder("rk_1").build().unwrap();
        builder("rk_1")
            .environment(Environment::Production)
            .build()
            .unwrap();
    }

    #[test]
    fn plain_http_to_another_machine_must_be_allowed() {
        let next_door = || {
            let url = "http://sandbox.internal:4010/api/";
            builder("sk_test_canary").environment(Environment::custom(url).unwrap())
        };
        let error = next_door().build().unwrap_err();
        assert_eq!(error.field(), Some("environment"));
        next_door().allow_insecure_http().build().unwrap();

        let host = "http://pay.internal";
        let error = builder("sk_test_1").portal_host(host).build().unwrap_err();
        assert_eq!(error.field(), Some("portal_host"));
        let allowed = builder("sk_test_1").portal_host(host).allow_insecure_http();
        allowed.build().unwrap();
    }

    #[test]
    fn a_checkout_host_must_be_an_origin() {
        for host in [
            "pay.example.com",
            "javascript:alert(1)",
            "http://pay.example.com",
            "https://user@pay.example.com",
            "https://:canary@pay.example.com",
            "https://pay.example.com?to=canary",
            "",
        ] {
            let error = builder("sk_test_1")
                .checkout_host(host)
                .build()
                .unwrap_err();
            assert_eq!(error.field(), Some("checkout_host"), "{host}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }

    #[test]
    fn a_client_crosses_threads_and_shows_no_key() {
        fn crosses<T: Clone + Send + Sync + 'static>(_: &T) {}
        let client = builder("sk_test_canary").build().unwrap();
        crosses(&client);
        let shown = format!("{client:?} {:?}", builder("sk_test_canary"));
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("Sandbox"), "{shown}");
    }
}
