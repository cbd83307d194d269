//! Every scenario of the feature files as a test of its own.
//!
//! All scenarios that this process was asked for are run once, together; each test then reads its
//! verdict. They run against the sandbox behind a wiremock server in this process, whatever keys
//! the environment holds. `CLINK_TARGET=server` runs them against the sandbox on a port of this
//! process; `CLINK_BASE_URL` with `CLINK_SECRET_KEY` points them at any server.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use clinkbill_conformance::{Catalogue, Choice, Report, Target, Verdict, run};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::{Builder, Runtime};

const PREFIX: &str = "conformance::";

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
    let catalogue = Catalogue::embedded()?;
    let choice = Choice::from_env()?;
    let not_runnable = if under_nextest() {
        not_runnable(&catalogue, &choice)?
    } else {
        BTreeMap::new()
    };

    let once = Arc::new(Once::new(catalogue, choice));
    let trials: Vec<_> = once
        .catalogue
        .scenarios()
        .iter()
        .map(|scenario| {
            let (once, name) = (Arc::clone(&once), scenario.name.clone());
            Trial::ignorable_test(format!("{PREFIX}{name}"), move || once.outcome(&name))
                .with_ignored_flag(not_runnable.contains_key(&scenario.name))
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
    catalogue: Catalogue,
    choice: Choice,
    selected: OnceLock<Vec<String>>,
    report: OnceLock<Result<Report, String>>,
}

impl Once {
    fn new(catalogue: Catalogue, choice: Choice) -> Self {
        Self {
            catalogue,
            choice,
            selected: OnceLock::new(),
            report: OnceLock::new(),
        }
    }

    fn outcome(&self, name: &str) -> Result<Completion, Failed> {
        let report = self
            .report
            .get_or_init(|| self.make().map_err(|error| error.to_string()));
        let report = report.as_ref()?;
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
            Verdict::Passed
                if report.target().kind.is_own_sandbox() && !outcome.breaks.is_empty() =>
            {
                let breaks = outcome.breaks.join("\n");
                Err(format!("answers that break the contract:\n{breaks}").into())
            }
            Verdict::Passed => Ok(Completion::Completed),
        }
    }

    fn make(&self) -> Result<Report, Box<dyn Error>> {
        let selected = self.selected.get().map(Vec::as_slice).unwrap_or_default();
        runtime()?.block_on(async {
            let target = Target::open(&self.choice).await?;
            let is_selected = |name: &String| selected.contains(name);
            Ok(run(&self.catalogue, &target, |scenario| {
                is_selected(&scenario.name)
            })
            .await?)
        })
    }
}

/// Nextest takes a test that says of itself at run time that it is ignored for a passed one, so
/// it has to be told while it lists.
fn under_nextest() -> bool {
    env::var_os("NEXTEST").is_some()
}

/// The scenarios that the target cannot run, and why.
fn not_runnable(
    catalogue: &Catalogue,
    choice: &Choice,
) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    if !matches!(choice, Choice::Elsewhere(_)) {
        return Ok(BTreeMap::new());
    }
    let target = runtime()?.block_on(Target::open(choice))?;
    let lacking = catalogue.scenarios().iter().filter_map(|scenario| {
        let reason = target.capabilities().lacking(scenario)?;
        Some((scenario.name.clone(), reason.to_owned()))
    });
    Ok(lacking.collect())
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
