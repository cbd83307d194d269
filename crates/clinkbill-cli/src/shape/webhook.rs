//! What `clinkbill webhook` prints.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Rows, in_one_line};

/// The headers that prove a body.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Signed {
    /// By name.
    pub(crate) headers: BTreeMap<String, String>,
}

/// What came of a verification: the event, or what is wrong.
#[derive(Default, Serialize, JsonSchema)]
pub(crate) struct Verified {
    /// Whether whoever sent it holds the secret, and sent it just now.
    pub(crate) genuine: bool,
    /// Why it is not genuine; or why the body is not an event, though it is.
    pub(crate) problem: Option<String>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    pub(crate) event_id: Option<String>,
    pub(crate) event_type: Option<String>,
}

/// An event that was sent to an endpoint.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Triggered {
    pub(crate) event_type: String,
    pub(crate) endpoint: String,
    /// The HTTP status of its answer. Without an answer the command fails.
    pub(crate) status: u16,
    /// How long the answer took, in milliseconds.
    pub(crate) took_ms: u64,
}

/// A request that came in.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Received {
    /// When, in UTC, as RFC 3339.
    pub(crate) at: String,
    #[serde(flatten)]
    pub(crate) verified: Verified,
    /// The body, to the letter, where it is genuine.
    pub(crate) body: Option<String>,
    /// What it was answered with.
    pub(crate) answered: u16,
    /// Why it could not be passed on, where it should have been.
    pub(crate) not_forwarded: Option<String>,
    /// Whether the sender had gone before the answer.
    pub(crate) sender_left: bool,
}

/// A listener that can be called.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Listening {
    /// Where it listens, whatever the path.
    pub(crate) url: String,
}

/// A listener that is to end, and takes no more requests.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Ending {
    /// How many events are still being passed on.
    pub(crate) waits_for: usize,
}

impl Verified {
    /// Not genuine, for this reason.
    pub(crate) fn not(problem: impl Into<String>) -> Self {
        Self {
            problem: Some(problem.into()),
            ..Self::default()
        }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether it is genuine and an event.
    pub(crate) fn is_sound(&self) -> bool {
        self.genuine && self.problem.is_none()
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut headers = self.headers.iter();
        headers.try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wrong = if self.genuine { "wrong" } else { "not genuine" };
        let rows = [
            ("genuine", self.genuine.then(|| "yes".to_owned())),
            ("event", self.event_id.clone()),
            ("type", self.event_type.clone()),
            (wrong, self.problem.clone()),
            ("hint", self.hint.clone()),
        ];
        Rows(&rows).fmt(f)
    }
}

impl fmt::Display for Triggered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            event_type,
            endpoint,
            status,
            took_ms,
        } = self;
        writeln!(f, "{event_type} to {endpoint}: {status} after {took_ms} ms")
    }
}

impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.at)?;
        match (&self.verified.event_type, &self.verified.event_id) {
            (Some(event_type), Some(id)) => {
                write!(f, "{} {}", in_one_line(event_type), in_one_line(id))?;
            }
            _ if self.verified.genuine => f.write_str("genuine, but no event")?,
            _ => f.write_str("not genuine")?,
        }
        write!(f, " -> {}", self.answered)?;
        if self.sender_left {
            f.write_str(", but the sender had left")?;
        }
        let problem = self.verified.problem.as_deref();
        match problem.or(self.not_forwarded.as_deref()) {
            Some(problem) => writeln!(f, ": {}", in_one_line(problem)),
            None => writeln!(f),
        }
    }
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "listening on {}", self.url)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events = match self.waits_for {
            1 => "1 event that is".to_owned(),
            more => format!("{more} events that are"),
        };
        write!(
            f,
            "waiting for {events} still being passed on; ask once more to end at once"
        )
    }
}
