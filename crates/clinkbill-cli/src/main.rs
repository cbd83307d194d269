//! The command `clinkbill`.

mod address;
mod call;
mod cause;
mod checkout;
mod conformance;
mod connect;
mod doctor;
mod drift;
mod endpoint;
mod exit;
mod files;
mod listening;
mod order;
mod output;
mod sandbox;
mod secret;
mod shape;
mod stop;
mod usage;
mod webhook;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use tokio::runtime::Builder;

use crate::exit::{Exit, Failure, after};
use crate::output::{Output, say};

const ABOUT: &str = "\
Work with Clink's Checkout Session API from a terminal

Data goes to stdout, everything else to stderr. The key is read from CLINK_SECRET_KEY or --key-file,
the API from CLINK_BASE_URL or --base-url; without either, it is Clink's own sandbox. Production,
where money moves, has to be asked for with --production.";

const START: &str = "\
Start here, in two terminals; in the second, export the two lines that the first prints:
    clinkbill sandbox
    clinkbill checkout create --email customer@example.com --currency USD --line 'A mug:2:4.99'

Something is wrong:
    clinkbill doctor";

const COMPLETIONS: &str = "\
Examples:
  For bash, from the next shell on:
    clinkbill completions bash > ~/.local/share/bash-completion/completions/clinkbill

  For zsh, in a folder of its fpath:
    clinkbill completions zsh > ~/.zfunc/_clinkbill

  For fish:
    clinkbill completions fish > ~/.config/fish/completions/clinkbill.fish";

/// Work with Clink's Checkout Session API from a terminal
#[derive(Parser)]
#[command(name = "clinkbill", version, about, long_about = ABOUT,
    after_help = START, after_long_help = after(START))]
struct Command {
    #[command(subcommand)]
    task: Task,

    /// Print JSON, for programs
    ///
    /// `schemas/command-output.schema.json`, in the repository, describes what each command prints,
    /// and how one fails.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Task {
    /// Run a local stand-in for Clink: no account, no network
    #[command(long_about = sandbox::HELP,
        after_help = sandbox::EXAMPLES, after_long_help = after(sandbox::EXAMPLES))]
    Sandbox(sandbox::Args),
    /// Create and read checkout sessions
    #[command(subcommand)]
    Checkout(checkout::Task),
    /// Read orders: the attempts to pay
    #[command(subcommand)]
    Order(order::Task),
    /// Sign, verify, send and receive webhook events
    #[command(subcommand)]
    Webhook(webhook::Task),
    /// Look at all that a call needs, and say what to do
    #[command(long_about = doctor::HELP,
        after_help = doctor::EXAMPLES, after_long_help = after(doctor::EXAMPLES))]
    Doctor(doctor::Args),
    /// Judge a server, or a webhook endpoint, by the rules of Clink's guide
    #[command(long_about = conformance::HELP,
        after_help = conformance::EXAMPLES, after_long_help = after(conformance::EXAMPLES))]
    Conformance(conformance::Args),
    /// Tell what changed between two saved reports
    #[command(long_about = drift::HELP,
        after_help = drift::EXAMPLES, after_long_help = after(drift::EXAMPLES))]
    Drift(drift::Args),
    /// Print what makes a shell complete this command
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(error) => return usage::tell(&error),
    };
    let output = if command.json {
        Output::Programs
    } else {
        Output::People
    };
    match run(command.task, output) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.tell(output),
    }
}

fn run(task: Task, output: Output) -> Result<Exit, Failure> {
    match task {
        Task::Sandbox(args) => on(Builder::new_multi_thread(), sandbox::run(args, output)),
        // All scenarios share one task.
        Task::Conformance(args) => alone(conformance::run(&args, output)),
        Task::Checkout(task) => alone(checkout::run(task, output)),
        Task::Order(task) => alone(order::run(task, output)),
        Task::Webhook(task) => alone(webhook::run(task, output)),
        Task::Doctor(args) => alone(doctor::run(&args, output)),
        Task::Drift(args) => drift::run(&args, output),
        Task::Completions { shell } => completions(shell),
    }
}

fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Command::command(), "clinkbill", &mut script);
    say(String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}

/// Runs a task to its end, on this thread.
fn alone(task: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    on(Builder::new_current_thread(), task)
}

/// Runs a task to its end.
fn on(
    mut runtime: Builder,
    task: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    runtime.enable_all().build()?.block_on(task)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples in the help of a command and of all below it, by the name of the command.
    fn examples(command: &clap::Command, found: &mut Vec<(String, String)>) {
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        let lines = help.lines().map(str::trim);
        let own = lines.filter(|line| line.starts_with("clinkbill "));
        found.extend(own.map(|line| (command.get_name().to_owned(), line.to_owned())));
        for below in command.get_subcommands() {
            examples(below, found);
        }
    }

    #[test]
    fn every_example_in_a_help_text_is_a_command_line_that_is_taken() {
        let mut found = Vec::new();
        examples(&Command::command(), &mut found);
        assert!(found.len() >= 25, "{found:?}");
        for (name, line) in &found {
            let words = shlex::split(line).unwrap();
            // Where the output goes is for the shell.
            let words: Vec<_> = words.into_iter().take_while(|word| word != ">").collect();
            if let Err(error) = Command::try_parse_from(&words) {
                panic!("{name}: {line}: {error}");
            }
        }
    }

    #[test]
    fn every_command_shows_an_example() {
        fn without(command: &clap::Command) -> Vec<String> {
            let mut found = Vec::new();
            examples(command, &mut found);
            if found.is_empty() {
                return vec![command.get_name().to_owned()];
            }
            command.get_subcommands().flat_map(without).collect()
        }
        Command::command().debug_assert();
        assert_eq!(without(&Command::command()), [""; 0]);
    }
}
