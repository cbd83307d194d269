//! The proof that the scenarios can fail: each rule is broken by itself, and its scenarios have to
//! notice.
//!
//! A *deviant* is the sandbox with one method of its rulebook, or one row of a table there,
//! answering otherwise. All scenarios run against it. Those that fail in a `When` or a `Then` have
//! to be those of the rule, of the rules that say the same and of the rules that cannot hold
//! without it, and they have to fail in the step that is declared for the deviant. A scenario that
//! could not be judged is blocked: it is listed, and counts for nothing.

mod deviants;
mod judgement;

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clinkbill_sandbox::Sandbox;
use tokio::runtime::Builder;

use self::deviants::Deviant;
use self::judgement::{Bite, Outcome};
use crate::catalogue::{Catalogue, CatalogueError};
use crate::report::{Report, Verdict};
use crate::rules::{Rules, RulesError};
use crate::runner::{RunError, run};
use crate::target::{Target, TargetError};

/// What became of every deviant.
#[derive(Debug)]
pub struct Proof {
    rows: Vec<Row>,
    findings: Vec<String>,
    /// Rules that have scenarios, and no deviant is asked for.
    unproven: Vec<String>,
    elapsed: Duration,
}

/// One deviant and the scenarios it met.
#[derive(Debug)]
struct Row {
    rule: &'static str,
    does: &'static str,
    bitten: Vec<String>,
    blocked: Vec<String>,
}

/// There is no proof, and no disproof.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The feature files are not sound.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The rules cannot be read.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A sandbox could not be started.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The scenarios could not be run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// There is no runtime to run them on.
    #[error("no runtime: {0}")]
    Runtime(#[from] io::Error),
}

/// Breaks every rule and runs all scenarios each time, on two threads.
///
/// # Errors
/// Whatever keeps scenarios from being run. What they do not notice stands in the proof.
pub fn prove() -> Result<Proof, ProofError> {
    let started = Instant::now();
    let catalogue = Catalogue::embedded()?;
    let rules = Rules::embedded()?;
    let deviants = deviants::all();

    let faithful = play(&catalogue, &Sandbox::new())?;
    let outcomes = in_silence(|| play_all(&catalogue, &deviants))?;
    let scenarios = catalogue.scenarios();
    let mut findings = judgement::of_the_faithful(scenarios, &faithful);
    findings.extend(judgement::of_the_catalogue(&rules, &catalogue));
    let tried: Vec<_> = deviants.iter().map(|d| &d.claim).zip(&outcomes).collect();
    findings.extend(judgement::of_the_deviants(&rules, scenarios, &tried));

    let name = |scenario: usize| scenarios[scenario].name.clone();
    let rows = deviants.iter().zip(outcomes).map(|(deviant, outcome)| Row {
        rule: deviant.claim.rule,
        does: deviant.claim.does,
        bitten: outcome
            .bites
            .iter()
            .map(|bite| name(bite.scenario))
            .collect(),
        blocked: outcome.blocked.into_iter().map(name).collect(),
    });
    let proven: BTreeSet<_> = deviants
        .iter()
        .flat_map(|deviant| judgement::family(&rules, deviant.claim.rule))
        .collect();
    let unproven = rules
        .iter()
        .filter(|rule| rule.level.needs_scenario() && !proven.contains(rule.id.as_str()));
    Ok(Proof {
        rows: rows.collect(),
        findings,
        unproven: unproven.map(|rule| rule.id.clone()).collect(),
        elapsed: started.elapsed(),
    })
}

/// A step that does not hold is a panic, which its run keeps from being shown; two runs at once
/// take turns with what they silence.
fn in_silence<T>(act: impl FnOnce() -> T) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = act();
    panic::set_hook(hook);
    result
}

/// The outcome of each deviant, in their order.
fn play_all(catalogue: &Catalogue, deviants: &[Deviant]) -> Result<Vec<Outcome>, ProofError> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let work = || -> Result<(), ProofError> {
        while let Some((number, deviant)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            deviants.get(number).map(|deviant| (number, deviant))
        } {
            let outcome = play(catalogue, &(deviant.sandbox)())?;
            let mut outcomes = outcomes
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            outcomes.push((number, outcome));
        }
        Ok(())
    };
    thread::scope(|scope| {
        let second = scope.spawn(work);
        let first = work();
        let second = second
            .join()
            .unwrap_or_else(|cause| panic::resume_unwind(cause));
        first.and(second)
    })?;
    let mut outcomes = outcomes
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    outcomes.sort_unstable_by_key(|(number, _)| *number);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// All scenarios against one sandbox.
fn play(catalogue: &Catalogue, sandbox: &Sandbox) -> Result<Outcome, ProofError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(async {
        let target = Target::engine_of(sandbox)?;
        Ok::<_, ProofError>(run(catalogue, &target, |_| true).await?)
    })?;
    Ok(outcome_of(&report))
}

fn outcome_of(report: &Report) -> Outcome {
    let mut outcome = Outcome::default();
    for (scenario, (_, verdict)) in report.scenarios().enumerate() {
        match verdict {
            Verdict::Failed(failure) => outcome.bites.push(Bite {
                scenario,
                step: failure.step.clone(),
            }),
            Verdict::Passed => {}
            _ => outcome.blocked.push(scenario),
        }
    }
    outcome
}

impl Proof {
    /// Whether every rule that has to be proven is.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    /// The table with the scenarios by their names.
    #[must_use]
    pub fn in_full(&self) -> impl fmt::Display {
        InFull(self)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, in_full: bool) -> fmt::Result {
        let width = self
            .rows
            .iter()
            .map(|row| row.does.len())
            .max()
            .unwrap_or(7);
        writeln!(
            f,
            "{:6} {:width$} {:>5} {:>7}",
            "rule", "deviant", "bites", "blocked"
        )?;
        for row in &self.rows {
            let Row {
                rule,
                does,
                bitten,
                blocked,
            } = row;
            let (bites, blocks) = (bitten.len(), blocked.len());
            writeln!(f, "{rule:6} {does:width$} {bites:>5} {blocks:>7}")?;
            if in_full {
                for name in bitten {
                    writeln!(f, "         bit      {name}")?;
                }
                for name in blocked {
                    writeln!(f, "         blocked  {name}")?;
                }
            }
        }
        if !self.unproven.is_empty() {
            writeln!(
                f,
                "\nwithout a deviant, and none is asked for: {}",
                self.unproven.join(" ")
            )?;
        }
        let seconds = self.elapsed.as_secs_f64();
        writeln!(f, "\n{} deviants in {seconds:.1} s", self.rows.len())?;
        if self.holds() {
            return writeln!(f, "every rule that must hold is proven");
        }
        writeln!(f, "\nnot proven:")?;
        for finding in &self.findings {
            writeln!(f, "  {finding}")?;
        }
        Ok(())
    }
}

struct InFull<'a>(&'a Proof);

impl fmt::Display for InFull<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, true)
    }
}

/// The table with numbers of scenarios, and what is not proven.
impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}
