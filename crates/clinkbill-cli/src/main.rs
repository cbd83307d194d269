//! The command `clinkbill`.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use clinkbill_sandbox::{Sandbox, StartError};

/// Work with Clink's Checkout Session API from a terminal
#[derive(Parser)]
#[command(name = "clinkbill", version, about)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run a local stand-in for Clink: no account, no network
    #[command(long_about = SANDBOX_HELP)]
    Sandbox(SandboxArgs),
}

const SANDBOX_HELP: &str = "\
Run a local stand-in for Clink: no account, no network

Prints CLINK_BASE_URL and CLINK_SECRET_KEY on stdout, a line each, once it accepts requests, and
runs until Ctrl-C. Every sk_test_ or sk_uat_ key is its own, at first empty merchant.";

#[derive(clap::Args)]
struct SandboxArgs {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4010")]
    listen: SocketAddr,

    /// Send webhook events to this URL
    #[arg(long, value_name = "URL", requires = "webhook_secret")]
    webhook_url: Option<String>,

    /// Sign webhook events with this secret
    #[arg(
        long,
        value_name = "SECRET",
        env = "CLINK_WEBHOOK_SECRET",
        hide_env_values = true,
        requires = "webhook_url"
    )]
    webhook_secret: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error("failed to start the sandbox on {address}: {source}")]
    Start {
        address: SocketAddr,
        source: StartError,
    },
    #[error("failed to write to stdout: {0}")]
    Output(std::io::Error),
    #[error("failed to wait for Ctrl-C: {0}")]
    Signal(std::io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Task::Sandbox(args) = Command::parse().task;
    match sandbox(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when stderr is closed.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn sandbox(args: SandboxArgs) -> Result<(), CommandError> {
    let address = args.listen;
    let start = |source| CommandError::Start { address, source };

    let mut builder = Sandbox::builder();
    if let (Some(url), Some(secret)) = (&args.webhook_url, &args.webhook_secret) {
        builder = builder.webhook(url, secret).map_err(start)?;
    }
    let server = builder.build().serve_on(address).await.map_err(start)?;
    announce(server.base_url(), server.secret_key()).map_err(CommandError::Output)?;
    tokio::signal::ctrl_c().await.map_err(CommandError::Signal)
}

/// The two lines that other programs read.
fn announce(base_url: &str, secret_key: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "CLINK_BASE_URL={base_url}")?;
    writeln!(stdout, "CLINK_SECRET_KEY={secret_key}")?;
    stdout.flush()
}
