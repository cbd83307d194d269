//! Which server a command talks to, and as whom.

use std::path::{Path, PathBuf};

use clinkbill::{Client, Environment, Error, Outcome, SecretKey};
use url::Url;

use crate::exit::{Exit, Failure};
use crate::secret::{self, SECRET_KEY, Unusable, check_key, masked};
use crate::shape::{Request, quoted};

/// What can be done where a server is on another machine and has no https.
pub(crate) const NOT_IN_CLEAR: &str = "use https, or make a tunnel and call this machine: \
    ssh -L 4010:127.0.0.1:4010 MACHINE, and the base URL http://127.0.0.1:4010/api/";

#[derive(clap::Args)]
pub(crate) struct Connect {
    /// The API to talk to, with /api in it; left out, that of `CLINK_BASE_URL`, or Clink's sandbox
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Talk to Clink's production, where money moves
    #[arg(long)]
    production: bool,

    /// Read the secret key from this file instead of `CLINK_SECRET_KEY`
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

/// Whether a request is sent.
#[derive(clap::Args)]
pub(crate) struct DryRun {
    /// Print the request as a curl command, with the key masked, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl Connect {
    /// Where requests go. Production only for who says so.
    pub(crate) fn environment(&self) -> Result<Environment, Failure> {
        let environment = match &self.base_url {
            Some(url) => Environment::custom(url),
            None if self.production => Ok(Environment::Production),
            None => Environment::from_env(),
        };
        let environment = environment.map_err(|error| {
            // The SDK names the variable, or what a program calls its argument.
            let said = error.to_string();
            let said = match said.strip_prefix("environment ") {
                Some(problem) => format!("--base-url {problem}"),
                None => said,
            };
            Failure::new(Exit::Usage, said).hint("such as http://127.0.0.1:4010/api/")
        })?;
        if environment.is_production() && !self.production {
            let message = format!("{environment} is Clink's production, where money moves");
            return Err(Failure::new(Exit::Config, message).hint("if you mean it: --production"));
        }
        if self.production && !environment.is_production() {
            let message = format!("--production, but {environment} is not Clink's production");
            return Err(Failure::new(Exit::Usage, message).hint("leave one of the two out"));
        }
        Ok(environment)
    }

    /// What leads another command to the same server, as the same merchant, in words of a shell.
    pub(crate) fn again(&self) -> String {
        let url = self.base_url.as_deref();
        let url = url.map(|url| format!(" --base-url {}", quoted(url)));
        let production = self.production.then(|| " --production".to_owned());
        let key = self.key_file.as_deref().map(Path::to_string_lossy);
        let key = key.map(|path| format!(" --key-file {}", quoted(&path)));
        url.into_iter().chain(production).chain(key).collect()
    }

    /// The text of the key, if there is one.
    pub(crate) fn key_text(&self) -> Result<Option<String>, Failure> {
        secret::text(self.key_file.as_deref(), SECRET_KEY)
    }

    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let environment = self.environment()?;
        let text = self.key_text()?.ok_or_else(|| {
            Failure::new(Exit::NoPermission, "the secret key is missing").hint(format_args!(
                "set {SECRET_KEY}, or give --key-file; `clinkbill sandbox` prints one"
            ))
        })?;
        if is_in_clear(&environment) {
            let message = format!("{environment} {IN_CLEAR}");
            return Err(Failure::new(Exit::Config, message).hint(NOT_IN_CLEAR));
        }
        check_key(&text, &environment).map_err(|Unusable { said, hint }| {
            Failure::new(Exit::NoPermission, format!("the key: {said}")).hint(format_args!(
                "{hint}; `clinkbill doctor` looks at all of it"
            ))
        })?;
        let key = SecretKey::new(text)
            .map_err(|error| Failure::new(Exit::NoPermission, format!("the key: {error}")))?;
        let client = Client::builder(key).environment(environment).build();
        client.map_err(|error| {
            Failure::new(Exit::Config, error)
                .hint("`clinkbill doctor` looks at key and environment")
        })
    }

    /// A request as it would be sent.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
    ) -> Result<Request, Failure> {
        let base_url = self.environment()?.to_string();
        Ok(Request {
            method: method.to_owned(),
            url: format!("{}/{path}", base_url.trim_end_matches('/')),
            key: self
                .key_text()?
                .map_or_else(|| "(missing)".to_owned(), |key| masked(&key)),
            body,
        })
    }
}

/// What is wrong with a server of [`is_in_clear`].
pub(crate) const IN_CLEAR: &str =
    "is http to another machine, which would show the key to the network";

/// Whether a key that is sent there can be read on the way.
pub(crate) fn is_in_clear(environment: &Environment) -> bool {
    let url = Url::parse(&environment.to_string());
    url.is_ok_and(|url| url.scheme() == "http" && !clinkbill_api::is_loopback(&url))
}

/// What a call could change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Call<'a> {
    /// Nothing.
    Read,
    /// Something; this is how to find out whether it did.
    Write(&'a str),
}

/// What a call that failed means for a command.
pub(crate) fn call_failure(error: &Error, call: Call<'_>) -> Failure {
    let (exit, hint) = if error.is_invalid() {
        (Exit::Usage, None)
    } else if error.is_unauthorized() {
        let hint = "is it the key of this environment? `clinkbill doctor` looks";
        (Exit::NoPermission, Some(hint))
    } else if error.is_stale_timestamp() {
        (Exit::Failure, Some("set the clock of this machine"))
    } else if error.http_status() == Some(404) && error.name().is_none() {
        (Exit::No, Some(WRONG_BASE_URL))
    } else {
        match (error.outcome(), call) {
            (Outcome::NotSent, _) => {
                let hint = "is the server running? `clinkbill doctor` looks";
                (Exit::Unavailable, Some(hint))
            }
            (Outcome::Rejected, _) => (Exit::No, error.name().and_then(advice)),
            (_, Call::Write(look)) => (Exit::Unknown, Some(look)),
            // What was answered, and not by a server that failed, is no answer of the API.
            (_, Call::Read) if error.http_status().is_some() && !server_failed(error) => {
                (Exit::Config, Some(WRONG_BASE_URL))
            }
            (_, Call::Read) => (Exit::Unavailable, Some("a read may be tried again")),
        }
    };
    Failure::new(exit, causes(error)).hint_if(hint)
}

const WRONG_BASE_URL: &str =
    "the base URL may be wrong: it ends in /api/; `clinkbill doctor` looks";

/// What to do about a refusal of this name.
fn advice(name: &str) -> Option<&'static str> {
    match name {
        "PRODUCT_NOT_FOUND" | "PRICE_NOT_FOUND" => Some(
            "products and prices are made in the dashboard; a sandbox has those of \
             `clinkbill sandbox --catalogue FILE`",
        ),
        "SESSION_NOT_FOUND" | "ORDER_NOT_FOUND" => Some(
            "is it of this server, and of the merchant of this key? \
             a sandbox that ended has forgotten it, unless it had --state",
        ),
        "CUSTOMER_IDENTIFIER_NOT_MATCHED" => Some(
            "give only one of --customer-id, --reference and --email: they lead to different customers",
        ),
        _ => None,
    }
}

/// Whether a server said of itself that it failed, in its status or in its answer.
fn server_failed(error: &Error) -> bool {
    matches!(error.http_status(), Some(408 | 500..))
        || matches!(error.code(), Some(408 | 500..=599))
}

/// An error with what is behind it.
fn causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
