//! The requests of a merchant.

use std::collections::VecDeque;

use serde::Serialize;

use super::fault::Fault;
use super::mask;
use crate::request::{Body, Request};

/// How much of a body is kept, in bytes.
const BODY_KEPT: usize = 4096;

/// A merchant's latest requests.
pub(crate) struct Requests {
    kept: VecDeque<LoggedRequest>,
    limit: usize,
    dropped: u64,
}

/// The latest requests of a merchant, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RequestLog {
    /// The requests that are kept.
    pub requests: Vec<LoggedRequest>,
    /// How many older ones had to make room.
    pub dropped: u64,
}

/// A request that reached the documented API: one sending of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LoggedRequest {
    /// When it arrived: wall time in milliseconds since the Unix epoch.
    pub at: i64,
    /// Its `operationId` in the contract, if it is one of the contract's.
    pub operation: Option<&'static str>,
    /// The HTTP method.
    pub method: String,
    /// Path and query, secrets masked.
    pub path: String,
    /// Names in small letters, and values with secrets masked.
    pub headers: Vec<(String, String)>,
    /// The body as text, secrets masked; its first 4096 bytes if it is longer.
    pub body: String,
    /// How long the body was; nothing if it was not received whole.
    pub body_bytes: Option<usize>,
    /// The HTTP status that was answered; nothing if the connection was broken instead.
    pub status: Option<u16>,
    /// The kind of the fault it met.
    pub fault: Option<&'static str>,
}

impl Requests {
    pub(crate) fn keeping(limit: usize) -> Self {
        Self {
            kept: VecDeque::new(),
            limit,
            dropped: 0,
        }
    }

    pub(crate) fn push(&mut self, request: LoggedRequest) {
        if self.kept.len() >= self.limit {
            self.kept.pop_front();
            self.dropped += 1;
        }
        self.kept.push_back(request);
    }

    pub(crate) fn to_public(&self) -> RequestLog {
        RequestLog {
            requests: self.kept.iter().cloned().collect(),
            dropped: self.dropped,
        }
    }
}

impl LoggedRequest {
    pub(super) fn of(
        request: &Request,
        operation: Option<&'static str>,
        status: Option<u16>,
        fault: Option<&Fault>,
    ) -> Self {
        let (body, body_bytes) = match &request.body {
            Body::Whole(bytes) => (body_text(bytes), Some(bytes.len())),
            Body::TooLarge | Body::CutShort => (String::new(), None),
        };
        let query = if request.query.is_empty() { "" } else { "?" };
        Self {
            at: request.received_at,
            operation,
            method: request.method.to_string(),
            path: mask::secrets(&format!("{}{query}{}", request.path, request.query)),
            headers: request
                .headers
                .iter()
                .map(|(name, value)| {
                    let value = mask::header_value(name, value.as_bytes());
                    (name.to_string(), value)
                })
                .collect(),
            body,
            body_bytes,
            status,
            fault: fault.map(Fault::name),
        }
    }
}

fn body_text(bytes: &[u8]) -> String {
    let kept = &bytes[..bytes.len().min(BODY_KEPT)];
    mask::secrets(&String::from_utf8_lossy(kept))
}
