//! `clinkbill conformance --webhook`: judges a merchant's own webhook endpoint.

use std::path::PathBuf;
use std::time::Duration;

use clinkbill_conformance::receiver::{Endpoint, EndpointError, PlainHttp, Report};

use crate::exit::{Exit, Failure};
use crate::output::Counter;
use crate::secret::webhook_secret;

/// The endpoint to judge instead of a server. Its secret never stands on the command line, where
/// every process of the machine could read it.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Judge this webhook endpoint of a merchant instead of a server
    #[arg(long, value_name = "URL", group = "judged",
        conflicts_with_all = ["pause", "concurrency", "rules", "names", "list", "key_file"])]
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

/// Judges the endpoint at this URL.
pub(crate) async fn check(url: &str, ca: Option<Vec<u8>>, args: &Args) -> Result<Report, Failure> {
    let plain = if args.webhook_plain_http {
        PlainHttp::ToAnyMachine
    } else {
        PlainHttp::ToThisMachine
    };
    let secret = webhook_secret(
        args.webhook_secret_file.as_deref(),
        &args.webhook_secret_env,
    )?;
    let failed = |error| endpoint_failure(error, "--webhook-plain-http");
    let endpoint = Endpoint::new(url, secret, plain).map_err(failed)?;
    let endpoint = endpoint.with_patience(Duration::from_secs(args.webhook_timeout));
    let endpoint = match ca {
        Some(pem) => endpoint.with_extra_roots(&pem).map_err(failed)?,
        None => endpoint,
    };
    let counter = Counter::of(format!("events to {}", endpoint.shown()));
    endpoint
        .check_watched(counter.watch())
        .await
        .map_err(failed)
}

pub(crate) fn exit_of(report: &Report) -> Exit {
    match (report.passed(), report.answered()) {
        (true, _) => Exit::Success,
        (false, true) => Exit::No,
        (false, false) => Exit::Unavailable,
    }
}

/// The endpoint cannot be sent to. `plain` is the option that sends to it in clear.
pub(crate) fn endpoint_failure(error: EndpointError, plain: &str) -> Failure {
    let (exit, hint) = match error {
        EndpointError::Url => (
            Exit::Usage,
            Some("such as http://127.0.0.1:3000/webhooks/clink".to_owned()),
        ),
        EndpointError::PlainHttp => (
            Exit::Config,
            Some(format!(
                "whoever is on the way could read the events; if that may be: {plain}"
            )),
        ),
        EndpointError::Client(_) => (Exit::Config, None),
        _ => (Exit::Failure, None),
    };
    Failure::new(exit, error).hint_if(hint)
}
