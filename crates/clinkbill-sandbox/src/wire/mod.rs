//! What stands on the wire, written by hand from the documentation.
//!
//! These types are the sandbox's own: the contract and the client are written apart from them,
//! so that a mistake in the contract cannot hide on both sides at once.

pub mod catalogue;
pub(crate) mod field;
pub mod request;
pub mod response;
pub mod subscription;
pub(crate) mod web_url;
pub mod webhook;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::error::ApiError;
use field::Object;

/// How deep a body may be nested.
pub(crate) const DEPTH_LIMIT: usize = 64;

/// Reads a JSON object, and names the field when it is not what the contract allows.
pub(crate) fn read_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // Keeping the path to a mistake costs more than to read: that is done when there is one.
    let value = match serde_json::from_slice(body) {
        Ok(Object(value)) => value,
        Err(_) => read_and_name(body)?,
    };
    if !is_sound_as_far_as_read(body) {
        check_the_rest(body)?;
    }
    Ok(value)
}

fn read_and_name<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { "body".to_owned() } else { path };
        malformed(field, error.inner())
    })?;
    deserializer
        .end()
        .map_err(|error| malformed("body".to_owned(), &error))?;
    Ok(value)
}

/// Whether a body that was read has nothing in it that its reader may have passed over: text that
/// is not UTF-8, half a surrogate pair, or too many levels.
fn is_sound_as_far_as_read(body: &[u8]) -> bool {
    let openings = body
        .iter()
        .filter(|byte| matches!(byte, b'{' | b'['))
        .count();
    openings <= DEPTH_LIMIT
        && !body.windows(2).any(|pair| pair == br"\u")
        && std::str::from_utf8(body).is_ok()
}

/// Fields that nobody reads have to be sound as well: a body is read as a whole or not at all.
fn check_the_rest(body: &[u8]) -> Result<(), ApiError> {
    let text = std::str::from_utf8(body).map_err(|error| ApiError::Malformed {
        field: "body".to_owned(),
        reason: format!("is not UTF-8 at byte {}", error.valid_up_to()),
    })?;
    let fields: BTreeMap<String, &RawValue> =
        serde_json::from_str(text).map_err(|error| malformed("body".to_owned(), &error))?;
    for (name, value) in fields {
        check_value(value.get(), 1).map_err(|reason| ApiError::Malformed {
            field: name,
            reason,
        })?;
    }
    Ok(())
}

fn check_value(text: &str, depth: usize) -> Result<(), String> {
    if depth > DEPTH_LIMIT {
        return Err(format!("is nested more than {DEPTH_LIMIT} levels deep"));
    }
    let unreadable = |error: serde_json::Error| error.to_string();
    match text.as_bytes().first() {
        Some(b'{') => serde_json::from_str::<BTreeMap<String, &RawValue>>(text)
            .map_err(unreadable)?
            .values()
            .try_for_each(|value| check_value(value.get(), depth + 1)),
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(text)
            .map_err(unreadable)?
            .iter()
            .try_for_each(|value| check_value(value.get(), depth + 1)),
        Some(b'"') => serde_json::from_str::<String>(text)
            .map(drop)
            .map_err(unreadable),
        _ => Ok(()),
    }
}

fn malformed(field: String, error: &serde_json::Error) -> ApiError {
    ApiError::Malformed {
        field,
        reason: error.to_string(),
    }
}
