//! Which rules decided a request.

use super::{Cell, Observation, Rule};
use crate::Answer;
use crate::error::{ApiError, Refusal, RefusalShape};
use crate::wire::field::NOT_A_NUMBER;

/// What becomes of one request: noted where a rule is asked, so that nobody has to find it out again.
pub(crate) struct Decisions {
    strict: bool,
    observed: Vec<Observation>,
    decided: Decided,
}

/// By which rules a request was decided, as it is kept: small, and without a word of theirs.
#[derive(Default)]
pub(crate) struct Decided {
    /// A bit for each rule.
    rules: u128,
    pub(crate) refused_by: Option<Rule>,
    /// What the refusal said.
    pub(crate) message: Option<Box<str>>,
}

impl Decisions {
    /// Nothing yet. A strict sandbox refuses what is only observed otherwise.
    pub(crate) fn new(strict: bool) -> Self {
        Self {
            strict,
            observed: Vec::new(),
            decided: Decided::default(),
        }
    }

    /// Notes a rule that decided something.
    pub(crate) fn note(&mut self, rule: Rule) {
        self.decided.note(rule);
    }

    /// Passes on what a rule says.
    pub(crate) fn by<T>(&mut self, rule: Rule, outcome: T) -> T {
        self.note(rule);
        outcome
    }

    /// Passes on what a rule says, which may be a refusal.
    pub(crate) fn check<T, E>(&mut self, rule: Rule, outcome: Result<T, E>) -> Result<T, E> {
        self.note(rule);
        self.guard(rule, outcome)
    }

    /// As [`check`](Self::check), for a rule that decides nothing unless it refuses.
    pub(crate) fn guard<T, E>(&mut self, rule: Rule, outcome: Result<T, E>) -> Result<T, E> {
        if outcome.is_err() {
            self.note(rule);
            self.decided.refused_by = Some(rule);
        }
        outcome
    }

    /// Keeps what was observed under a rule, or refuses it where the sandbox is strict.
    pub(crate) fn observe(
        &mut self,
        rule: Rule,
        observation: Option<Observation>,
    ) -> Result<(), Refusal> {
        let Some(observation) = observation else {
            return Ok(());
        };
        if self.strict {
            return self.check(rule, Err(observation.into_refusal()));
        }
        self.note(rule);
        self.observed.push(observation);
        Ok(())
    }

    /// Passes on the refusal of a body that the contract's schema forbids.
    pub(crate) fn forbid(&mut self, error: ApiError) -> ApiError {
        if let Some(rule) = Rule::behind_schema(&error) {
            self.note(rule);
            self.decided.refused_by = Some(rule);
        }
        error
    }

    /// The answer to a request that was refused.
    pub(crate) fn refuse(&mut self, error: ApiError, shape: RefusalShape) -> Answer {
        let (answer, message) = error.into_reply_and_message(shape);
        self.decided.message = Some(message.into());
        answer
    }

    pub(crate) fn take_observed(&mut self) -> Vec<Observation> {
        std::mem::take(&mut self.observed)
    }

    pub(crate) fn into_decided(self) -> Decided {
        self.decided
    }
}

impl Decided {
    /// The rules, in the order of [`Rule::ALL`].
    pub(crate) fn rules(&self) -> impl Iterator<Item = Rule> {
        let rules = Rule::ALL.iter().copied();
        rules.filter(|rule| self.rules & bit(*rule) != 0)
    }

    fn note(&mut self, rule: Rule) {
        self.rules |= bit(rule);
    }
}

impl Rule {
    /// The rule that a field of a session is held against by the contract's schema, where the guide
    /// has one.
    fn behind_schema(error: &ApiError) -> Option<Self> {
        let ApiError::Malformed { field, reason } = error else {
            return None;
        };
        match field.as_str() {
            _ if reason.starts_with(NOT_A_NUMBER) => Some(Self::Qs03),
            "originalAmount" | "originalCurrency" => Some(Self::Fr02),
            "body" if reason.starts_with("missing field `original") => Some(Self::Fr02),
            "successUrl" | "cancelUrl" | "returnUrl" => Some(Self::Rd11),
            "directPaymentQrCodePaymentMethodType" => Some(Self::Qr02),
            _ => None,
        }
    }
}

fn bit(rule: Rule) -> u128 {
    1 << rule as u32
}

const _: () = assert!(Rule::ALL.len() <= u128::BITS as usize);

impl Cell {
    /// The rule that is the cell.
    pub(crate) fn rule(self) -> Rule {
        match self {
            Self::Cr01 => Rule::Cr01,
            Self::Cr02 => Rule::Cr02,
            Self::Cr03 => Rule::Cr03,
            Self::Cr04 => Rule::Cr04,
            Self::Cr05 => Rule::Cr05,
            Self::Cr06 => Rule::Cr06,
            Self::Cr07 => Rule::Cr07,
            Self::Cr08 => Rule::Cr08,
            Self::Cr09 => Rule::Cr09,
            Self::Cr10 => Rule::Cr10,
            Self::Cr11 => Rule::Cr11,
            Self::Cr12 => Rule::Cr12,
            Self::Cr13 => Rule::Cr13,
            Self::Cr14 => Rule::Cr14,
            Self::Cr15 => Rule::Cr15,
            Self::Cr16 => Rule::Cr16,
            Self::Cr17 => Rule::Cr17,
            Self::Cr18 => Rule::Cr18,
            Self::Cr19 => Rule::Cr19,
            Self::Cr20 => Rule::Cr20,
            Self::Cr21 => Rule::Cr21,
            Self::Cr22 => Rule::Cr22,
            Self::Cr23 => Rule::Cr23,
            Self::Cr24 => Rule::Cr24,
            Self::Cr25 => Rule::Cr25,
            Self::Cr26 => Rule::Cr26,
            Self::Cr27 => Rule::Cr27,
            Self::Cr28 => Rule::Cr28,
            Self::Cr29 => Rule::Cr29,
            Self::Cr30 => Rule::Cr30,
            Self::Cr34Known | Self::Cr34New => Rule::Cr34,
            Self::Cr43 => Rule::Cr43,
        }
    }
}
