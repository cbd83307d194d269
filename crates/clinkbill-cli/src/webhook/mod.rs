//! `clinkbill webhook`: events signed, verified, sent and received.

mod forward;
mod listen;
mod sign;
mod trigger;
mod verdict;

use std::io::Read;
use std::path::{Path, PathBuf};

use clinkbill::Timestamp;
use clinkbill::webhook::WebhookSecret;

use crate::exit::{Exit, Failure};
use crate::files::read_bytes;
use crate::output::Output;
use crate::secret::{WEBHOOK_SECRET, webhook_secret};

#[derive(clap::Subcommand)]
pub(crate) enum Task {
    /// Sign a body as Clink does
    #[command(after_help = sign::SIGN_EXAMPLES)]
    Sign(sign::Sign),
    /// Tell whether a body was signed by Clink, and not long ago
    #[command(after_help = sign::VERIFY_EXAMPLES)]
    Verify(sign::Verify),
    /// Send an event to an endpoint, signed, about a purchase nobody made
    #[command(after_help = trigger::EXAMPLES)]
    Trigger(trigger::Args),
    /// Receive events, print and verify them, and pass them on
    #[command(long_about = listen::HELP, after_help = listen::EXAMPLES)]
    Listen(listen::Args),
}

/// The secret that the endpoint and its sender share.
#[derive(clap::Args)]
struct Secret {
    /// Read the signing secret from this file instead of `CLINK_WEBHOOK_SECRET`
    #[arg(long, value_name = "FILE")]
    webhook_secret_file: Option<PathBuf>,
}

pub(crate) async fn run(task: Task, output: Output) -> Result<Exit, Failure> {
    match task {
        Task::Sign(args) => sign::sign(&args, output),
        Task::Verify(args) => sign::verify(&args, output),
        Task::Trigger(args) => trigger::run(&args, output).await,
        Task::Listen(args) => listen::run(args, output).await,
    }
}

impl Secret {
    fn get(&self) -> Result<WebhookSecret, Failure> {
        webhook_secret(self.webhook_secret_file.as_deref(), WEBHOOK_SECRET)
    }
}

/// A body from a file, or from stdin where there is none.
fn body(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    let Some(path) = file else {
        let mut body = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut body);
        read.map_err(|error| {
            Failure::new(Exit::NoInput, format!("failed to read stdin: {error}"))
        })?;
        return Ok(body);
    };
    read_bytes(path).map_err(|failure| {
        failure.hint("name a file that holds the body, or leave it out and give the body on stdin")
    })
}

/// To the millisecond, as all times of the API are.
fn now() -> Result<Timestamp, Failure> {
    let now = Timestamp::try_from(std::time::SystemTime::now())?;
    Ok(Timestamp::from_millis(now.as_millis())?)
}
