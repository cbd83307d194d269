use std::fmt;

use clinkbill_types::{EventId, EventType, Timestamp};
use serde::de::Error as _;

use crate::EventKind;
use crate::read::Fields;

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
    body: Box<str>,
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
        let json = str::from_utf8(body).map_err(serde_json::Error::custom)?;
        let envelope = Fields::of(json)?;
        let event_type = envelope.own_id("type")?;
        if !envelope.has("data") {
            return Err(serde_json::Error::missing_field("data").into());
        }
        let kind = envelope.inside("data", |data| {
            let today = data.inside("object", |object| EventKind::read(&event_type, object));
            today.unwrap_or_else(|| EventKind::read(&event_type, data))
        });
        Ok(Self {
            id: envelope.own_id("id")?,
            created: envelope.get("created"),
            kind: kind.unwrap_or_else(|| EventKind::read(&event_type, &Fields::default())),
            body: json.into(),
        })
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
        object_of(&self.body).unwrap_or_default()
    }

    /// The whole event byte for byte, with all that stands beside its object.
    ///
    /// It may hold personal data and access tokens.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }
}

/// Today's events have an object in their data. Older ones are about their data itself: there
/// `object` is missing or only names a type.
fn object_of(body: &str) -> Option<&str> {
    let data = Fields::careful(body).ok()?.json("data")?;
    let object = Fields::careful(data).ok();
    let object = object.and_then(|data| data.json("object"));
    let object = object.filter(|object| object.starts_with('{'));
    Some(object.unwrap_or(data))
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
