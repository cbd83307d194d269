//! What became of each scenario.

use std::fmt;

use crate::catalogue::Scenario;
use crate::exchange::Exchange;

/// The verdict on every scenario of a run, in the order of the files.
#[derive(Debug, Clone)]
pub struct Report {
    scenarios: Vec<(Scenario, Verdict)>,
}

/// What became of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// Where and how a scenario ended.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// What a step is for. `And` and `But` count as the step they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It sets the scene.
    Given,
    /// It does what the rule is about.
    When,
    /// It checks the outcome.
    Then,
}

impl Report {
    pub(crate) fn new(scenarios: Vec<(Scenario, Verdict)>) -> Self {
        Self { scenarios }
    }

    /// Every scenario that was asked for, with its verdict.
    pub fn scenarios(&self) -> impl Iterator<Item = (&Scenario, &Verdict)> {
        self.scenarios
            .iter()
            .map(|(scenario, verdict)| (scenario, verdict))
    }

    /// The verdict on one scenario, by its name.
    #[must_use]
    pub fn verdict(&self, name: &str) -> Option<&Verdict> {
        self.scenarios()
            .find(|(scenario, _)| scenario.name == name)
            .map(|(_, verdict)| verdict)
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
