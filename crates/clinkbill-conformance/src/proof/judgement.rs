//! What a run against a deviant has to look like.

use std::collections::BTreeSet;

use crate::catalogue::{Catalogue, Scenario};
use crate::rules::{Level, Rules};

/// What is claimed of a deviant.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    /// The rule that it breaks.
    pub(super) rule: &'static str,
    /// What it does wrong.
    pub(super) does: &'static str,
    /// How the sentences begin in which the rule's scenarios fail.
    pub(super) fails: &'static [&'static str],
    /// Rules whose scenarios fail as well, beside those that cannot hold without this rule.
    pub(super) also: &'static [&'static str],
}

/// How the scenarios of a run ended; scenarios by their number.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Those that failed in a `When` or a `Then`.
    pub(super) bites: Vec<Bite>,
    /// Those that could not be judged.
    pub(super) blocked: Vec<usize>,
}

/// A scenario that noticed.
#[derive(Debug)]
pub(super) struct Bite {
    pub(super) scenario: usize,
    /// The step that failed, with its keyword.
    pub(super) step: String,
}

/// The faithful sandbox passes, or failing means nothing.
pub(super) fn of_the_faithful(scenarios: &[Scenario], outcome: &Outcome) -> Vec<String> {
    let failed = outcome.bites.iter().map(|bite| bite.scenario);
    failed
        .chain(outcome.blocked.iter().copied())
        .map(|scenario| {
            let name = &scenarios[scenario].name;
            format!("does not pass where no rule is broken: {name}")
        })
        .collect()
}

/// Every rule that needs a scenario has one.
pub(super) fn of_the_catalogue(rules: &Rules, catalogue: &Catalogue) -> Vec<String> {
    let missing = rules.without_scenario(catalogue);
    missing
        .iter()
        .map(|rule| format!("{}: no scenario", rule.id))
        .collect()
}

/// Each deviant bites where it should and nowhere else, and together they leave nothing unproven.
pub(super) fn of_the_deviants(
    rules: &Rules,
    scenarios: &[Scenario],
    tried: &[(&Claim, &Outcome)],
) -> Vec<String> {
    let mut findings = Vec::new();
    for (claim, outcome) in tried {
        if rules.get(claim.rule).is_none() {
            findings.push(format!("{}: a deviant of no rule", claim.rule));
        }
        findings.extend(of_one(rules, scenarios, claim, outcome));
    }
    for rule in rules.iter() {
        let family = family(rules, &rule.id);
        let of_family: Vec<_> = tried
            .iter()
            .filter(|(claim, _)| family.contains(claim.rule))
            .collect();
        if of_family.is_empty() {
            if rule.level == Level::Must {
                findings.push(format!("{}: no deviant", rule.id));
            }
            continue;
        }
        for (number, scenario) in scenarios.iter().enumerate() {
            let is_own = scenario.rules.contains(&rule.id);
            let noticed = of_family.iter().any(|(_, outcome)| outcome.touches(number));
            // Where the documents are silent, a deviant shows one way among many to be otherwise.
            if is_own && !noticed && rule.level == Level::Must {
                let name = &scenario.name;
                findings.push(format!("{}: passes although it is broken: {name}", rule.id));
            }
        }
        for implied in &rule.implies {
            let bites = of_family
                .iter()
                .any(|(_, outcome)| outcome.bites_rule(rules, scenarios, implied));
            if !bites {
                let id = &rule.id;
                findings.push(format!(
                    "{id}: is said to imply {implied}, and no deviant bites it"
                ));
            }
        }
    }
    findings
}

fn of_one(rules: &Rules, scenarios: &[Scenario], claim: &Claim, outcome: &Outcome) -> Vec<String> {
    let title = format!("{} ({})", claim.rule, claim.does);
    let own = family(rules, claim.rule);
    let implied = own
        .iter()
        .filter_map(|id| rules.get(id))
        .flat_map(|rule| rule.implies.iter().map(String::as_str));
    let declared: BTreeSet<_> = implied
        .chain(claim.also.iter().copied())
        .flat_map(|id| family(rules, id))
        .chain(own.iter().copied())
        .collect();

    let is_of = |scenario: usize, ids: &BTreeSet<&str>| {
        let mut of_scenario = scenarios[scenario].rules.iter();
        of_scenario.any(|id| ids.contains(id.as_str()))
    };
    let mut findings = Vec::new();
    if !outcome.bites.iter().any(|bite| is_of(bite.scenario, &own)) {
        findings.push(format!("{title}: bites no scenario of its rule"));
    }
    for Bite { scenario, step } in &outcome.bites {
        let name = &scenarios[*scenario].name;
        if !is_of(*scenario, &declared) {
            findings.push(format!("{title}: bites too much: {name}, in: {step}"));
        } else if is_of(*scenario, &own) && !is_declared(step, claim.fails) {
            findings.push(format!(
                "{title}: bites in another step: {name}, in: {step}"
            ));
        }
    }
    for id in claim.also {
        if rules.get(id).is_none() || !outcome.bites_rule(rules, scenarios, id) {
            findings.push(format!(
                "{title}: is said to bite {id} as well, and does not"
            ));
        }
    }
    findings
}

/// A rule and those that say the same.
pub(super) fn family<'a>(rules: &'a Rules, id: &'a str) -> BTreeSet<&'a str> {
    let same = rules.get(id).into_iter().flat_map(|rule| &rule.same_as);
    same.map(String::as_str).chain([id]).collect()
}

fn is_declared(step: &str, fails: &[&str]) -> bool {
    let sentence = step.split_once(' ').map_or(step, |(_, sentence)| sentence);
    fails.iter().any(|begin| sentence.starts_with(begin))
}

impl Outcome {
    fn touches(&self, scenario: usize) -> bool {
        self.bites.iter().any(|bite| bite.scenario == scenario) || self.blocked.contains(&scenario)
    }

    fn bites_rule(&self, rules: &Rules, scenarios: &[Scenario], id: &str) -> bool {
        let family = family(rules, id);
        self.bites.iter().any(|bite| {
            let mut ids = scenarios[bite.scenario].rules.iter();
            ids.any(|own| family.contains(own.as_str()))
        })
    }
}

#[cfg(test)]
mod tests;
