//! Webhook endpoints, as the documented API manages them.

use std::borrow::Cow;

use clinkbill_webhook::EventType;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use super::field::{Optional, WebUrl};

/// The name of an event that Clink sends, in its exact spelling. Neither numbers nor aliases are
/// names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventName(pub(crate) EventType);

/// The body of `POST /webhook/endpoints`.
#[derive(DeriveDeserialize, JsonSchema)]
pub struct CreateWebhookEndpointRequest {
    pub(crate) url: WebUrl,
    pub(crate) events: Vec<EventName>,
    #[serde(default)]
    pub(crate) description: Optional<String>,
    #[serde(default)]
    pub(crate) enabled: Optional<bool>,
}

/// The body of `PUT /webhook/endpoints/ensure`.
#[derive(DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "a secret that can be shown is shown, whether it is asked for or not"
)]
pub struct EnsureWebhookEndpointRequest {
    pub(crate) url: WebUrl,
    pub(crate) events: Vec<EventName>,
    #[serde(default)]
    pub(crate) description: Optional<String>,
    #[serde(default)]
    pub(crate) enabled: Optional<bool>,
    #[serde(default)]
    pub(crate) return_signing_secret: Optional<bool>,
    #[serde(default)]
    pub(crate) rotate_secret_if_unavailable: Optional<bool>,
    #[serde(default)]
    pub(crate) rotate_secret: Optional<bool>,
}

/// The body of `PATCH /webhook/endpoints/{id}`.
#[derive(DeriveDeserialize, JsonSchema)]
pub struct UpdateWebhookEndpointRequest {
    #[serde(default)]
    pub(crate) url: Optional<WebUrl>,
    #[serde(default)]
    pub(crate) events: Optional<Vec<EventName>>,
    #[serde(default)]
    pub(crate) description: Optional<String>,
    #[serde(default)]
    pub(crate) enabled: Optional<bool>,
}

/// An endpoint.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpoint<'a> {
    pub(crate) id: &'a str,
    pub(crate) url: &'a str,
    pub(crate) events: Vec<&'a str>,
    pub(crate) enabled: bool,
    /// Only when it was just made.
    pub(crate) signing_secret: Option<&'a str>,
    pub(crate) masked_signing_secret: &'a str,
    pub(crate) description: Option<&'a str>,
    /// Milliseconds since the Unix epoch.
    pub(crate) created_at: i64,
    /// Milliseconds since the Unix epoch.
    pub(crate) updated_at: i64,
}

/// `data` of an ensured endpoint.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnsuredWebhookEndpoint<'a> {
    pub(crate) source: EnsureSource,
    pub(crate) endpoint: WebhookEndpoint<'a>,
    pub(crate) signing_secret_available: bool,
    pub(crate) signing_secret_unavailable_reason: Option<&'static str>,
    pub(crate) next_action: Option<&'static str>,
}

/// What had to be done to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnsureSource {
    Created,
    Existing,
    Updated,
    Rotated,
    UpdatedRotated,
}

/// `data` of the list of events.
#[derive(Serialize, JsonSchema)]
pub struct WebhookEventCatalogue {
    pub(crate) events: Vec<WebhookEvent>,
    pub(crate) aliases: WebhookEventAliases,
}

/// An event there is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WebhookEvent {
    pub(crate) name: &'static str,
    pub(crate) code: i32,
    pub(crate) description: &'static str,
}

/// Named groups of events.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WebhookEventAliases {
    pub(crate) all: Vec<&'static str>,
    pub(crate) core: Vec<&'static str>,
}

impl<'de> Deserialize<'de> for EventName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if EventType::KNOWN.contains(&name.as_str()) {
            Ok(Self(EventType::from(name.as_str())))
        } else {
            Err(de::Error::custom("is not the name of an event"))
        }
    }
}

impl JsonSchema for EventName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "EventName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": EventType::KNOWN })
    }
}
