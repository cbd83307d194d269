//! What the guide does not forbid and a merchant should know.

use crate::error::Refusal;

/// Something about a session that the guide leaves open and that is likely a mistake. It is
/// recorded; a strict sandbox refuses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    rule: &'static str,
    text: String,
}

/// What was observed of one request.
pub(crate) struct Observations {
    strict: bool,
    made: Vec<Observation>,
}

impl Observation {
    /// An observation under the id of its rule.
    #[must_use]
    pub fn new(rule: &'static str, text: impl Into<String>) -> Self {
        Self {
            rule,
            text: text.into(),
        }
    }

    /// The id of the rule, such as `FR-07`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// What was seen.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Observations {
    pub(crate) fn new(strict: bool) -> Self {
        Self {
            strict,
            made: Vec::new(),
        }
    }

    /// Keeps what was observed, or refuses it where the sandbox is strict.
    pub(crate) fn record(&mut self, observation: Option<Observation>) -> Result<(), Refusal> {
        match observation {
            None => Ok(()),
            Some(Observation { rule, text }) if self.strict => Err(Refusal::new(
                "INVALID_PARAMETER",
                format!("{text} ({rule}, refused because the sandbox is strict)"),
            )),
            Some(observation) => {
                self.made.push(observation);
                Ok(())
            }
        }
    }

    pub(crate) fn into_made(self) -> Vec<Observation> {
        self.made
    }
}
