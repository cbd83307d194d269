//! Which server a command talks to, and as whom.

use std::path::PathBuf;

use clinkbill::{Client, Environment, Error, Outcome, SecretKey};

use crate::exit::{Exit, Failure};
use crate::secret::{self, SECRET_KEY};
use crate::shape::Request;

/// How much of a key says what kind it is.
const PREFIXES: [&str; 4] = ["sk_test_", "sk_uat_", "sk_prod_", "sk_live_"];

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
            Failure::new(Exit::Usage, error).hint("such as http://127.0.0.1:4010/api/")
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
        let key = SecretKey::new(text)
            .map_err(|error| Failure::new(Exit::NoPermission, format!("the key: {error}")))?;
        let client = Client::builder(key).environment(environment);
        client.build().map_err(|error| {
            let exit = match error.field() {
                Some("environment") => Exit::Config,
                _ => Exit::NoPermission,
            };
            Failure::new(exit, error).hint("`clinkbill doctor` looks at key and environment")
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
            key: masked(self.key_text()?.as_deref()),
            body,
        })
    }
}

/// A key, as far as it may be shown: its kind.
pub(crate) fn masked(key: Option<&str>) -> String {
    let Some(key) = key else {
        return "(missing)".to_owned();
    };
    let kind = PREFIXES.iter().find(|prefix| key.starts_with(*prefix));
    format!("{}***", kind.unwrap_or(&""))
}

/// What a call that failed means for a command. `look` is what tells whether it took effect.
pub(crate) fn call_failure(error: &Error, look: &str) -> Failure {
    let (exit, hint) = if error.is_invalid() {
        (Exit::Usage, None)
    } else if error.is_unauthorized() {
        let hint = "is it the key of this environment? `clinkbill doctor` looks";
        (Exit::NoPermission, Some(hint))
    } else if error.is_stale_timestamp() {
        (Exit::Failure, Some("set the clock of this machine"))
    } else if error.http_status() == Some(404) && error.name().is_none() {
        let hint = "the base URL may be wrong: it ends in /api/";
        (Exit::No, Some(hint))
    } else if error.outcome() == Outcome::NotSent {
        let hint = "is the server running? `clinkbill doctor` looks";
        (Exit::Unavailable, Some(hint))
    } else if error.outcome() == Outcome::Rejected {
        (Exit::No, None)
    } else {
        (Exit::Unknown, Some(look))
    };
    let failure = Failure::new(exit, causes(error));
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
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
