//! What the sandbox answers to HTTP, and the doors through which HTTP comes in.

mod api;
mod assets;
pub(crate) mod books;
mod control;
mod endpoints;
mod host;
mod page;
mod portal;
#[cfg(any(feature = "server", feature = "wiremock"))]
pub(crate) mod served;
#[cfg(feature = "server")]
pub(crate) mod server;
mod text;
#[cfg(feature = "wiremock")]
pub(crate) mod wiremock;

pub(crate) use api::is_operation;
use http::{HeaderName, HeaderValue, Method, header};

use crate::engine::Engine;
use crate::error::ApiError;
use crate::key::KeyDigest;
use crate::request::{Body, Request};
use crate::traffic::Door;
use crate::watch::Follow;
use crate::{Answer, BODY_LIMIT, Reply};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-timestamp");

/// Answers a request. The same request gets the same answer through every door.
pub(crate) fn handle(engine: &Engine, request: &Request) -> Reply {
    reply(engine, request, Door::BreaksConnections)
}

/// Answers a request through a door that has no connection to break.
pub(crate) fn answer(engine: &Engine, request: &Request) -> Answer {
    // Such a door is given no failure of a connection.
    reply(engine, request, Door::AnswersOnly)
        .into_answer()
        .unwrap_or_default()
}

fn reply(engine: &Engine, request: &Request, door: Door) -> Reply {
    if request.method == Method::HEAD && is_for_browsers(&request.path) {
        return Reply::Answer(head_of(engine, request));
    }
    let shape = engine.options.refusal_shape;
    route(engine, request, door).unwrap_or_else(|error| Reply::Answer(error.into_reply(shape)))
}

fn route(engine: &Engine, request: &Request, door: Door) -> Result<Reply, ApiError> {
    host::check(engine, request)?;
    let path = request.path.trim_start_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    match segments.as_slice() {
        ["api", rest @ ..] => api::handle(engine, request, rest, door),
        ["_sandbox", rest @ ..] => control::handle(engine, request, rest).map(Reply::Answer),
        ["portal", token] => portal::handle(engine, request, token).map(Reply::Answer),
        ["pay", token] => page::handle(engine, request, token).map(Reply::Answer),
        ["pay", token, "state"] => page::state(engine, request, token).map(Reply::Answer),
        [""] => books::list(engine, request).map(Reply::Answer),
        ["changes"] => books::all_changes(request).map(Reply::Answer),
        ["books", name, "changes"] => books::changes(engine, request, name).map(Reply::Answer),
        ["books", name] => books::handle(engine, request, name, None).map(Reply::Answer),
        ["books", name, section] => {
            books::handle(engine, request, name, Some(section)).map(Reply::Answer)
        }
        ["assets", _] => assets::handle(request).map(Reply::Answer),
        _ => Err(ApiError::UnknownRoute),
    }
}

/// Whether what stands there is looked at, and not called.
fn is_for_browsers(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    matches!(
        first,
        Some("" | "assets" | "books" | "changes" | "pay" | "portal")
    )
}

/// What GET would answer, without the body: nothing that could go on, and the length of what is left
/// out.
fn head_of(engine: &Engine, request: &Request) -> Answer {
    let whole = Request {
        method: Method::GET,
        ..request.clone()
    };
    let (mut parts, body) = answer(engine, &whole).into_parts();
    if parts.extensions.remove::<Follow>().is_none() {
        parts
            .headers
            .insert(header::CONTENT_LENGTH, body.len().into());
    }
    Answer::from_parts(parts, Vec::new())
}

/// As [`allow`], where HEAD is answered as GET is.
fn allow_page(request: &Request, beside: &[Method]) -> Result<(), ApiError> {
    let read = [Method::GET, Method::HEAD];
    allow(request, &[&read, beside].concat())
}

fn allow(request: &Request, methods: &[Method]) -> Result<(), ApiError> {
    if methods.contains(&request.method) {
        Ok(())
    } else {
        Err(ApiError::MethodNotAllowed(methods.to_vec()))
    }
}

fn merchant(request: &Request) -> Result<KeyDigest, ApiError> {
    KeyDigest::of(secret_key(request)?.ok_or(ApiError::NoKey)?)
}

/// The merchant that a request of the documented API comes from.
fn asking_merchant(engine: &Engine, request: &Request) -> Result<KeyDigest, ApiError> {
    let key = engine.rulebook.secret_key(secret_key(request)?);
    KeyDigest::of(key.ok_or(ApiError::NoKey)?)
}

fn secret_key(request: &Request) -> Result<Option<&[u8]>, ApiError> {
    if is_repeated(request, &API_KEY) {
        return Err(ApiError::RepeatedKey);
    }
    Ok(request.headers.get(API_KEY).map(HeaderValue::as_bytes))
}

/// Of several values, none counts: whoever stands between may have looked at another one.
fn is_repeated(request: &Request, name: &HeaderName) -> bool {
    request.headers.get_all(name).iter().nth(1).is_some()
}

fn check_timestamp(engine: &Engine, request: &Request) -> Result<(), ApiError> {
    if is_repeated(request, &TIMESTAMP) {
        return Err(ApiError::RepeatedTimestamp);
    }
    let sent: Option<i64> = request
        .text_header(&TIMESTAMP)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok());
    let skew = sent.map(|sent| sent.abs_diff(request.received_at));
    let tolerance = engine.options.timestamp_tolerance_millis.unsigned_abs();
    if engine.rulebook.timestamp_is_fresh(skew, tolerance) {
        Ok(())
    } else if sent.is_none() {
        Err(ApiError::NoTimestamp)
    } else {
        Err(ApiError::StaleTimestamp)
    }
}

/// The first value that the query gives this name.
pub(crate) fn query_value(request: &Request, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn json_body(request: &Request) -> Result<&[u8], ApiError> {
    let body = whole_body(request)?;
    let is_json = request
        .text_header(&header::CONTENT_TYPE)
        .is_some_and(is_json_in_utf8);
    if is_json {
        Ok(body)
    } else {
        Err(ApiError::NotJson)
    }
}

fn is_json_in_utf8(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
                value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

fn whole_body(request: &Request) -> Result<&[u8], ApiError> {
    match &request.body {
        Body::Whole(bytes) if bytes.len() <= BODY_LIMIT => Ok(bytes),
        Body::Whole(_) | Body::TooLarge => Err(ApiError::TooLarge { limit: BODY_LIMIT }),
        Body::CutShort => Err(ApiError::Malformed {
            field: "body".to_owned(),
            reason: "ended before it was complete".to_owned(),
        }),
    }
}
