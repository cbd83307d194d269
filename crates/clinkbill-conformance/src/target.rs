//! What the scenarios run against.

use std::any::Any;
use std::env;
use std::fmt;
use std::time::Duration;

use clinkbill_api::Deployment;
use clinkbill_sandbox::{Sandbox, StartError};
use url::Url;

use crate::catalogue::Scenario;
use crate::wire::{PATIENCE, Wire, WireError};

const BASE_URL: &str = "CLINK_BASE_URL";
const SECRET_KEY: &str = "CLINK_SECRET_KEY";

/// A server, the key of a merchant of it, and what can be done there.
///
/// A production host or key never becomes a target.
pub struct Target {
    name: &'static str,
    wire: Wire,
    capabilities: Capabilities,
    /// Keeps a server of this process alive.
    _server: Option<Box<dyn Any + Send>>,
}

/// What a target allows beyond the documented API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// A buyer's part can be played: the sandbox's control API answers.
    pub buyer: bool,
    /// A second merchant can be had: any sandbox key opens one.
    pub second_merchant: bool,
    /// How many scenarios may run at once.
    pub concurrency: usize,
}

/// Which target the environment asks for.
#[derive(Clone, PartialEq, Eq)]
pub enum Choice {
    /// The sandbox's engine behind a wiremock server of this process.
    Wiremock,
    /// A server somebody else runs.
    Server {
        /// Its base URL, `/api` included.
        base_url: Url,
        /// The secret key of a merchant of it.
        secret_key: String,
    },
}

/// There is no target to run against.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// A base URL without a key.
    #[error("{BASE_URL} needs {SECRET_KEY}, the key of a merchant of that server")]
    NoKey,
    /// The base URL cannot be used.
    #[error("{BASE_URL} is not an http or https URL without user, query and fragment")]
    BadUrl,
    /// The key cannot be sent in a header.
    #[error("{SECRET_KEY} is not a key: it has characters no header can hold")]
    BadKey,
    /// Scenarios never run in production.
    #[error("{0} is production; scenarios run against a sandbox only")]
    Production(&'static str),
    /// The sandbox of this process could not be started.
    #[error("the sandbox does not start: {0}")]
    Sandbox(#[from] StartError),
    /// There is no HTTP client for this target.
    #[error("no HTTP client for the target: {0}")]
    Client(String),
    /// The server did not answer.
    #[error("the target does not answer: {0}")]
    NoAnswer(String),
}

impl Target {
    /// The sandbox behind a wiremock server, in this process, with a merchant of its own.
    pub async fn wiremock() -> Result<Self, TargetError> {
        Self::wiremock_of(&Sandbox::new()).await
    }

    /// A sandbox of the caller's behind a wiremock server, in this process.
    pub async fn wiremock_of(sandbox: &Sandbox) -> Result<Self, TargetError> {
        let server = sandbox.wiremock().await?;
        let base_url = Url::parse(server.base_url()).map_err(|_| TargetError::BadUrl)?;
        let wire = Wire::new(&base_url, server.secret_key(), PATIENCE)?;
        Ok(Self {
            name: "wiremock",
            wire,
            capabilities: Capabilities::OWN_SANDBOX,
            _server: Some(Box::new(server)),
        })
    }

    /// A server somebody else runs. Asks it once whether a buyer's part can be played there.
    pub async fn server(base_url: &str, secret_key: &str) -> Result<Self, TargetError> {
        match Choice::from_vars(Some(base_url), Some(secret_key))? {
            Choice::Wiremock => Err(TargetError::BadUrl),
            Choice::Server {
                base_url,
                secret_key,
            } => Self::probed(&base_url, &secret_key).await,
        }
    }

    /// The target of a choice, up and answering.
    pub async fn open(choice: &Choice) -> Result<Self, TargetError> {
        match choice {
            Choice::Wiremock => Self::wiremock().await,
            Choice::Server {
                base_url,
                secret_key,
            } => Self::probed(base_url, secret_key).await,
        }
    }

    /// Waits at most this long for an answer, from connecting to its last byte. Ten seconds unless
    /// told otherwise.
    pub fn with_patience(mut self, patience: Duration) -> Result<Self, TargetError> {
        self.wire = self.wire.with_patience(patience)?;
        Ok(self)
    }

    /// `wiremock`, `server` or `remote`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What can be done there.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    async fn probed(base_url: &Url, secret_key: &str) -> Result<Self, TargetError> {
        let wire = Wire::new(base_url, secret_key, PATIENCE)?;
        let sandbox = wire
            .is_sandbox()
            .await
            .map_err(|error| TargetError::NoAnswer(error.to_string()))?;
        Ok(Self {
            name: if sandbox { "server" } else { "remote" },
            wire,
            capabilities: if sandbox {
                Capabilities::OWN_SANDBOX
            } else {
                Capabilities::DOCUMENTED_API
            },
            _server: None,
        })
    }
}

impl Choice {
    /// The target that `CLINK_BASE_URL` and `CLINK_SECRET_KEY` ask for.
    pub fn from_env() -> Result<Self, TargetError> {
        let var = |name| env::var(name).ok().filter(|value| !value.trim().is_empty());
        Self::from_vars(var(BASE_URL).as_deref(), var(SECRET_KEY).as_deref())
    }

