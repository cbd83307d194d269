//! Where a merchant's events go.

use std::collections::BTreeMap;
use std::sync::Arc;

use clinkbill_webhook::{EventType, SecretError, Signer, WebhookSecret};

use super::outbox::DeliveryNumber;

/// An endpoint that every book starts with.
#[derive(Clone)]
pub(crate) struct EndpointTemplate {
    pub(crate) url: String,
    pub(crate) secret: SigningSecret,
}

/// A merchant's endpoint and what waits to be sent to it.
pub(crate) struct Endpoint {
    pub(crate) id: Arc<str>,
    pub(crate) url: String,
    /// As they were given, each once.
    pub(crate) events: Vec<EventType>,
    pub(crate) enabled: bool,
    pub(crate) secret: SigningSecret,
    pub(crate) description: Option<String>,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) lane: Lane,
}

/// What signs an endpoint's deliveries. The text of the secret is not kept.
#[derive(Clone)]
pub(crate) struct SigningSecret {
    pub(crate) signer: Signer,
    pub(crate) masked: String,
}

/// The queue of one endpoint: one delivery is under way at a time, so that a slow endpoint
/// delays nobody but itself, and deliveries go out in the order in which they are due.
#[derive(Default)]
pub(crate) struct Lane {
    pub(crate) waiting: BTreeMap<Turn, DeliveryNumber>,
    /// When the delivery that is under way was due.
    pub(crate) under_way: Option<i64>,
    /// Deliveries that let the next one go first.
    pub(crate) stepped_aside: Vec<DeliveryNumber>,
}

/// A place in a queue: by due time, and among equals by arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    pub(crate) due: i64,
    pub(crate) arrival: u64,
}

impl SigningSecret {
    pub(crate) fn new(text: &str) -> Result<Self, SecretError> {
        Ok(Self {
            signer: Signer::new(WebhookSecret::new(text)?),
            masked: mask(text),
        })
    }
}

impl Endpoint {
    pub(crate) fn wants(&self, kind: &EventType) -> bool {
        self.enabled && self.events.contains(kind)
    }
}

impl Lane {
    /// When its next delivery is due; never while one is under way.
    pub(crate) fn next_due(&self) -> Option<i64> {
        match self.under_way {
            Some(_) => None,
            None => self.waiting.first_key_value().map(|(turn, _)| turn.due),
        }
    }

    /// Whether nothing that was due until then is still to be attempted.
    pub(crate) fn is_settled(&self, until: i64) -> bool {
        let first = self.waiting.first_key_value().map(|(turn, _)| turn.due);
        first.is_none_or(|due| due > until) && self.under_way.is_none_or(|due| due > until)
    }

    /// Takes the next delivery if it is due, and marks it as under way.
    pub(crate) fn take_next(&mut self, now: i64) -> Option<(Turn, DeliveryNumber)> {
        let due = self.next_due().filter(|due| *due <= now)?;
        self.under_way = Some(due);
        self.waiting.pop_first()
    }
}

/// The end of a secret that is long enough to stay secret without it.
fn mask(text: &str) -> String {
    const SHOWN: usize = 4;
    match text.char_indices().rev().nth(SHOWN - 1) {
        Some((at, _)) if at >= 3 * SHOWN => {
            let prefix = if text.starts_with("whsec_") {
                "whsec_"
            } else {
                ""
            };
            format!("{prefix}****{}", &text[at..])
        }
        _ => "****".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_the_end_of_a_long_secret_only() {
        assert_eq!(mask("whsec_0123456789abcdef"), "whsec_****cdef");
        assert_eq!(mask("another_secret_of_mine"), "****mine");
        assert_eq!(mask("whsec_short"), "****");
        assert_eq!(mask("s"), "****");
    }
}
