//! Command lines that ask for something that does not exist, and those that ask for help.

use std::env;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Prints the help that was asked for, or says what is wrong with the command line: to people as
/// clap does, to programs in the shape of every other failure.
pub(crate) fn tell(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let output = Output::People;
        return match error.print() {
            Ok(()) => Exit::Success.into(),
            Err(closed) if closed.kind() == io::ErrorKind::BrokenPipe => {
                Failure::closed_pipe().tell(output)
            }
            Err(error) => Failure::from(error).tell(output),
        };
    }
    if asks_for_json(env::args_os().skip(1)) {
        return failure(error).tell(Output::Programs);
    }
    let _ = error.print();
    Exit::Usage.into()
}

/// Whether `--json` is among the arguments of a command line that could not be taken as a whole.
fn asks_for_json(arguments: impl Iterator<Item = OsString>) -> bool {
    let mut options = arguments.take_while(|argument| argument != "--");
    options.any(|argument| argument == "--json")
}

/// What clap says in paragraphs: what is wrong first, then what may help.
fn failure(error: &clap::Error) -> Failure {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::new(Exit::Usage, "a subcommand is needed, and was not provided")
            .hint("--help lists them");
    }
    let text = error.render().to_string();
    let mut paragraphs = text.split("\n\n").map(in_one_line);
    let message = paragraphs.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    let hints: Vec<_> = paragraphs.filter(|hint| !hint.is_empty()).collect();
    Failure::new(Exit::Usage, message).hint(hints.join("; "))
}

fn in_one_line(paragraph: &str) -> String {
    let words: Vec<_> = paragraph.split_whitespace().collect();
    words.join(" ")
}
