use std::fmt;

use clinkbill_types::{EventId, EventType, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::EventKind;
use crate::read::{own_id, scalar};

/// One webhook event. Obtain it from [`Verifier::verify`](crate::Verifier::verify).
///
/// The same event may arrive more than once, and events in any order: act once per `id`.
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// The id of the event (`event_...`), the same for every delivery of it.
    pub id: EventId,
    /// When the event was made, in UTC.
    pub created: Option<Timestamp>,
    /// What it tells, and about what.
    pub kind: EventKind,
    object: Box<RawValue>,
    body: Box<[u8]>,
}

/// The body is no event of Clink: not JSON, or without what every event has.
#[derive(Debug, thiserror::Error)]
#[error("the webhook body is not an event")]
pub struct UnreadableEvent(#[from] serde_json::Error);

impl Event {
    /// Reads an event without any proof of who sent it: for bodies that were verified before.
    ///
    /// An event has an id, a type and data. Nothing else is asked of it: a field of an unknown
    /// shape is none, and an object that cannot be read at all is
    /// [`EventKind::Unreadable`].
    pub fn from_json(body: &[u8]) -> Result<Self, UnreadableEvent> {
        // Today's events, in one pass. Whatever else there is takes a second one.
        if let Ok(envelope) = serde_json::from_slice::<Envelope<Data<'_>>>(body)
            && envelope.data.is_about_an_object()
        {
            let object = envelope.data.object;
            return Ok(Self::of(body, envelope, object));
        }
        let envelope: Envelope<&RawValue> = serde_json::from_slice(body)?;
        let object = match serde_json::from_str::<Data<'_>>(envelope.data.get()) {
            Ok(data) if data.is_about_an_object() => data.object,
            _ => envelope.data,
        };
        Ok(Self::of(body, envelope, object))
    }

    fn of<D>(body: &[u8], envelope: Envelope<D>, object: &RawValue) -> Self {
        Self {
            id: envelope.id,
            created: envelope.created,
            kind: EventKind::read(envelope.event_type, object),
            object: object.to_owned(),
            body: body.into(),
        }
    }

    /// What the event tells.
    #[must_use]
    pub fn event_type(&self) -> &EventType {
        self.kind.event_type()
    }

    /// The event's object: JSON text, byte for byte as it was received, with all that the types
    /// have no field for.
    ///
    /// It may hold personal data and access tokens.
    #[must_use]
    pub fn object(&self) -> &str {
        self.object.get()
    }

    /// The whole event byte for byte, with all that stands beside its object.
    ///
    /// It may hold personal data and access tokens.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.id)
            .field("created", &self.created)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What every event has, and its data.
#[derive(Deserialize)]
struct Envelope<D> {
    #[serde(deserialize_with = "own_id")]
    id: EventId,
    #[serde(default, deserialize_with = "scalar")]
    created: Option<Timestamp>,
    #[serde(rename = "type", deserialize_with = "own_id")]
    event_type: EventType,
    data: D,
}

/// The data of today's events. Older ones are about their data itself: there `object` is missing
/// or only names a type.
#[derive(Deserialize)]
struct Data<'a> {
    // Kept as text: an exact amount cannot pass through a container that serde buffers.
    #[serde(borrow)]
    object: &'a RawValue,
}

impl Data<'_> {
    fn is_about_an_object(&self) -> bool {
        self.object.get().starts_with('{')
    }
}
