//! The report as a person reads it in a terminal.

use std::collections::BTreeMap;
use std::fmt::{self, Formatter};

use super::{Report, Verdict, VerdictKind};
use crate::catalogue::Scenario;

/// What needs attention first, then the axes, each on a line of its own.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        writeln!(
            f,
            "clinkbill conformance {} against {} at {}, {}",
            self.suite, target.kind, target.base_url, self.date
        )?;
        unhappy(self, f)?;
        observed(self, f)?;
        not_run(self, f)?;
        contract(self, f)?;
        axes(self, f)
    }
}

fn unhappy(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    for (scenario, verdict) in report.scenarios() {
        let (word, failure) = match verdict {
            Verdict::Failed(failure) => ("failed", failure),
            Verdict::Blocked(failure) => ("could not be judged", failure),
            _ => continue,
        };
        writeln!(f, "\n{word}: {} ({})", scenario.name, scenario.file)?;
        for line in failure.to_string().lines() {
            writeln!(f, "  {line}")?;
        }
    }
    Ok(())
}

fn observed(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    let mut first = true;
    for (scenario, verdict) in report.scenarios() {
        let Verdict::Observed(observation) = verdict else {
            continue;
        };
        if std::mem::take(&mut first) {
            writeln!(f, "\nobserved, since the guide leaves it open:")?;
        }
        writeln!(f, "  {}\n    {observation}", scenario.name)?;
    }
    Ok(())
}

fn not_run(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    let mut reasons: BTreeMap<&str, Vec<&Scenario>> = BTreeMap::new();
    for (scenario, verdict) in report.scenarios() {
        if let Verdict::NotRun(reason) = verdict {
            reasons.entry(reason).or_default().push(scenario);
        }
    }
    if !reasons.is_empty() {
        writeln!(f, "\nnot run:")?;
    }
    for (reason, scenarios) in reasons {
        let mut rules: Vec<_> = scenarios.iter().flat_map(|own| &own.rules).collect();
        rules.sort_unstable();
        rules.dedup();
        let rules: Vec<_> = rules.into_iter().map(String::as_str).collect();
        let count = scenarios.len();
        writeln!(f, "  {count}, because each {reason}: {}", rules.join(" "))?;
    }
    Ok(())
}

fn contract(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    let answers = report.answers();
    if !answers.breaks.is_empty() {
        writeln!(f, "\nanswers that break the contract:")?;
    }
    for found in &answers.breaks {
        let count = found.scenarios.len();
        let (answer, how) = (&found.answer, &found.how);
        writeln!(f, "  {answer}: {how} (scenarios: {count})")?;
    }
    if !answers.unknown_fields.is_empty() {
        writeln!(f, "\nfields the contract does not know, which is no fault:")?;
    }
    for found in &answers.unknown_fields {
        writeln!(f, "  {}: {}", found.answer, found.field)?;
    }
    Ok(())
}

fn axes(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    let count = |kind| {
        let all = report.scenarios();
        all.filter(|(_, verdict)| verdict.kind() == kind).count()
    };
    writeln!(f)?;
    for kind in [
        VerdictKind::Passed,
        VerdictKind::Failed,
        VerdictKind::Blocked,
        VerdictKind::Observed,
        VerdictKind::NotRun,
    ] {
        writeln!(f, "scenarios {:<19} {:>5}", kind, count(kind))?;
    }
    let axes = report.axes();
    for (axis, number, of) in [
        (
            "rules exercised",
            axes.rules_exercised,
            Some(axes.rules_testable),
        ),
        ("rules passed", axes.rules_passed, None),
        ("rules failed", axes.rules_failed, None),
        ("rules blocked", axes.rules_blocked, None),
        ("rules open (observed)", axes.rules_open, None),
        (
            "answers that match",
            axes.answers_matched,
            Some(axes.answers_checked),
        ),
    ] {
        let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
        writeln!(f, "{axis:<29} {number:>5}{of}")?;
    }
    writeln!(f, "the run took {:.2} s", report.took().as_secs_f64())
}
