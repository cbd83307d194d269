use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use clinkbill_types::{IdError, SessionId};

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

    pub(crate) fn invalid(field: impl Into<Cow<'static, str>>, problem: impl Into<String>) -> Self {
        Self::new(Outcome::NotSent, What::Invalid)
            .with(|inner| inner.field = Some(field.into()))
            .with(|inner| inner.problem = Some(problem.into()))
    }

    /// What is wrong with an id that cannot stand in a path.
    pub(crate) fn not_an_id(field: &'static str) -> impl FnOnce(IdError) -> Self {
        move |problem| Self::invalid(field, format!("is {problem}"))
    }

    /// There is no client to send anything with.
    pub(crate) fn setup(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Outcome::NotSent, What::Setup).with(|inner| inner.source = Some(source.into()))
    }

    /// There is no request to send; trying again makes none.
    pub(crate) fn unsendable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Outcome::NotSent, What::Unsendable)
            .with(|inner| inner.source = Some(source.into()))
    }

    /// The request provably never left.
    pub(crate) fn not_sent(
        timed_out: bool,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::new(Outcome::NotSent, What::Connect)
            .with(|inner| inner.timed_out = timed_out)
            .with(|inner| inner.source = Some(source.into()))
    }

    /// The request may have left, and nothing came back.
    pub(crate) fn no_answer(
        timed_out: bool,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::new(Outcome::Unknown, What::Interrupted)
            .with(|inner| inner.timed_out = timed_out)
            .with(|inner| inner.source = Some(source.into()))
    }

    /// Clink, or something before it, said no. What is provable decides the outcome: a failure
    /// inside the server may have come after the session was made.
    pub(crate) fn answered(answer: Answer) -> Self {
        // 408 is said by whoever stopped waiting, and others may not have.
        let server_failed = !matches!(answer.http_status, 200..=299 | 400..=407 | 409..=499)
            || (answer.http_status < 300 && matches!(answer.code, Some(408 | 500..=599)));
        let outcome = if server_failed {
            Outcome::Unknown
        } else {
            Outcome::Rejected
        };
        Self::new(outcome, What::Answered).with(|inner| inner.answer(answer))
    }

    /// A success that cannot be understood: the request most likely took effect.
    pub(crate) fn unreadable(answer: Answer, problem: impl Into<String>) -> Self {
        Self::new(Outcome::Unknown, What::Unreadable)
            .with(|inner| inner.answer(answer))
            .with(|inner| inner.problem = Some(problem.into()))
    }

    /// As [`unreadable`](Self::unreadable), found when the answer itself was gone.
    pub(crate) fn unreadable_data() -> Self {
        Self::unreadable_because("is not what the contract describes")
    }

    /// As [`unreadable_data`](Self::unreadable_data), with what is wrong.
    pub(crate) fn unreadable_because(problem: impl Into<String>) -> Self {
        Self::new(Outcome::Unknown, What::Unreadable)
            .with(|inner| inner.problem = Some(problem.into()))
    }

    /// A search that would have to read on and on. Nothing was changed by it.
    pub(crate) fn too_many(read: u32) -> Self {
        Self::new(Outcome::Rejected, What::TooMany)
            .with(|inner| inner.problem = Some(read.to_string()))
    }

    /// The session was made, but it is not what was asked for, or its URL cannot be handed out.
    pub(crate) fn other_than_asked(session_id: SessionId, problem: impl Into<String>) -> Self {
        Self::new(Outcome::Unknown, What::OtherThanAsked)
            .with(|inner| inner.session_id = Some(session_id))
            .with(|inner| inner.problem = Some(problem.into()))
    }

    /// As it stands for a request that can change nothing.
    pub(crate) fn of_a_read(self) -> Self {
        self.with(|inner| inner.read = true)
    }

    /// As it stands after so many attempts.
    pub(crate) fn after(self, attempts: u32) -> Self {
        self.with(|inner| inner.attempts = attempts)
    }

    fn new(outcome: Outcome, what: What) -> Self {
        Self(Box::new(Inner {
            outcome,
            what,
            read: false,
            timed_out: false,
            attempts: 0,
            field: None,
            problem: None,
            http_status: None,
            code: None,
            name: None,
            message: None,
            retry_after: None,
            session_id: None,
            source: None,
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(&mut self.0);
        self
    }
}

impl Inner {
    fn answer(&mut self, answer: Answer) {
        self.name = answer.message.as_deref().and_then(symbolic_name);
        self.http_status = Some(answer.http_status);
        self.code = answer.code;
        self.message = answer.message;
        self.retry_after = answer.retry_after;
    }

    fn consequence(&self) -> &'static str {
        if self.read {
            "a read changes nothing and may be repeated"
        } else {
            "the request may have taken effect"
        }
    }

    fn describe_answer(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.http_status {
            write!(f, " (HTTP {status}")?;
            if let Some(code) = self.code {
                write!(f, ", code {code}")?;
            }
            f.write_str(")")?;
        }
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let problem = inner.problem.as_deref().unwrap_or_default();
        match inner.what {
            What::Invalid => {
                let field = inner.field.as_deref().unwrap_or_default();
                write!(f, "{field} {problem}")
            }
            What::Setup => f.write_str("the client cannot be set up"),
            What::Connect if inner.timed_out => f.write_str("the request was not sent in time"),
            What::Unsendable | What::Connect => f.write_str("the request was not sent"),
            What::Interrupted if inner.timed_out => {
                write!(f, "no answer came in time: {}", inner.consequence())
            }
            What::Interrupted => write!(f, "the exchange broke off: {}", inner.consequence()),
            What::Answered if self.is_nowhere() => {
                f.write_str("the server does not know this address")?;
                inner.describe_answer(f)?;
                f.write_str("; the base URL may be wrong: it should end in /api/")
            }
            What::Answered if inner.outcome == Outcome::Rejected => {
                f.write_str("Clink refused the request")?;
                inner.describe_answer(f)
            }
            What::Answered => {
                write!(f, "the server failed: {}", inner.consequence())?;
                inner.describe_answer(f)
            }
            What::Unreadable => {
                write!(f, "the answer {problem}: {}", inner.consequence())?;
                inner.describe_answer(f)
            }
            What::TooMany => write!(f, "there are more than {problem}: list them page by page"),
            What::OtherThanAsked => match &inner.session_id {
                Some(id) => write!(f, "session {id} was made, but {problem}"),
                None => write!(f, "a session was made, but {problem}"),
            },
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut shown = f.debug_struct("Error");
        shown.field("outcome", &inner.outcome);
        shown.field("what", &format_args!("{self}"));
        if let Some(name) = &inner.name {
            shown.field("name", name);
        }
        if inner.attempts > 1 {
            shown.field("attempts", &inner.attempts);
        }
        if let Some(wait) = &inner.retry_after {
            shown.field("retry_after", wait);
        }
        if let Some(source) = &inner.source {
            shown.field("source", source);
        }
        shown.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The first word of the text that is a known name in any case, else the first that looks like
/// one: capitals joined by underscores.
fn symbolic_name(text: &str) -> Option<String> {
    const KNOWN: [&str; 13] = [
        "CUSTOMER_NOT_FOUND",
        "CUSTOMER_IDENTIFIER_NOT_MATCHED",
        "SESSION_NOT_FOUND",
        "SESSION_EXPIRED",
        "SESSION_MERCHANT_MISMATCH",
        "ORDER_NOT_FOUND",
        "SUBSCRIPTION_NOT_FOUND",
        "INVOICE_NOT_FOUND",
        "PRODUCT_NOT_FOUND",
        "PRICE_NOT_FOUND",
        "WEBHOOK_ENDPOINT_NOT_FOUND",
        "CURRENCY_INCORRECT",
        "MERCHANT_NOT_FOUND",
    ];
    let words = || text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let known = words().find_map(|word| {
        KNOWN
            .into_iter()
            .find(|name| word.eq_ignore_ascii_case(name))
    });
    let looks_like_one = |word: &&str| {
        word.contains('_')
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    known
        .or_else(|| words().find(looks_like_one))
        .map(str::to_owned)
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
    fn the_name_is_a_whole_word_in_any_case() {
        let name = |text| symbolic_name(text);
        assert_eq!(
            name("CUSTOMER_NOT_FOUND").as_deref(),
            Some("CUSTOMER_NOT_FOUND")
        );
        assert_eq!(
            name("fail: customer_not_found, sorry").as_deref(),
            Some("CUSTOMER_NOT_FOUND")
        );
        assert_eq!(
            name("MY_CUSTOMER_NOT_FOUND_2").as_deref(),
            Some("MY_CUSTOMER_NOT_FOUND_2")
        );
        assert_eq!(
            name("错误[ORDER_HAS_ONE_IN_PROCESSING]").as_deref(),
            Some("ORDER_HAS_ONE_IN_PROCESSING")
        );
        assert_eq!(name("invalid apiKey, customer not found"), None);
        assert_eq!(name("_ A _"), None);
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
