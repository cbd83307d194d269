//! Failures on demand: what they are and how they look to a caller.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::request::{Answer, Reply, TransportFault};
use crate::wire::field::closed_enum;
use crate::wire::response::Envelope;

/// What a fault's answer says, so that nobody looks for it in the rules.
const MESSAGE: &str = "FAULT: armed on demand";

const PROXY_PAGE: &str = "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head>\n\
    <body><center><h1>502 Bad Gateway</h1></center><hr></body></html>\n";

/// What a caller sees the first half of when there is no answer yet.
const UNFINISHED: &str = r#"{"code":200,"msg":"success","data":{"unfinished":true}}"#;

/// Fields whose values come from a list, in any answer.
const ENUM_FIELDS: [&str; 5] = [
    "status",
    "paymentStatus",
    "uiMode",
    "type",
    "paymentMethodType",
];

const UNKNOWN: &str = "\"unheardOf\"";

/// A failure for later requests of a merchant: what, for which operation, how often and when.
///
/// ```
/// use clinkbill_sandbox::{Fault, FaultKind, Sandbox};
///
/// let sandbox = Sandbox::new();
/// let fault = Fault::new(FaultKind::Unavailable { retry_after: 2 })
///     .on("createCheckoutSession")
///     .times(1);
/// sandbox.merchant().arm(fault)?;
/// assert_eq!(sandbox.post_checkout_session("{}").status(), 503);
/// assert_eq!(sandbox.post_checkout_session("{}").status(), 400);
/// # Ok::<(), clinkbill_sandbox::ControlError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Wish")]
#[must_use]
pub struct Fault {
    #[serde(flatten)]
    kind: FaultKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<NonZeroU32>,
    when: FaultTime,
}

/// A fault as it is asked for: flat, so that what cannot be read is named by its field.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wish {
    kind: KindName,
    operation: Option<Cow<'static, str>>,
    times: Option<NonZeroU32>,
    #[serde(default)]
    when: FaultTime,
    #[serde(default = "one")]
    retry_after: u32,
    code: Option<i32>,
    msg: Option<String>,
    status: Option<ProxyStatus>,
}

closed_enum! {
    enum KindName {
        Unauthorized = "unauthorized",
        Conflict = "conflict",
        TooManyRequests = "tooManyRequests",
        InternalError = "internalError",
        Unavailable = "unavailable",
        EnvelopeError = "envelopeError",
        ProxyPage = "proxyPage",
        EmptyBody = "emptyBody",
        UnknownValues = "unknownValues",
        Reset = "reset",
        Close = "close",
        HalfBody = "halfBody",
        Stall = "stall",
    }
}

/// A fault as it is armed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ArmedFault {
    /// The fault; its `times` is what it was armed with.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests it will still meet; `None` is every one until it is cleared.
    pub left: Option<u32>,
}

/// How a request fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum FaultKind {
    /// HTTP 401, as for a key that is not accepted.
    Unauthorized,
    /// HTTP 409.
    Conflict,
    /// HTTP 429 with `Retry-After` in seconds.
    TooManyRequests {
        /// Seconds until the next try may be made.
        retry_after: u32,
    },
    /// HTTP 500.
    InternalError,
    /// HTTP 503 with `Retry-After` in seconds.
    Unavailable {
        /// Seconds until the next try may be made.
        retry_after: u32,
    },
    /// HTTP 200 with an envelope that says otherwise.
    EnvelopeError {
        /// The envelope's `code`.
        code: i32,
        /// The envelope's `msg`.
        msg: String,
    },
    /// A proxy's HTML page under HTTP 502, or under HTTP 200 when it hides the failure.
    ProxyPage {
        /// 502 or 200.
        status: ProxyStatus,
    },
    /// HTTP 200, `application/json`, and nothing in it.
    EmptyBody,
    /// The right answer with fields that nobody knows, and with unknown values where a value
    /// comes from a list. Always after the commit.
    UnknownValues,
    /// The connection is reset.
    Reset,
    /// The connection is closed without an answer.
    Close,
    /// The answer stops in the middle of its body.
    HalfBody,
    /// No answer until the caller gives up or the server stops; ten minutes at most.
    Stall,
}

