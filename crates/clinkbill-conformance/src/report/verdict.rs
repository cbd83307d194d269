//! What became of one scenario.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::Exchange;

/// What became of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "verdict", content = "detail", rename_all = "snake_case")]
pub enum Verdict {
    /// Every step was run and held.
    Passed,
    /// The target did not do what the rule says.
    Failed(Failure),
    /// The target could not be judged: the scenario broke while it was being set up, or a check
    /// could not be trusted on this target. Says nothing about the rule, and is no pass.
    Blocked(Failure),
    /// The scenario was not run on this target, for this reason.
    NotRun(String),
    /// The guide leaves it open what a server does here, and this is what the target does. Only a
    /// sandbox of ours, which promises our reading, passes or fails such a scenario.
    Observed(Observation),
}

/// A verdict without its circumstances.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// Every step held.
    Passed,
    /// A step did not hold.
    Failed,
    /// It could not be judged.
    Blocked,
    /// It was not run.
    NotRun,
    /// The guide is silent, and an answer was seen.
    Observed,
}

/// Where and how a scenario ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// The step that did not hold, keyword included.
    pub step: String,
    /// Its line in the feature file, counted from 1.
    pub line: usize,
    /// What kind of step it is.
    pub phase: Phase,
    /// What was seen instead.
    pub message: String,
    /// What went over the wire in this scenario, secrets masked.
    pub exchanges: Vec<Exchange>,
}

/// What a target does where the guide is silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// Whether the target does what the scenario says, which is how we read the guide.
    pub as_we_read_it: bool,
    /// The answer that was seen, the same in every run against the same server.
    pub answer: String,
}

/// What a step is for. `And` and `But` count as the step they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It sets the scene.
    Given,
    /// It does what the rule is about.
    When,
    /// It checks the outcome.
    Then,
}

impl Verdict {
    /// The verdict without its circumstances.
    #[must_use]
    pub fn kind(&self) -> VerdictKind {
        match self {
            Self::Passed => VerdictKind::Passed,
            Self::Failed(_) => VerdictKind::Failed,
            Self::Blocked(_) => VerdictKind::Blocked,
            Self::NotRun(_) => VerdictKind::NotRun,
            Self::Observed(_) => VerdictKind::Observed,
        }
    }
}

impl VerdictKind {
    /// Whether the scenario was run to a verdict on the target.
    #[must_use]
    pub fn was_run(self) -> bool {
        matches!(self, Self::Passed | Self::Failed | Self::Observed)
    }
}

impl fmt::Display for VerdictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::NotRun => "not run",
            Self::Observed => "observed",
        })
    }
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reading = if self.as_we_read_it {
            "as we read it"
        } else {
            "otherwise"
        };
        write!(f, "{reading}: {}", self.answer)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "line {}: {}", self.line, self.step)?;
        writeln!(f, "  {}", self.message)?;
        for exchange in &self.exchanges {
            writeln!(f, "  {exchange}")?;
        }
        Ok(())
    }
}
