use clinkbill_api::types;
use clinkbill_types::EventType;
use url::Url;

use crate::environment::{PlainHttp, check_transport};
use crate::{Error, Paging};

/// A URL, and what to tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing is sent until it is created or ensured"]
pub struct NewWebhookEndpoint {
    url: String,
    events: Vec<EventType>,
    description: Option<String>,
    enabled: Option<bool>,
}

/// What [`ensure`](super::WebhookEndpoints::ensure) does with the signing secret of an endpoint
/// that exists. One that is created has a fresh one, and shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretPolicy {
    /// Leave it, and do not ask for it.
    #[default]
    Keep,
    /// Leave it, and show it if that can still be done.
    Show,
    /// Show it, and replace it if it cannot be shown: receivers that have the one before it will
    /// refuse what comes.
    ShowOrRotate,
    /// Replace it in any case.
    Rotate,
}

/// What to change of an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "nothing is changed until it is sent"]
pub struct WebhookEndpointChange {
    url: Option<String>,
    events: Option<Vec<EventType>>,
    description: Option<String>,
    enabled: Option<bool>,
}

/// Which endpoints to list: all of them, or those that fit every condition given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a filter does nothing until it is listed by"]
pub struct WebhookEndpointFilter {
    pub(super) enabled: Option<bool>,
    pub(super) url: Option<String>,
    pub(super) paging: Option<Paging>,
}

impl NewWebhookEndpoint {
    /// Tells this URL about these events, at least one.
    pub fn new(url: impl Into<String>, events: impl IntoIterator<Item = EventType>) -> Self {
        Self {
            url: url.into(),
            events: events.into_iter().collect(),
            description: None,
            enabled: None,
        }
    }

    /// A note of your own.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Whether events are sent to it. An endpoint that is created is enabled unless told
    /// otherwise; one that exists stays as it is.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    pub(super) fn create_request(&self) -> Result<types::CreateWebhookEndpointRequest, Error> {
        Ok(types::CreateWebhookEndpointRequest {
            url: deliverable(&self.url)?,
            events: not_empty(&self.events)?,
            description: self.description.clone(),
            enabled: self.enabled,
        })
    }

    pub(super) fn ensure_request(
        &self,
        policy: SecretPolicy,
    ) -> Result<types::EnsureWebhookEndpointRequest, Error> {
        let show = matches!(policy, SecretPolicy::Show | SecretPolicy::ShowOrRotate);
        Ok(types::EnsureWebhookEndpointRequest {
            url: deliverable(&self.url)?,
            events: not_empty(&self.events)?,
            description: self.description.clone(),
            enabled: self.enabled,
            return_signing_secret: show.then_some(true),
            rotate_secret_if_unavailable: (policy == SecretPolicy::ShowOrRotate).then_some(true),
            rotate_secret: (policy == SecretPolicy::Rotate).then_some(true),
        })
    }
}

impl WebhookEndpointChange {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends events to this URL instead.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sends these events instead, at least one.
    pub fn events(mut self, events: impl IntoIterator<Item = EventType>) -> Self {
        self.events = Some(events.into_iter().collect());
        self
    }

    /// Another note. An empty one takes it away.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Whether events are sent.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    pub(super) fn request(&self) -> Result<types::UpdateWebhookEndpointRequest, Error> {
        Ok(types::UpdateWebhookEndpointRequest {
            url: self.url.as_deref().map(deliverable).transpose()?,
            events: self.events.as_deref().map(not_empty).transpose()?,
            description: self.description.clone(),
            enabled: self.enabled,
        })
    }
}

impl WebhookEndpointFilter {
    /// All endpoints of the merchant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only endpoints that are enabled, or only those that are not.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// Only the endpoint with exactly this URL.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Which page of them.
    pub fn paging(mut self, paging: Paging) -> Self {
        self.paging = Some(paging);
        self
    }
}

/// The URL, kept to the letter: events hold personal data, and cross no network in the clear.
fn deliverable(url: &str) -> Result<String, Error> {
    const FIELD: &str = "url";
    let parsed =
        Url::parse(url).map_err(|_| Error::invalid(FIELD, "is not an absolute https URL"))?;
    check_transport(FIELD, &parsed, PlainHttp::ToThisMachine)?;
    Ok(url.to_owned())
}

fn not_empty(events: &[EventType]) -> Result<Vec<EventType>, Error> {
    if events.is_empty() {
        return Err(Error::invalid("events", "is empty"));
    }
    Ok(events.to_vec())
}
