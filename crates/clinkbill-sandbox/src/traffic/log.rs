//! The requests of a merchant.

use std::collections::VecDeque;

use http::{HeaderName, Method};
use serde::Serialize;

use super::fault::Fault;
use super::mask;
use crate::request::{Body, Request};

/// How much of a body is kept, in bytes.
const BODY_KEPT: usize = 4096;

/// A merchant's latest requests.
pub(crate) struct Requests {
    kept: VecDeque<Entry>,
    limit: usize,
    dropped: u64,
}

/// A request as it is kept: small, and cheap to make. What it tells is masked when it is told.
pub(super) struct Entry {
    at: i64,
    operation: Option<&'static str>,
    method: Method,
    /// Path, query, headers and the beginning of the body, one after another.
    text: Vec<u8>,
    path_end: usize,
    headers: Vec<(HeaderName, usize)>,
    body_bytes: Option<usize>,
    status: Option<u16>,
    fault: Option<&'static str>,
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

    pub(super) fn push(&mut self, request: Entry) {
        if self.kept.len() >= self.limit {
            self.kept.pop_front();
            self.dropped += 1;
        }
        self.kept.push_back(request);
    }

    pub(crate) fn to_public(&self) -> RequestLog {
        RequestLog {
            requests: self.kept.iter().map(Entry::to_public).collect(),
            dropped: self.dropped,
        }
    }
}

impl Entry {
    pub(super) fn of(
        request: &Request,
        operation: Option<&'static str>,
        status: Option<u16>,
        fault: Option<&Fault>,
    ) -> Self {
        let (body, body_bytes) = match &request.body {
            Body::Whole(bytes) => (&bytes[..bytes.len().min(BODY_KEPT)], Some(bytes.len())),
            Body::TooLarge | Body::CutShort => (&[][..], None),
        };
        let mut text = Vec::with_capacity(512 + body.len());
        text.extend_from_slice(request.path.as_bytes());
        if !request.query.is_empty() {
            text.push(b'?');
            text.extend_from_slice(request.query.as_bytes());
        }
        let path_end = text.len();
        let mut headers = Vec::with_capacity(request.headers.len());
        for (name, value) in &request.headers {
            text.extend_from_slice(value.as_bytes());
            headers.push((name.clone(), text.len()));
        }
        text.extend_from_slice(body);
        Self {
            at: request.received_at,
            operation,
            method: request.method.clone(),
            text,
            path_end,
            headers,
            body_bytes,
            status,
            fault: fault.map(Fault::name),
        }
    }

    fn to_public(&self) -> LoggedRequest {
        let masked =
            |from: usize, to: usize| mask::secrets(&String::from_utf8_lossy(&self.text[from..to]));
        let mut from = self.path_end;
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, end) in &self.headers {
            let value = mask::header_value(name, &self.text[from..*end]);
            headers.push((name.to_string(), value));
            from = *end;
        }
        LoggedRequest {
            at: self.at,
            operation: self.operation,
            method: self.method.to_string(),
            path: masked(0, self.path_end),
            headers,
            body: masked(from, self.text.len()),
            body_bytes: self.body_bytes,
            status: self.status,
            fault: self.fault,
        }
    }
}
