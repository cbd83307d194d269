//! What changed between two reports: between dates, or between targets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use clinkbill_types::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::receiver::{self, Judged};
use crate::target::TargetKind;

use super::{Outcome, REPORT_VERSION, Report, TargetReport, Verdict, VerdictKind};

/// What changed between two reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Drift between two conformance runs, or two checks of a webhook endpoint")]
pub struct Drift {
    /// The version of this shape: that of the reports.
    pub version: u32,
    /// The earlier run, or the one to compare with.
    pub before: Run,
    /// The later run.
    pub after: Run,
    /// What changed, in the order of the scenarios.
    pub changes: Vec<Change>,
}

/// Which run a report is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The version of the suite.
    pub suite: String,
    /// When it began, in UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub date: Timestamp,
    /// What it ran against.
    pub target: TargetReport,
}

/// One thing that changed. What differs in every run, such as an id, is no change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// A scenario came to another verdict.
    Verdict {
        /// The scenario's name.
        scenario: String,
        /// The verdict before.
        before: VerdictKind,
        /// The verdict after.
        after: VerdictKind,
    },
    /// A scenario breaks at another step.
    Step {
        /// The scenario's name.
        scenario: String,
        /// The step at which it broke before.
        before: String,
        /// The step at which it breaks now.
        after: String,
    },
    /// Another answer was seen: where the guide is silent, or from a webhook endpoint.
    Answer {
        /// The scenario's name.
        scenario: String,
        /// The answer before.
        before: String,
        /// The answer after.
        after: String,
    },
    /// A scenario is only in the report before.
    ScenarioGone {
        /// The scenario's name.
        scenario: String,
    },
    /// A scenario is only in the report after.
    ScenarioNew {
        /// The scenario's name.
        scenario: String,
        /// Its verdict.
        verdict: VerdictKind,
    },
    /// Answers break the contract no longer in this way.
    BreakGone {
        /// Which answer.
        answer: String,
        /// How it broke the contract.
        how: String,
    },
    /// Answers break the contract in a way they did not.
    BreakNew {
        /// Which answer.
        answer: String,
        /// How it breaks the contract.
        how: String,
    },
    /// A field that the contract does not know is no longer seen.
    FieldGone {
        /// Which answer.
        answer: String,
        /// The place of the field in the body.
        field: String,
    },
    /// A field that the contract does not know is seen for the first time.
    FieldNew {
        /// Which answer.
        answer: String,
        /// The place of the field in the body.
        field: String,
    },
}

impl Drift {
    /// What changed from one report to another.
    #[must_use]
    pub fn between(before: &Report, after: &Report) -> Self {
        let mut changes = Vec::new();
        let mut left: BTreeMap<&str, &Outcome> = before
            .outcomes()
            .iter()
            .map(|outcome| (outcome.scenario.name.as_str(), outcome))
            .collect();
        for outcome in after.outcomes() {
            let scenario = &outcome.scenario.name;
            match left.remove(scenario.as_str()) {
                Some(earlier) => changes.extend(changed(earlier, outcome)),
                None => changes.push(Change::ScenarioNew {
                    scenario: scenario.clone(),
                    verdict: outcome.verdict.kind(),
                }),
            }
        }
        changes.extend(left.into_keys().map(|scenario| Change::ScenarioGone {
            scenario: scenario.to_owned(),
        }));

        let breaks = |report: &Report| -> BTreeSet<_> {
            let breaks = report.answers().breaks.iter();
            breaks
                .map(|own| (own.answer.clone(), own.how.clone()))
                .collect()
        };
        let (gone, new) = differences(&breaks(before), &breaks(after));
        changes.extend(
            gone.into_iter()
                .map(|(answer, how)| Change::BreakGone { answer, how }),
        );
        changes.extend(
            new.into_iter()
                .map(|(answer, how)| Change::BreakNew { answer, how }),
        );

        let fields = |report: &Report| -> BTreeSet<_> {
            let fields = report.answers().unknown_fields.iter();
            fields
                .map(|own| (own.answer.clone(), own.field.clone()))
                .collect()
        };
        let (gone, new) = differences(&fields(before), &fields(after));
        changes.extend(
            gone.into_iter()
                .map(|(answer, field)| Change::FieldGone { answer, field }),
        );
        changes.extend(
            new.into_iter()
                .map(|(answer, field)| Change::FieldNew { answer, field }),
        );
        Self {
            version: REPORT_VERSION,
            before: Run::of(before),
            after: Run::of(after),
            changes,
        }
    }

