//! What became of a run: for a person, for a build server, and for the next run.

mod answers;
mod drift;
mod junit;
mod rules;
mod saved;
mod summary;
mod verdict;

use std::time::Duration;

use clinkbill_types::Timestamp;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use answers::{Answers, Break, UnknownField};
pub use drift::{Change, Drift, Run};
pub use junit::JunitError;
pub use rules::{RuleReport, RuleScenario};
pub use saved::Saved;
pub use verdict::{Failure, Observation, Phase, Verdict, VerdictKind};

use crate::catalogue::Scenario;
use crate::rules::Rules;
use crate::schema::Checked;
use crate::target::{Target, TargetKind};

/// The version of the shape of saved reports. It changes when a reader of the old one would be
/// wrong about the new one; a field more is no such change.
pub const REPORT_VERSION: u32 = 1;

/// What became of every scenario of a run, in the order of the files, and what it says of the
/// rules and of the contract.
///
/// It is saved as JSON ([`to_json`](Self::to_json)) and read again
/// ([`from_json`](Self::from_json)); no secret is in it. How many rules were exercised, how many
/// passed, how many are open and how many answers matched the contract are different questions:
/// no number adds them up.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Report of a conformance run")]
pub struct Report {
    /// The version of this shape.
    version: u32,
    /// The version of the suite.
    suite: String,
    /// When the run began, in UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    date: Timestamp,
    /// How long it took, in milliseconds.
    took_ms: u64,
    /// What it ran against.
    target: TargetReport,
    /// The axes, each a question of its own.
    axes: Axes,
    /// Every rule, with its scenarios.
    rules: Vec<RuleReport>,
    /// Every scenario that was selected.
    scenarios: Vec<Outcome>,
    /// How the answers stand to the contract's schema.
    answers: Answers,
}

/// What a run ran against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetReport {
    /// Whose server it is, and how it is reached.
    pub kind: TargetKind,
    /// Its base URL.
    pub base_url: String,
}

/// The questions a run answers, one number each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Axes {
    /// Rules that scenarios can exercise at all.
    pub rules_testable: usize,
    /// Rules of which a scenario was run to a verdict.
    pub rules_exercised: usize,
    /// Rules of which a scenario passed, and none failed or could not be judged.
    pub rules_passed: usize,
    /// Rules of which a scenario failed.
    pub rules_failed: usize,
    /// Rules of which a scenario could not be judged.
    pub rules_blocked: usize,
    /// Rules of which something was observed, since the guide leaves it open.
    pub rules_open: usize,
    /// Answers of the merchant API that were held against the contract.
    pub answers_checked: usize,
    /// Those of them that the contract describes.
    pub answers_matched: usize,
}

/// One scenario and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// The scenario.
    #[serde(flatten)]
    pub scenario: Scenario,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How its answers break the contract, if any do: an axis of its own, whatever the verdict.
    pub breaks: Vec<String>,
}

/// A saved report cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// It is no report.
    #[error("not a report of a conformance run: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is one of another version.
    #[error("a report of version {found}, and this program reads version {known}")]
    Version {
        /// Its version.
        found: u32,
        /// The version that is read.
        known: u32,
    },
    /// Two reports of different things have nothing to compare.
    #[error("one report is of a server and the other of a webhook endpoint")]
    Unlike,
}

/// Reads a report whose version is this one.
pub(crate) fn versioned<T: DeserializeOwned>(text: &str, known: u32) -> Result<T, ReportError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    match serde_json::from_str(text)? {
        Versioned { version } if version == known => Ok(serde_json::from_str(text)?),
        Versioned { version } => Err(ReportError::Version {
            found: version,
            known,
        }),
    }
}

/// What one scenario left behind.
pub(crate) struct Ended {
    pub(crate) scenario: Scenario,
    pub(crate) verdict: Verdict,
    pub(crate) answers: Vec<Checked>,
}

