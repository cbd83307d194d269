//! The one way from a method of the SDK to the wire: waits for its turn, sends, settles, and
//! sends again where the policy says so, inside one deadline.

use std::future::Future;
use std::time::{Duration, Instant};

use clinkbill_api::ResponseValue;
use tokio::time::timeout_at;

use crate::answer::{Envelope, Exchange};
use crate::observe::CallSpan;
use crate::{Client, Error};

/// An operation of the API: what it does to which path of the contract.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// With the names of its parameters in the place of their values.
    #[cfg_attr(
        not(feature = "tracing"),
        expect(dead_code, reason = "only seen in spans")
    )]
    pub(crate) path: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// One call of a merchant's program, from now to its deadline.
pub(crate) struct Call<'a> {
    client: &'a Client,
    operation: Operation,
    /// `None` when it lies beyond what time can say.
    deadline: Option<Instant>,
}

impl Operation {
    pub(crate) const fn get(path: &'static str) -> Self {
        Self::new(Method::Get, path)
    }

    pub(crate) const fn new(method: Method, path: &'static str) -> Self {
        Self { method, path }
    }

    /// A read. `PUT` is none, though HTTP would have it repeated: what is put here may rotate a
    /// secret.
    fn changes_nothing(self) -> bool {
        self.method == Method::Get
    }
}

#[cfg(feature = "tracing")]
impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method.name(), self.path)
    }
}

#[cfg(feature = "tracing")]
impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Client {
    /// A call whose time runs from now.
    pub(crate) fn call(&self, operation: Operation) -> Call<'_> {
        let deadline = self.clock().instant().checked_add(self.options().deadline);
        Call {
            client: self,
            operation,
            deadline,
        }
    }
}

impl Call<'_> {
    /// What the answer holds. A call may send several requests, one after the other.
    pub(crate) async fn send<E, F>(
        &self,
        request: impl Fn(clinkbill_api::Client) -> F,
    ) -> Result<E::Data, Error>
    where
        E: Envelope,
        F: Future<Output = Result<ResponseValue<E>, clinkbill_api::Error>>,
    {
        self.send_for(request, Ok).await
    }

    /// As [`send`](Self::send), with what the call makes of the answer: it may still refuse it.
    pub(crate) async fn send_for<E, F, T>(
        &self,
        request: impl Fn(clinkbill_api::Client) -> F,
        accept: impl FnOnce(E::Data) -> Result<T, Error>,
    ) -> Result<T, Error>
    where
        E: Envelope,
        F: Future<Output = Result<ResponseValue<E>, clinkbill_api::Error>>,
    {
        let span = CallSpan::of(self.operation);
        let mut attempts = 0;
        let result = span
            .around(self.send_until_settled(&span, &mut attempts, request))
            .await
            .and_then(accept)
            .map_err(|error| self.told(error).after(attempts));
        span.ended(&result, attempts);
        result
    }

    async fn send_until_settled<E, F>(
        &self,
        span: &CallSpan,
        attempts: &mut u32,
        request: impl Fn(clinkbill_api::Client) -> F,
    ) -> Result<E::Data, Error>
    where
        E: Envelope,
        F: Future<Output = Result<ResponseValue<E>, clinkbill_api::Error>>,
    {
        let mut last = None;
        loop {
            let place = match self.place().await {
                Ok(place) => place,
                // What the attempt before it met says more.
                Err(error) => return Err(last.unwrap_or(error)),
            };
            *attempts += 1;
            let sent = self.attempt(span, *attempts, &request).await;
            drop(place);
            let error = match sent {
                Ok(data) => return Ok(data),
                Err(error) => error,
            };
            let Some(wait) = self.wait(*attempts, &error) else {
                return Err(error);
            };
            span.repeats(*attempts, wait, &error);
            self.client.clock().sleep(wait).await;
            last = Some(error);
        }
    }

    /// A place among the requests in flight.
    async fn place(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Error> {
        let left = self.left();
        if left == Some(Duration::ZERO) {
            return Err(Error::not_sent(true, "the deadline had passed"));
        }
        // A place is only free while nobody waits for one: nobody is passed by, and no timer runs.
        if let Ok(place) = self.client.places().try_acquire() {
            return Ok(place);
        }
        let turn = self.client.places().acquire();
        match timeout_at(ends(left), turn).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(closed)) => Err(Error::unsendable(closed)),
            Err(_) => Err(Error::not_sent(
                true,
                "others were in flight until the deadline",
            )),
        }
    }

    async fn attempt<E, F>(
        &self,
        span: &CallSpan,
        number: u32,
        request: impl Fn(clinkbill_api::Client) -> F,
    ) -> Result<E::Data, Error>
    where
        E: Envelope,
        F: Future<Output = Result<ResponseValue<E>, clinkbill_api::Error>>,
    {
        let until = ends(self.limit());
        let connect_timeout = self.client.options().connect_timeout;
        let (api, sending) = self
            .client
            .api()
            .watched_with_connect_timeout(connect_timeout);
        let clock = self.client.clock();
        let span = span.attempt(self.operation, self.client.server(), clock, number);
        let exchange = Exchange {
            key: self.client.key(),
            now: clock.now(),
            sending,
            until,
            span: &span,
        };
        let attempt = async {
            let result = timeout_at(until, request(api)).await;
            exchange.settle(result).await
        };
        let result = span.around(attempt).await;
        span.ended(&result, clock);
        result
    }

    /// How long an attempt may take.
    fn limit(&self) -> Option<Duration> {
        let left = self.left();
        if !self.operation.changes_nothing() {
            return left;
        }
        let attempt = self.client.options().attempt_timeout;
        Some(left.map_or(attempt, |left| left.min(attempt)))
    }

    /// How long to wait before the request is sent again, if it is.
    fn wait(&self, attempts: u32, error: &Error) -> Option<Duration> {
        let wait = self.client.options().retry.wait(
            attempts,
            self.operation.changes_nothing(),
            error,
            self.client.jitter(),
        )?;
        let in_time = self.left().is_none_or(|left| wait < left);
        in_time.then_some(wait)
    }

    /// The error as it stands for this operation.
    fn told(&self, error: Error) -> Error {
        if self.operation.changes_nothing() {
            error.of_a_read()
        } else {
            error
        }
    }

    fn left(&self) -> Option<Duration> {
        let now = self.client.clock().instant();
        self.deadline
            .map(|deadline| deadline.saturating_duration_since(now))
    }
}

/// When a timer that runs from now ends.
fn ends(limit: Option<Duration>) -> tokio::time::Instant {
    const FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    tokio::time::Instant::now() + limit.unwrap_or(FOREVER).min(FOREVER)
}
