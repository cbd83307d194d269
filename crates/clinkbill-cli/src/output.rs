//! How commands speak: data on stdout, everything else on stderr; colour on a terminal only, and
//! not where `NO_COLOR` is set.

use std::fmt::Display;
use std::io::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::exit::{Exit, Failure};

pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Whom a command speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    People,
    /// JSON for programs.
    Programs,
}

impl Output {
    /// Says what a command has found out.
    pub(crate) fn say(self, found: &(impl Display + Serialize)) -> Result<(), Failure> {
        match self {
            Self::People => say(found),
            Self::Programs => say(serde_json::to_string_pretty(found)? + "\n"),
        }
    }

    /// Says one thing of many, each in a line of its own.
    pub(crate) fn say_line(self, found: &(impl Display + Serialize)) -> Result<(), Failure> {
        match self {
            Self::People => say(found),
            Self::Programs => say(serde_json::to_string(found)? + "\n"),
        }
    }
}

/// Writes to stdout.
pub(crate) fn say(text: impl Display) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    write!(stdout, "{text}")
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::new(Exit::Failure, format!("failed to write to stdout: {error}")))
}

/// Says on stderr what is no result. Nobody is left to tell when it is closed.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Shows on stderr, where that is a terminal, that something takes its time.
pub(crate) fn progress(what: String) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
        bar.set_style(style);
    }
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(120));
    }
    bar
}
