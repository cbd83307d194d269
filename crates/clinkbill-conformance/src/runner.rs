//! One run of some scenarios against one target.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use clinkbill_types::Timestamp;
use cucumber::codegen::{LocalBoxFuture, WorldInventory};
use cucumber::event::{self, StepError};
use cucumber::gherkin::{self, StepType};
use cucumber::{Event, Parser, World, Writer, cli, parser, writer};
use futures_util::stream;

use crate::catalogue::{Catalogue, Scenario, file_of};
use crate::exchange::mask_keys;
use crate::judgement::{Played, Remains, vanished};
use crate::report::{Ended, Failure, Phase, Report, Verdict};
use crate::rules::{Rules, RulesError};
use crate::schema::{Contract, ContractError};
use crate::target::Target;
use crate::world::{Context, Shop};

/// The run says nothing about the target.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// No scenario was asked for.
    #[error("no scenario was selected")]
    NothingSelected,
    /// The target stopped to answer in the middle of the run, so that nothing can be said of it.
    #[error("the target stopped to answer in the middle of the run")]
    TargetGone,
    /// The contract cannot be used.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The catalogue of rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many have ended.
    pub done: usize,
    /// How many are run in all.
    pub of: usize,
}

/// Runs the selected scenarios once and gives the verdict on each of them.
///
/// Await it on a current-thread runtime with I/O and time enabled: many scenarios share one task.
///
/// # Errors
/// A selection without scenarios. Whatever the target does wrong is in the report.
pub async fn run(
    catalogue: &Catalogue,
    target: &Target,
    select: impl Fn(&Scenario) -> bool,
) -> Result<Report, RunError> {
    run_watched(catalogue, target, select, |_| ()).await
}

/// As [`run`], and tells `watch` before the first scenario, and after each one that ended, how many
/// of those that this target can play have ended.
///
/// # Errors
/// Those of [`run`].
pub async fn run_watched(
    catalogue: &Catalogue,
    target: &Target,
    select: impl Fn(&Scenario) -> bool,
    watch: impl Fn(Progress) + 'static,
) -> Result<Report, RunError> {
    let selected: Vec<_> = catalogue.scenarios().iter().filter(|s| select(s)).collect();
    if selected.is_empty() {
        return Err(RunError::NothingSelected);
    }
    let (date, started) = (now(), Instant::now());
    let rules = Rules::embedded()?;
    let (contract, control) = (Contract::embedded()?, Contract::control()?);
    let capabilities = target.capabilities();
    let runnable: BTreeSet<_> = selected
        .iter()
        .filter(|scenario| capabilities.lacking(scenario).is_none())
        .map(|scenario| (scenario.file.as_str(), scenario.line))
        .collect();
    let features = catalogue.selected(|file, line| runnable.contains(&(file, line)));
    let of = runnable.len();
    watch(Progress { done: 0, of });

    // Long enough that no two runs against one merchant ever meet.
    let run_id = format!("{:016x}", rand::random::<u64>());
    let context = Arc::new(Context {
        wire: target.wire().checked_against(contract, control),
        run_id: run_id.clone(),
        our_names: capabilities.own_sandbox,
    });
    let ended = move |done| watch(Progress { done, of });
    let mut played = play::<Shop>(features, context, capabilities.concurrency, ended).await;
    if target.wire().presence().is_gone() {
        return Err(RunError::TargetGone);
    }

    let ended = selected.into_iter().map(|scenario| {
        let key = (scenario.file.clone(), scenario.line);
        let played = match capabilities.lacking(scenario) {
            Some(reason) => Played::unplayed(Verdict::NotRun(reason.to_owned())),
            None => played
                .remove(&key)
                .unwrap_or_else(|| Played::unplayed(Verdict::Blocked(vanished(scenario)))),
        };
        let played = if capabilities.own_sandbox {
            played
        } else {
            played.on_a_foreign_server(scenario, &run_id)
        };
        Ended {
            scenario: scenario.clone(),
            verdict: played.verdict,
            answers: played.answers,
        }
    });
    let ended = ended.collect();
    Ok(Report::new(target, &rules, date, started.elapsed(), ended))
}