    /// What changed from one check of a webhook endpoint to another. A case stands for a scenario;
    /// how long an answer took is no change.
    #[must_use]
    pub fn between_checks(before: &receiver::Report, after: &receiver::Report) -> Self {
        let mut changes = Vec::new();
        let mut left: BTreeMap<&str, &Judged> = before
            .cases()
            .iter()
            .map(|judged| (judged.case.as_ref(), judged))
            .collect();
        for judged in after.cases() {
            let scenario = judged.case.clone().into_owned();
            let (verdict, answer) = (judged.verdict.kind(), judged.seen.kind());
            let Some(earlier) = left.remove(judged.case.as_ref()) else {
                changes.push(Change::ScenarioNew { scenario, verdict });
                continue;
            };
            let (before, seen) = (earlier.verdict.kind(), earlier.seen.kind());
            if before != verdict {
                changes.push(Change::Verdict {
                    scenario,
                    before,
                    after: verdict,
                });
            } else if seen != answer {
                changes.push(Change::Answer {
                    scenario,
                    before: seen,
                    after: answer,
                });
            }
        }
        changes.extend(left.into_keys().map(|case| Change::ScenarioGone {
            scenario: case.to_owned(),
        }));
        Self {
            version: REPORT_VERSION,
            before: Run::of_check(before),
            after: Run::of_check(after),
            changes,
        }
    }

    /// The drift as JSON text of a fixed shape: `schemas/conformance-drift.schema.json`.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

impl Run {
    fn of(report: &Report) -> Self {
        Self {
            suite: report.suite.clone(),
            date: report.date,
            target: report.target.clone(),
        }
    }

    fn of_check(report: &receiver::Report) -> Self {
        Self {
            suite: report.suite.clone(),
            date: report.date,
            target: TargetReport {
                kind: TargetKind::WebhookEndpoint,
                base_url: report.endpoint.clone(),
            },
        }
    }
}

/// Messages name ids and emails, which differ in every run: steps and answers are compared.
fn changed(before: &Outcome, after: &Outcome) -> Option<Change> {
    let scenario = after.scenario.name.clone();
    let (kind_before, kind_after) = (before.verdict.kind(), after.verdict.kind());
    if kind_before != kind_after {
        return Some(Change::Verdict {
            scenario,
            before: kind_before,
            after: kind_after,
        });
    }
    let (before, after) = (said(&before.verdict)?, said(&after.verdict)?);
    if before == after {
        return None;
    }
    Some(match kind_after {
        VerdictKind::Observed => Change::Answer {
            scenario,
            before,
            after,
        },
        _ => Change::Step {
            scenario,
            before,
            after,
        },
    })
}

fn said(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Failed(failure) | Verdict::Blocked(failure) => Some(failure.step.clone()),
        Verdict::Observed(observation) => Some(observation.to_string()),
        Verdict::Passed | Verdict::NotRun(_) => None,
    }
}

type Pair = (String, String);

/// What is only in the first, and what is only in the second.
fn differences(before: &BTreeSet<Pair>, after: &BTreeSet<Pair>) -> (Vec<Pair>, Vec<Pair>) {
    (
        before.difference(after).cloned().collect(),
        after.difference(before).cloned().collect(),
    )
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "before: {}\nafter:  {}", self.before, self.after)?;
        if self.changes.is_empty() {
            return writeln!(f, "\nnothing changed");
        }
        writeln!(f, "\n{} changes:", self.changes.len())?;
        self.changes
            .iter()
            .try_for_each(|change| writeln!(f, "  {change}"))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            suite,
            date,
            target,
        } = self;
        write!(
            f,
            "{date}, suite {suite}, {} at {}",
            target.kind, target.base_url
        )
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict {
                scenario,
                before,
                after,
            } => write!(f, "{scenario}: {before} -> {after}"),
            Self::Step {
                scenario,
                before,
                after,
            } => write!(f, "{scenario}: breaks at {after:?}, before at {before:?}"),
            Self::Answer {
                scenario,
                before,
                after,
            } => write!(f, "{scenario}: observed {after:?}, before {before:?}"),
            Self::ScenarioGone { scenario } => write!(f, "{scenario}: not in the report after"),
            Self::ScenarioNew { scenario, verdict } => {
                write!(f, "{scenario}: not in the report before; now {verdict}")
            }
            Self::BreakGone { answer, how } => {
                write!(f, "{answer} no longer breaks the contract: {how}")
            }
            Self::BreakNew { answer, how } => write!(f, "{answer} breaks the contract: {how}"),
            Self::FieldGone { answer, field } => {
                write!(f, "{answer} no longer has the field {field}")
            }
            Self::FieldNew { answer, field } => write!(f, "{answer} has the unknown field {field}"),
        }
    }
}
