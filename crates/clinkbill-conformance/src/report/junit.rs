//! The report as JUnit XML, for build servers.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::{Outcome, Report, Verdict};

/// The report cannot be written as XML.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be written as JUnit XML: {0}")]
pub struct JunitError(#[from] quick_junit::SerializeError);

impl Report {
    /// The report as JUnit XML: a suite for each feature file, a case for each scenario. What was
    /// not run is skipped; what could not be judged is an error; what was observed is a success
    /// that tells the answer. Where a sandbox of ours breaks its contract, a scenario that passed is a
    /// failure, so that a build server sees red when [`conforms`](Self::conforms) does.
    pub fn to_junit(&self) -> Result<String, JunitError> {
        let mut report = quick_junit::Report::new("clinkbill conformance");
        report.set_time(self.took());
        let mut files: Vec<&str> = Vec::new();
        for outcome in self.outcomes() {
            if !files.contains(&outcome.scenario.file.as_str()) {
                files.push(&outcome.scenario.file);
            }
        }
        for file in files {
            let mut suite = TestSuite::new(file);
            suite.add_property(("target", self.target.kind.name()));
            suite.add_property(("baseUrl", self.target.base_url.as_str()));
            suite.add_property(("date", self.date.to_string().as_str()));
            let own = |outcome: &&Outcome| outcome.scenario.file == file;
            let cases = self.outcomes().iter().filter(own);
            let own_sandbox = self.target.kind.is_own_sandbox();
            suite.add_test_cases(cases.map(|outcome| case(outcome, own_sandbox)));
            report.add_test_suite(suite);
        }
        Ok(report.to_string()?)
    }
}

fn case(outcome: &Outcome, own_sandbox: bool) -> TestCase {
    let scenario = &outcome.scenario;
    let mut out = outcome.breaks.clone();
    let status = match &outcome.verdict {
        Verdict::Passed if own_sandbox && !outcome.breaks.is_empty() => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message("answers that break the contract");
            status
        }
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Observed(observation) => {
            out.insert(0, observation.to_string());
            TestCaseStatus::success()
        }
        Verdict::NotRun(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
        Verdict::Failed(failure) => unhappy(NonSuccessKind::Failure, failure),
        Verdict::Blocked(failure) => unhappy(NonSuccessKind::Error, failure),
    };
    let mut case = TestCase::new(scenario.name.as_str(), status);
    case.set_classname(scenario.file.trim_end_matches(".feature"));
    case.add_property(("rules", scenario.rules.join(" ").as_str()));
    if !out.is_empty() {
        case.set_system_out(out.join("\n"));
    }
    case
}

fn unhappy(kind: NonSuccessKind, failure: &super::Failure) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(failure.message.as_str());
    status.set_type(failure.step.as_str());
    status.set_description(failure.to_string());
    status
}
