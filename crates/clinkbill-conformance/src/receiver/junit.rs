//! The report as JUnit XML, for build servers.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::report::{Judged, Report, Verdict};
use crate::report::JunitError;

impl Report {
    /// The report as JUnit XML: one suite, and a case for each event that was sent. What could not
    /// be judged is an error.
    pub fn to_junit(&self) -> Result<String, JunitError> {
        let mut suite = TestSuite::new("webhook endpoint");
        suite.add_property(("endpoint", self.endpoint.as_str()));
        suite.add_property(("date", self.date.to_string().as_str()));
        suite.add_test_cases(self.cases().iter().map(case));
        let mut report = quick_junit::Report::new("clinkbill conformance");
        report.add_test_suite(suite);
        Ok(report.to_string()?)
    }
}

fn case(judged: &Judged) -> TestCase {
    let status = match &judged.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Failed => unhappy(NonSuccessKind::Failure, judged, &judged.why),
        Verdict::NotJudged(reason) => unhappy(NonSuccessKind::Error, judged, reason),
    };
    let mut case = TestCase::new(judged.case.as_ref(), status);
    case.set_classname("webhook");
    case
}

fn unhappy(kind: NonSuccessKind, judged: &Judged, reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(format!("expected {}, saw {}", judged.expected, judged.seen));
    status.set_description(format!("{}: {reason}", judged.what));
    status
}
