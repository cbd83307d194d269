//! Scenarios as tests of their own.
//!
//! All scenarios that this process was asked for are run once, together; each test then reads its
//! verdict.

use std::collections::BTreeSet;
use std::error::Error;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// What a test target comes to, or why it cannot run.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// What can be run, and what became of it.
pub(crate) struct Frame<S, R> {
    /// Stands before the names of the tests, so that a filter can ask for all of them.
    pub(crate) prefix: &'static str,
    pub(crate) suite: S,
    /// Runs the scenarios of these names.
    pub(crate) run: fn(&S, &BTreeSet<String>) -> Outcome<R>,
    /// What became of one of them.
    pub(crate) outcome: fn(&R, &str) -> Result<Completion, Failed>,
}

/// The one run of this process. Whichever test comes first makes it.
struct Once<S, R> {
    frame: Frame<S, R>,
    selected: OnceLock<BTreeSet<String>>,
    results: OnceLock<Result<R, String>>,
}

impl<S, R> Frame<S, R>
where
    S: Send + Sync + 'static,
    R: Send + Sync + 'static,
{
    /// Runs what the arguments ask for. Each scenario has its name, and whether it is ignored.
    pub(crate) fn run(
        self,
        arguments: &Arguments,
        scenarios: Vec<(String, bool)>,
    ) -> Outcome<ExitCode> {
        let prefix = self.prefix;
        let once = Arc::new(Once {
            frame: self,
            selected: OnceLock::new(),
            results: OnceLock::new(),
        });
        let trials = scenarios.into_iter().map(|(name, ignored)| {
            let (once, test) = (Arc::clone(&once), format!("{prefix}{name}"));
            Trial::ignorable_test(test, move || once.outcome(&name)).with_ignored_flag(ignored)
        });
        let trials: Vec<_> = trials.collect();
        let selected: BTreeSet<_> = trials
            .iter()
            .filter(|trial| !arguments.is_filtered_out(trial) && !arguments.is_ignored(trial))
            .map(|trial| trial.name().trim_start_matches(prefix).to_owned())
            .collect();
        // A filter that is meant for another target of the workspace may select nothing here.
        let meant_for_us = |filter: &String| filter.starts_with(prefix.trim_end_matches(':'));
        if selected.is_empty() && !arguments.ignored && arguments.filter.iter().any(meant_for_us) {
            return Err("the filter selects no scenario".into());
        }
        once.selected.get_or_init(|| selected);
        Ok(libtest_mimic::run(arguments, trials).exit_code())
    }
}

impl<S, R> Once<S, R> {
    fn outcome(&self, name: &str) -> Result<Completion, Failed> {
        let results = self.results.get_or_init(|| {
            let selected = self.selected.get_or_init(BTreeSet::new);
            (self.frame.run)(&self.frame.suite, selected).map_err(|error| error.to_string())
        });
        (self.frame.outcome)(results.as_ref()?, name)
    }
}

/// The exit status of a test target, which has nowhere else to say why it cannot run.
#[expect(
    clippy::print_stderr,
    reason = "a test target has nowhere else to say it"
)]
pub(crate) fn exit(outcome: Outcome<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
