//! The catalogue of rules: what the guide says, in our own words, and how far it can be tested.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::catalogue::{Catalogue, Scenario};
use crate::lint::Fault;

/// The file of rules, as it was when this crate was compiled.
const EMBEDDED: &str = include_str!("../features/rules.toml");
const FILE: &str = "rules.toml";

/// The rules of the guide and of the documents beside it, in the order of their file.
#[derive(Debug, Clone)]
pub struct Rules(Vec<Rule>);

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id, such as `CR-08`: the tag of its scenarios.
    pub id: String,
    /// The section of the guide it stands in; for what the guide does not say, where it is from.
    pub section: String,
    /// How far it binds a server.
    pub level: Level,
    /// What it says, in one line.
    pub says: String,
    /// The other rules that say the same: a scenario of one is a scenario of all.
    pub same_as: Vec<String>,
    /// The rules that cannot hold where this one is broken.
    pub implies: Vec<String>,
    /// Why it has no scenario, if its level has none.
    pub reason: Option<String>,
    line: usize,
}

/// How far a rule binds a server.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// The documents state it: a server that does otherwise is wrong.
    Must,
    /// The documents do not state it in so many words, and a server is expected to follow it.
    Should,
    /// The documents are silent: what a server does is observed.
    Open,
    /// A duty of the merchant or of the merchant's programs.
    Client,
    /// A recommendation to merchants.
    Advice,
    /// It is about the documents.
    Note,
    /// Nothing a client could see.
    Untestable,
}

/// The file of rules cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{FILE} cannot be read: {0}")]
pub struct RulesError(#[from] toml::de::Error);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Spanned<String>,
    section: String,
    level: Level,
    says: String,
    #[serde(default)]
    same_as: Vec<String>,
    #[serde(default)]
    implies: Vec<String>,
    /// Compared with the guide elsewhere (`cargo xtask rules`).
    #[serde(default, rename = "sentences")]
    _sentences: Vec<String>,
    reason: Option<String>,
}

impl Rules {
    /// The rules that come with this crate.
    pub fn embedded() -> Result<Self, RulesError> {
        Self::parse(EMBEDDED)
    }

    /// The rules of a file of the same shape as `features/rules.toml`.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let File { rule } = toml::from_str(text)?;
        let rules = rule.into_iter().map(|entry| Rule {
            line: line_of(text, entry.id.span().start),
            id: entry.id.into_inner(),
            section: entry.section,
            level: entry.level,
            says: entry.says,
            same_as: entry.same_as,
            implies: entry.implies,
            reason: entry.reason,
        });
        Ok(Self(rules.collect()))
    }

    /// Every rule.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// The rule with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.id == id)
    }

    /// The rules that need a scenario and have none, neither under their own id nor under that of
    /// a rule that says the same.
    #[must_use]
    pub fn without_scenario(&self, catalogue: &Catalogue) -> Vec<&Rule> {
        let is_covered = |id: &String| {
            let mut scenarios = catalogue.scenarios().iter();
            scenarios.any(|scenario| scenario.rules.contains(id))
        };
        self.0
            .iter()
            .filter(|rule| rule.level.needs_scenario())
            .filter(|rule| !is_covered(&rule.id) && !rule.same_as.iter().any(is_covered))
            .collect()
    }

    /// What is wrong with a scenario's tag: a rule nobody knows, or one that has no scenarios.
    pub(crate) fn fault_of_tag(&self, id: &str) -> Option<String> {
        match self.get(id) {
            None => Some(format!("no rule {id} in {FILE}")),
            Some(rule) if !rule.level.needs_scenario() => {
                let level = rule.level;
                Some(format!("{id} is {level} in {FILE}, which has no scenarios"))
            }
            Some(_) => None,
        }
    }

    /// The rules that neither need a scenario nor say why they have none, or do both.
    pub(crate) fn faults_of_reasons(&self) -> Vec<Fault> {
        let problem = |rule: &Rule| match (rule.level.needs_scenario(), &rule.reason) {
            (false, None) => Some("and no reason says why it has no scenario"),
            (true, Some(_)) => Some("which has scenarios, and a reason why it has none"),
            _ => None,
        };
        self.0
            .iter()
            .filter_map(|rule| {
                let problem = problem(rule)?;
                Some(rule.fault(&format!("{} is {}, {problem}", rule.id, rule.level)))
            })
            .collect()
    }
}

impl Rule {
    /// Whether a scenario is one of this rule: under its own id, or under that of a rule that says
    /// the same.
    #[must_use]
    pub fn is_exercised_by(&self, scenario: &Scenario) -> bool {
        let is_own = |id: &String| *id == self.id || self.same_as.contains(id);
        scenario.rules.iter().any(is_own)
    }

