//! The requests of a merchant.

use std::collections::VecDeque;

use http::Method;
use serde::Serialize;

use super::fault::Fault;
use super::mask;
use crate::request::{Body, Request};
use crate::rulebook::{Decided, Rule};

/// How much of a body is kept, in bytes.
const BODY_KEPT: usize = 4096;

/// How much memory an entry leaves to another, in bytes.
const TEXT_REUSED: usize = 2 * BODY_KEPT;

/// A merchant's latest requests.
pub(crate) struct Requests {
    kept: VecDeque<Entry>,
    limit: usize,
    dropped: u64,
}

/// A request as it is kept: small, and cheap to make. What it tells is masked when it is told.
struct Entry {
    at: i64,
    operation: Option<&'static str>,
    method: Method,
    /// Path and query, then a line for each header's name and one for its value, then the
    /// beginning of the body.
    text: Vec<u8>,
    path_end: usize,
    headers_end: usize,
    body_bytes: Option<usize>,
    status: Option<u16>,
    fault: Option<&'static str>,
    decided: Decided,
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
    /// The rules that decided it, also where a fault ate its answer. In JSON they go by their ids.
    pub rules: Vec<Rule>,
    /// The one of them that refused it.
    pub refused_by: Option<Rule>,
    /// What the refusal said, secrets masked.
    pub message: Option<String>,
}

impl Requests {
    pub(crate) fn keeping(limit: usize) -> Self {
        Self {
            kept: VecDeque::new(),
            limit,
            dropped: 0,
        }
    }

    /// Notes a request, the status it was answered with and the fault it met.
    pub(super) fn push(
        &mut self,
        request: &Request,
        operation: Option<&'static str>,
        status: Option<u16>,
        fault: Option<&Fault>,
        decided: Decided,
    ) {
        let mut text = Vec::new();
        if self.kept.len() >= self.limit {
            self.dropped += 1;
            // The one that makes room leaves its memory to the one that comes.
            text = self.kept.pop_front().map_or(text, |oldest| oldest.text);
            text.clear();
            text.shrink_to(TEXT_REUSED);
        }
        let entry = Entry {
            operation,
            status,
            fault: fault.map(Fault::name),
            decided,
            ..Entry::of(text, request)
        };
        self.kept.push_back(entry);
    }

    /// How many there were, those that had to make room included.
    pub(crate) fn count(&self) -> usize {
        self.kept.len() + usize::try_from(self.dropped).unwrap_or(usize::MAX)
    }

    /// How many there are still.
    pub(crate) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Those that there are still, the last one first.
    pub(crate) fn latest(&self) -> impl Iterator<Item = LoggedRequest> {
        self.kept.iter().rev().map(Entry::to_public)
    }

    pub(crate) fn to_public(&self) -> RequestLog {
        RequestLog {
            requests: self.kept.iter().map(Entry::to_public).collect(),
            dropped: self.dropped,
        }
    }
}

impl Entry {
    /// What the request itself says.
    fn of(mut text: Vec<u8>, request: &Request) -> Self {
        let (body, body_bytes) = match &request.body {
            Body::Whole(bytes) => (&bytes[..bytes.len().min(BODY_KEPT)], Some(bytes.len())),
            Body::TooLarge | Body::CutShort => (&[][..], None),
        };
        let headers: usize = request
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 2)
            .sum();
        text.reserve_exact(request.path.len() + 1 + request.query.len() + headers + body.len());
        text.extend_from_slice(request.path.as_bytes());
        if !request.query.is_empty() {
            text.push(b'?');
            text.extend_from_slice(request.query.as_bytes());
        }
        let path_end = text.len();
        for (name, value) in &request.headers {
            // Neither can hold the end of a line.
            for line in [name.as_str().as_bytes(), value.as_bytes()] {
                text.extend_from_slice(line);
                text.push(b'\n');
            }
        }
        let headers_end = text.len();
        text.extend_from_slice(body);
        Self {
            at: request.received_at,
            operation: None,
            method: request.method.clone(),
            text,
            path_end,
            headers_end,
            body_bytes,
            status: None,
            fault: None,
            decided: Decided::default(),
        }
    }

    fn to_public(&self) -> LoggedRequest {
        let masked = |text: &[u8]| mask::secrets(&String::from_utf8_lossy(text));
        let (path, rest) = self.text.split_at(self.path_end);
        let (headers, body) = rest.split_at(self.headers_end - self.path_end);
        let mut lines = headers.split(|byte| *byte == b'\n');
        let headers = std::iter::from_fn(|| {
            let name = String::from_utf8_lossy(lines.next()?);
            let value = mask::header_value(&name, lines.next()?);
            Some((name.into_owned(), value))
        });
        LoggedRequest {
            at: self.at,
            operation: self.operation,
            method: self.method.to_string(),
            path: masked(path),
            headers: headers.collect(),
            body: masked(body),
            body_bytes: self.body_bytes,
            status: self.status,
            fault: self.fault,
            rules: self.decided.rules().collect(),
            refused_by: self.decided.refused_by,
            message: self.decided.message.as_deref().map(mask::secrets),
        }
    }
}
