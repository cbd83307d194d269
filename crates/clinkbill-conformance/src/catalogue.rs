//! The feature files, read and checked.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use cucumber::gherkin;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lint::{self, Fault, StepMatch};
use crate::rules::Rules;
use crate::runner::Stage;
use crate::world::Shop;

/// The feature files of this crate, as they were when it was compiled.
const EMBEDDED: [(&str, &str); 9] = [
    (
        "customer-resolution.feature",
        include_str!("../features/customer-resolution.feature"),
    ),
    (
        "statuses.feature",
        include_str!("../features/statuses.feature"),
    ),
    (
        "products-and-prices.feature",
        include_str!("../features/products-and-prices.feature"),
    ),
    (
        "ui-mode-and-urls.feature",
        include_str!("../features/ui-mode-and-urls.feature"),
    ),
    (
        "direct-qr-launch.feature",
        include_str!("../features/direct-qr-launch.feature"),
    ),
    (
        "merchant-reference.feature",
        include_str!("../features/merchant-reference.feature"),
    ),
    (
        "redirects.feature",
        include_str!("../features/redirects.feature"),
    ),
    (
        "customer-experience.feature",
        include_str!("../features/customer-experience.feature"),
    ),
    (
        "quick-start.feature",
        include_str!("../features/quick-start.feature"),
    ),
];

/// What a tag may say beside the ids of rules: what a scenario needs, and what of it the guide
/// does not state. A misspelt one would let a scenario run where it cannot.
const KNOWN_TAGS: [&str; 8] = [
    "buyer",
    "dashboard",
    "faults",
    "our-choice",
    "our-name",
    "page",
    "second-merchant",
    "time",
];

/// The scenarios of a set of feature files, outlines expanded: one for each row.
#[derive(Debug, Clone)]
pub struct Catalogue {
    features: Vec<gherkin::Feature>,
    scenarios: Vec<Scenario>,
}

/// One scenario, after its outline was expanded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scenario {
    /// `feature::RULE-IDS::what_it_says`: unique, and safe in a shell and in a test filter.
    pub name: String,
    /// The rules it exercises, such as `CR-08`.
    pub rules: Vec<String>,
    /// Its tags, without the `@`: its own, its examples', its rule's and its feature's.
    pub tags: Vec<String>,
    /// The file it stands in.
    pub file: String,
    /// Its line in the file, counted from 1; for a row of an outline, the row's.
    pub line: usize,
}

/// The feature files cannot be run as they are.
#[derive(Debug, thiserror::Error)]
#[error("the feature files are not sound:\n{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
pub struct CatalogueError {
    faults: Vec<Fault>,
}

impl Catalogue {
    /// The scenarios that come with this crate.
    pub fn embedded() -> Result<Self, CatalogueError> {
        Self::parse(&EMBEDDED)
    }