impl Report {
    pub(crate) fn new(
        target: &Target,
        rules: &Rules,
        date: Timestamp,
        took: Duration,
        ended: Vec<Ended>,
    ) -> Self {
        let answers = Answers::of(&ended);
        let scenarios: Vec<_> = ended.into_iter().map(Outcome::of).collect();
        let rules = rules::of(rules, &scenarios);
        Self {
            version: REPORT_VERSION,
            suite: env!("CARGO_PKG_VERSION").to_owned(),
            date,
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            target: TargetReport {
                kind: target.kind(),
                base_url: target.base_url().to_string(),
            },
            axes: Axes::of(&rules, &answers),
            rules,
            scenarios,
            answers,
        }
    }

    /// Every scenario that was selected, with its verdict.
    pub fn scenarios(&self) -> impl Iterator<Item = (&Scenario, &Verdict)> {
        self.scenarios
            .iter()
            .map(|outcome| (&outcome.scenario, &outcome.verdict))
    }

    /// Every scenario that was selected, with what became of it.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.scenarios
    }

    /// What became of one scenario, by its name.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<&Outcome> {
        self.scenarios
            .iter()
            .find(|outcome| outcome.scenario.name == name)
    }

    /// The verdict on one scenario, by its name.
    #[must_use]
    pub fn verdict(&self, name: &str) -> Option<&Verdict> {
        self.outcome(name).map(|outcome| &outcome.verdict)
    }

    /// Every rule, with its scenarios.
    #[must_use]
    pub fn rules(&self) -> &[RuleReport] {
        &self.rules
    }

    /// How the answers stand to the contract's schema.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The questions the run answers, one number each.
    #[must_use]
    pub fn axes(&self) -> Axes {
        self.axes
    }

    /// What it ran against.
    #[must_use]
    pub fn target(&self) -> &TargetReport {
        &self.target
    }

    /// How long it took.
    #[must_use]
    pub fn took(&self) -> Duration {
        Duration::from_millis(self.took_ms)
    }

    /// Whether the target conforms: something was run, nothing failed, and nothing that was run
    /// could not be judged. A sandbox of ours answers as its contract says as well.
    #[must_use]
    pub fn conforms(&self) -> bool {
        let own_answers_match =
            !self.target.kind.is_own_sandbox() || self.answers.breaks.is_empty();
        let kinds = || self.scenarios().map(|(_, verdict)| verdict.kind());
        own_answers_match
            && kinds().any(VerdictKind::was_run)
            && !kinds().any(|kind| matches!(kind, VerdictKind::Failed | VerdictKind::Blocked))
    }

    /// The report as JSON text of a fixed shape: `schemas/conformance-report.schema.json`.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// A report that was saved.
    pub fn from_json(text: &str) -> Result<Self, ReportError> {
        versioned(text, REPORT_VERSION)
    }
}

impl Outcome {
    fn of(ended: Ended) -> Self {
        let mut breaks = Vec::new();
        for checked in ended.answers {
            for line in checked.breaks {
                let line = format!("{}: {line}", checked.answer);
                if !breaks.contains(&line) {
                    breaks.push(line);
                }
            }
        }
        Self {
            scenario: ended.scenario,
            verdict: ended.verdict,
            breaks,
        }
    }
}

impl Axes {
    fn of(rules: &[RuleReport], answers: &Answers) -> Self {
        let count =
            |holds: fn(&RuleReport) -> bool| rules.iter().filter(|rule| holds(rule)).count();
        Self {
            rules_testable: count(|rule| rule.level.needs_scenario()),
            rules_exercised: count(RuleReport::is_exercised),
            rules_passed: count(RuleReport::is_passed),
            rules_failed: count(|rule| rule.has(VerdictKind::Failed)),
            rules_blocked: count(|rule| rule.has(VerdictKind::Blocked)),
            rules_open: count(|rule| rule.has(VerdictKind::Observed)),
            answers_checked: answers.checked,
            answers_matched: answers.matched,
        }
    }
}
