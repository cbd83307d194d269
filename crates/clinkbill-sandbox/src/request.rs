//! What comes in through a door and what goes out.

use http::{HeaderMap, HeaderName, Method};

/// The largest body the sandbox reads, in bytes.
pub const BODY_LIMIT: usize = 1 << 20;

/// A request as a door received it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query without its question mark, still percent-encoded; empty when there is none.
    pub query: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// When it arrived: wall time in milliseconds since the Unix epoch.
    pub received_at: i64,
}

/// A request's body.
#[derive(Debug, Clone)]
pub enum Body {
    /// All of it; at most [`BODY_LIMIT`] bytes are looked at.
    Whole(Vec<u8>),
    /// More than [`BODY_LIMIT`] bytes; the door did not keep them.
    TooLarge,
    /// The sender stopped before the end.
    CutShort,
}

/// An HTTP answer: status, content type and body.
pub type Answer = http::Response<Vec<u8>>;

/// What comes back for a request, the same through every door.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer to carry to the caller.
    Answer(Answer),
    /// A failure of the connection for the door to act out.
    Fault(TransportFault),
}

/// A failure of the connection on which a request came in.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TransportFault {
    /// The connection is reset.
    Reset,
    /// The connection is closed without an answer.
    Close,
    /// This answer is announced whole and stops in the middle of its body.
    HalfBody(Answer),
    /// Nothing is said until the caller gives up.
    Stall,
}

impl Reply {
    /// The answer, if the caller gets one.
    #[must_use]
    pub fn into_answer(self) -> Option<Answer> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Fault(_) => None,
        }
    }
}

impl Request {
    pub(crate) fn text_header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
