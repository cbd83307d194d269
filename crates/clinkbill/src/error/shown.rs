//! What errors say to people. No body and no secret is among it.

use std::error::Error as StdError;
use std::fmt;

use super::{Error, Inner, Outcome, What};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let problem = inner.problem.as_deref().unwrap_or_default();
        match inner.what {
            What::Invalid => {
                let field = inner.field.as_deref().unwrap_or_default();
                write!(f, "{field} {problem}")
            }
            What::Setup => f.write_str("the client cannot be set up"),
            What::Connect if inner.timed_out => f.write_str("the request was not sent in time"),
            What::Unsendable | What::Connect => f.write_str("the request was not sent"),
            What::Interrupted if inner.timed_out => {
                write!(f, "no answer came in time: {}", inner.consequence())
            }
            What::Interrupted => write!(f, "the exchange broke off: {}", inner.consequence()),
            What::Answered if self.is_nowhere() => {
                f.write_str("the server does not know this address")?;
                inner.describe_answer(f)?;
                f.write_str("; the base URL may be wrong: it should end in /api/")
            }
            What::Answered if inner.outcome == Outcome::Rejected => {
                f.write_str("Clink refused the request")?;
                inner.describe_answer(f)
            }
            What::Answered if matches!(inner.http_status, Some(300..=399)) => {
                write!(f, "the server sent the request elsewhere: ")?;
                f.write_str(inner.consequence())?;
                inner.describe_answer(f)
            }
            What::Answered => {
                write!(f, "the server failed: {}", inner.consequence())?;
                inner.describe_answer(f)
            }
            What::Unreadable => {
                write!(f, "the answer {problem}: {}", inner.consequence())?;
                inner.describe_answer(f)
            }
            What::TooMany => write!(f, "there are more than {problem}: list them page by page"),
            What::OtherThanAsked => match &inner.session_id {
                Some(id) => write!(f, "session {id} was made, but {problem}"),
                None => write!(f, "a session was made, but {problem}"),
            },
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut shown = f.debug_struct("Error");
        shown.field("outcome", &inner.outcome);
        shown.field("what", &format_args!("{self}"));
        if let Some(name) = &inner.name {
            shown.field("name", name);
        }
        if inner.attempts > 1 {
            shown.field("attempts", &inner.attempts);
        }
        if let Some(wait) = &inner.retry_after {
            shown.field("retry_after", wait);
        }
        if let Some(source) = &inner.source {
            shown.field("source", source);
        }
        shown.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl Inner {
    fn consequence(&self) -> &'static str {
        if self.read {
            "a read changes nothing and may be repeated"
        } else {
            "the request may have taken effect"
        }
    }

    fn describe_answer(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.http_status {
            write!(f, " (HTTP {status}")?;
            if let Some(code) = self.code {
                write!(f, ", code {code}")?;
            }
            f.write_str(")")?;
        }
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}
