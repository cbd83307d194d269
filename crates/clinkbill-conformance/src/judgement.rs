//! What a scenario's end says of the target.

use crate::catalogue::Scenario;
use crate::exchange::Record;
use crate::report::{Failure, Observation, Phase, Verdict};
use crate::schema::Checked;

/// What the scenarios of a run leave behind when they end.
#[derive(Default)]
pub(crate) struct Remains {
    pub(crate) exchanges: Vec<Record>,
    pub(crate) untrusted: bool,
    /// What the story was answered last, in few words.
    pub(crate) answer: Option<String>,
    /// How a refusal is called that the guide gives no name, where another name was expected.
    pub(crate) other_name: Option<String>,
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
    /// A scenario of which no step was run.
    pub(crate) fn unplayed(verdict: Verdict) -> Self {
        Self {
            verdict,
            answers: Vec::new(),
            last_status: None,
            answer: None,
            other_name: None,
        }
    }

    /// A scenario that ended. A failure while the scene was set, of a check that could not be
    /// trusted, or of a target that asked for a pause, says nothing.
    pub(crate) fn ended(verdict: Verdict, left: Remains) -> Self {
        let records = &left.exchanges;
        let answers = records.iter().filter_map(Record::checked);
        let answers = answers.cloned().collect();
        let last_status = records.last().and_then(Record::status);
        let throttled = records.iter().any(|own| own.status() == Some(429));
        let verdict = match verdict {
            Verdict::Failed(mut failure) => {
                failure.exchanges = left.exchanges.into_iter().map(Record::masked).collect();
                if failure.phase == Phase::Given || left.untrusted || throttled {
                    Verdict::Blocked(failure)
                } else {
                    Verdict::Failed(failure)
                }
            }
            other => other,
        };
        Self {
            verdict,
            answers,
            last_status,
            answer: left.answer,
            other_name: left.other_name,
        }
    }

    /// What somebody else's server does where the guide is silent is observed, and never wrong.
    pub(crate) fn on_a_foreign_server(mut self, scenario: &Scenario, run_id: &str) -> Self {
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

pub(crate) fn vanished(scenario: &Scenario) -> Failure {
    Failure {
        step: "(no step was run)".to_owned(),
        line: scenario.line,
        phase: Phase::Given,
        message: "the scenario was selected and never finished".to_owned(),
        exchanges: Vec::new(),
    }
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
            ..Played::unplayed(Verdict::Failed(vanished(&scenario("our-choice"))))
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
        let record = || Record::Raw {
            request: String::new(),
            body: None,
            received: Ok((429, Vec::new())),
            checked: None,
        };
        let left = || Remains {
            exchanges: vec![record()],
            ..Remains::default()
        };
        let mut failure = vanished(&scenario("CR-08"));
        failure.phase = Phase::Then;
        let judged = |verdict| Played::ended(verdict, left()).verdict;
        assert!(matches!(
            judged(Verdict::Failed(failure)),
            Verdict::Blocked(_)
        ));
        assert_eq!(judged(Verdict::Passed), Verdict::Passed);
    }
}
