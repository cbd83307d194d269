//! A merchant's webhook endpoints, as the documented API manages them.

use clinkbill_webhook::EventType;
use serde::{Deserialize, Serialize};

use super::{success, success_page};
use crate::Answer;
use crate::book::Book;
use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
use crate::journal::Change;
use crate::key::KeyDigest;
use crate::paging::Page;
use crate::rulebook::is_web_url;
use crate::webhook::catalogue;
use crate::webhook::endpoint::{Endpoint, EndpointTemplate, Lane, SigningSecret};
use crate::wire::field::Text;
use crate::wire::read_object;
use crate::wire::webhook::{
    CreateWebhookEndpointRequest, EndpointUrl, EnsureSource, EnsureWebhookEndpointRequest,
    EnsuredWebhookEndpoint, EventName, UpdateWebhookEndpointRequest, WebhookEndpoint, WebhookEvent,
    WebhookEventAliases, WebhookEventCatalogue,
};

/// How many endpoints a merchant can have (our choice).
const MOST_ENDPOINTS: usize = 128;

/// What Clink answers when another endpoint has the URL.
const URL_TAKEN: i32 = 80_100_263;

/// Which endpoints a list names.
pub(crate) struct EndpointFilter {
    pub(crate) enabled: Option<bool>,
    pub(crate) url: Option<String>,
}

/// What is done to an endpoint that a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum EndpointAction {
    Read,
    Enable,
    Disable,
    RotateSecret,
}

impl Engine {
    /// `GET /webhook/endpoints`.
    pub(crate) fn list_endpoints(
        &self,
        merchant: KeyDigest,
        filter: &EndpointFilter,
        page: Page,
        wall: i64,
    ) -> Answer {
        self.with_book(merchant, wall, |book, _| {
            let fits = |endpoint: &&Endpoint| {
                filter
                    .enabled
                    .is_none_or(|enabled| endpoint.enabled == enabled)
                    && filter.url.as_ref().is_none_or(|url| endpoint.url == *url)
            };
            let endpoints = &book.outbox.endpoints;
            let total = endpoints.iter().filter(fits).count();
            let rows = page.of(endpoints.iter().filter(fits));
            success_page(total, rows.map(|endpoint| view(endpoint, None)))
        })
    }

    /// `POST /webhook/endpoints`.
    pub(crate) fn create_endpoint(
        &self,
        merchant: KeyDigest,
        body: &[u8],
        wall: i64,
    ) -> Result<Answer, ApiError> {
        let request: CreateWebhookEndpointRequest = read_object(body)?;
        let wish = Wish {
            url: Some(request.url.0),
            events: Some(request.events),
            description: request.description.0.map(Text::into_inner),
            enabled: request.enabled.0,
        };
        let change = Change::CreateEndpoint { body: body.into() };
        self.change(merchant, wall, change, |book, now| {
            check_url(book, wish.url.as_deref(), None)?;
            let (created, secret) = create(book, wish, now)?;
            Ok(success(view(created, Some(&secret))))
        })
    }

    /// `PUT /webhook/endpoints/ensure`.
    pub(crate) fn ensure_endpoint(
        &self,
        merchant: KeyDigest,
        body: &[u8],
        wall: i64,
    ) -> Result<Answer, ApiError> {
        let request: EnsureWebhookEndpointRequest = read_object(body)?;
        let EndpointUrl(url) = request.url;
        let rotates = request.rotate_secret.0 == Some(true)
            || request.rotate_secret_if_unavailable.0 == Some(true);
        let wish = Wish {
            url: None,
            events: Some(request.events),
            description: request.description.0.map(Text::into_inner),
            enabled: request.enabled.0,
        };
        let change = Change::EnsureEndpoint { body: body.into() };
        self.change(merchant, wall, change, |book, now| {
            let existing = book
                .outbox
                .endpoints
                .iter()
                .position(|endpoint| endpoint.url == url);
            let Some(at) = existing else {
                check_url(book, Some(&url), None)?;
                let wish = Wish {
                    url: Some(url),
                    ..wish
                };
                let (created, secret) = create(book, wish, now)?;
                return Ok(ensured(created, EnsureSource::Created, Some(&secret)));
            };
            let is_updated = alter(book, at, wish, now);
            let secret = if rotates {
                Some(rotate_secret(book, at, now)?)
            } else {
                None
            };
            let source = match (is_updated, rotates) {
                (false, false) => EnsureSource::Existing,
                (true, false) => EnsureSource::Updated,
                (false, true) => EnsureSource::Rotated,
                (true, true) => EnsureSource::UpdatedRotated,
            };
            Ok(ensured(
                &book.outbox.endpoints[at],
                source,
                secret.as_deref(),
            ))
        })
    }

