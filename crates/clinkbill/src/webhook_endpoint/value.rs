use std::fmt;

use clinkbill_api::types;
use clinkbill_types::{EventType, Timestamp, WebhookEndpointId, WebhookEndpointSource, given};
use clinkbill_webhook::{SecretError, WebhookSecret};
use secrecy::{ExposeSecret, SecretString};

use crate::Error;
use crate::page::set;

/// A URL that Clink sends events to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookEndpoint {
    /// The id of the endpoint (`whk_...`).
    pub endpoint_id: WebhookEndpointId,
    /// Where events are sent.
    pub url: Option<String>,
    /// Which events are sent.
    pub events: Vec<EventType>,
    /// Whether events are sent.
    pub enabled: Option<bool>,
    /// What deliveries are signed with. None but for an endpoint that was just created, or whose
    /// secret was just rotated: keep it then.
    pub signing_secret: Option<SigningSecret>,
    /// Enough of the secret to tell one from another.
    pub masked_signing_secret: Option<String>,
    /// The merchant's own note.
    pub description: Option<String>,
    /// When it was made, in UTC.
    pub created: Option<Timestamp>,
    /// When it was last changed, in UTC.
    pub updated: Option<Timestamp>,
}

/// An endpoint that is as it was asked for, and what had to be done.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EnsuredWebhookEndpoint {
    /// What had to be done.
    pub source: WebhookEndpointSource,
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
    /// Why its signing secret is not shown, such as `EXISTING_SECRET_NOT_RETURNABLE`.
    pub secret_unavailable_reason: Option<String>,
    /// What to do about that.
    pub next_action: Option<String>,
}

/// The events there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventCatalogue {
    /// Each of them.
    pub events: Vec<EventDescription>,
    /// The names of all of them.
    pub all: Vec<EventType>,
    /// The names of those most merchants need.
    pub core: Vec<EventType>,
}

/// A kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventDescription {
    /// Its name.
    pub event_type: EventType,
    /// Clink's number for it. Endpoints subscribe by name, never by number.
    pub code: Option<i32>,
    /// What it tells, for a person to read.
    pub description: Option<String>,
}

/// The signing secret of an endpoint (`whsec_...`), to be kept.
///
/// It is never printed, and wiped from memory when dropped; only [`as_str`](Self::as_str) shows
/// it.
#[derive(Clone)]
pub struct SigningSecret(SecretString);

impl SigningSecret {
    /// The text, to be stored where the receiver of events finds it. Do not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.expose_secret()
    }

    /// The secret as a [`Verifier`](crate::webhook::Verifier) takes it.
    pub fn to_webhook_secret(&self) -> Result<WebhookSecret, SecretError> {
        WebhookSecret::new(self.as_str())
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(redacted)")
    }
}

impl WebhookEndpoint {
    pub(super) fn new(wire: types::WebhookEndpoint) -> Self {
        let secret = wire.signing_secret.as_ref();
        let secret = secret.and_then(|secret| given(secret.expose()));
        Self {
            endpoint_id: WebhookEndpointId::from_wire(wire.id),
            url: set(wire.url),
            events: wire.events.unwrap_or_default(),
            enabled: wire.enabled,
            signing_secret: secret.map(|secret| SigningSecret(secret.into())),
            masked_signing_secret: set(wire.masked_signing_secret),
            description: set(wire.description),
            created: wire.created_at,
            updated: wire.updated_at,
        }
    }
}

impl EnsuredWebhookEndpoint {
    pub(super) fn new(wire: types::EnsuredWebhookEndpoint) -> Result<Self, Error> {
        let endpoint = wire
            .endpoint
            .ok_or_else(|| Error::unreadable_because("has no endpoint"))?;
        Ok(Self {
            source: wire.source,
            endpoint: WebhookEndpoint::new(endpoint),
            secret_unavailable_reason: set(wire.signing_secret_unavailable_reason),
            next_action: set(wire.next_action),
        })
    }
}

impl EventCatalogue {
    pub(super) fn new(wire: types::WebhookEventCatalogue) -> Self {
        let events = wire.events.into_iter().flatten();
        let aliases = wire.aliases.unwrap_or_default();
        Self {
            events: events
                .map(|event| EventDescription {
                    event_type: event.name,
                    code: event.code,
                    description: set(event.description),
                })
                .collect(),
            all: aliases.all.unwrap_or_default(),
            core: aliases.core.unwrap_or_default(),
        }
    }
}
