//! How errors come about: here it is decided what each failure says about its outcome.

use std::borrow::Cow;
use std::error::Error as StdError;

use clinkbill_types::{IdError, SessionId};

use super::{Answer, Error, Inner, Outcome, What};

/// How the field that is wrong is called. Not `Into`: to add to its implementations costs a second
/// of every build, because all of them, in every dependency, are compared.
pub(crate) trait FieldName {
    fn written(self) -> Cow<'static, str>;
}

impl FieldName for &'static str {
    fn written(self) -> Cow<'static, str> {
        self.into()
    }
}

impl FieldName for String {
    fn written(self) -> Cow<'static, str> {
        self.into()
    }
}

impl Error {
    pub(crate) fn invalid(field: impl FieldName, problem: impl Into<String>) -> Self {
        Self::new(Outcome::NotSent, What::Invalid)
            .with(|inner| inner.field = Some(field.written()))
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

    /// As it stands when the answer names a session all the same.
    pub(crate) fn about(self, session_id: Option<SessionId>) -> Self {
        self.with(|inner| inner.session_id = session_id)
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
}
