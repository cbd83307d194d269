//! What the scenarios run against.

mod capabilities;
mod choice;

use std::any::Any;
use std::fmt;
use std::time::Duration;

use clinkbill_api::Deployment;
use clinkbill_sandbox::{Sandbox, StartError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

pub use capabilities::Capabilities;
pub use choice::{Choice, Elsewhere};

use crate::wire::{Wire, WireError};

const TARGET: &str = "CLINK_TARGET";
const BASE_URL: &str = "CLINK_BASE_URL";
const SECRET_KEY: &str = "CLINK_SECRET_KEY";

/// The most scenarios that run at once, whatever is asked for.
const MOST_AT_ONCE: usize = 64;

/// A server, the key of a merchant of it, and what can be done there.
///
/// A production host or key never becomes a target.
pub struct Target {
    kind: TargetKind,
    wire: Wire,
    capabilities: Capabilities,
    /// Keeps a server of this process alive.
    _server: Option<Box<dyn Any + Send>>,
}

/// Whose server a target is, and how it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// The sandbox behind a wiremock server of this process.
    Wiremock,
    /// The sandbox on a port: of this process, or wherever its control API answered.
    Server,
    /// Any other server.
    Remote,
    /// A merchant's own webhook endpoint.
    WebhookEndpoint,
}

/// There is no target to run against.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// There is no target of this name.
    #[error("{TARGET} is {TARGETS}, not {0:?}")]
    NoSuchTarget(String),
    /// A base URL beside a target of this process.
    #[error("{TARGET} names a target of this process, and {BASE_URL} another: unset one of them")]
    TwoTargets,
    /// The remote target without a base URL.
    #[error("the remote target needs {BASE_URL}, with /api in it")]
    NoBaseUrl,
    /// A base URL without a key.
    #[error("a base URL needs {SECRET_KEY}, the key of a merchant of that server")]
    NoKey,
    /// The base URL cannot be used.
    #[error("the base URL is not an http or https URL without user, query and fragment")]
    BadUrl,
    /// The API is somewhere else.
    #[error("the API is not at the base URL but at {0}; give that one")]
    NotTheApi(Url),
    /// The key would cross the network in clear.
    #[error(
        "the base URL is plain http to another machine, which would show it the key; use https"
    )]
    PlainHttp,
    /// The key cannot be sent in a header.
    #[error("{SECRET_KEY} is not a key: it has characters no header can hold")]
    BadKey,
    /// Scenarios never run in production.
    #[error("the base URL is production; scenarios run against a sandbox only")]
    ProductionHost,
    /// Scenarios never run in production.
    #[error("{SECRET_KEY} is production; scenarios run against a sandbox only")]
    ProductionKey,
    /// The sandbox of this process could not be started.
    #[error("the sandbox does not start: {0}")]
    Sandbox(#[from] StartError),
    /// There is no HTTP client for this target, such as for a certificate that is none.
    #[error("no HTTP client for the target: {0}")]
    Client(String),
    /// The server did not answer.
    #[error("the target does not answer: {0}")]
    NoAnswer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server knows no merchant with this key.
    #[error("the target does not accept {SECRET_KEY}: HTTP 401")]
    KeyRefused,
}

#[cfg(feature = "wiremock")]
const TARGETS: &str = "wiremock, server or remote";
#[cfg(not(feature = "wiremock"))]
const TARGETS: &str = "server or remote";

impl Target {
    /// The sandbox behind a wiremock server, in this process, with a merchant of its own.
    #[cfg(feature = "wiremock")]
    pub async fn wiremock() -> Result<Self, TargetError> {
        Self::wiremock_of(&Sandbox::new()).await
    }

    /// A sandbox of the caller's behind a wiremock server, in this process.
    #[cfg(feature = "wiremock")]
    pub async fn wiremock_of(sandbox: &Sandbox) -> Result<Self, TargetError> {
        let server = sandbox.wiremock().await?;
        let wire = local(server.base_url(), server.secret_key())?;
        Ok(Self::own(TargetKind::Wiremock, wire, server))
    }

    /// A sandbox of the caller's that is asked without a connection.
    pub(crate) fn engine_of(sandbox: &Sandbox) -> Result<Self, TargetError> {
        let wire = local("http://127.0.0.1/api/", sandbox.secret_key())?.straight_to(sandbox);
        Ok(Self::own(TargetKind::Wiremock, wire, ()))
    }

