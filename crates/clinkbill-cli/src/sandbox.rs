//! `clinkbill sandbox`: a local stand-in for Clink.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clinkbill_sandbox::{Catalogue, CatalogueError, Sandbox, StartError};

pub(crate) const HELP: &str = "\
Run a local stand-in for Clink: no account, no network

Prints CLINK_BASE_URL and CLINK_SECRET_KEY on stdout, a line each, once it accepts requests, and
runs until Ctrl-C. Every sk_test_ or sk_uat_ key is its own, at first empty merchant.";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on, such as localhost:4010; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4010")]
    listen: String,

    /// Also answer when called by this host name, such as that of a container; may be repeated
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,

    /// Send webhook events to this URL
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,

    /// Sign webhook events with this secret; of use with --webhook-url only
    #[arg(
        long,
        value_name = "SECRET",
        env = "CLINK_WEBHOOK_SECRET",
        hide_env_values = true
    )]
    webhook_secret: Option<String>,

    /// Give every merchant the products and prices of this JSON file
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,

    /// Refuse what Clink's guide leaves open and what is likely a mistake
    #[arg(long)]
    strict: bool,

    /// Accept an X-Timestamp that is this far from the current time, either way
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timestamp_tolerance: u32,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("failed to start the sandbox on {address}: {source}")]
    Start { address: String, source: StartError },
    #[error("--webhook-url needs a secret: give --webhook-secret or set CLINK_WEBHOOK_SECRET")]
    NoWebhookSecret,
    #[error("failed to read {}: {source}", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: {source}", path.display())]
    Catalogue {
        path: PathBuf,
        source: CatalogueError,
    },
    #[error("failed to write to stdout: {0}")]
    Output(std::io::Error),
    #[error("failed to wait for Ctrl-C: {0}")]
    Signal(std::io::Error),
}

/// Serves until Ctrl-C.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let start = |source| Error::Start {
        address: args.listen.clone(),
        source,
    };

    let tolerance = Duration::from_secs(args.timestamp_tolerance.into());
    let mut builder = Sandbox::builder().timestamp_tolerance(tolerance);
    for name in args.allow_host {
        builder = builder.allow_host(name);
    }
    if let Some(url) = args.webhook_url {
        let secret = args.webhook_secret.ok_or(Error::NoWebhookSecret)?;
        builder = builder.webhook(&url, &secret).map_err(start)?;
    }
    if let Some(path) = args.catalogue {
        builder = builder.catalogue(read_catalogue(path)?);
    }
    if args.strict {
        builder = builder.strict();
    }
    let address = resolve(&args.listen)
        .await
        .map_err(|error| start(error.into()))?;
    let server = builder.build().serve_on(address).await.map_err(start)?;
    announce(server.base_url(), server.secret_key()).map_err(Error::Output)?;
    tokio::signal::ctrl_c().await.map_err(Error::Signal)
}

async fn resolve(address: &str) -> std::io::Result<SocketAddr> {
    let mut addresses = tokio::net::lookup_host(address).await?;
    addresses
        .next()
        .ok_or_else(|| std::io::Error::other("the name has no address"))
}

fn read_catalogue(path: PathBuf) -> Result<Catalogue, Error> {
    match std::fs::read_to_string(&path).map(|text| Catalogue::from_json(&text)) {
        Ok(Ok(catalogue)) => Ok(catalogue),
        Ok(Err(source)) => Err(Error::Catalogue { path, source }),
        Err(source) => Err(Error::Read { path, source }),
    }
}

/// The two lines that other programs read.
fn announce(base_url: &str, secret_key: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "CLINK_BASE_URL={base_url}")?;
    writeln!(stdout, "CLINK_SECRET_KEY={secret_key}")?;
    stdout.flush()
}