/// What a proxy's page comes under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum ProxyStatus {
    /// HTTP 502.
    BadGateway,
    /// HTTP 200.
    Ok,
}

closed_enum! {
    /// Whether the request is performed before it fails.
    #[derive(Default)]
    pub enum FaultTime {
        /// It is not performed: trying again makes one.
        #[default]
        BeforeCommit = "before",
        /// It is performed and its answer lost: trying again makes two.
        AfterCommit = "after",
    }
}

impl Fault {
    /// Fails every documented operation, before it is performed, until it is cleared.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            operation: None,
            times: None,
            when: FaultTime::BeforeCommit,
        }
    }

    /// Fails this operation only, by its `operationId` in the contract.
    pub fn on(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// Fails this many requests, then no more. No times at all counts as once.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN));
        self
    }

    /// Performs the request first, and then loses its answer.
    pub fn after_commit(mut self) -> Self {
        self.when = FaultTime::AfterCommit;
        self
    }

    /// Every kind, as it is named in the control API.
    pub(crate) fn kinds() -> &'static [&'static str] {
        KindName::WORDS
    }

    pub(crate) fn armed(self) -> ArmedFault {
        ArmedFault {
            left: self.times.map(NonZeroU32::get),
            fault: self,
        }
    }

    pub(crate) fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// Whether it goes away by being met.
    pub(crate) fn is_limited(&self) -> bool {
        self.times.is_some()
    }

    pub(crate) fn concerns(&self, operation: &str) -> bool {
        self.operation().is_none_or(|own| own == operation)
    }

    /// There is no right answer to change before there is an answer.
    pub(crate) fn time(&self) -> FaultTime {
        if self.kind == FaultKind::UnknownValues {
            FaultTime::AfterCommit
        } else {
            self.when
        }
    }

    pub(crate) fn breaks_connections(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::Reset | FaultKind::Close | FaultKind::HalfBody | FaultKind::Stall
        )
    }

    /// As it is named in the control API.
    pub(crate) fn name(&self) -> &'static str {
        self.kind.name().as_str()
    }

    /// What the caller gets; `answer` is the right one, if the request was performed.
    pub(crate) fn act(&self, answer: Option<Answer>) -> Reply {
        Reply::Answer(match &self.kind {
            FaultKind::Unauthorized => failure(StatusCode::UNAUTHORIZED),
            FaultKind::Conflict => failure(StatusCode::CONFLICT),
            FaultKind::TooManyRequests { retry_after } => {
                failure_until(StatusCode::TOO_MANY_REQUESTS, *retry_after)
            }
            FaultKind::InternalError => failure(StatusCode::INTERNAL_SERVER_ERROR),
            FaultKind::Unavailable { retry_after } => {
                failure_until(StatusCode::SERVICE_UNAVAILABLE, *retry_after)
            }
            FaultKind::EnvelopeError { code, msg } => {
                Envelope::error(*code, msg).into_reply(StatusCode::OK)
            }
            FaultKind::ProxyPage { status } => body(status.code(), "text/html", PROXY_PAGE),
            FaultKind::EmptyBody => body(StatusCode::OK, "application/json", ""),
            FaultKind::UnknownValues => answer.map(with_unknown_values).unwrap_or_default(),
            FaultKind::Reset => return Reply::Fault(TransportFault::Reset),
            FaultKind::Close => return Reply::Fault(TransportFault::Close),
            FaultKind::HalfBody => {
                let whole =
                    answer.unwrap_or_else(|| body(StatusCode::OK, "application/json", UNFINISHED));
                return Reply::Fault(TransportFault::HalfBody(whole));
            }
            FaultKind::Stall => return Reply::Fault(TransportFault::Stall),
        })
    }
}

