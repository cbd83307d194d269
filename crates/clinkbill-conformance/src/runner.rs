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
use crate::exchange::{Exchange, mask_keys};
use crate::report::{Ended, Failure, Observation, Phase, Report, Verdict};
use crate::rules::{Rules, RulesError};
use crate::schema::{Checked, Contract, ContractError};
use crate::target::Target;
use crate::world::{Context, Shop};

/// The run says nothing about the target.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// No scenario was asked for.
    #[error("no scenario was selected")]
    NothingSelected,
    /// The contract cannot be used.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The catalogue of rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
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
    let selected: Vec<_> = catalogue.scenarios().iter().filter(|s| select(s)).collect();
    if selected.is_empty() {
        return Err(RunError::NothingSelected);
    }
    let (date, started) = (now(), Instant::now());
    let rules = Rules::embedded()?;
    let contract = Contract::embedded()?;
    let capabilities = target.capabilities();
    let runnable: BTreeSet<_> = selected
        .iter()
        .filter(|scenario| capabilities.lacking(scenario).is_none())
        .map(|scenario| (scenario.file.as_str(), scenario.line))
        .collect();
    let features = catalogue.selected(|file, line| runnable.contains(&(file, line)));

    // Long enough that no two runs against one merchant ever meet.
    let run_id = format!("{:016x}", rand::random::<u64>());
    let context = Arc::new(Context {
        wire: target.wire().checked_against(contract),
        run_id: run_id.clone(),
        our_names: capabilities.own_sandbox,
    });
    let mut played = play::<Shop>(features, context, capabilities.concurrency).await;

    let ended = selected.into_iter().map(|scenario| {
        let key = (scenario.file.clone(), scenario.line);
        let played = match capabilities.lacking(scenario) {
            Some(reason) => Played::of(Verdict::NotRun(reason.to_owned())),
            None => played
                .remove(&key)
                .unwrap_or_else(|| Played::of(Verdict::Blocked(vanished(scenario)))),
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

/// What became of one scenario.
pub(crate) struct Played {
    pub(crate) verdict: Verdict,
    /// How its answers stand to the contract.
    pub(crate) answers: Vec<Checked>,
    /// The status of the last answer, if one came.
    last_status: Option<u16>,
    /// What the story was answered last.
    answer: Option<String>,
    /// By which name a refusal is called, where the guide does not say which.
    other_name: Option<String>,
}

impl Played {
    fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            answers: Vec::new(),
            last_status: None,
            answer: None,
            other_name: None,
        }
    }

    /// What somebody else's server does where the guide is silent is observed, and never wrong.
    fn on_a_foreign_server(mut self, scenario: &Scenario, run_id: &str) -> Self {
        let observe = |as_we_read_it, answer: &str| {
            Verdict::Observed(Observation {
                as_we_read_it,
                answer: steady(answer, run_id),
            })
        };
        let answer = self.answer.as_deref().unwrap_or("nothing was asked");
        self.verdict = match self.verdict {
            Verdict::Passed if scenario.has_tag("our-choice") => observe(true, answer),
            Verdict::Passed => match &self.other_name {
                Some(name) => observe(false, name),
                None => Verdict::Passed,
            },
            // Silence, or a server that is out of order, is no answer to the question.
            Verdict::Failed(failure) if scenario.has_tag("our-choice") => match self.last_status {
                Some(status) if status < 500 => {
                    let seen = format!("{answer}; not so: {}: {}", failure.step, failure.message);
                    observe(false, &seen)
                }
                _ => Verdict::Blocked(failure),
            },
            other => other,
        };
        self
    }
}

/// A text without what is another in every run: what this run made up, and ids the server made.
fn steady(text: &str, run_id: &str) -> String {
    let ids = ["cus_", "sess_", "order_", "prd_", "price_", "sub_", "inv_"];
    let apart = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '@');
    let words = text.split_inclusive(apart).map(|word| {
        let end = word.trim_end_matches(apart).len();
        let (word, rest) = word.split_at(end);
        if word.contains(run_id) || ids.iter().any(|id| word.starts_with(id)) {
            format!("...{rest}")
        } else {
            format!("{word}{rest}")
        }
    });
    words.collect()
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

    /// Called after the last step.
    fn leave(&mut self) -> Remains;
}

/// What the scenarios of a run leave behind when they end.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) untrusted: bool,
    /// What the story was answered last, in few words.
    pub(crate) answer: Option<String>,
    /// How a refusal is called that the guide gives no name, where another name was expected.
    pub(crate) other_name: Option<String>,
}

/// The verdict on every scenario of these features that ended.
pub(crate) async fn play<W: Stage>(
    features: Vec<gherkin::Feature>,
    context: Arc<W::Context>,
    concurrency: usize,
) -> BTreeMap<Key, Played> {
    // Cucumber polls all its scenarios from one task and never yields to the cooperative budget:
    // under it, a run with many scenarios can spin for ever.
    tokio::task::unconstrained(play_all::<W>(features, context, concurrency)).await
}

