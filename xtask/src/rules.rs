//! The catalogue of rules, held against itself and against a copy of the guide.

mod guide;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use self::guide::{Sentence, is_digest};

/// Where the rules stand, relative to the workspace.
pub(crate) const RULES: &str = "features/rules.toml";
/// Where the sentences stand that state no rule, relative to the workspace.
pub(crate) const NOT_RULES: &str = "features/not-rules.toml";

/// Checks the catalogue at `root`, and if there is a `document`, that the two know of each other.
pub(crate) fn check(root: &Path, document: Option<&Path>) -> Result<(), String> {
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    let catalogue = Catalogue::parse(&read(&root.join(RULES))?, &read(&root.join(NOT_RULES))?)?;
    let told = |what: &str, findings: &[String]| {
        if findings.is_empty() {
            Ok(())
        } else {
            Err(format!("{what}\n\n{}", findings.join("\n")))
        }
    };
    told(
        "the catalogue of rules is not in order",
        &catalogue.faults(),
    )?;
    let Some(document) = document else {
        return Ok(());
    };
    told(
        "the document is not the one that the rules were written from",
        &catalogue.compare(&guide::sentences(&read(document)?)),
    )
}

/// What both files say.
struct Catalogue {
    rules: Vec<Rule>,
    not_rules: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    section: String,
    level: String,
    says: String,
    #[serde(default)]
    same_as: Vec<String>,
    #[serde(default)]
    implies: Vec<String>,
    #[serde(default)]
    sentences: Vec<String>,
    /// Whether it is needed is known where the scenarios are.
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotRulesFile {
    group: Vec<Group>,
}

/// Sentences that state no rule, for one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    reason: String,
    sentences: Vec<String>,
}

impl Catalogue {
    fn parse(rules: &str, not_rules: &str) -> Result<Self, String> {
        let RulesFile { rule } =
            toml::from_str(rules).map_err(|error| format!("{RULES}: {error}"))?;
        let NotRulesFile { group } =
            toml::from_str(not_rules).map_err(|error| format!("{NOT_RULES}: {error}"))?;
        Ok(Self {
            rules: rule,
            not_rules: group,
        })
    }

    /// What is wrong with the files as they stand.
    fn faults(&self) -> Vec<String> {
        let mut faults = self.faults_of_ids();
        for rule in &self.rules {
            let texts = [("section", &rule.section), ("says", &rule.says)];
            for (field, text) in texts {
                if text.trim().is_empty() || text.contains('\n') {
                    faults.push(format!("{}: `{field}` is not one line of text", rule.id));
                }
            }
            faults.extend(self.faults_of_references(rule));
        }
        faults.extend(self.faults_of_digests());
        faults
    }

    /// Ids are unique, and the numbers of a section leave none out.
    fn faults_of_ids(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut numbers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for Rule { id, .. } in &self.rules {
            let number = id.split_once('-').filter(|(section, number)| {
                section.len() == 2
                    && section.bytes().all(|byte| byte.is_ascii_uppercase())
                    && number.len() == 2
            });
            match number.and_then(|(section, number)| Some((section, number.parse().ok()?))) {
                None => faults.push(format!("{id} has not the form of an id such as CR-08")),
                Some((section, number)) => {
                    if !numbers.entry(section).or_default().insert(number) {
                        faults.push(format!("{id} stands there twice"));
                    }
                }
            }
        }
        for (section, numbers) in numbers {
            let last = numbers.last().copied().unwrap_or_default();
            let left_out = (1..=last).filter(|number| !numbers.contains(number));
            faults.extend(left_out.map(|number| format!("{section}-{number:02} is left out")));
        }
        faults
    }

    /// What a rule refers to is there, and what says the same says so of each other.
    fn faults_of_references(&self, rule: &Rule) -> Vec<String> {
        let mut faults = Vec::new();
        let id = &rule.id;
        let fields = [("same_as", &rule.same_as), ("implies", &rule.implies)];
        for (field, others) in fields {
            for other in others {
                if other == id || others.iter().filter(|o| *o == other).count() > 1 {
                    faults.push(format!("{id}: `{field}` names {other} needlessly"));
                } else if self.get(other).is_none() {
                    faults.push(format!("{id}: `{field}` names {other}, which is no rule"));
                }
            }
        }
        for other in rule.implies.iter().filter(|o| rule.same_as.contains(o)) {
            faults.push(format!("{id} says the same as {other} and implies it"));
        }
        let family: BTreeSet<_> = family(rule).collect();
        for other in rule.same_as.iter().filter_map(|other| self.get(other)) {
            if self::family(other).collect::<BTreeSet<_>>() != family {
                let other = &other.id;
                faults.push(format!(
                    "{id} and {other} say the same, and name different rules beside them"
                ));
            } else if other.level != rule.level {
                let other = &other.id;
                faults.push(format!("{id} and {other} say the same on different levels"));
            }
        }
        faults
    }

    /// A sentence may state several rules; it cannot state one twice, or both one and none.
    fn faults_of_digests(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (whose, digests) in self.digests() {
            let mut known = BTreeSet::new();
            for digest in digests {
                if !is_digest(digest) {
                    faults.push(format!(
                        "{whose}: {digest} is no SHA-256 in small hex digits"
                    ));
                }
                if !known.insert(digest) {
                    faults.push(format!("{whose}: {digest} stands there twice"));
                }
            }
        }
        let mut silent = BTreeMap::new();
        for Group { reason, sentences } in &self.not_rules {
            if reason.trim().is_empty() {
                faults.push(format!("{NOT_RULES}: a group without a reason"));
            }
            for digest in sentences {
                if silent.insert(digest, reason).is_some_and(|r| r != reason) {
                    faults.push(format!("{NOT_RULES}: {digest} has two reasons"));
                }
            }
        }
        for rule in &self.rules {
            for digest in rule.sentences.iter().filter(|d| silent.contains_key(d)) {
                let id = &rule.id;
                faults.push(format!("{digest} states {id}, and stands in {NOT_RULES}"));
            }
        }
        faults
    }

    /// What the catalogue has and the document has not, and the other way round.
    fn compare(&self, document: &[Sentence]) -> Vec<String> {
        let in_document: BTreeSet<_> = document.iter().map(|s| s.digest.as_str()).collect();
        let mut covered = BTreeSet::new();
        let mut findings = Vec::new();
        for (whose, digests) in self.digests() {
            let says = self
                .get(whose)
                .map_or(String::new(), |rule| format!("\n  {}", rule.says));
            for digest in digests {
                covered.insert(digest.as_str());
                if !in_document.contains(digest.as_str()) {
                    findings.push(format!(
                        "no longer in the document: a sentence of {whose}\n  {digest}{says}"
                    ));
                }
            }
        }
        let uncovered = document
            .iter()
            .filter(|sentence| !covered.contains(sentence.digest.as_str()));
        findings.extend(uncovered.map(|Sentence { digest, text }| {
            format!("covered by no rule and not in {NOT_RULES}: {text}\n  {digest}")
        }));
        findings
    }

    fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Every list of digests, and whose it is.
    fn digests(&self) -> impl Iterator<Item = (&str, &Vec<String>)> {
        let of_rules = self.rules.iter().map(|r| (r.id.as_str(), &r.sentences));
        let of_none = self
            .not_rules
            .iter()
            .map(|g| (g.reason.as_str(), &g.sentences));
        of_rules.chain(of_none)
    }
}

/// A rule and those that say the same.
fn family(rule: &Rule) -> impl Iterator<Item = &String> {
    std::iter::once(&rule.id).chain(&rule.same_as)
}

#[cfg(test)]
mod tests;