    /// The scenarios of some feature files, given as name and text.
    ///
    /// # Errors
    /// Anything that would let a run pass over a scenario or a step in silence: a misspelt
    /// keyword, an undefined step, a scenario without steps, without a `Then` or without a rule's
    /// tag, a tag nobody knows, of a rule nobody knows or of one that has no scenarios, an
    /// outline without rows, two scenarios of one name, or no scenario at all.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, CatalogueError> {
        let rules = Rules::embedded().map_err(|error| CatalogueError {
            faults: vec![error.into_fault()],
        })?;
        let catalogue = Self::parse_for::<Shop>(files)?;
        let mut faults = rules.faults_of_reasons();
        faults.extend(wrong_tags(&catalogue.scenarios, &rules));
        if faults.is_empty() {
            Ok(catalogue)
        } else {
            Err(CatalogueError { faults })
        }
    }

    /// The scenarios of some feature files whose steps are those of another world.
    pub(crate) fn parse_for<W: Stage>(files: &[(&str, &str)]) -> Result<Self, CatalogueError> {
        let steps = W::collection();
        // Rows repeat most sentences, and matching one against all steps takes its time.
        let known = RefCell::new(HashMap::new());
        let step_match = |step: &gherkin::Step| {
            let sentence = (step.ty, step.value.clone());
            *known
                .borrow_mut()
                .entry(sentence)
                .or_insert_with(|| match steps.find(step) {
                    Ok(Some(_)) => StepMatch::Defined,
                    Ok(None) => StepMatch::Undefined,
                    Err(_) => StepMatch::Ambiguous,
                })
        };
        let mut faults = Vec::new();
        let mut features = Vec::new();
        let mut scenarios = Vec::new();
        for (file, text) in files {
            match lint::read(file, text, step_match) {
                Ok(mut feature) => {
                    feature.path = Some(file.into());
                    scenarios.extend(scenarios_of(&feature, file));
                    features.push(feature);
                }
                Err(found) => faults.extend(found),
            }
        }
        faults.extend(duplicates(&scenarios));
        if scenarios.is_empty() && faults.is_empty() {
            faults.push(Fault {
                file: "(no file)".to_owned(),
                line: 0,
                message: "no scenario at all".to_owned(),
            });
        }
        if faults.is_empty() {
            Ok(Self {
                features,
                scenarios,
            })
        } else {
            Err(CatalogueError { faults })
        }
    }

    /// All scenarios, in the order of the files.
    #[must_use]
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// The features with no scenarios but those that `keep` names by file and line.
    pub(crate) fn selected(&self, keep: impl Fn(&str, usize) -> bool) -> Vec<gherkin::Feature> {
        let mut features = self.features.clone();
        for feature in &mut features {
            let file = file_of(feature).to_owned();
            let keep = |scenario: &gherkin::Scenario| keep(&file, scenario.position.line);
            feature.scenarios.retain(keep);
            for rule in &mut feature.rules {
                rule.scenarios.retain(keep);
            }
            feature.rules.retain(|rule| !rule.scenarios.is_empty());
        }
        features.retain(|feature| lint::scenarios(feature).next().is_some());
        features
    }
}

impl Scenario {
    /// Whether the scenario carries this tag, written without the `@`.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }
}

