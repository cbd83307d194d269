//! `clinkbill sandbox`: a local stand-in for Clink.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clinkbill_sandbox::{Catalogue, Sandbox, StartError};

use crate::exit::{Exit, Failure};
use crate::files::{read, say};
use crate::secret::{self, WEBHOOK_SECRET};

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

    /// Sign webhook events with this secret; other programs of the machine can see it
    #[arg(long, value_name = "SECRET", requires = "webhook_url")]
    webhook_secret: Option<String>,

    /// Sign webhook events with the secret in this file
    #[arg(
        long,
        value_name = "FILE",
        requires = "webhook_url",
        conflicts_with = "webhook_secret"
    )]
    webhook_secret_file: Option<PathBuf>,

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

/// Serves until Ctrl-C.
pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let start = |error: StartError| start_failure(&args.listen, &error);
    let tolerance = Duration::from_secs(args.timestamp_tolerance.into());
    let mut builder = Sandbox::builder().timestamp_tolerance(tolerance);
    for name in &args.allow_host {
        builder = builder.allow_host(name);
    }
    if let Some(url) = &args.webhook_url {
        builder = builder.webhook(url, &args.secret()?).map_err(start)?;
    }
    if let Some(path) = &args.catalogue {
        builder = builder.catalogue(read_catalogue(path)?);
    }
    if args.strict {
        builder = builder.strict();
    }
    let address = resolve(&args.listen)
        .await
        .map_err(|error| start(error.into()))?;
    let server = builder.build().serve_on(address).await.map_err(start)?;
    // The two lines that other programs read.
    let (base_url, secret_key) = (server.base_url(), server.secret_key());
    say(format_args!(
        "CLINK_BASE_URL={base_url}\nCLINK_SECRET_KEY={secret_key}\n"
    ))?;
    tokio::signal::ctrl_c().await?;
    Ok(Exit::Success)
}

impl Args {
    fn secret(&self) -> Result<String, Failure> {
        if let Some(secret) = &self.webhook_secret {
            return Ok(secret.clone());
        }
        let secret = secret::text(self.webhook_secret_file.as_deref(), WEBHOOK_SECRET)?;
        secret.ok_or_else(|| {
            Failure::new(
                Exit::NoPermission,
                "--webhook-url needs a secret to sign with",
            )
            .hint(format_args!(
                "set {WEBHOOK_SECRET}, or give --webhook-secret-file or --webhook-secret"
            ))
        })
    }
}

fn start_failure(address: &str, error: &StartError) -> Failure {
    let (exit, hint) = match error {
        StartError::Listen(error) => match error.kind() {
            ErrorKind::AddrInUse => (
                Exit::Unavailable,
                Some(
                    "something else listens there: give another --listen; port 0 picks a free one",
                ),
            ),
            ErrorKind::InvalidInput => (
                Exit::Usage,
                Some("an address has a host and a port, such as 127.0.0.1:4010"),
            ),
            ErrorKind::PermissionDenied => (
                Exit::NoPermission,
                Some("ports below 1024 are for the system: give another --listen"),
            ),
            _ => (Exit::Unavailable, None),
        },
        StartError::WebhookSecret(_) => (Exit::NoPermission, None),
        _ => (
            Exit::Usage,
            Some("--webhook-url http://127.0.0.1:3000/webhooks/clink"),
        ),
    };
    let message = format!("failed to start the sandbox on {address}: {error}");
    let failure = Failure::new(exit, message);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

async fn resolve(address: &str) -> std::io::Result<SocketAddr> {
    let mut addresses = tokio::net::lookup_host(address).await?;
    addresses
        .next()
        .ok_or_else(|| std::io::Error::other("the name has no address"))
}

fn read_catalogue(path: &Path) -> Result<Catalogue, Failure> {
    Catalogue::from_json(&read(path)?).map_err(|error| {
        Failure::new(Exit::Data, format!("{}: {error}", path.display()))
            .hint("its form is that of schemas/catalogue.schema.json")
    })
}
