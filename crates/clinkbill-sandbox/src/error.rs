//! Why a request is not answered with what it asked for, and how that looks on the wire.

use http::{HeaderValue, Method, StatusCode, header};

use crate::Answer;
use crate::journal::NotKept;
use crate::wire::response::Envelope;

/// A rule's refusal of a request that the contract's schema allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    name: &'static str,
    detail: String,
    code: i32,
}

/// How a rule's refusal travels; the guide names the error but not its HTTP status (G-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RefusalShape {
    /// HTTP 200 with an envelope whose `code` is 400, as Clink's business errors are seen.
    #[default]
    Http200,
    /// HTTP 400 with the same envelope.
    Http400,
}

/// Everything that can be wrong with a request, in the order it is checked.
#[derive(Debug)]
pub(crate) enum ApiError {
    #[cfg(feature = "server")]
    NotHttp,
    #[cfg(feature = "server")]
    TargetTooLong,
    #[cfg(feature = "server")]
    HeadTooLarge,
    #[cfg(feature = "server")]
    NoHost,
    ForeignHost,
    UnknownRoute,
    MethodNotAllowed(Vec<Method>),
    NoKey,
    UnusableKey(&'static str),
    RepeatedKey,
    NoTimestamp,
    RepeatedTimestamp,
    StaleTimestamp,
    TooLarge {
        limit: usize,
    },
    NotJson,
    Malformed {
        field: String,
        reason: String,
    },
    Refused(Refusal),
    NotFound {
        name: &'static str,
        detail: String,
    },
    NotKept,
}

impl Refusal {
    /// A refusal with the symbolic name that opens its message.
    #[must_use]
    pub fn new(name: &'static str, detail: impl Into<String>) -> Self {
        Self {
            name,
            detail: detail.into(),
            code: 400,
        }
    }

    /// A field whose value the schema allows and a rule does not. The guide has no name for
    /// this; `INVALID_PARAMETER` is our choice.
    pub(crate) fn field(field: &str, reason: &str) -> Self {
        Self::new("INVALID_PARAMETER", format!("{field}: {reason}"))
    }

    /// The numeric code, where it is known.
    pub(crate) fn with_code(mut self, code: i32) -> Self {
        self.code = code;
        self
    }

    /// The symbolic name, such as `CUSTOMER_NOT_FOUND`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn message(&self) -> String {
        format!("{}: {}", self.name, self.detail)
    }
}

impl From<NotKept> for ApiError {
    fn from(NotKept: NotKept) -> Self {
        Self::NotKept
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl ApiError {
    /// The documented envelope, under the HTTP status that the contract gives this failure.
    pub(crate) fn into_reply(self, shape: RefusalShape) -> Answer {
        self.into_reply_and_message(shape).0
    }

    /// As [`into_reply`](Self::into_reply), beside what it says.
    pub(crate) fn into_reply_and_message(self, shape: RefusalShape) -> (Answer, String) {
        let allow = match &self {
            Self::MethodNotAllowed(methods) => Some(allow_header(methods)),
            _ => None,
        };
        let (status, code, msg) = self.describe(shape);
        let mut reply = Envelope::error(code, &msg).into_reply(status);
        if let Some(allow) = allow {
            reply.headers_mut().insert(header::ALLOW, allow);
        }
        (reply, msg)
    }

    pub(crate) fn message(self) -> String {
        self.describe(RefusalShape::default()).2
    }

    fn describe(self, shape: RefusalShape) -> (StatusCode, i32, String) {
        match self {
            #[cfg(feature = "server")]
            Self::NotHttp => (
                StatusCode::BAD_REQUEST,
                400,
                "request: not HTTP/1.1".into(),
            ),
            #[cfg(feature = "server")]
            Self::TargetTooLong => (
                StatusCode::URI_TOO_LONG,
                414,
                "request target: too long".into(),
            ),
            #[cfg(feature = "server")]
            Self::HeadTooLarge => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                431,
                "headers: too many or too large".into(),
            ),
            #[cfg(feature = "server")]
            Self::NoHost => (
                StatusCode::BAD_REQUEST,
                400,
                "Host: missing; HTTP/1.1 sends it with every request".into(),
            ),
            Self::ForeignHost => (
                StatusCode::FORBIDDEN,
                403,
                "Host: the sandbox answers to localhost, 127.0.0.1, [::1] and the names allowed at start".into(),
            ),
            Self::UnknownRoute => (StatusCode::NOT_FOUND, 404, "no such endpoint".into()),
            Self::MethodNotAllowed(methods) => (
                StatusCode::METHOD_NOT_ALLOWED,
                405,
                format!(
                    "method not allowed here; allowed: {}",
                    list(methods.iter().map(Method::as_str))
                ),
            ),
            Self::NoKey => (
                StatusCode::UNAUTHORIZED,
                401,
                "X-API-Key: missing; send the secret key in this header".into(),
            ),
            Self::UnusableKey(reason) => {
                (StatusCode::UNAUTHORIZED, 401, format!("X-API-Key: {reason}"))
            }
            Self::RepeatedKey => (
                StatusCode::UNAUTHORIZED,
                401,
                "X-API-Key: sent more than once; send one secret key".into(),
            ),
            Self::NoTimestamp => (
                StatusCode::UNAUTHORIZED,
                80_102_203,
                "X-Timestamp: missing or unreadable; send the current time in milliseconds since the Unix epoch".into(),
            ),
            Self::RepeatedTimestamp => (
                StatusCode::UNAUTHORIZED,
                80_102_203,
                "X-Timestamp: sent more than once; send the current time once".into(),
            ),
            Self::StaleTimestamp => (
                StatusCode::UNAUTHORIZED,
                80_102_212,
                "X-Timestamp: too far from the current time; send the current time in milliseconds with each request".into(),
            ),
            Self::TooLarge { limit } => (
                StatusCode::PAYLOAD_TOO_LARGE,
                413,
                format!("body: larger than {limit} bytes"),
            ),
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                415,
                "Content-Type: must be application/json".into(),
            ),
            Self::Malformed { field, reason } => {
                (StatusCode::BAD_REQUEST, 400, format!("{field}: {reason}"))
            }
            Self::Refused(refusal) => {
                let status = match shape {
                    RefusalShape::Http200 => StatusCode::OK,
                    RefusalShape::Http400 => StatusCode::BAD_REQUEST,
                };
                (status, refusal.code, refusal.message())
            }
            Self::NotFound { name, detail } => {
                (StatusCode::NOT_FOUND, 404, format!("{name}: {detail}"))
            }
            Self::NotKept => (
                StatusCode::INTERNAL_SERVER_ERROR,
                500,
                "STATE_NOT_KEPT: the state file could not be written, or somebody removed, replaced or changed it; nothing can be changed until the sandbox is started again".into(),
            ),
        }
    }
}

fn allow_header(methods: &[Method]) -> HeaderValue {
    HeaderValue::from_str(&list(methods.iter().map(Method::as_str)))
        .unwrap_or(HeaderValue::from_static("GET"))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
