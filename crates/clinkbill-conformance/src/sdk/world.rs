//! A merchant's backend that uses the SDK, during one scenario.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clinkbill::{CallOptions, Client, CustomerId, Environment, SecretKey, SessionId};
use clinkbill_sandbox::{Catalogue, LoggedRequest, Sandbox, Server};
use cucumber::World;
use tokio::net::TcpSocket;

use super::SuiteError;
use super::purchases::Sent;
use crate::exchange::{Exchange, Record};
use crate::judgement::Remains;
use crate::runner::Stage;
use crate::world::{Broken, broken};

/// The ids of the operations that make a session and read it.
pub(super) const CREATE: &str = "createCheckoutSession";
pub(super) const READ: &str = "getCheckoutSession";

/// What a merchant has registered: every merchant of the sandbox starts with it.
const CATALOGUE: &str = r#"{"products": [{
    "productId": "prd_plan", "name": "Plan", "taxCategory": "software_service",
    "prices": [{
        "priceId": "price_monthly", "priceSnapshotId": "snapshot_monthly",
        "priceType": "recurring", "currency": "USD", "unitAmount": 20,
        "recurringDetails": { "interval": "month" }
    }]
}]}"#;

/// The server that all scenarios of a run share.
pub(crate) struct Context {
    server: Server,
    /// Different in every run.
    run_id: u32,
}

/// A merchant's backend: its key, its client, and what the SDK said last.
#[derive(World)]
#[world(init = Self::closed)]
pub(crate) struct Backend {
    context: Option<Arc<Context>>,
    key: String,
    timeout: Duration,
    /// Where the shop sends instead of to the server, if it does.
    elsewhere: Option<String>,
    /// A port that is taken and where nobody listens.
    pub(super) unheard: Option<TcpSocket>,
    client: Option<Client>,
    pub(super) customer: Option<CustomerId>,
    pub(super) sent: Option<Sent>,
    /// The id of the session the shop has read last.
    pub(super) read: Option<SessionId>,
}

impl Context {
    pub(super) async fn start() -> Result<Self, SuiteError> {
        let catalogue = Catalogue::from_json(CATALOGUE)?;
        let sandbox = Sandbox::builder().catalogue(catalogue).build();
        Ok(Self {
            server: sandbox.serve().await?,
            run_id: rand::random(),
        })
    }
}

impl Backend {
    fn closed() -> Self {
        Self {
            context: None,
            key: String::new(),
            timeout: Duration::from_secs(30),
            elsewhere: None,
            unheard: None,
            client: None,
            customer: None,
            sent: None,
            read: None,
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn send_elsewhere(&mut self, base_url: String) {
        self.elsewhere = Some(base_url);
    }

    pub(super) fn wait_at_most(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    pub(super) fn server(&self) -> Result<&Server, Broken> {
        let context = self.context.as_ref();
        context
            .map(|context| &context.server)
            .ok_or_else(|| broken("no server was opened"))
    }

    /// The merchant as the server has it.
    pub(super) fn merchant(&self) -> Result<clinkbill_sandbox::Merchant, Broken> {
        let sandbox = self.server()?.sandbox();
        sandbox
            .merchant_of(&self.key)
            .ok_or_else(|| broken("the sandbox does not take the key"))
    }

    /// The one client of the scenario, built when it is first of use.
    pub(super) fn client(&mut self) -> Result<Client, Broken> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let client = self.build_client()?;
        Ok(self.client.insert(client).clone())
    }

    fn build_client(&self) -> Result<Client, Broken> {
        let base_url = match &self.elsewhere {
            Some(base_url) => base_url,
            None => self.server()?.base_url(),
        };
        let options = CallOptions::default().deadline(self.timeout);
        let builder = Client::builder(SecretKey::new(self.key.as_str())?);
        Ok(builder
            .environment(Environment::custom(base_url)?)
            .options(options)
            // What may be sent again is sent at once.
            .jitter(|_| Duration::ZERO)
            .build()?)
    }

    /// The requests the server has received from this merchant.
    pub(super) fn requests(&self) -> Result<Vec<LoggedRequest>, Broken> {
        Ok(self.merchant()?.requests().requests)
    }

    /// The latest request the server has received.
    pub(super) fn request(&self) -> Result<LoggedRequest, Broken> {
        let mut requests = self.requests()?;
        requests
            .pop()
            .ok_or_else(|| broken("the server has received nothing"))
    }

    /// The customer the shop knows.
    pub(super) fn customer(&self) -> Result<CustomerId, Broken> {
        let customer = self.customer.clone();
        customer.ok_or_else(|| broken("the shop knows no customer"))
    }

    /// What the SDK made of the last create.
    pub(super) fn sent(&self) -> Result<&Sent, Broken> {
        self.sent
            .as_ref()
            .ok_or_else(|| broken("the shop has created nothing"))
    }
}

impl Stage for Backend {
    type Context = Context;

    fn open(&mut self, context: Arc<Context>, scenario: usize) {
        self.key = format!("sk_test_{:08x}{scenario:08}", context.run_id);
        self.context = Some(context);
    }

    fn leave(&mut self) -> Remains {
        let requests = self.requests().unwrap_or_default();
        Remains {
            exchanges: requests.iter().map(exchange).collect(),
            ..Remains::default()
        }
    }
}

/// Nothing but a step that cannot be taken becomes of it.
impl From<clinkbill::Error> for Broken {
    fn from(error: clinkbill::Error) -> Self {
        Self(error.to_string())
    }
}

/// Cucumber asks for it; the key stays out of sight.
impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").finish_non_exhaustive()
    }
}

fn exchange(request: &LoggedRequest) -> Record {
    let status = request.status.map(|status| format!("HTTP {status}"));
    let fault = request.fault.map(|fault| format!("fault {fault}"));
    let received: Vec<_> = status.into_iter().chain(fault).collect();
    Record::Masked(Exchange {
        sent: format!("{} {} {}", request.method, request.path, request.body),
        received: received.join(", "),
        status: request.status,
        checked: None,
    })
}
