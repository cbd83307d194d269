//! What the guide does not forbid and a merchant should know.

use crate::error::Refusal;

/// Something about a session that the guide leaves open and that is likely a mistake. It is
/// recorded; a strict sandbox refuses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    rule: &'static str,
    text: String,
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

    /// What a strict sandbox makes of it.
    pub(crate) fn into_refusal(self) -> Refusal {
        let Self { rule, text } = self;
        Refusal::new(
            "INVALID_PARAMETER",
            format!("{text} ({rule}, refused because the sandbox is strict)"),
        )
    }
}