impl CatalogueError {
    /// Every fault, each with its file and line.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

/// The file a feature was read from.
pub(crate) fn file_of(feature: &gherkin::Feature) -> &str {
    feature
        .path
        .as_deref()
        .and_then(|path| path.to_str())
        .unwrap_or_default()
}

fn scenarios_of(feature: &gherkin::Feature, file: &str) -> Vec<Scenario> {
    let plain = feature.scenarios.iter().map(|scenario| (scenario, &[][..]));
    let in_rules = feature.rules.iter().flat_map(|rule| {
        rule.scenarios
            .iter()
            .map(|scenario| (scenario, &rule.tags[..]))
    });
    plain
        .chain(in_rules)
        .map(|(scenario, rule_tags)| {
            let rules: Vec<_> = lint::rule_ids(&scenario.tags).map(str::to_owned).collect();
            let stem = slug(file.trim_end_matches(".feature"));
            Scenario {
                name: format!("{stem}::{}::{}", rules.join("+"), slug(&scenario.name)),
                rules,
                tags: [&scenario.tags[..], rule_tags, &feature.tags].concat(),
                file: file.to_owned(),
                line: scenario.position.line,
            }
        })
        .collect()
}

fn duplicates(scenarios: &[Scenario]) -> Vec<Fault> {
    let mut first = BTreeMap::new();
    let mut faults = Vec::new();
    for scenario in scenarios {
        match first.get(&scenario.name) {
            None => {
                first.insert(&scenario.name, scenario);
            }
            Some(other) => faults.push(Fault {
                file: scenario.file.clone(),
                line: scenario.line,
                message: format!(
                    "same name as {}:{}: {}",
                    other.file, other.line, scenario.name
                ),
            }),
        }
    }
    faults
}

fn wrong_tags<'a>(scenarios: &'a [Scenario], rules: &'a Rules) -> impl Iterator<Item = Fault> + 'a {
    scenarios.iter().flat_map(|scenario| {
        let unknown = scenario
            .tags
            .iter()
            .filter(|tag| !lint::is_rule_id(tag) && !KNOWN_TAGS.contains(&tag.as_str()))
            .map(|tag| format!("no meaning is known for the tag @{tag}"));
        let of_rules = scenario
            .rules
            .iter()
            .filter_map(|id| rules.fault_of_tag(id));
        let problems = unknown.chain(of_rules);
        problems.map(|problem| Fault {
            file: scenario.file.clone(),
            line: scenario.line,
            message: format!("{problem}: {}", scenario.name),
        })
    })
}

fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '\'');
    words
        .map(|word| word.replace('\'', ""))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    const STEP: &str = "    When the buyer pays\n    Then the buyer is not sent anywhere\n";

    fn faults(files: &[(&str, &str)]) -> Vec<String> {
        let error = Catalogue::parse(files).expect_err("a fault");
        error.faults().iter().map(Fault::to_string).collect()
    }

    #[test]
    fn every_feature_file_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("features");
        let on_disk: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".feature"))
            .collect();
        let embedded: BTreeSet<_> = EMBEDDED
            .iter()
            .map(|(file, _)| (*file).to_owned())
            .collect();
        assert_eq!(embedded, on_disk);
    }

    #[test]
    fn the_embedded_features_are_sound_and_every_row_is_a_scenario() {
        let catalogue = Catalogue::embedded().unwrap_or_else(|error| panic!("{error}"));
        let rows: usize = catalogue
            .features
            .iter()
            .map(cucumber::feature::Ext::count_scenarios)
            .sum();
        assert_eq!(catalogue.scenarios().len(), rows);
    }

    #[test]
    fn every_rule_that_can_be_tested_has_a_scenario() {
        let catalogue = Catalogue::embedded().unwrap_or_else(|error| panic!("{error}"));
        let rules = Rules::embedded().unwrap_or_else(|error| panic!("{error}"));
        let missing: Vec<_> = rules
            .without_scenario(&catalogue)
            .iter()
            .map(|rule| rule.id.as_str())
            .collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn two_scenarios_of_one_name_are_refused() {
        let text = format!(
            "Feature: F\n  @RD-01\n  Scenario: It's one\n{STEP}  @RD-01\n  Scenario: Its  one!\n{STEP}"
        );
        assert_eq!(
            faults(&[("a.feature", &text)]),
            ["a.feature:7: same name as a.feature:3: a::RD-01::Its_one"]
        );
    }

    #[test]
    fn no_scenario_at_all_is_refused() {
        assert_eq!(faults(&[]), ["(no file):0: no scenario at all"]);
    }

    #[test]
    fn a_tag_without_a_meaning_is_refused() {
        let text =
            format!("Feature: F\n  @RD-01 @RD-99 @QS-05 @buyr @buyer\n  Scenario: S\n{STEP}");
        assert_eq!(
            faults(&[("a.feature", &text)]),
            [
                "a.feature:3: no meaning is known for the tag @buyr: a::RD-01+RD-99+QS-05::S",
                "a.feature:3: no rule RD-99 in rules.toml: a::RD-01+RD-99+QS-05::S",
                "a.feature:3: QS-05 is note in rules.toml, which has no scenarios: \
                 a::RD-01+RD-99+QS-05::S",
            ]
        );
    }

    #[test]
    fn an_undefined_step_is_refused() {
        let text = "Feature: F\n  @RD-01\n  Scenario: S\n    Then the sky is green\n";
        assert_eq!(
            faults(&[("a.feature", text)]),
            ["a.feature:4: undefined step: Then the sky is green"]
        );
    }

    #[test]
    fn only_the_selected_scenarios_are_left() {
        let text = format!(
            "Feature: F\n  @RD-01\n  Scenario: one\n{STEP}  Rule: R\n    @RD-02\n    Scenario: two\n{STEP}"
        );
        let catalogue = Catalogue::parse(&[("a.feature", &text), ("b.feature", &text)]).unwrap();
        assert_eq!(catalogue.scenarios().len(), 4);
        let left = catalogue.selected(|file, line| (file, line) == ("b.feature", 8));
        assert_eq!(left.len(), 1);
        assert!(left[0].scenarios.is_empty());
        assert_eq!(left[0].rules[0].scenarios[0].name, "two");
    }
}
