//! What an endpoint answered, and whether a sound one would have.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use clinkbill_types::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::cases::Case;
use crate::report::{ReportError, VerdictKind, versioned};

/// The version of the shape of the report. It changes when a reader of the old one would be wrong
/// about the new one; a field more is no such change.
pub const REPORT_VERSION: u32 = 1;

/// Every case, what was expected of the endpoint and what was seen. No secret is in it, and nothing
/// of what the endpoint answered but its status.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Report of a check of a webhook endpoint")]
pub struct Report {
    /// The version of this shape.
    version: u32,
    /// The version of the suite.
    #[serde(default)]
    pub(crate) suite: String,
    /// When the check began, in UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub(crate) date: Timestamp,
    /// The endpoint, without its query.
    pub(crate) endpoint: String,
    /// How long it may take to answer, in milliseconds.
    pub(super) patience_ms: u64,
    /// The cases, in the order in which they were sent.
    cases: Vec<Judged>,
}

/// One case and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// Its name, such as `stale`.
    pub case: Cow<'static, str>,
    /// What is sent.
    pub what: Cow<'static, str>,
    /// What a sound endpoint answers.
    pub expected: Expected,
    /// What came back.
    pub seen: Seen,
    /// Whether the one fits the other.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why it matters.
    pub why: Cow<'static, str>,
}

/// What a sound endpoint answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// HTTP 2xx.
    Accepted,
    /// HTTP 4xx.
    Refused,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// An answer, whole.
    Answer {
        /// Its HTTP status.
        status: u16,
        /// How long it took, in milliseconds.
        took_ms: u64,
    },
    /// No answer within the time.
    TimedOut,
    /// No connection could be made.
    Unreachable,
    /// The connection broke, or what came was not HTTP.
    BrokeOff,
    /// Nothing was sent, since nothing had answered the first event.
    NotSent,
}

/// Whether the answer is that of a sound endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "verdict", content = "because", rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Passed,
    /// It is not.
    Failed,
    /// The answer proves nothing, for this reason.
    NotJudged(Cow<'static, str>),
}

impl Report {
    pub(super) fn new(url: &Url, patience: Duration, date: Timestamp) -> Self {
        let mut shown = url.clone();
        shown.set_query(None);
        Self {
            version: REPORT_VERSION,
            suite: env!("CARGO_PKG_VERSION").to_owned(),
            date,
            endpoint: shown.into(),
            patience_ms: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX),
            cases: Vec::new(),
        }
    }

    /// Whether anything answers at all, as far as is known.
    pub(super) fn may_go_on(&self) -> bool {
        let first = self.cases.first();
        first.is_none_or(|first| matches!(first.seen, Seen::Answer { .. }))
    }

    pub(super) fn judge(&mut self, case: &Case, seen: Seen) {
        let verdict = self.verdict(case.expected, &seen);
        self.cases.push(Judged {
            case: case.id.into(),
            what: case.what.into(),
            expected: case.expected,
            seen,
            verdict,
            why: case.why.into(),
        });
    }

    /// The report as JSON text of a fixed shape: `schemas/webhook-report.schema.json`.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// A report that was saved.
    pub fn from_json(text: &str) -> Result<Self, ReportError> {
        versioned(text, REPORT_VERSION)
    }

    /// Whether every case passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        let passed = |case: &Judged| case.verdict == Verdict::Passed;
        self.cases.iter().all(passed)
    }

    /// Whether the endpoint answered at all.
    #[must_use]
    pub fn answered(&self) -> bool {
        self.may_go_on()
    }

    /// The cases, in the order in which they were sent.
    #[must_use]
    pub fn cases(&self) -> &[Judged] {
        &self.cases
    }

    fn verdict(&self, expected: Expected, seen: &Seen) -> Verdict {
        let status = match seen {
            Seen::Answer { status, .. } => *status,
            Seen::NotSent => return Verdict::NotJudged("nothing answered the first event".into()),
            Seen::TimedOut | Seen::Unreachable | Seen::BrokeOff => return Verdict::Failed,
        };
        // Whoever takes nothing proves nothing by a refusal.
        let takes_events = self
            .cases
            .first()
            .is_none_or(|first| first.verdict == Verdict::Passed);
        match (expected, status) {
            (Expected::Accepted, 200..=299) => Verdict::Passed,
            (Expected::Refused, 400..=499) if takes_events => Verdict::Passed,
            (Expected::Refused, 400..=499) => {
                Verdict::NotJudged("the endpoint does not take the good event either".into())
            }
            _ => Verdict::Failed,
        }
    }
}

impl Verdict {
    /// The verdict on a scenario that says the same.
    pub(crate) fn kind(&self) -> VerdictKind {
        match self {
            Self::Passed => VerdictKind::Passed,
            Self::Failed => VerdictKind::Failed,
            Self::NotJudged(_) => VerdictKind::Blocked,
        }
    }
}

impl Seen {
    /// What came back, but for what differs in every run.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Answer { status, .. } => status.to_string(),
            other => other.to_string(),
        }
    }
}

/// For people: one line for each case, and why it matters where it did not pass.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} at {}", self.endpoint, self.date)?;
        for case in &self.cases {
            write!(f, "{case}")?;
        }
        let count = |is: fn(&Verdict) -> bool| {
            let verdicts = self.cases.iter().map(|case| &case.verdict);
            verdicts.filter(|verdict| is(verdict)).count()
        };
        writeln!(
            f,
            "{} passed, {} failed, {} not judged",
            count(|verdict| *verdict == Verdict::Passed),
            count(|verdict| *verdict == Verdict::Failed),
            count(|verdict| matches!(verdict, Verdict::NotJudged(_))),
        )
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Passed => "ok",
            Verdict::Failed => "FAILED",
            Verdict::NotJudged(_) => "-",
        };
        writeln!(
            f,
            "{word:<6} {:<20} expected {}, saw {}",
            self.case, self.expected, self.seen
        )?;
        match &self.verdict {
            Verdict::Passed => Ok(()),
            Verdict::Failed => writeln!(f, "       {}: {}", self.what, self.why),
            Verdict::NotJudged(reason) => writeln!(f, "       not judged: {reason}"),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "2xx",
            Self::Refused => "4xx",
        })
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { status, took_ms } => write!(f, "{status} after {took_ms} ms"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Unreachable => f.write_str("no connection"),
            Self::BrokeOff => f.write_str("a connection that broke off"),
            Self::NotSent => f.write_str("nothing: not sent"),
        }
    }
}
