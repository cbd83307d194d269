//! What stands on the wire, written by hand from the documentation.
//!
//! These types are the sandbox's own: the contract and the client are written apart from them,
//! so that a mistake in the contract cannot hide on both sides at once.

pub(crate) mod field;
pub mod request;
pub mod response;

use serde::de::DeserializeOwned;

use crate::error::ApiError;
use field::Object;

/// Reads a JSON object, and names the field when it is not what the contract allows.
pub(crate) fn read_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
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

fn malformed(field: String, error: &serde_json::Error) -> ApiError {
    ApiError::Malformed {
        field,
        reason: error.to_string(),
    }
}
