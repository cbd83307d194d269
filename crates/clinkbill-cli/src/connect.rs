//! Which server a command talks to, and as whom.

use std::path::{Path, PathBuf};

use clinkbill::{Client, Environment, SecretKey};
use url::Url;

use crate::address::Address;
use crate::call::Server;
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

    /// Where requests go, and the key if there is one, once it may be sent there.
    fn checked(&self) -> Result<(Environment, Option<String>), Failure> {
        let environment = self.environment()?;
        let key = self.key_text()?;
        if is_in_clear(&environment) {
            let message = format!("{environment} {IN_CLEAR}");
            return Err(Failure::new(Exit::Config, message).hint(NOT_IN_CLEAR));
        }
        if let Some(key) = &key {
            check_key(key, &environment).map_err(|Unusable { said, hint }| {
                Failure::new(Exit::NoPermission, format!("the key: {said}")).hint(format_args!(
                    "{hint}; `clinkbill doctor` looks at all of it"
                ))
            })?;
        }
        Ok((environment, key))
    }

    pub(crate) fn server(&self) -> Result<Server, Failure> {
        let (environment, key) = self.checked()?;
        let key = key.ok_or_else(|| {
            Failure::new(Exit::NoPermission, "the secret key is missing").hint(format_args!(
                "set {SECRET_KEY}, or give --key-file; `clinkbill sandbox` prints one"
            ))
        })?;
        server(environment, key)
    }

    /// A request as it would be sent. Without a key it can still be looked at.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
    ) -> Result<Request, Failure> {
        let (environment, key) = self.checked()?;
        let base_url = environment.to_string();
        let key_file = self.key_file.as_deref().map(Path::to_string_lossy);
        Ok(Request {
            method: method.to_owned(),
            url: format!("{}/{path}", base_url.trim_end_matches('/')),
            key: key.map_or_else(|| "(missing)".to_owned(), |key| masked(&key)),
            key_file: key_file.map(Into::into),
            body,
        })
    }
}

/// A server that can be called with a key that was found good for it.
pub(crate) fn server(environment: Environment, key: String) -> Result<Server, Failure> {
    let address = Address::of(&environment.to_string());
    let address =
        address.ok_or_else(|| Failure::new(Exit::Usage, format!("{environment} has no host")))?;
    let key = SecretKey::new(key)
        .map_err(|error| Failure::new(Exit::NoPermission, format!("the key: {error}")))?;
    let client = Client::builder(key).environment(environment).build();
    let client = client.map_err(|error| {
        Failure::new(Exit::Config, error).hint("`clinkbill doctor` looks at key and environment")
    })?;
    Ok(Server { client, address })
}

/// What is wrong with a server of [`is_in_clear`].
pub(crate) const IN_CLEAR: &str =
    "is http to another machine, which would show the key to the network";

/// Whether a key that is sent there can be read on the way.
pub(crate) fn is_in_clear(environment: &Environment) -> bool {
    let url = Url::parse(&environment.to_string());
    url.is_ok_and(|url| url.scheme() == "http" && !clinkbill_api::is_loopback(&url))
}