impl FaultKind {
    fn name(&self) -> KindName {
        match self {
            Self::Unauthorized => KindName::Unauthorized,
            Self::Conflict => KindName::Conflict,
            Self::TooManyRequests { .. } => KindName::TooManyRequests,
            Self::InternalError => KindName::InternalError,
            Self::Unavailable { .. } => KindName::Unavailable,
            Self::EnvelopeError { .. } => KindName::EnvelopeError,
            Self::ProxyPage { .. } => KindName::ProxyPage,
            Self::EmptyBody => KindName::EmptyBody,
            Self::UnknownValues => KindName::UnknownValues,
            Self::Reset => KindName::Reset,
            Self::Close => KindName::Close,
            Self::HalfBody => KindName::HalfBody,
            Self::Stall => KindName::Stall,
        }
    }
}

impl TryFrom<Wish> for Fault {
    type Error = String;

    fn try_from(wish: Wish) -> Result<Self, Self::Error> {
        let retry_after = wish.retry_after;
        let missing = |field| format!("missing field `{field}`, for {}", wish.kind.as_str());
        let kind = match wish.kind {
            KindName::Unauthorized => FaultKind::Unauthorized,
            KindName::Conflict => FaultKind::Conflict,
            KindName::TooManyRequests => FaultKind::TooManyRequests { retry_after },
            KindName::InternalError => FaultKind::InternalError,
            KindName::Unavailable => FaultKind::Unavailable { retry_after },
            KindName::EnvelopeError => FaultKind::EnvelopeError {
                code: wish.code.ok_or_else(|| missing("code"))?,
                msg: wish.msg.ok_or_else(|| missing("msg"))?,
            },
            KindName::ProxyPage => FaultKind::ProxyPage {
                status: wish.status.ok_or_else(|| missing("status"))?,
            },
            KindName::EmptyBody => FaultKind::EmptyBody,
            KindName::UnknownValues => FaultKind::UnknownValues,
            KindName::Reset => FaultKind::Reset,
            KindName::Close => FaultKind::Close,
            KindName::HalfBody => FaultKind::HalfBody,
            KindName::Stall => FaultKind::Stall,
        };
        Ok(Self {
            kind,
            operation: wish.operation,
            times: wish.times,
            when: wish.when,
        })
    }
}

impl ProxyStatus {
    fn code(self) -> StatusCode {
        match self {
            Self::BadGateway => StatusCode::BAD_GATEWAY,
            Self::Ok => StatusCode::OK,
        }
    }
}

impl TryFrom<u16> for ProxyStatus {
    type Error = &'static str;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        match status {
            502 => Ok(Self::BadGateway),
            200 => Ok(Self::Ok),
            _ => Err("must be 502 or 200"),
        }
    }
}

impl From<ProxyStatus> for u16 {
    fn from(status: ProxyStatus) -> Self {
        status.code().as_u16()
    }
}

fn one() -> u32 {
    1
}

fn failure(status: StatusCode) -> Answer {
    Envelope::error(i32::from(status.as_u16()), MESSAGE).into_reply(status)
}

fn failure_until(status: StatusCode, retry_after: u32) -> Answer {
    let mut answer = failure(status);
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, retry_after.into());
    answer
}

fn body(status: StatusCode, content_type: &'static str, text: &str) -> Answer {
    let mut answer = Answer::new(text.as_bytes().to_vec());
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// Every value that stays is kept to the digit.
fn with_unknown_values(answer: Answer) -> Answer {
    let (parts, body) = answer.into_parts();
    let body = strange_envelope(&body).unwrap_or(body);
    Answer::from_parts(parts, body)
}

fn strange_envelope(body: &[u8]) -> Option<Vec<u8>> {
    let mut envelope: BTreeMap<&str, &RawValue> = serde_json::from_slice(body).ok()?;
    let unknown: &RawValue = serde_json::from_str(UNKNOWN).ok()?;
    let strange_data = envelope
        .get("data")
        .and_then(|data| serde_json::from_str::<BTreeMap<&str, &RawValue>>(data.get()).ok())
        .and_then(|mut data| {
            for (name, value) in &mut data {
                if ENUM_FIELDS.contains(name) && value.get().starts_with('"') {
                    *value = unknown;
                }
            }
            data.insert("unheardOfField", unknown);
            serde_json::value::to_raw_value(&data).ok()
        });
    if let Some(data) = &strange_data {
        envelope.insert("data", data);
    }
    envelope.insert("unheardOfField", unknown);
    serde_json::to_vec(&envelope).ok()
}
