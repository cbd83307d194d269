//! What can go wrong between a merchant and Clink, and what the merchant is to be told.

use clinkbill::Outcome;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    NameNotResolved,
    Refused,
    ConnectTimeout,
    TlsRefused,
    ResetBeforeBody,
    ResetAfterBody,
    ClosedWithoutAnswer,
    HalfAnswer,
    Stall,
    IdleConnectionClosed,
    IdleConnectionDead,
    RedirectElsewhere,
    UnauthorizedText,
    StaleTimestamp,
    RateLimited,
    InternalError,
    BadGatewayPage,
    Unavailable,
    RefusalEnvelope,
    FailureEnvelope,
    Page,
    Empty,
    UnknownValues,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Success,
    Error(Outcome),
}

pub(crate) const ALL: [Fault; 23] = [
    Fault::NameNotResolved,
    Fault::Refused,
    Fault::ConnectTimeout,
    Fault::TlsRefused,
    Fault::ResetBeforeBody,
    Fault::ResetAfterBody,
    Fault::ClosedWithoutAnswer,
    Fault::HalfAnswer,
    Fault::Stall,
    Fault::IdleConnectionClosed,
    Fault::IdleConnectionDead,
    Fault::RedirectElsewhere,
    Fault::UnauthorizedText,
    Fault::StaleTimestamp,
    Fault::RateLimited,
    Fault::InternalError,
    Fault::BadGatewayPage,
    Fault::Unavailable,
    Fault::RefusalEnvelope,
    Fault::FailureEnvelope,
    Fault::Page,
    Fault::Empty,
    Fault::UnknownValues,
];

impl Fault {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NameNotResolved => "the name does not resolve",
            Self::Refused => "the connection is refused",
            Self::ConnectTimeout => "connecting takes too long",
            Self::TlsRefused => "TLS is refused",
            Self::ResetBeforeBody => "reset before the body is read",
            Self::ResetAfterBody => "reset after the body is read",
            Self::ClosedWithoutAnswer => "closed without an answer",
            Self::HalfAnswer => "half an answer",
            Self::Stall => "no answer until the deadline",
            Self::IdleConnectionClosed => "a kept connection was closed while idle",
            Self::IdleConnectionDead => "a kept connection is dead when written to",
            Self::RedirectElsewhere => "307 to another host",
            Self::UnauthorizedText => "401 as plain text",
            Self::StaleTimestamp => "401, code 80102212: stale timestamp",
            Self::RateLimited => "429 with Retry-After",
            Self::InternalError => "500 after the commit",
            Self::BadGatewayPage => "502 as HTML after the commit",
            Self::Unavailable => "503 after the commit",
            Self::RefusalEnvelope => "200 with code 400",
            Self::FailureEnvelope => "200 with code 500 after the commit",
            Self::Page => "200 with HTML after the commit",
            Self::Empty => "200 with an empty body after the commit",
            Self::UnknownValues => "200 with unknown values and fields",
        }
    }

    /// What a `create` must come to, whatever the SDK does: how many requests the server may see
    /// at most, how many sessions are made of them, and what the caller must be told.
    pub(crate) fn demanded(self) -> (usize, Told) {
        match self {
            Self::NameNotResolved | Self::Refused | Self::ConnectTimeout | Self::TlsRefused => {
                (0, Told::Error(Outcome::NotSent))
            }
            Self::ResetBeforeBody
            | Self::ResetAfterBody
            | Self::ClosedWithoutAnswer
            | Self::HalfAnswer
            | Self::Stall
            | Self::IdleConnectionDead
            | Self::RedirectElsewhere
            | Self::InternalError
            | Self::BadGatewayPage
            | Self::Unavailable
            | Self::FailureEnvelope
            | Self::Page
            | Self::Empty => (1, Told::Error(Outcome::Unknown)),
            Self::UnauthorizedText
            | Self::StaleTimestamp
            | Self::RateLimited
            | Self::RefusalEnvelope => (1, Told::Error(Outcome::Rejected)),
            Self::IdleConnectionClosed | Self::UnknownValues => (1, Told::Success),
        }
    }

    /// Whether a request gets as far as the merchant's book.
    pub(crate) fn commits(self) -> bool {
        matches!(
            self,
            Self::ResetAfterBody
                | Self::ClosedWithoutAnswer
                | Self::HalfAnswer
                | Self::Stall
                | Self::IdleConnectionClosed
                | Self::InternalError
                | Self::BadGatewayPage
                | Self::Unavailable
                | Self::FailureEnvelope
                | Self::Page
                | Self::Empty
                | Self::UnknownValues
        )
    }
}
