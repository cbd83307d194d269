mod made;
mod shown;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use clinkbill_types::SessionId;

pub(crate) use made::FieldName;

/// Whether a request that failed took effect.
///
/// Clink keeps no idempotency for checkout sessions: the same request sent twice makes two.
/// So this is the first thing to ask of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Clink provably never saw the request. It may be sent again.
    NotSent,
    /// Clink saw the request and said no; nothing was made. The same request will fail again,
    /// unless too many came at once ([`Error::is_rate_limited`]) or its time was off
    /// ([`Error::is_stale_timestamp`]).
    Rejected,
    /// The request may have taken effect. Do not send it again:
    /// [find out what became of it](crate::guide::reconciliation) first.
    ///
    /// A read changes nothing: there it says that the answer is not known, and the read may be
    /// repeated.
    Unknown,
}

/// Why a call failed, and whether it took effect.
///
/// Start with [`outcome`](Self::outcome). For a refusal, [`name`](Self::name) is the name the
/// guide uses (`CUSTOMER_NOT_FOUND`); the other accessors carry what Clink answered. Keys,
/// signing secrets and tokens that an answer repeats are blotted out, and no body is ever shown.
pub struct Error(Box<Inner>);

struct Inner {
    outcome: Outcome,
    what: What,
    /// The request could change nothing.
    read: bool,
    timed_out: bool,
    attempts: u32,
    field: Option<Cow<'static, str>>,
    problem: Option<String>,
    http_status: Option<u16>,
    code: Option<i64>,
    name: Option<String>,
    message: Option<String>,
    retry_after: Option<Duration>,
    session_id: Option<SessionId>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Invalid,
    Setup,
    Unsendable,
    Connect,
    Interrupted,
    Answered,
    Unreadable,
    OtherThanAsked,
    TooMany,
}

/// What Clink answered, in whatever shape.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) http_status: u16,
    pub(crate) code: Option<i64>,
    /// Already redacted.
    pub(crate) message: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

impl Error {
    /// Whether the request took effect.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// The `code` of the answer's envelope: 400, 401, or Clink's own numbers of eight digits.
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    /// The symbolic name found in the answer's message, such as `CUSTOMER_NOT_FOUND`, in
    /// capitals.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// What the answer says, in English or Chinese, for people: redacted, at most 500
    /// characters.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The HTTP status of the answer. A refusal may well come with status 200.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// How long to wait before the next request, where the answer says so (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The argument that is invalid, for an error of [`is_invalid`](Self::is_invalid).
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The session that exists although the call failed.
    #[must_use]
    pub fn session_id(&self) -> Option<&SessionId> {
        self.0.session_id.as_ref()
    }

