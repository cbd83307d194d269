//! How commands speak: data on stdout, everything else on stderr; colour on a terminal only, and
//! not where `NO_COLOR` is set.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clinkbill_conformance::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tokio::time::timeout;

use crate::exit::{Exit, Failure};

pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// How long a command is silent about what it waits for.
const SILENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(120);

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

    /// Waits for what somebody else does, and shows on stderr, where that is a terminal, for whom
    /// and how long, once it takes its time.
    pub(crate) async fn wait<T>(
        self,
        whom: impl Display,
        mut done: impl Future<Output = T> + Unpin,
    ) -> T {
        if self == Self::Programs {
            return done.await;
        }
        if let Ok(done) = timeout(SILENCE, &mut done).await {
            return done;
        }
        let bar = ProgressBar::new_spinner().with_message(whom.to_string());
        let shown = Counter::shown(bar, "{spinner} waiting for {msg}, {elapsed}");
        go_on(&shown.0);
        done.await
    }

    /// Says on stderr, in a line of its own, how a command goes on.
    pub(crate) fn note(self, news: &(impl Display + Serialize)) {
        match self {
            Self::People => note(news),
            Self::Programs => note(serde_json::to_string(news).unwrap_or_default()),
        }
    }
}

/// Writes to stdout.
pub(crate) fn say(text: impl Display) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    write!(stdout, "{text}")
        .and_then(|()| stdout.flush())
        .map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::closed_pipe(),
            _ => Failure::new(Exit::Failure, format!("failed to write to stdout: {error}")),
        })
}

/// Says on stderr what is no result. Nobody is left to tell when it is closed.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Shows on stderr, where that is a terminal, how far something has come that takes its time. It
/// goes when it is dropped.
pub(crate) struct Counter(ProgressBar);

impl Counter {
    /// For so many of what is named, once the first number is known.
    pub(crate) fn of(what: String) -> Self {
        let bar = ProgressBar::no_length().with_message(what);
        Self::shown(bar, "{spinner} {pos} of {len} {msg}, {elapsed}")
    }

    fn shown(bar: ProgressBar, template: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// What is to be told how far it has come.
    pub(crate) fn watch(&self) -> impl Fn(Progress) + 'static {
        let bar = self.0.clone();
        move |Progress { done, of }| {
            bar.set_length(of.try_into().unwrap_or(u64::MAX));
            bar.set_position(done.try_into().unwrap_or(u64::MAX));
            if done == 0 {
                go_on(&bar);
            }
        }
    }
}

/// Has the time of a bar go on also while nothing else does.
fn go_on(bar: &ProgressBar) {
    if !bar.is_hidden() {
        bar.enable_steady_tick(TICK);
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