    /// `PATCH /webhook/endpoints/{id}`.
    pub(crate) fn update_endpoint(
        &self,
        merchant: KeyDigest,
        id: &str,
        body: &[u8],
        wall: i64,
    ) -> Result<Answer, ApiError> {
        let request: UpdateWebhookEndpointRequest = read_object(body)?;
        let wish = Wish {
            url: request.url.0.map(|EndpointUrl(url)| url),
            events: request.events.0,
            description: request.description.0.map(Text::into_inner),
            enabled: request.enabled.0,
        };
        let change = Change::UpdateEndpoint {
            endpoint: id.into(),
            body: body.into(),
        };
        self.change(merchant, wall, change, |book, now| {
            let at = find(book, id)?;
            check_url(book, wish.url.as_deref(), Some(at))?;
            alter(book, at, wish, now);
            Ok(success(view(&book.outbox.endpoints[at], None)))
        })
    }

    /// `GET /webhook/endpoints/{id}` and what can be done to it without a body.
    pub(crate) fn act_on_endpoint(
        &self,
        merchant: KeyDigest,
        id: &str,
        action: EndpointAction,
        wall: i64,
    ) -> Result<Answer, ApiError> {
        if action == EndpointAction::Read {
            return self.with_book(merchant, wall, |book, _| {
                let at = find(book, id)?;
                Ok(success(view(&book.outbox.endpoints[at], None)))
            });
        }
        let change = Change::ActOnEndpoint {
            endpoint: id.into(),
            action,
        };
        self.change(merchant, wall, change, |book, now| {
            let at = find(book, id)?;
            let enabled = match action {
                EndpointAction::Enable => Some(true),
                EndpointAction::Disable => Some(false),
                EndpointAction::Read | EndpointAction::RotateSecret => None,
            };
            let wish = Wish {
                enabled,
                ..Wish::default()
            };
            alter(book, at, wish, now);
            let secret = if action == EndpointAction::RotateSecret {
                Some(rotate_secret(book, at, now)?)
            } else {
                None
            };
            Ok(success(view(&book.outbox.endpoints[at], secret.as_deref())))
        })
    }

    /// `DELETE /webhook/endpoints/{id}`.
    pub(crate) fn delete_endpoint(
        &self,
        merchant: KeyDigest,
        id: &str,
        wall: i64,
    ) -> Result<Answer, ApiError> {
        let change = Change::DeleteEndpoint {
            endpoint: id.into(),
        };
        self.change(merchant, wall, change, |book, _| {
            let at = find(book, id)?;
            book.outbox.remove_endpoint(at);
            Ok(success(()))
        })
    }
}

impl Book {
    /// Adds an endpoint of the sandbox's start options, for all events.
    pub(crate) fn add_endpoint(&mut self, template: EndpointTemplate, now: i64) {
        let endpoint = Endpoint {
            id: self.ids.id("whk_").into(),
            url: template.url,
            events: catalogue::all(),
            enabled: true,
            secret: template.secret,
            description: None,
            created: now,
            updated: now,
            lane: Lane::default(),
        };
        self.outbox.endpoints.push(endpoint);
    }
}

/// `GET /webhook/events`.
pub(crate) fn list_events() -> Answer {
    success(WebhookEventCatalogue {
        events: catalogue::ALL
            .iter()
            .map(|known| WebhookEvent {
                name: known.name,
                code: known.code,
                description: known.description,
            })
            .collect(),
        aliases: WebhookEventAliases {
            all: catalogue::ALL.iter().map(|known| known.name).collect(),
            core: catalogue::CORE.to_vec(),
        },
    })
}

pub(super) fn endpoint_not_found() -> ApiError {
    ApiError::NotFound {
        name: "WEBHOOK_ENDPOINT_NOT_FOUND",
        detail: "no webhook endpoint of this merchant has this id".into(),
    }
}

/// How an endpoint shall be; what is not given stays.
#[derive(Default)]
struct Wish {
    url: Option<String>,
    events: Option<Vec<EventName>>,
    description: Option<String>,
    enabled: Option<bool>,
}

fn find(book: &Book, id: &str) -> Result<usize, ApiError> {
    book.outbox.position(id).ok_or_else(endpoint_not_found)
}

