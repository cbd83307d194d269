//! What became of a merchant's events, to be read by the merchant.

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::outbox::{DeliveryState, StoredAttempt, StoredDelivery, StoredEvent};
use crate::book::Book;
use crate::view;

/// The events of a merchant with all their deliveries, the earliest event first.
///
/// Of the events whose deliveries came to an end, the latest 1,000 are kept; at most 10,000
/// deliveries wait. What went beyond is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookLog {
    /// The events that are kept.
    pub events: Vec<LoggedEvent>,
    /// How many earlier events are kept no longer.
    pub events_forgotten: u64,
    /// How many deliveries were never attempted because too many waited.
    pub deliveries_dropped: u64,
}

/// An event and its deliveries.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedEvent {
    /// The event's id, `event_...`.
    #[serde(skip)]
    pub id: String,
    /// What it tells, such as `order.succeeded`.
    #[serde(skip)]
    pub event_type: String,
    /// The JSON body, byte for byte as it is sent.
    #[serde(rename = "event", serialize_with = "raw")]
    pub body: String,
    /// One for each endpoint that wants it, and for each time it was sent again.
    pub deliveries: Vec<LoggedDelivery>,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoggedDelivery {
    /// The endpoint's id, `whk_...`.
    pub endpoint_id: String,
    /// Where it goes, or went last.
    pub url: String,
    /// Where it stands.
    pub state: LoggedState,
    /// Why it was cancelled.
    pub reason: Option<String>,
    /// When the next attempt is due: the merchant's time in milliseconds since the Unix epoch.
    pub next_attempt_at: Option<i64>,
    /// When it was last sent: wall time in milliseconds since the Unix epoch.
    pub attempted_at: Option<i64>,
    /// The HTTP status of the last attempt.
    pub status: Option<u16>,
    /// Why the last attempt has no status.
    pub error: Option<String>,
    /// Every attempt, the first one first.
    pub attempts: Vec<LoggedAttempt>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoggedState {
    /// It waits for its first or its next attempt.
    Waiting,
    /// It is being sent.
    UnderWay,
    /// A test took it to deliver it by itself.
    HandedOut,
    /// The endpoint took it.
    Delivered,
    /// The last retry failed.
    GivenUp,
    /// The endpoint was deleted, disabled or unsubscribed.
    Cancelled,
    /// Too many deliveries waited already.
    Dropped,
}

/// One sending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoggedAttempt {
    /// When it was due: the merchant's time in milliseconds since the Unix epoch.
    pub due_at: i64,
    /// When it was sent: wall time in milliseconds since the Unix epoch.
    pub sent_at: i64,
    /// The HTTP status.
    pub status: Option<u16>,
    /// Why there is none.
    pub error: Option<String>,
}

impl WebhookLog {
    pub(crate) fn of(book: &Book) -> Self {
        let outbox = &book.outbox;
        Self {
            events: outbox
                .events()
                .into_iter()
                .filter_map(|stored| LoggedEvent::of(book, stored))
                .collect(),
            events_forgotten: outbox.events_forgotten,
            deliveries_dropped: outbox.deliveries_dropped,
        }
    }
}

impl LoggedEvent {
    fn of(book: &Book, stored: &StoredEvent) -> Option<Self> {
        Some(Self {
            id: stored.event.id.to_string(),
            event_type: stored.event.kind.as_str().to_owned(),
            body: view::event_body(book, &stored.event)?,
            deliveries: stored.deliveries.iter().map(LoggedDelivery::of).collect(),
        })
    }
}

impl LoggedDelivery {
    fn of(delivery: &StoredDelivery) -> Self {
        let attempts: Vec<LoggedAttempt> =
            delivery.attempts.iter().map(LoggedAttempt::of).collect();
        let last = attempts.last().cloned();
        Self {
            endpoint_id: delivery.endpoint_id.as_ref().to_owned(),
            url: delivery.url.clone(),
            state: match delivery.state {
                DeliveryState::Waiting(_) => LoggedState::Waiting,
                DeliveryState::UnderWay(_) => LoggedState::UnderWay,
                DeliveryState::HandedOut(_) => LoggedState::HandedOut,
                DeliveryState::Delivered => LoggedState::Delivered,
                DeliveryState::GivenUp => LoggedState::GivenUp,
                DeliveryState::Cancelled(_) => LoggedState::Cancelled,
                DeliveryState::Dropped => LoggedState::Dropped,
            },
            reason: match delivery.state {
                DeliveryState::Cancelled(reason) => Some(reason.to_owned()),
                _ => None,
            },
            next_attempt_at: match delivery.state {
                DeliveryState::Waiting(turn) => Some(turn.due),
                _ => None,
            },
            attempted_at: last.as_ref().map(|attempt| attempt.sent_at),
            status: last.as_ref().and_then(|attempt| attempt.status),
            error: last.and_then(|attempt| attempt.error),
            attempts,
        }
    }
}

impl LoggedAttempt {
    fn of(attempt: &StoredAttempt) -> Self {
        Self {
            due_at: attempt.due,
            sent_at: attempt.sent,
            status: attempt.outcome.as_ref().ok().copied(),
            error: attempt.outcome.as_ref().err().cloned(),
        }
    }
}

impl std::fmt::Debug for LoggedEvent {
    /// Without the body, which holds a session's token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoggedEvent")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("deliveries", &self.deliveries)
            .finish_non_exhaustive()
    }
}

fn raw<S: Serializer>(body: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&RawValue>(body)
        .map_err(S::Error::custom)?
        .serialize(serializer)
}
