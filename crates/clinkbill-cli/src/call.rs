//! One call of the API by a command, and what it means when it fails.

use clinkbill::{Client, Error, Outcome};

use crate::address::Address;
use crate::cause::{Cause, then};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// A server that can be called, as a merchant.
pub(crate) struct Server {
    pub(crate) client: Client,
    pub(crate) address: Address,
}

/// What a call could change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Call<'a> {
    /// Nothing.
    Read,
    /// Something; this is how to find out whether it did.
    Write(&'a str),
}

impl Server {
    /// Waits for what a call brings, and says so where that takes long.
    pub(crate) fn wait<T>(
        &self,
        output: Output,
        call: impl Future<Output = T>,
    ) -> impl Future<Output = T> {
        // A call is large, and would be held more than once.
        let call = Box::pin(call);
        async move { output.wait(&self.address, call).await }
    }

    /// The answer to a call that changes nothing.
    pub(crate) fn read<T>(
        &self,
        output: Output,
        call: impl Future<Output = Result<T, Error>>,
    ) -> impl Future<Output = Result<T, Failure>> {
        let read = self.wait(output, call);
        async move {
            let read = read.await;
            read.map_err(|error| self.failure(&error, Call::Read))
        }
    }

    /// What a call that failed means for a command.
    pub(crate) fn failure(&self, error: &Error, call: Call<'_>) -> Failure {
        let Explained {
            exit,
            said,
            hint,
            doctor,
        } = explain(error, call, &self.address);
        let hint = match (hint, doctor) {
            (Some(hint), true) => Some(then(&hint, "`clinkbill doctor` looks at all of it")),
            (hint, _) => hint,
        };
        Failure::new(exit, said).hint_if(hint).of_call(error)
    }
}

/// What a call that failed means: one sentence, and what to do about it.
pub(crate) struct Explained {
    exit: Exit,
    pub(crate) said: String,
    pub(crate) hint: Option<String>,
    /// Whether `clinkbill doctor` can find out more.
    doctor: bool,
}

pub(crate) fn explain(error: &Error, call: Call<'_>, at: &Address) -> Explained {
    let source = std::error::Error::source(error);
    let cause = source.and_then(|source| match Cause::of(source) {
        None if error.is_timeout() => Some(Cause::Silent),
        None if error.is_connect() => Some(Cause::other(source)),
        cause => cause,
    });
    let is_nowhere = error.http_status() == Some(404) && error.name().is_none();
    let said = match &cause {
        // The SDK does not know whether the URL ends as it should.
        _ if is_nowhere && error.code().is_none() => {
            let message = error.message().map(|message| format!(": {message}"));
            format!(
                "{at} does not know this address (HTTP 404){}",
                message.unwrap_or_default()
            )
        }
        Some(cause) => format!("{error}: {}", cause.said(at)),
        None => causes(error),
    };
    let (exit, hint, doctor) = if error.is_invalid() {
        (Exit::Usage, None, false)
    } else if is_about_time(error) {
        (Exit::No, Some(SET_THE_CLOCK.to_owned()), true)
    } else if error.is_unauthorized() {
        let hint = "is it the key of this environment, and is it still valid?";
        (Exit::NoPermission, Some(hint.to_owned()), true)
    } else if is_nowhere {
        // An envelope says at least that it is the API.
        let exit = match error.code() {
            Some(_) => Exit::No,
            None => Exit::Config,
        };
        (exit, Some(not_the_api(at)), true)
    } else if error.is_rate_limited() {
        let hint = format!("too many requests came: try again {}", later(error));
        (Exit::No, Some(hint), false)
    } else {
        match (error.outcome(), call) {
            (Outcome::NotSent, _) => {
                let hint = cause.map(|cause| cause.hint(at));
                let hint = hint.unwrap_or_else(|| "is the base URL right?".to_owned());
                (Exit::Unavailable, Some(hint), true)
            }
            (Outcome::Rejected, _) => (Exit::No, advice(error), false),
            (_, Call::Write(look)) => (Exit::Unknown, Some(look.to_owned()), false),
            (_, Call::Read) if server_failed(error) => {
                let fails = "the server fails, or something before it";
                let hint = format!("{fails}: try again {}", later(error));
                (Exit::Unavailable, Some(hint), false)
            }
            // What was answered otherwise is no answer of the API.
            (_, Call::Read) if error.http_status().is_some() => {
                (Exit::Config, Some(not_the_api(at)), true)
            }
            (_, Call::Read) => {
                let again = "a read may be tried again";
                let hint = cause.map(|cause| then(again, &cause.hint(at)));
                let hint = hint.unwrap_or_else(|| format!("{again}; is the server well?"));
                (Exit::Unavailable, Some(hint), false)
            }
        }
    };
    Explained {
        exit,
        said,
        hint,
        doctor,
    }
}

/// What to do about a clock that is wrong.
pub(crate) const SET_THE_CLOCK: &str =
    "set the clock of this machine, or let it be set by the network";

/// Whether a server refuses the time that a request says it was sent at, by Clink's numbers or, as
/// one without them does, in words.
pub(crate) fn is_about_time(error: &Error) -> bool {
    let names_it = |message: &str| message.to_ascii_lowercase().contains("x-timestamp");
    error.is_stale_timestamp()
        || (error.outcome() == Outcome::Rejected
            && !error.is_unauthorized()
            && error.message().is_some_and(names_it))
}

pub(crate) fn not_the_api(at: &Address) -> String {
    if at.ends_in_api {
        format!(
            "the base URL ends in /api/ as it should: is something else at {at}, or in between?"
        )
    } else {
        "the base URL may be wrong: it ends in /api/".to_owned()
    }
}

/// When it makes sense to call again.
fn later(error: &Error) -> String {
    match error.retry_after() {
        Some(wait) => format!("after {} s, as the server says", wait.as_secs()),
        None => "in a while".to_owned(),
    }
}

/// What to do about a refusal.
fn advice(error: &Error) -> Option<String> {
    let advice = match error.name() {
        Some("PRODUCT_NOT_FOUND" | "PRICE_NOT_FOUND") => {
            "products and prices are made in the dashboard; a sandbox has those of \
             `clinkbill sandbox --catalogue FILE`"
        }
        Some("SESSION_NOT_FOUND" | "ORDER_NOT_FOUND") => {
            "is it of this server, and of the merchant of this key? \
             a sandbox that ended has forgotten it, unless it had --state"
        }
        Some("CUSTOMER_IDENTIFIER_NOT_MATCHED") => {
            "give only one of --customer-id, --reference and --email: they lead to different customers"
        }
        _ if error.http_status() == Some(409) || error.code() == Some(409) => {
            "it is at odds with what is there already: read that before you try again"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}

/// Whether a server said of itself that it failed, in its status or in its answer.
fn server_failed(error: &Error) -> bool {
    matches!(error.http_status(), Some(408 | 500..))
        || matches!(error.code(), Some(408 | 500..=599))
}

/// An error with what is behind it.
fn causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
