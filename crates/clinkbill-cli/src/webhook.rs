//! `clinkbill conformance --webhook`: judges a merchant's own webhook endpoint.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clinkbill_conformance::receiver::{Endpoint, EndpointError, PlainHttp, Report};
use clinkbill_webhook::{SecretError, WebhookSecret};

use crate::exit::Exit;

/// The endpoint to judge instead of a server. Its secret never stands on the command line, where
/// every process of the machine could read it.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Judge this webhook endpoint of a merchant instead of a server
    #[arg(long, value_name = "URL", group = "judged",
        conflicts_with_all = ["pause", "concurrency", "rules", "names", "list", "junit"])]
    pub(crate) webhook: Option<String>,

    /// Read the endpoint's signing secret from this environment variable
    #[arg(
        long,
        value_name = "NAME",
        default_value = "CLINK_WEBHOOK_SECRET",
        requires = "webhook"
    )]
    webhook_secret_env: String,

    /// Read the endpoint's signing secret from this file
    #[arg(
        long,
        value_name = "FILE",
        requires = "webhook",
        conflicts_with = "webhook_secret_env"
    )]
    webhook_secret_file: Option<PathBuf>,

    /// Wait at most so long for each answer of the endpoint
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "webhook",
        value_parser = clap::value_parser!(u64).range(1..=600))]
    webhook_timeout: u64,

    /// Also send to another machine by http, where whoever is on the way can read it
    #[arg(long, requires = "webhook")]
    webhook_plain_http: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("--webhook needs the endpoint's signing secret: set {0}")]
    NoSecret(String),
    #[error("{from}: {source}")]
    Secret { from: String, source: SecretError },
    #[error("failed to read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
}

/// Judges the endpoint at this URL.
pub(crate) async fn check(url: &str, ca: Option<&Path>, args: &Args) -> Result<Report, Error> {
    let plain = if args.webhook_plain_http {
        PlainHttp::ToAnyMachine
    } else {
        PlainHttp::ToThisMachine
    };
    let endpoint = Endpoint::new(url, args.secret()?, plain)?;
    let endpoint = endpoint.with_patience(Duration::from_secs(args.webhook_timeout));
    let endpoint = match ca {
        Some(path) => endpoint.with_extra_roots(read(path)?.as_bytes())?,
        None => endpoint,
    };
    Ok(endpoint.check().await?)
}

pub(crate) fn exit_of(report: &Report) -> Exit {
    match (report.passed(), report.answered()) {
        (true, _) => Exit::Success,
        (false, true) => Exit::No,
        (false, false) => Exit::Unavailable,
    }
}

impl Args {
    fn secret(&self) -> Result<WebhookSecret, Error> {
        let variable = &self.webhook_secret_env;
        let file = self.webhook_secret_file.as_ref();
        let from = file.map_or_else(|| variable.clone(), |path| path.display().to_string());
        let text = match file {
            Some(path) => read(path)?,
            None => env::var(variable).map_err(|_| Error::NoSecret(from.clone()))?,
        };
        // A file ends with the end of its line.
        WebhookSecret::new(text.trim()).map_err(|source| Error::Secret { from, source })
    }
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoSecret(_) | Self::Secret { .. } => Exit::NoPermission,
            Self::Read { .. } => Exit::NoInput,
            Self::Endpoint(EndpointError::Url) => Exit::Usage,
            Self::Endpoint(EndpointError::PlainHttp | EndpointError::Client(_)) => Exit::Config,
            Self::Endpoint(_) => Exit::Failure,
        }
    }
}