    /// How often the call tried to send its request; 0 when it had no occasion to. All but the
    /// last of them failed in a way that may be repeated.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// An argument is invalid; nothing was sent. Mend what [`field`](Self::field) names.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.0.what == What::Invalid
    }

    /// No connection could be made, or none was to be had in time; nothing was sent. Check
    /// network, name service and clock, and whether too much is in flight.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.what == What::Connect
    }

    /// No answer, or no connection, came in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.timed_out
    }

    /// No customer fits, or no identifier was given (guide: Customer).
    #[must_use]
    pub fn is_customer_not_found(&self) -> bool {
        self.name() == Some("CUSTOMER_NOT_FOUND")
    }

    /// The customer's identifiers do not lead to one customer (guide: Customer). Often the email
    /// changed since the reference was bound: send the reference alone, or the customer's id.
    #[must_use]
    pub fn is_customer_identifier_not_matched(&self) -> bool {
        self.name() == Some("CUSTOMER_IDENTIFIER_NOT_MATCHED")
    }

    /// There is nothing of this id for this key.
    ///
    /// Clink itself said so, by code or by name. An HTTP status 404 alone comes from something
    /// else, such as a proxy, or says that the base URL is wrong.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        const NAMES: [&str; 7] = [
            "SESSION_NOT_FOUND",
            "ORDER_NOT_FOUND",
            "SUBSCRIPTION_NOT_FOUND",
            "INVOICE_NOT_FOUND",
            "PRODUCT_NOT_FOUND",
            "PRICE_NOT_FOUND",
            "WEBHOOK_ENDPOINT_NOT_FOUND",
        ];
        self.0.what == What::Answered
            && (self.0.code == Some(404) || self.name().is_some_and(|name| NAMES.contains(&name)))
    }

    /// The key is missing, wrong or expired. Check it and its environment in the dashboard.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        const KEY_CODES: [i64; 4] = [401, 80_102_221, 80_102_222, 80_102_223];
        self.0.code.is_some_and(|code| KEY_CODES.contains(&code))
            || (self.0.http_status == Some(401) && !self.is_stale_timestamp())
    }

    /// The clock of this machine is off by more than Clink accepts.
    #[must_use]
    pub fn is_stale_timestamp(&self) -> bool {
        const TIMESTAMP_CODES: [i64; 3] = [80_102_203, 80_102_212, 80_102_213];
        self.0
            .code
            .is_some_and(|code| TIMESTAMP_CODES.contains(&code))
    }

    /// Too many requests: wait, for [`retry_after`](Self::retry_after) where it is known.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.0.http_status == Some(429) || self.0.code == Some(429)
    }

    /// What an `error.type` says: one of few words, or the status or code of the answer.
    #[cfg(feature = "tracing")]
    pub(crate) fn kind(&self) -> Cow<'static, str> {
        let inner = &self.0;
        Cow::Borrowed(match inner.what {
            What::Invalid => "invalid",
            What::Setup | What::Unsendable => "unsendable",
            What::Connect if inner.timed_out => "connect_timeout",
            What::Connect => "connect",
            What::Interrupted if inner.timed_out => "timeout",
            What::Interrupted => "interrupted",
            What::Unreadable => "unreadable",
            What::OtherThanAsked => "other_than_asked",
            What::TooMany => "too_many",
            What::Answered => {
                let status = inner.http_status.map(i64::from);
                let said = status.filter(|status| *status >= 300).or(inner.code);
                return Cow::Owned(said.unwrap_or_default().to_string());
            }
        })
    }

    /// It may well not happen again, when a request that changes nothing is repeated.
    pub(crate) fn is_transient(&self) -> bool {
        const STATUSES: [i64; 5] = [429, 500, 502, 503, 504];
        let inner = &self.0;
        match inner.what {
            What::Connect | What::Interrupted => true,
            What::Answered => {
                let status = inner.http_status.map(i64::from);
                let said = |it: Option<i64>| it.is_some_and(|it| STATUSES.contains(&it));
                said(status) || said(inner.code) || self.is_stale_timestamp()
            }
            _ => false,
        }
    }

    /// A 404 that nothing shows to be Clink's word about an id.
    fn is_nowhere(&self) -> bool {
        self.0.http_status == Some(404) && self.0.code.is_none() && !self.is_not_found()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(http_status: u16, code: Option<i64>, message: &str) -> Error {
        Error::answered(Answer {
            http_status,
            code,
            message: Some(message.to_owned()),
            retry_after: None,
        })
    }

    #[test]
    fn an_error_is_small_and_can_cross_threads() {
        fn crosses<T: Send + Sync + 'static>() {}
        crosses::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn what_is_provable_decides_the_outcome() {
        let outcome = |status, code| answered(status, code, "").outcome();
        for (status, code) in [
            (400, Some(400)),
            (401, None),
            (404, Some(404)),
            (429, None),
            (422, Some(500)),
        ] {
            assert_eq!(outcome(status, code), Outcome::Rejected, "{status}");
        }
        for code in [0, 400, 401, 499, 600, 80_102_212, 90_101_206] {
            assert_eq!(outcome(200, Some(code)), Outcome::Rejected, "{code}");
        }
        for code in [500, 503, 599] {
            assert_eq!(outcome(200, Some(code)), Outcome::Unknown, "{code}");
        }
        for status in [100, 301, 307, 500, 502, 503, 504, 599] {
            assert_eq!(outcome(status, Some(400)), Outcome::Unknown, "{status}");
        }
    }

    #[test]
    fn a_stale_timestamp_is_no_wrong_key() {
        let stale = answered(401, Some(80_102_212), "timestamp expired");
        assert!(stale.is_stale_timestamp() && !stale.is_unauthorized());
        let key = answered(401, None, "unauthorized");
        assert!(key.is_unauthorized() && !key.is_stale_timestamp());
        assert!(answered(200, Some(401), "invalid apiKey").is_unauthorized());
    }

    #[test]
    fn an_error_reads_as_one_sentence() {
        assert_eq!(
            answered(200, Some(400), "CUSTOMER_NOT_FOUND").to_string(),
            "Clink refused the request (HTTP 200, code 400): CUSTOMER_NOT_FOUND"
        );
        assert_eq!(
            Error::invalid("lines[1].quantity", "must be at least 1").to_string(),
            "lines[1].quantity must be at least 1"
        );
    }
}
