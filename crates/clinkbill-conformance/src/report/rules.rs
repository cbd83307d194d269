//! What a run says of each rule.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Outcome, VerdictKind};
use crate::rules::{Level, Rules};

/// One rule, and what became of its scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleReport {
    /// Its id.
    pub id: String,
    /// How far it binds a server.
    pub level: Level,
    /// The section of the guide it stands in.
    pub section: String,
    /// What it says.
    pub says: String,
    /// Its scenarios, those of rules that say the same included, as far as they were selected.
    pub scenarios: Vec<RuleScenario>,
}

/// A scenario of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleScenario {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub verdict: VerdictKind,
}

impl RuleReport {
    /// Whether one of its scenarios came to this verdict.
    #[must_use]
    pub fn has(&self, kind: VerdictKind) -> bool {
        self.scenarios.iter().any(|own| own.verdict == kind)
    }

    /// Whether one of its scenarios was run to a verdict.
    #[must_use]
    pub fn is_exercised(&self) -> bool {
        self.scenarios.iter().any(|own| own.verdict.was_run())
    }

    /// Whether one of its scenarios passed, and none failed or could not be judged.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.has(VerdictKind::Passed)
            && !self.has(VerdictKind::Failed)
            && !self.has(VerdictKind::Blocked)
    }
}

pub(super) fn of(rules: &Rules, outcomes: &[Outcome]) -> Vec<RuleReport> {
    rules
        .iter()
        .map(|rule| {
            let own = outcomes
                .iter()
                .filter(|outcome| rule.is_exercised_by(&outcome.scenario));
            RuleReport {
                id: rule.id.clone(),
                level: rule.level,
                section: rule.section.clone(),
                says: rule.says.clone(),
                scenarios: own
                    .map(|outcome| RuleScenario {
                        name: outcome.scenario.name.clone(),
                        verdict: outcome.verdict.kind(),
                    })
                    .collect(),
            }
        })
        .collect()
}
