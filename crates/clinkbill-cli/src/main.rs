//! The command `clinkbill`.

mod conformance;
mod drift;
mod exit;
mod sandbox;
mod webhook;

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Builder;

use crate::exit::Exit;

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
    #[command(long_about = sandbox::HELP)]
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
    match command.task {
        Task::Sandbox(args) => {
            let runtime = Builder::new_multi_thread().enable_all().build();
            let served = runtime.map(|runtime| runtime.block_on(sandbox::run(args)));
            match served {
                Ok(Ok(())) => Exit::Success.into(),
                Ok(Err(error)) => failed(error, Exit::Failure),
                Err(error) => failed(error, Exit::Failure),
            }
        }
        Task::Conformance(args) => {
            // All scenarios share one task.
            let runtime = Builder::new_current_thread().enable_all().build();
            match runtime.map(|runtime| runtime.block_on(conformance::run(&args))) {
                Ok(Ok(exit)) => exit.into(),
                Ok(Err(error)) => failed(&error, error.exit()),
                Err(error) => failed(error, Exit::Failure),
            }
        }
        Task::Drift(args) => match drift::run(&args) {
            Ok(exit) => exit.into(),
            Err(error) => failed(&error, error.exit()),
        },
    }
}

fn failed(error: impl Display, exit: Exit) -> ExitCode {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(io::stderr(), "error: {error}");
    exit.into()
}

/// Writes what a command has to say.
fn say(text: impl Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    write!(stdout, "{text}")?;
    stdout.flush()
}
