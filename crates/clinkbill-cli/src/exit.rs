//! What the exit status of every command means, and how a command fails.

use std::fmt::Display;
use std::process::ExitCode;

use clinkbill::Error;

use crate::output::{Output, RED, YELLOW, note};
use crate::shape::{Failed, FailedCall};

pub(crate) const HELP: &str = "\
Exit status:
   0  it is done; what was judged conforms, verifies, is sound, or did not change
   3  it is not: what was judged does not conform, does not verify, is not sound, or changed; or
      the API said no
  64  the command line asks for something that does not exist
  65  a file or a body is not what it should be
  66  a file cannot be read
  69  nobody answers, or the server fails and nothing was asked of it but to read; or an address is
      taken
  73  a file cannot be written
  75  nobody can say whether the request took effect: find out before you try again
  77  a key or a signing secret is missing, refused, or one of production
  78  the target cannot be used: production, not the API, or http to another machine
 130  it was interrupted before there was anything to say
 141  whoever read the output stopped reading, as `head` does: nothing is said about it
   1  anything else";

/// The examples of a command, and what its exit status means.
pub(crate) fn after(examples: &str) -> String {
    format!("{examples}\n\n{HELP}")
}

/// What the exit status of a command means. From 64 on, as in sysexits.h.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Success = 0,
    Failure = 1,
    /// What was judged is not as it should be, or two reports differ.
    No = 3,
    Usage = 64,
    Data = 65,
    NoInput = 66,
    Unavailable = 69,
    CannotCreate = 73,
    /// The request may have taken effect.
    Unknown = 75,
    NoPermission = 77,
    Config = 78,
    /// As a shell says of a program that Ctrl-C ended.
    Interrupted = 130,
    /// What a shell says of a program that SIGPIPE ended. No success: a verdict that nobody read
    /// must not pass for a good one.
    ClosedPipe = 141,
}

/// Why a command could not do what it was asked for: one sentence, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// None where nobody wants to know.
    message: Option<String>,
    hint: Option<String>,
    /// What is known of the call that failed, if it was one.
    call: Option<Box<FailedCall>>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Display) -> Self {
        Self {
            exit,
            message: Some(message.to_string()),
            hint: None,
            call: None,
        }
    }

    /// Whoever read stdout has seen enough. That is no error, and ends the command.
    pub(crate) fn closed_pipe() -> Self {
        Self {
            exit: Exit::ClosedPipe,
            message: None,
            hint: None,
            call: None,
        }
    }

    /// The same, of which this has to be known even by who reads no more.
    pub(crate) fn about(self, known: impl Display) -> Self {
        let message = match self.message {
            Some(message) => format!("{known}: {message}"),
            None => format!("{known}: nobody reads stdout"),
        };
        Self {
            message: Some(message),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// The same, with a hint where there is one.
    #[must_use]
    pub(crate) fn hint_if(self, hint: Option<impl Display>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// The same, after a call that failed with this.
    #[must_use]
    pub(crate) fn of_call(mut self, error: &Error) -> Self {
        self.call = Some(Box::new(FailedCall::from(error)));
        self
    }

    /// The same, after a call that was broken off: nobody can say what became of it.
    #[must_use]
    pub(crate) fn of_call_broken_off(mut self) -> Self {
        self.call = Some(Box::new(FailedCall::broken_off()));
        self
    }

    /// Says so on stderr.
    pub(crate) fn tell(self, output: Output) -> ExitCode {
        let Self {
            exit,
            message,
            hint,
            call,
        } = self;
        let Some(message) = message else {
            return exit.into();
        };
        if output == Output::Programs {
            let failed = Failed {
                error: message,
                hint,
                exit: exit as u8,
                call: call.map(|call| *call).unwrap_or_default(),
            };
            note(serde_json::to_string(&failed).unwrap_or_default());
            return exit.into();
        }
        note(format_args!("{RED}error:{RED:#} {message}"));
        if let Some(hint) = hint {
            note(format_args!("\n{YELLOW}hint:{YELLOW:#} {hint}"));
        }
        exit.into()
    }
}

/// What has no status of its own.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(Exit::Failure, error)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