async fn play_all<W: Stage>(
    features: Vec<gherkin::Feature>,
    context: Arc<W::Context>,
    concurrency: usize,
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
        .with_writer(Verdicts::default())
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
            move |feature, _, scenario, _, world| -> LocalBoxFuture<'_, ()> {
                if let Some(world) = world {
                    let left = world.leave();
                    keep.borrow_mut().insert(key(feature, scenario), left);
                }
                Box::pin(async {})
            },
        )
        // Neither the arguments of the process nor its environment are cucumber's.
        .with_cli(cli::Opts::<_, _, _, cli::Empty>::default())
        .run(features)
        .await
        .0;
    let mut remains = remains.take();
    verdicts
        .into_iter()
        .map(|(key, verdict)| {
            let left = remains.remove(&key).unwrap_or_default();
            (key, with_remains(verdict, left))
        })
        .collect()
}

/// A failure while the scene was set, or of a check that could not be trusted, says nothing.
fn with_remains(verdict: Verdict, left: Remains) -> Played {
    let answers = left.exchanges.iter();
    let answers = answers
        .filter_map(|exchange| exchange.checked.clone())
        .collect();
    let last_status = left.exchanges.last().and_then(|exchange| exchange.status);
    let throttled = left.exchanges.iter().any(|own| own.status == Some(429));
    let verdict = match verdict {
        Verdict::Failed(mut failure) => {
            failure.exchanges = left.exchanges;
            if failure.phase == Phase::Given || left.untrusted || throttled {
                Verdict::Blocked(failure)
            } else {
                Verdict::Failed(failure)
            }
        }
        other => other,
    };
    Played {
        verdict,
        answers,
        last_status,
        answer: left.answer,
        other_name: left.other_name,
    }
}

pub(crate) fn vanished(scenario: &Scenario) -> Failure {
    Failure {
        step: "(no step was run)".to_owned(),
        line: scenario.line,
        phase: Phase::Given,
        message: "the scenario was selected and never finished".to_owned(),
        exchanges: Vec::new(),
    }
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
#[derive(Default)]
struct Verdicts(BTreeMap<Key, Verdict>, BTreeMap<Key, Failure>);

/// Events are told apart by their scenario, so they may come in any order.
impl writer::Normalized for Verdicts {}

impl<W: World> Writer<W> for Verdicts {
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
                let verdict = self.1.remove(&key).map_or(Verdict::Passed, Verdict::Failed);
                self.0.insert(key, verdict);
                return;
            }
            _ => None,
        };
        if let Some(failure) = failure {
            self.1.entry(key).or_insert(failure);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::VerdictKind::{Blocked, Failed, Observed};

    fn scenario(tag: &str) -> Scenario {
        Scenario {
            name: String::new(),
            rules: Vec::new(),
            tags: vec![tag.to_owned()],
            file: String::new(),
            line: 1,
        }
    }

    fn broken(status: Option<u16>) -> Played {
        Played {
            last_status: status,
            answer: Some("HTTP 200, code 200".to_owned()),
            ..Played::of(Verdict::Failed(vanished(&scenario("our-choice"))))
        }
    }

    #[test]
    fn what_is_another_in_every_run_is_no_part_of_an_observed_answer() {
        let seen = "not for cus_12ab, but ada.0ff1ce.3.1@example.com (order_7): CUSTOMER_NOT_FOUND";
        assert_eq!(
            steady(seen, "0ff1ce"),
            "not for ..., but ... (...): CUSTOMER_NOT_FOUND"
        );
    }

    #[test]
    fn only_an_answer_is_observed_and_silence_or_disorder_is_not() {
        let judged = |status, tag| {
            let played = broken(status).on_a_foreign_server(&scenario(tag), "run");
            played.verdict.kind()
        };
        for (status, tag, kind) in [
            (Some(200), "our-choice", Observed),
            (Some(404), "our-choice", Observed),
            (Some(500), "our-choice", Blocked),
            (Some(503), "our-choice", Blocked),
            (None, "our-choice", Blocked),
            (Some(200), "our-name", Failed),
            (Some(200), "CR-08", Failed),
        ] {
            assert_eq!(judged(status, tag), kind, "{status:?} {tag}");
        }
    }

    #[test]
    fn a_server_that_asks_for_a_pause_is_not_judged() {
        let exchange = Exchange {
            sent: String::new(),
            received: String::new(),
            status: Some(429),
            checked: None,
        };
        let left = || Remains {
            exchanges: vec![exchange.clone()],
            ..Remains::default()
        };
        let mut failure = vanished(&scenario("CR-08"));
        failure.phase = Phase::Then;
        let judged = |verdict| with_remains(verdict, left()).verdict;
        assert!(matches!(
            judged(Verdict::Failed(failure)),
            Verdict::Blocked(_)
        ));
        assert_eq!(judged(Verdict::Passed), Verdict::Passed);
    }
}
