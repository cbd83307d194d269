//! The SDK `clinkbill`, watched from the server's side.
//!
//! The promise: what a scenario says of a request is what the sandbox's request log kept of it:
//! method, path, the names of all headers, and every field of the body with the digits it was
//! sent with. What a scenario does not name was not sent. How often a create was sent, and how many
//! sessions there are afterwards, is asked of the server and not of the SDK.
//!
//! The scenarios need no target: a sandbox on a loopback port of this process serves them, each
//! with a merchant of its own.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use clinkbill_conformance::{Verdict, sdk};
//!
//! let suite = sdk::Suite::embedded()?;
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let verdicts = runtime.block_on(suite.run(|_| true))?;
//! assert!(verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Passed));
//! # Ok(())
//! # }
//! ```

mod calls;
mod fields;
mod purchases;
mod steps;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use clinkbill_sandbox::StartError;

use self::world::{Backend, Context};
use crate::catalogue::{Catalogue, CatalogueError, Scenario};
use crate::judgement::vanished;
use crate::report::Verdict;
use crate::runner::play;

/// The feature files about the SDK, as they were when this crate was compiled.
const EMBEDDED: [(&str, &str); 2] = [
    (
        "what-is-sent.feature",
        include_str!("../../features/sdk/what-is-sent.feature"),
    ),
    (
        "when-something-fails.feature",
        include_str!("../../features/sdk/when-something-fails.feature"),
    ),
];

/// How many scenarios run at once.
const CONCURRENCY: usize = 64;

/// The scenarios about the SDK.
#[derive(Debug, Clone)]
pub struct Suite(Catalogue);

/// The verdict on each scenario that was asked for, in the order of the files.
#[derive(Debug, Clone)]
pub struct Verdicts(Vec<(Scenario, Verdict)>);

/// The run says nothing about the SDK.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// No scenario was asked for.
    #[error("no scenario was selected")]
    NothingSelected,
    /// What the merchants of the sandbox start with cannot be read.
    #[error("the sandbox's catalogue: {0}")]
    Catalogue(#[from] clinkbill_sandbox::CatalogueError),
    /// The sandbox does not start.
    #[error("the sandbox does not start: {0}")]
    Sandbox(#[from] StartError),
}

impl Suite {
    /// The scenarios that come with this crate.
    ///
    /// # Errors
    /// As [`Catalogue::parse`].
    pub fn embedded() -> Result<Self, CatalogueError> {
        Self::parse(&EMBEDDED)
    }

    fn parse(files: &[(&str, &str)]) -> Result<Self, CatalogueError> {
        Catalogue::parse_for::<Backend>(files).map(Self)
    }

    /// All scenarios, in the order of the files.
    #[must_use]
    pub fn scenarios(&self) -> &[Scenario] {
        self.0.scenarios()
    }

    /// Runs the selected scenarios once, against a sandbox of this process, and gives the verdict
    /// on each of them.
    ///
    /// Await it on a current-thread runtime with I/O and time enabled.
    ///
    /// # Errors
    /// No scenario is selected, or the sandbox does not start.
    pub async fn run(&self, select: impl Fn(&Scenario) -> bool) -> Result<Verdicts, SuiteError> {
        let selected: Vec<_> = self.scenarios().iter().filter(|s| select(s)).collect();
        if selected.is_empty() {
            return Err(SuiteError::NothingSelected);
        }
        let lines: BTreeSet<_> = selected
            .iter()
            .map(|scenario| (scenario.file.as_str(), scenario.line))
            .collect();
        let features = self.0.selected(|file, line| lines.contains(&(file, line)));
        let context = Arc::new(Context::start().await?);
        let mut played = play::<Backend>(features, context, CONCURRENCY, |_| ()).await;
        let judged = selected.into_iter().map(|scenario| {
            let verdict = match played.remove(&(scenario.file.clone(), scenario.line)) {
                Some(played) => played.verdict,
                None => Verdict::Blocked(vanished(scenario)),
            };
            (scenario.clone(), verdict)
        });
        Ok(Verdicts(judged.collect()))
    }
}

impl Verdicts {
    /// Every scenario that was asked for, with its verdict.
    pub fn iter(&self) -> impl Iterator<Item = &(Scenario, Verdict)> {
        self.0.iter()
    }

    /// The verdict on one scenario, by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Verdict> {
        let (_, verdict) = self.iter().find(|(scenario, _)| scenario.name == name)?;
        Some(verdict)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_feature_file_about_the_sdk_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("features/sdk");
        let on_disk: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let embedded: BTreeSet<_> = EMBEDDED
            .iter()
            .map(|(file, _)| (*file).to_owned())
            .collect();
        assert_eq!(embedded, on_disk);
    }

    #[test]
    fn every_tag_is_a_rule_of_the_catalogue() {
        let rules = crate::Rules::embedded().unwrap();
        for scenario in Suite::embedded().unwrap().scenarios() {
            for tag in &scenario.tags {
                let known = rules.get(tag).is_some();
                assert!(known, "{}: @{tag}", scenario.name);
            }
        }
    }

    #[test]
    fn a_create_meets_every_fault_of_the_sandbox_before_and_after() {
        let suite = Suite::embedded().unwrap();
        let features = suite.0.selected(|_, _| true);
        let scenarios = features.iter().flat_map(crate::lint::scenarios);
        let steps = scenarios.flat_map(|scenario| &scenario.steps);
        let met: BTreeSet<_> = steps
            .filter_map(|step| steps::fault_met(&step.value))
            .collect();

        let control = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/sandbox-control.yaml");
        let control = std::fs::read_to_string(control).unwrap();
        let kinds = control.split_once("        kind:\n").unwrap().1;
        let kinds = kinds.split_once("enum:\n").unwrap().1;
        let kinds = kinds
            .lines()
            .map_while(|line| line.trim().strip_prefix("- "));
        let all: BTreeSet<_> = kinds
            .flat_map(|kind| ["before", "after"].map(|when| (kind.to_owned(), when.to_owned())))
            // There is no right answer to change before there is an answer.
            .filter(|(kind, when)| kind != "unknownValues" || when == "after")
            .collect();
        assert!(all.len() > 20, "{all:?}");
        assert_eq!(met, all);
    }

    #[test]
    fn a_step_about_a_server_is_undefined_here() {
        let text = "Feature: F\n  @RD-01\n  Scenario: S\n    Then Clink accepts\n";
        let error = Suite::parse(&[("a.feature", text)]).expect_err("a fault");
        assert_eq!(
            error.faults()[0].to_string(),
            "a.feature:4: undefined step: Then Clink accepts"
        );
    }
}
