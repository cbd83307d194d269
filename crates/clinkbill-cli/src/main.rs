//! The command `clinkbill`.

mod conformance;
mod drift;
mod exit;
mod files;
mod sandbox;
mod secret;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Builder;

use crate::exit::{Exit, Failure};

/// Work with Clink's Checkout Session API from a terminal
#[derive(Parser)]
#[command(name = "clinkbill", version, about, after_help = exit::HELP)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run a local stand-in for Clink: no account, no network
    #[command(long_about = sandbox::HELP, after_long_help = exit::HELP)]
    Sandbox(sandbox::Args),
    /// Judge a server, or a webhook endpoint, by the rules of Clink's guide
    #[command(long_about = conformance::HELP, after_long_help = exit::HELP)]
    Conformance(conformance::Args),
    /// Tell what changed between two saved reports
    #[command(long_about = drift::HELP, after_long_help = exit::HELP)]
    Drift(drift::Args),
}

fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(error) => {
            // Nobody is left to tell when the output is closed.
            let _ = error.print();
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Success
            };
            return exit.into();
        }
    };
    let outcome = match command.task {
        Task::Sandbox(args) => on(Builder::new_multi_thread(), sandbox::run(args)),
        // All scenarios share one task.
        Task::Conformance(args) => on(Builder::new_current_thread(), conformance::run(&args)),
        Task::Drift(args) => drift::run(&args),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => failure.tell(),
    }
}

/// Runs a task to its end.
fn on(
    mut runtime: Builder,
    task: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    runtime.enable_all().build()?.block_on(task)
}
