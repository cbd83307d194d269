//! Every scenario about the SDK as a test of its own.

mod once;

use std::collections::BTreeSet;
use std::process::ExitCode;

use clinkbill_conformance::{Verdict, sdk};
use libtest_mimic::{Arguments, Completion, Failed};
use once::Outcome;

fn main() -> ExitCode {
    once::exit(suite(&Arguments::from_args()))
}

fn suite(arguments: &Arguments) -> Outcome<ExitCode> {
    let suite = sdk::Suite::embedded()?;
    let scenarios = suite.scenarios().iter();
    let scenarios = scenarios.map(|scenario| (scenario.name.clone(), false));
    let scenarios = scenarios.collect();
    let frame = once::Frame {
        // Filters that ask for `conformance` select these tests as well.
        prefix: "sdk_conformance::",
        suite,
        run,
        outcome,
    };
    frame.run(arguments, scenarios)
}

fn run(suite: &sdk::Suite, selected: &BTreeSet<String>) -> Outcome<sdk::Verdicts> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(suite.run(|scenario| selected.contains(&scenario.name)))?)
}

fn outcome(verdicts: &sdk::Verdicts, name: &str) -> Result<Completion, Failed> {
    match verdicts.get(name) {
        Some(Verdict::Passed) => Ok(Completion::Completed),
        Some(Verdict::Failed(failure)) => Err(failure.into()),
        Some(Verdict::Blocked(failure)) => Err(format!("could not be judged\n{failure}").into()),
        _ => Err("the scenario was not part of the run".into()),
    }
}