/// To the millisecond: finer than that, a date says nothing.
fn now() -> Timestamp {
    let now = Timestamp::try_from(SystemTime::now());
    now.and_then(|now| Timestamp::from_millis(now.as_millis()))
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A scenario by its file and line.
pub(crate) type Key = (String, usize);

/// A world whose scenarios can be played.
pub(crate) trait Stage: World + WorldInventory + fmt::Debug {
    /// What all scenarios of a run share.
    type Context: 'static;

    /// Called before the first step, with a number no other scenario of the run has.
    fn open(&mut self, context: Arc<Self::Context>, scenario: usize);

    /// Called when a step did not hold: a world that finds out that what the scenario took for
    /// granted does not hold here either says in its remains that it cannot be trusted.
    fn doubt<'a>(&'a mut self, _tags: &'a [String]) -> LocalBoxFuture<'a, ()> {
        Box::pin(async {})
    }

    /// Called after the last step.
    fn leave(&mut self) -> Remains;
}

/// The verdict on every scenario of these features that ended. `ended` is told how many have, after
/// each of them.
pub(crate) async fn play<W: Stage>(
    features: Vec<gherkin::Feature>,
    context: Arc<W::Context>,
    concurrency: usize,
    ended: impl Fn(usize) + 'static,
) -> BTreeMap<Key, Played> {
    // Cucumber polls all its scenarios from one task and never yields to the cooperative budget:
    // under it, a run with many scenarios can spin for ever.
    tokio::task::unconstrained(play_all::<W>(features, context, concurrency, ended)).await
}

async fn play_all<W: Stage>(
    features: Vec<gherkin::Feature>,
    context: Arc<W::Context>,
    concurrency: usize,
    ended: impl Fn(usize) + 'static,
) -> BTreeMap<Key, Played> {
    let remains: Rc<RefCell<BTreeMap<Key, Remains>>> = Rc::default();
    let keep = Rc::clone(&remains);
    let numbers: BTreeMap<Key, usize> = features
        .iter()
        .flat_map(|feature| crate::lint::scenarios(feature).map(|scenario| key(feature, scenario)))
        .zip(1..)
        .collect();
    let verdicts = W::cucumber::<&str>()
        .with_parser(Ready)
        .with_writer(Verdicts {
            ended,
            verdicts: BTreeMap::new(),
            failures: BTreeMap::new(),
        })
        .max_concurrent_scenarios(concurrency)
        .before(
            move |feature, _, scenario, world| -> LocalBoxFuture<'_, ()> {
                let number = numbers
                    .get(&key(feature, scenario))
                    .copied()
                    .unwrap_or_default();
                world.open(Arc::clone(&context), number);
                Box::pin(async {})
            },
        )
        .after(
            move |feature, _, scenario, end, world| -> LocalBoxFuture<'_, ()> {
                let keep = Rc::clone(&keep);
                Box::pin(async move {
                    let Some(world) = world else {
                        return;
                    };
                    if matches!(end, event::ScenarioFinished::StepFailed(..)) {
                        world.doubt(&scenario.tags).await;
                    }
                    let left = world.leave();
                    keep.borrow_mut().insert(key(feature, scenario), left);
                })
            },
        )
        // Neither the arguments of the process nor its environment are cucumber's.
        .with_cli(cli::Opts::<_, _, _, cli::Empty>::default())
        .run(features)
        .await
        .verdicts;
    let mut remains = remains.take();
    verdicts
        .into_iter()
        .map(|(key, verdict)| {
            let left = remains.remove(&key).unwrap_or_default();
            (key, Played::ended(verdict, left))
        })
        .collect()
}

fn key(feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> Key {
    (file_of(feature).to_owned(), scenario.position.line)
}

/// Hands on features that are parsed already.
struct Ready;

impl Parser<Vec<gherkin::Feature>> for Ready {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<parser::Result<gherkin::Feature>>>;

    fn parse(self, features: Vec<gherkin::Feature>, _: cli::Empty) -> Self::Output {
        stream::iter(features.into_iter().map(Ok).collect::<Vec<_>>())
    }
}

/// Listens to a run. A scenario counts as passed when it ended and no step of it broke.
struct Verdicts<F> {
    ended: F,
    verdicts: BTreeMap<Key, Verdict>,
    failures: BTreeMap<Key, Failure>,
}

/// Events are told apart by their scenario, so they may come in any order.
impl<F> writer::Normalized for Verdicts<F> {}

impl<W: World, F: Fn(usize)> Writer<W> for Verdicts<F> {
    type Cli = cli::Empty;

    async fn handle_event(
        &mut self,
        event: parser::Result<Event<event::Cucumber<W>>>,
        _: &cli::Empty,
    ) {
        let Ok(event::Cucumber::Feature(feature, event)) = event.map(Event::into_inner) else {
            return;
        };
        let (event::Feature::Scenario(scenario, event)
        | event::Feature::Rule(_, event::Rule::Scenario(scenario, event))) = event
        else {
            return;
        };
        let key = key(&feature, &scenario);
        let failure = match event.event {
            event::Scenario::Background(step, event) | event::Scenario::Step(step, event) => {
                failure_of(&step, event)
            }
            event::Scenario::Hook(_, event::Hook::Failed(_, info)) => Some(Failure {
                step: "(around the steps)".to_owned(),
                line: scenario.position.line,
                phase: Phase::Given,
                message: panic_message(&info),
                exchanges: Vec::new(),
            }),
            event::Scenario::Finished => {
                let failure = self.failures.remove(&key);
                let verdict = failure.map_or(Verdict::Passed, Verdict::Failed);
                self.verdicts.insert(key, verdict);
                (self.ended)(self.verdicts.len());
                return;
            }
            _ => None,
        };
        if let Some(failure) = failure {
            self.failures.entry(key).or_insert(failure);
        }
    }
}

fn failure_of<W>(step: &gherkin::Step, event: event::Step<W>) -> Option<Failure> {
    let message = match event {
        event::Step::Started | event::Step::Passed(..) => return None,
        event::Step::Skipped => "undefined step".to_owned(),
        event::Step::Failed(_, _, _, StepError::Panic(info)) => panic_message(&info),
        event::Step::Failed(_, _, _, error) => error.to_string(),
    };
    Some(Failure {
        step: format!("{} {}", step.keyword.trim(), step.value),
        line: step.position.line,
        phase: match step.ty {
            StepType::Given => Phase::Given,
            StepType::When => Phase::When,
            StepType::Then => Phase::Then,
        },
        // A step may repeat what the server said, and the server may repeat the key.
        message: mask_keys(&message),
        exchanges: Vec::new(),
    })
}

fn panic_message(info: &event::Info) -> String {
    let text = info.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| info.downcast_ref::<&str>().copied())
        .unwrap_or("panicked without a message")
        .to_owned()
}