    /// The target that these values of `CLINK_BASE_URL` and `CLINK_SECRET_KEY` ask for: only a
    /// base URL chooses a server; a key alone means nothing.
    pub fn from_vars(
        base_url: Option<&str>,
        secret_key: Option<&str>,
    ) -> Result<Self, TargetError> {
        let Some(base_url) = base_url else {
            return Ok(Self::Wiremock);
        };
        let base_url = Url::parse(base_url.trim()).map_err(|_| TargetError::BadUrl)?;
        if Deployment::of(&base_url) == Deployment::Production {
            return Err(TargetError::Production(BASE_URL));
        }
        let plain = matches!(base_url.scheme(), "http" | "https")
            && base_url.username().is_empty()
            && base_url.password().is_none()
            && base_url.query().is_none()
            && base_url.fragment().is_none();
        if !plain {
            return Err(TargetError::BadUrl);
        }
        let secret_key = secret_key.ok_or(TargetError::NoKey)?.trim().to_owned();
        if secret_key.starts_with("sk_prod_") || secret_key.starts_with("sk_live_") {
            return Err(TargetError::Production(SECRET_KEY));
        }
        Ok(Self::Server {
            base_url,
            secret_key,
        })
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

impl Capabilities {
    const OWN_SANDBOX: Self = Self {
        buyer: true,
        second_merchant: true,
        concurrency: 64,
    };
    const DOCUMENTED_API: Self = Self {
        buyer: false,
        second_merchant: false,
        concurrency: 4,
    };

    /// Why a scenario cannot be run here, if so.
    #[must_use]
    pub fn lacking(self, scenario: &Scenario) -> Option<&'static str> {
        let needs = [
            (
                "buyer",
                self.buyer,
                "needs a buyer, and the target has no control API to play one",
            ),
            (
                "second-merchant",
                self.second_merchant,
                "needs a second merchant's key",
            ),
        ];
        needs
            .into_iter()
            .find(|(tag, available, _)| !available && scenario.has_tag(tag))
            .map(|(_, _, reason)| reason)
    }
}

/// The key stays out of sight.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}

/// The key stays out of sight.
impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wiremock => f.write_str("Wiremock"),
            Self::Server { base_url, .. } => f
                .debug_struct("Server")
                .field("base_url", &base_url.as_str())
                .finish_non_exhaustive(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "http://127.0.0.1:4010/api/";

    fn choice(base_url: Option<&str>, key: Option<&str>) -> Result<Choice, String> {
        Choice::from_vars(base_url, key).map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_alone_never_leaves_this_process() {
        for key in [None, Some("sk_uat_1"), Some("sk_prod_1")] {
            assert_eq!(choice(None, key), Ok(Choice::Wiremock), "{key:?}");
        }
    }

    #[test]
    fn a_base_url_with_a_key_chooses_the_server() {
        for url in [LOCAL, "https://uat-api.clinkbill.com/api"] {
            let Ok(Choice::Server {
                base_url,
                secret_key,
            }) = choice(Some(url), Some("sk_uat_1"))
            else {
                panic!("{url} is a server");
            };
            assert_eq!((base_url.as_str(), secret_key.as_str()), (url, "sk_uat_1"));
        }
    }

    #[test]
    fn a_base_url_without_a_key_is_an_error_that_names_the_variable() {
        let error = choice(Some(LOCAL), None).unwrap_err();
        assert!(error.contains("CLINK_SECRET_KEY"), "{error}");
    }

    #[test]
    fn production_is_refused_by_host_and_by_key() {
        for url in [
            "https://api.clinkbill.com/api/",
            "https://API.ClinkBill.com./api",
            "http://clinkbill.com/",
            "https://checkout.clinkbill.com/",
            "https://a.uat-api.clinkbill.com/api",
        ] {
            let error = choice(Some(url), Some("sk_uat_1")).unwrap_err();
            assert!(error.contains("production"), "{url}: {error}");
        }
        for key in ["sk_prod_1", "sk_live_1", " sk_prod_1"] {
            let error = choice(Some(LOCAL), Some(key)).unwrap_err();
            assert!(error.contains("production"), "{key}: {error}");
        }
    }

    #[test]
    fn a_base_url_that_is_more_than_an_address_is_refused() {
        for url in [
            "",
            "api",
            "ftp://h/api",
            "http://u@h/api",
            "http://h/api?a=1",
            "http://h/#a",
        ] {
            assert!(choice(Some(url), Some("sk_uat_1")).is_err(), "{url}");
        }
    }

    #[test]
    fn a_target_says_why_a_scenario_cannot_be_run_there() {
        let scenario = |tag: &str| Scenario {
            name: String::new(),
            rules: Vec::new(),
            tags: vec![tag.to_owned()],
            file: String::new(),
            line: 0,
        };
        let remote = |tag| Capabilities::DOCUMENTED_API.lacking(&scenario(tag));
        assert_eq!(remote("our-choice"), None);
        assert!(remote("buyer").unwrap().contains("control API"));
        assert!(
            remote("second-merchant")
                .unwrap()
                .contains("second merchant")
        );
        let sandbox = Capabilities::OWN_SANDBOX;
        assert_eq!(sandbox.lacking(&scenario("buyer")), None);
    }

    #[test]
    fn the_key_is_not_shown() {
        let shown = format!("{:?}", choice(Some(LOCAL), Some("sk_uat_secret")));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