    /// A sandbox of the caller's on a loopback port, in this process.
    pub async fn served(sandbox: &Sandbox) -> Result<Self, TargetError> {
        let server = sandbox.serve().await?;
        let wire = local(server.base_url(), server.secret_key())?;
        Ok(Self::own(TargetKind::Server, wire, server))
    }

    /// A server somebody else runs. Asks it whether it is a sandbox of ours, and else whether it
    /// accepts the key.
    pub async fn elsewhere(elsewhere: &Elsewhere) -> Result<Self, TargetError> {
        let Elsewhere {
            base_url,
            secret_key,
            extra_roots,
        } = elsewhere;
        let wire = Wire::new(base_url, secret_key, extra_roots.as_deref())?;
        let no_answer = |error: WireError| TargetError::NoAnswer(error.into());
        // Clink's own sandbox has no control API to ask for.
        let own_sandbox = Deployment::of(base_url) == Deployment::Elsewhere
            && wire.is_sandbox().await.map_err(no_answer)?;
        if !own_sandbox && !wire.accepts_key().await.map_err(no_answer)? {
            return Err(TargetError::KeyRefused);
        }
        if let Some(api) = wire.api_elsewhere().await.map_err(no_answer)? {
            return Err(TargetError::NotTheApi(api));
        }
        let (kind, capabilities) = if own_sandbox {
            (TargetKind::Server, Capabilities::OWN_SANDBOX)
        } else {
            (TargetKind::Remote, Capabilities::DOCUMENTED_API)
        };
        Ok(Self {
            kind,
            wire,
            capabilities,
            _server: None,
        })
    }

    /// Whether what answers there does so as the API does, if only to refuse. A web server that
    /// knows nothing of the API breaks every rule, and to hear so of each says nothing.
    pub async fn speaks(&self) -> Result<bool, TargetError> {
        let answer = self.wire.speaks().await;
        answer.map_err(|error| TargetError::NoAnswer(error.into()))
    }

    /// The target of a choice, up and answering.
    pub async fn open(choice: &Choice) -> Result<Self, TargetError> {
        match choice {
            #[cfg(feature = "wiremock")]
            Choice::Wiremock => Self::wiremock().await,
            Choice::Server => Self::served(&Sandbox::new()).await,
            Choice::Elsewhere(elsewhere) => Self::elsewhere(elsewhere).await,
        }
    }

    /// Waits at most this long for an answer, from connecting to its last byte. Ten seconds unless
    /// told otherwise.
    pub fn with_patience(mut self, patience: Duration) -> Result<Self, TargetError> {
        self.wire = self.wire.with_patience(patience)?;
        Ok(self)
    }

    /// Sends no two requests closer together than this, whatever runs at once.
    #[must_use]
    pub fn with_pause(mut self, pause: Duration) -> Self {
        self.wire = self.wire.with_pause(pause);
        self
    }

    /// Runs at most this many scenarios at once; at least 1, at most 64.
    #[must_use]
    pub fn with_concurrency(mut self, concurrency: usize) -> Self {
        self.capabilities.concurrency = concurrency.clamp(1, MOST_AT_ONCE);
        self
    }

    /// Whose server it is, and how it is reached.
    #[must_use]
    pub fn kind(&self) -> TargetKind {
        self.kind
    }

    /// Its base URL, `/api` included.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        self.wire.base_url()
    }

    /// What can be done there.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    fn own(kind: TargetKind, wire: Wire, server: impl Any + Send) -> Self {
        Self {
            kind,
            wire,
            capabilities: Capabilities::OWN_SANDBOX,
            _server: Some(Box::new(server)),
        }
    }
}

fn local(base_url: &str, secret_key: &str) -> Result<Wire, TargetError> {
    let base_url = Url::parse(base_url).map_err(|_| TargetError::BadUrl)?;
    Ok(Wire::new(&base_url, secret_key, None)?)
}

impl TargetKind {
    /// `wiremock`, `server`, `remote` or `webhook endpoint`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wiremock => "wiremock",
            Self::Server => "server",
            Self::Remote => "remote",
            Self::WebhookEndpoint => "webhook endpoint",
        }
    }

    /// Whether it is a sandbox of ours, which promises more than the guide says.
    #[must_use]
    pub fn is_own_sandbox(self) -> bool {
        matches!(self, Self::Wiremock | Self::Server)
    }
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<WireError> for TargetError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::BadKey => Self::BadKey,
            other => Self::Client(other.to_string()),
        }
    }
}

/// The key stays out of sight.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("kind", &self.kind)
            .field("base_url", &self.base_url().as_str())
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}