    pub(crate) fn fault(&self, message: &str) -> Fault {
        Fault {
            file: FILE.to_owned(),
            line: self.line,
            message: message.to_owned(),
        }
    }
}

impl Level {
    /// Whether a rule of this level is exercised by scenarios.
    #[must_use]
    pub fn needs_scenario(self) -> bool {
        match self {
            Self::Must | Self::Should | Self::Open => true,
            Self::Client | Self::Advice | Self::Note | Self::Untestable => false,
        }
    }
}

/// As it stands in the file.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::Open => "open",
            Self::Client => "client",
            Self::Advice => "advice",
            Self::Note => "note",
            Self::Untestable => "untestable",
        })
    }
}

impl RulesError {
    pub(crate) fn into_fault(self) -> Fault {
        let line = self
            .0
            .span()
            .map_or(1, |span| line_of(EMBEDDED, span.start));
        Fault {
            file: FILE.to_owned(),
            line,
            message: self.0.message().to_owned(),
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    1 + before.matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &str = "    When the buyer pays\n    Then the buyer is not sent anywhere\n";

    fn rule(id: &str, level: &str, rest: &str) -> String {
        format!(
            "[[rule]]\nid = '{id}'\nsection = 'S'\nlevel = '{level}'\nsays = 'It is so.'\n{rest}"
        )
    }

    fn rules(text: &str) -> Rules {
        Rules::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_embedded_rules_have_the_sections_of_the_contract() {
        let rules = Rules::embedded().unwrap_or_else(|error| panic!("{error}"));
        for (section, count) in [
            ("FR", 17),
            ("CR", 43),
            ("RD", 13),
            ("PP", 5),
            ("ST", 9),
            ("QR", 7),
            ("MR", 7),
            ("CX", 4),
            ("QS", 5),
        ] {
            for number in 1..=count {
                let id = format!("{section}-{number:02}");
                assert!(rules.get(&id).is_some(), "{id}");
            }
        }
        assert_eq!(rules.iter().count(), 112);
    }

    #[test]
    fn a_level_nobody_knows_and_a_field_nobody_knows_are_refused() {
        assert!(Rules::parse(&rule("CR-01", "maybe", "")).is_err());
        assert!(Rules::parse(&rule("CR-01", "must", "same-as = []\n")).is_err());
    }

    #[test]
    fn a_rule_is_covered_by_a_scenario_of_its_own_or_of_one_that_says_the_same() {
        let text = [
            rule("RD-01", "must", ""),
            rule("RD-02", "should", "same_as = ['RD-01']\n"),
            rule("RD-03", "open", "same_as = ['RD-04']\n"),
            rule("RD-04", "must", ""),
            rule("RD-05", "note", "reason = 'R'\n"),
        ];
        let feature = format!("Feature: F\n  @RD-01\n  Scenario: one\n{STEPS}");
        let catalogue = Catalogue::parse(&[("a.feature", &feature)]).unwrap();
        let rules = rules(&text.concat());
        let missing: Vec<_> = rules
            .without_scenario(&catalogue)
            .iter()
            .map(|r| &*r.id)
            .collect();
        assert_eq!(missing, ["RD-03", "RD-04"]);
    }

    #[test]
    fn a_rule_without_scenarios_says_why() {
        let text = [
            rule("RD-01", "client", ""),
            rule("RD-02", "note", "reason = 'R'\n"),
            rule("RD-03", "must", "reason = 'R'\n"),
        ];
        let faults: Vec<_> = rules(&text.concat())
            .faults_of_reasons()
            .iter()
            .map(Fault::to_string)
            .collect();
        assert_eq!(
            faults,
            [
                "rules.toml:2: RD-01 is client, and no reason says why it has no scenario",
                "rules.toml:13: RD-03 is must, which has scenarios, and a reason why it has none",
            ]
        );
    }

    #[test]
    fn a_tag_is_of_a_rule_that_has_scenarios() {
        let rules = rules(&[rule("RD-01", "must", ""), rule("RD-08", "note", "")].concat());
        assert_eq!(rules.fault_of_tag("RD-01"), None);
        assert_eq!(
            rules.fault_of_tag("RD-02").as_deref(),
            Some("no rule RD-02 in rules.toml")
        );
        assert_eq!(
            rules.fault_of_tag("RD-08").as_deref(),
            Some("RD-08 is note in rules.toml, which has no scenarios")
        );
    }
}
