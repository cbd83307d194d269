//! Every scenario about the SDK as a test of its own.
//!
//! All scenarios that this process was asked for are run once, together; each test then reads its
//! verdict.

use std::error::Error;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use clinkbill_conformance::{Verdict, sdk};
use libtest_mimic::{Arguments, Failed, Trial};

/// Filters that ask for `conformance` select these tests as well.
const PREFIX: &str = "sdk_conformance::";

#[expect(
    clippy::print_stderr,
    reason = "a test target has nowhere else to say it"
)]
fn main() -> ExitCode {
    match suite(&Arguments::from_args()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn suite(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let once = Arc::new(Once {
        suite: sdk::Suite::embedded()?,
        selected: OnceLock::new(),
        verdicts: OnceLock::new(),
    });
    let trials: Vec<_> = once
        .suite
        .scenarios()
        .iter()
        .map(|scenario| {
            let (once, name) = (Arc::clone(&once), scenario.name.clone());
            Trial::test(format!("{PREFIX}{name}"), move || once.outcome(&name))
        })
        .collect();
    let selected: Vec<_> = trials
        .iter()
        .filter(|trial| !arguments.is_filtered_out(trial) && !arguments.is_ignored(trial))
        .map(|trial| trial.name().trim_start_matches(PREFIX).to_owned())
        .collect();
    // A filter that is meant for another target of the workspace may select nothing here.
    let meant_for_us = |filter: &String| filter.starts_with(PREFIX.trim_end_matches(':'));
    if selected.is_empty() && !arguments.ignored && arguments.filter.iter().any(meant_for_us) {
        return Err("the filter selects no scenario".into());
    }
    once.selected.get_or_init(|| selected);
    Ok(libtest_mimic::run(arguments, trials).exit_code())
}

/// The one run of this process. Whichever test comes first makes it.
struct Once {
    suite: sdk::Suite,
    selected: OnceLock<Vec<String>>,
    verdicts: OnceLock<Result<sdk::Verdicts, String>>,
}

impl Once {
    fn outcome(&self, name: &str) -> Result<(), Failed> {
        let verdicts = self
            .verdicts
            .get_or_init(|| self.make().map_err(|error| error.to_string()));
        match verdicts.as_ref()?.get(name) {
            Some(Verdict::Passed) => Ok(()),
            Some(Verdict::Failed(failure)) => Err(failure.into()),
            Some(Verdict::Blocked(failure)) => {
                Err(format!("could not be judged\n{failure}").into())
            }
            _ => Err("the scenario was not part of the run".into()),
        }
    }

    fn make(&self) -> Result<sdk::Verdicts, Box<dyn Error>> {
        let selected = self.selected.get().map(Vec::as_slice).unwrap_or_default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let is_selected = |name: &String| selected.contains(name);
        Ok(runtime.block_on(self.suite.run(|scenario| is_selected(&scenario.name)))?)
    }
}
