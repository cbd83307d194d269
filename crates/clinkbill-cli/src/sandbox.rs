//! `clinkbill sandbox`: a local stand-in for Clink.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clinkbill_sandbox::{Catalogue, Sandbox, SandboxBuilder, StartError, StateError};

use crate::endpoint::{self, endpoint_url};
use crate::exit::{Exit, Failure};
use crate::files::read;
use crate::listening::{listen_failure, resolve};
use crate::output::{Output, note, say};
use crate::secret::{self, WEBHOOK_SECRET, usable_webhook_secret};
use crate::shape::Started;
use crate::stop::Stop;

pub(crate) const HELP: &str = "\
Run a local stand-in for Clink: no account, no network

Prints CLINK_BASE_URL and CLINK_SECRET_KEY on stdout, a line each, once it accepts requests, and
runs until Ctrl-C or SIGTERM. Every sk_test_ or sk_uat_ key is its own, at first empty merchant.";

pub(crate) const EXAMPLES: &str = "\
Examples:
  Serve, and point a program at it:
    clinkbill sandbox
    export CLINK_BASE_URL=... CLINK_SECRET_KEY=...

  On another port, with products of yours:
    clinkbill sandbox --listen 127.0.0.1:0 --catalogue catalogue.json

  With books that survive it:
    clinkbill sandbox --state sandbox.state

  With events to an endpoint of yours, signed with the secret of CLINK_WEBHOOK_SECRET:
    clinkbill sandbox --webhook-url http://127.0.0.1:3000/webhooks/clink";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on, such as localhost:4010; port 0 picks a free one
    ///
    /// Its pages and its API ask for no login: on any address but a local one, others can use them.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4010")]
    listen: String,

    /// Also answer when called by this host name, such as that of a container; may be repeated
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    allow_host: Vec<String>,

    /// Send webhook events to this URL
    ///
    /// By http also to another machine, such as a container: what happens here is made up. But
    /// whoever is on the way can read the signatures too, so give the sandbox a secret of its own.
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

    /// Print the JSON Schema of such a file, and serve nothing
    #[arg(long, exclusive = true)]
    catalogue_schema: bool,

    /// Keep every change in this file, and start with what it holds
    ///
    /// A sandbox that is killed loses nothing it has answered. The file holds webhook secrets and
    /// what all links grow from, so it is for its owner alone; one sandbox can use it at a time.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Refuse what Clink's guide leaves open and what is likely a mistake
    #[arg(long)]
    strict: bool,

    /// Accept an X-Timestamp that is this far from the current time, either way
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timestamp_tolerance: u32,
}

/// Serves until somebody ends it.
pub(crate) async fn run(args: Args, output: Output) -> Result<Exit, Failure> {
    if args.catalogue_schema {
        let schema = schemars::schema_for!(Catalogue);
        say(serde_json::to_string_pretty(&schema)? + "\n")?;
        return Ok(Exit::Success);
    }
    let start = |error: StartError| start_failure(&args.listen, &error);
    let tolerance = Duration::from_secs(args.timestamp_tolerance.into());
    let mut builder = Sandbox::builder().timestamp_tolerance(tolerance);
    for name in &args.allow_host {
        builder = builder.allow_host(name);
    }
    if let Some(url) = &args.webhook_url {
        endpoint_url("--webhook-url", url)?;
        builder = builder.webhook(url, &args.secret()?).map_err(start)?;
    }
    if let Some(path) = &args.catalogue {
        builder = builder.catalogue(read_catalogue(path)?);
    }
    if args.strict {
        builder = builder.strict();
    }
    let address = resolve(&args.listen).await?;
    let sandbox = match &args.state {
        Some(path) => with_state(builder, path)?,
        None => builder.build(),
    };
    let server = sandbox.serve_on(address).await.map_err(start)?;
    if !address.ip().is_loopback() {
        note(format_args!(
            "warning: others can reach {}, and neither its pages nor its API ask for a login",
            server.address()
        ));
    }
    let mut stop = Stop::new()?;
    output.say(&Started {
        base_url: server.base_url().to_owned(),
        secret_key: server.secret_key().to_owned(),
    })?;
    // Whoever redirects it wants no more than the two lines.
    if output == Output::People && std::io::stderr().is_terminal() {
        let base_url = server.base_url();
        let pages = base_url.strip_suffix("api/").unwrap_or(base_url);
        note(format_args!(
            "open {pages} to see the books; Ctrl-C ends it"
        ));
    }
    stop.asked().await;
    Ok(Exit::Success)
}

impl Args {
    fn secret(&self) -> Result<String, Failure> {
        if let Some(secret) = &self.webhook_secret {
            return usable_webhook_secret(secret.clone(), "--webhook-secret");
        }
        let file = self.webhook_secret_file.as_deref();
        let secret = secret::text(file, WEBHOOK_SECRET)?.ok_or_else(|| {
            Failure::new(
                Exit::NoPermission,
                "--webhook-url needs a secret to sign with",
            )
            .hint(format_args!(
                "set {WEBHOOK_SECRET}, or give --webhook-secret-file or --webhook-secret"
            ))
        })?;
        let from = file.map_or_else(
            || WEBHOOK_SECRET.to_owned(),
            |path| path.display().to_string(),
        );
        usable_webhook_secret(secret, &from)
    }
}

fn with_state(builder: SandboxBuilder, path: &Path) -> Result<Sandbox, Failure> {
    let (sandbox, recovery) = builder.build_with_state(path).map_err(|error| {
        let (exit, hint) = match &error {
            StateError::InUse(_) => (
                Exit::Unavailable,
                "stop the other sandbox, or give another --state",
            ),
            StateError::NotState(_) => (
                Exit::Data,
                "give another --state; a file that is missing or empty is a start with nothing",
            ),
            StateError::Newer { .. } => (
                Exit::Data,
                "use the version that wrote it, or give another --state",
            ),
            StateError::File { .. } => (
                Exit::CannotCreate,
                "--state names a file that can be read and written, in a directory that can",
            ),
            _ => (Exit::Data, "give another --state"),
        };
        Failure::new(exit, error).hint(hint)
    })?;
    for notice in recovery.notices() {
        note(format_args!("{}: {notice}", path.display()));
    }
    Ok(sandbox)
}

fn start_failure(address: &str, error: &StartError) -> Failure {
    match error {
        StartError::Listen(error) => listen_failure(address, error),
        StartError::WebhookSecret(_) => Failure::new(Exit::NoPermission, error),
        _ => Failure::new(Exit::Usage, error).hint(endpoint::EXAMPLE),
    }
}

fn read_catalogue(path: &Path) -> Result<Catalogue, Failure> {
    let form = "`clinkbill sandbox --catalogue-schema` prints the form of such a file";
    let text = read(path).map_err(|failure| failure.hint(form))?;
    Catalogue::from_json(&text).map_err(|error| {
        Failure::new(Exit::Data, format!("{}: {error}", path.display())).hint(form)
    })
}

/// A name as it stands in the header `Host`, without a port.
fn host_name(text: &str) -> Result<String, &'static str> {
    let host = url::Host::parse(text).map_err(
        |_| "it is not a host name, such as sandbox or shop.test: no URL, no port and no path",
    )?;
    Ok(host.to_string())
}
