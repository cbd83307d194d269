//! Every scenario of the feature files as a test of its own.
//!
//! They run against the sandbox behind a wiremock server in this process, whatever keys the
//! environment holds. `CLINK_TARGET=server` runs them against the sandbox on a port of this
//! process; `CLINK_BASE_URL` with `CLINK_SECRET_KEY` points them at any server.

mod once;

use std::collections::BTreeSet;
use std::env;
use std::io;
use std::process::ExitCode;

use clinkbill_conformance::{Catalogue, Choice, Report, Target, Verdict, run as run_scenarios};
use libtest_mimic::{Arguments, Completion, Failed};
use once::Outcome;
use tokio::runtime::{Builder, Runtime};

/// What is asked for: which scenarios there are, and what they run against.
struct Suite {
    catalogue: Catalogue,
    choice: Choice,
}

fn main() -> ExitCode {
    once::exit(suite(&Arguments::from_args()))
}

fn suite(arguments: &Arguments) -> Outcome<ExitCode> {
    let suite = Suite {
        catalogue: Catalogue::embedded()?,
        choice: Choice::from_env()?,
    };
    let not_runnable = if under_nextest() {
        not_runnable(&suite)?
    } else {
        BTreeSet::new()
    };
    let scenarios = suite.catalogue.scenarios().iter();
    let scenarios = scenarios.map(|scenario| {
        let name = scenario.name.clone();
        let ignored = not_runnable.contains(&name);
        (name, ignored)
    });
    let scenarios = scenarios.collect();
    let frame = once::Frame {
        prefix: "conformance::",
        suite,
        run,
        outcome,
    };
    frame.run(arguments, scenarios)
}

fn run(suite: &Suite, selected: &BTreeSet<String>) -> Outcome<Report> {
    runtime()?.block_on(async {
        let target = Target::open(&suite.choice).await?;
        Ok(run_scenarios(&suite.catalogue, &target, |scenario| {
            selected.contains(&scenario.name)
        })
        .await?)
    })
}

fn outcome(report: &Report, name: &str) -> Result<Completion, Failed> {
    let Some(outcome) = report.outcome(name) else {
        return Err("the scenario was not part of the run".into());
    };
    match &outcome.verdict {
        Verdict::NotRun(reason) => Ok(Completion::ignored_with(reason)),
        Verdict::Failed(failure) => Err(failure.into()),
        Verdict::Blocked(failure) => Err(format!("could not be judged\n{failure}").into()),
        // An answer that was only observed is no pass.
        Verdict::Observed(observation) => {
            Ok(Completion::ignored_with(format!("observed, {observation}")))
        }
        Verdict::Passed if report.target().kind.is_own_sandbox() && !outcome.breaks.is_empty() => {
            let breaks = outcome.breaks.join("\n");
            Err(format!("answers that break the contract:\n{breaks}").into())
        }
        Verdict::Passed => Ok(Completion::Completed),
    }
}

/// Nextest takes a test that says of itself at run time that it is ignored for a passed one, so
/// it has to be told while it lists.
fn under_nextest() -> bool {
    env::var_os("NEXTEST").is_some()
}

/// The scenarios that the target cannot run.
fn not_runnable(suite: &Suite) -> Outcome<BTreeSet<String>> {
    if !matches!(suite.choice, Choice::Elsewhere(_)) {
        return Ok(BTreeSet::new());
    }
    let target = runtime()?.block_on(Target::open(&suite.choice))?;
    let scenarios = suite.catalogue.scenarios().iter();
    let lacking = scenarios.filter(|scenario| target.capabilities().lacking(scenario).is_some());
    Ok(lacking.map(|scenario| scenario.name.clone()).collect())
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