/// Clink sends to `https` at a public address only; that `http` and addresses of this machine are
/// taken too is the sandbox's purpose.
fn check_url(book: &Book, url: Option<&str>, own: Option<usize>) -> Result<(), Refusal> {
    let Some(url) = url else { return Ok(()) };
    if !is_web_url(url) {
        let reason = "must have a host and a port that there can be";
        return Err(Refusal::field("url", reason));
    }
    let is_taken = book
        .outbox
        .endpoints
        .iter()
        .enumerate()
        .any(|(at, endpoint)| endpoint.url == url && Some(at) != own);
    if is_taken {
        Err(Refusal::field("url", "another endpoint has it").with_code(URL_TAKEN))
    } else {
        Ok(())
    }
}

fn create(book: &mut Book, wish: Wish, now: i64) -> Result<(&Endpoint, String), ApiError> {
    if book.outbox.endpoints.len() >= MOST_ENDPOINTS {
        return Err(Refusal::field("url", "the merchant has 128 endpoints already").into());
    }
    let (secret, text) = generate_secret(book)?;
    book.outbox.endpoints.push(Endpoint {
        id: book.ids.id("whk_").into(),
        url: wish.url.unwrap_or_default(),
        events: each_once(wish.events.unwrap_or_default()),
        enabled: wish.enabled.unwrap_or(true),
        secret,
        description: wish.description.filter(|text| !text.is_empty()),
        created: now,
        updated: now,
        lane: Lane::default(),
    });
    let last = book.outbox.endpoints.len() - 1;
    Ok((&book.outbox.endpoints[last], text))
}

/// Makes an endpoint what it shall be, and says whether it was anything else.
fn alter(book: &mut Book, at: usize, wish: Wish, now: i64) -> bool {
    let endpoint = &mut book.outbox.endpoints[at];
    let events = wish.events.map(each_once);
    // An empty description takes the old one away.
    let description = wish
        .description
        .map(|text| Some(text).filter(|text| !text.is_empty()));
    let changes = [
        replace(&mut endpoint.url, wish.url),
        replace(&mut endpoint.enabled, wish.enabled),
        replace(&mut endpoint.description, description),
        events.is_some_and(|events| {
            let is_same_set = events.len() == endpoint.events.len()
                && events.iter().all(|event| endpoint.events.contains(event));
            endpoint.events = events;
            !is_same_set
        }),
    ];
    let is_changed = changes.contains(&true);
    if is_changed {
        endpoint.updated = now;
        book.outbox.endpoint_changed(at);
    }
    is_changed
}

fn replace<T: PartialEq>(current: &mut T, wish: Option<T>) -> bool {
    match wish {
        Some(wish) if wish != *current => {
            *current = wish;
            true
        }
        _ => false,
    }
}

/// Gives an endpoint another secret; the old one is not used again.
fn rotate_secret(book: &mut Book, at: usize, now: i64) -> Result<String, ApiError> {
    let (secret, text) = generate_secret(book)?;
    let endpoint = &mut book.outbox.endpoints[at];
    endpoint.secret = secret;
    endpoint.updated = now;
    Ok(text)
}

fn generate_secret(book: &mut Book) -> Result<(SigningSecret, String), ApiError> {
    let text = format!("whsec_{}", book.ids.token());
    match SigningSecret::new(&text) {
        Ok(secret) => Ok((secret, text)),
        // Letters and digits always make a secret.
        Err(error) => Err(ApiError::Malformed {
            field: "signingSecret".to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn each_once(names: Vec<EventName>) -> Vec<EventType> {
    let mut events = Vec::with_capacity(names.len());
    for EventName(event) in names {
        if !events.contains(&event) {
            events.push(event);
        }
    }
    events
}

fn view<'a>(endpoint: &'a Endpoint, secret: Option<&'a str>) -> WebhookEndpoint<'a> {
    WebhookEndpoint {
        id: &endpoint.id,
        url: &endpoint.url,
        events: endpoint.events.iter().map(EventType::as_str).collect(),
        enabled: endpoint.enabled,
        signing_secret: secret,
        masked_signing_secret: &endpoint.secret.masked,
        description: endpoint.description.as_deref(),
        created_at: endpoint.created,
        updated_at: endpoint.updated,
    }
}

fn ensured(endpoint: &Endpoint, source: EnsureSource, secret: Option<&str>) -> Answer {
    let hidden = secret.is_none();
    success(EnsuredWebhookEndpoint {
        source,
        endpoint: view(endpoint, secret),
        signing_secret_available: !hidden,
        signing_secret_unavailable_reason: hidden.then_some("EXISTING_SECRET_NOT_RETURNABLE"),
        next_action: hidden
            .then_some("CALL_ROTATE_SECRET_OR_RETRY_ENSURE_WITH_ROTATE_SECRET_IF_UNAVAILABLE"),
    })
}
