//! Which rows of a list are asked for.

use crate::error::ApiError;
use crate::http::query_value;
use crate::request::Request;

/// A page: how many rows go before it, and how many it has at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    before: usize,
    size: usize,
}

impl Page {
    /// Reads `pageNum` and `pageSize`, which have no default.
    pub(crate) fn required(request: &Request, most: u32) -> Result<Self, ApiError> {
        Ok(Self::new(
            number(request, "pageNum", None, LAST)?,
            number(request, "pageSize", None, most)?,
        ))
    }

    /// Reads `pageNum`, which is 1 unless given, and `pageSize`, which is 20.
    pub(crate) fn optional(request: &Request, most: u32) -> Result<Self, ApiError> {
        Ok(Self::new(
            number(request, "pageNum", Some(1), LAST)?,
            number(request, "pageSize", Some(20), most)?,
        ))
    }

    /// The rows of this page.
    pub(crate) fn of<T>(self, rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        rows.skip(self.before).take(self.size)
    }

    fn new(number: u32, size: u32) -> Self {
        let size = size as usize;
        Self {
            before: (number as usize - 1).saturating_mul(size),
            size,
        }
    }
}

/// A whole number of the query, from 1 to `most`.
fn number(request: &Request, name: &str, default: Option<u32>, most: u32) -> Result<u32, ApiError> {
    let reason = match (query_value(request, name), default) {
        (None, Some(default)) => return Ok(default),
        (None, None) => "is required".to_owned(),
        (Some(text), _) => match text.parse::<u32>() {
            Ok(number) if (1..=most).contains(&number) && !text.starts_with('+') => {
                return Ok(number);
            }
            _ => format!("must be a whole number from 1 to {most}"),
        },
    };
    Err(ApiError::Malformed {
        field: name.to_owned(),
        reason,
    })
}

const LAST: u32 = i32::MAX.unsigned_abs();
