use std::time::Duration;

use crate::Error;

/// When a request is sent again: after a failure that is transient, if the request can change
/// nothing, or after one that came before the request began.
///
/// Reads are repeated when no connection could be made or it broke off, when no answer came in
/// time, when the server answered 429, 500, 502, 503 or 504, and when it took the timestamp for
/// stale. Anything else (creating, changing, deleting) is sent again only when the sending before
/// it provably never left this machine.
///
/// The waits in between grow twofold, and each is drawn anew from zero up to what it has grown
/// to. A server that says `Retry-After` is waited for at least that long. A wait that would
/// outlast the call's deadline is not begun.
///
/// ```
/// use std::time::Duration;
/// use clinkbill::RetryPolicy;
///
/// let patient = RetryPolicy::default()
///     .most_attempts(6)
///     .backoff(Duration::from_millis(500), Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    most_attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
}

impl RetryPolicy {
    /// Nothing is sent twice.
    pub fn never() -> Self {
        Self::default().most_attempts(1)
    }

    /// How often one call may send its request at most: 4 times by default, and once at least.
    pub fn most_attempts(self, most: u32) -> Self {
        Self {
            most_attempts: most.max(1),
            ..self
        }
    }

    /// What the wait before the second sending may grow to, and what any wait may: 200
    /// milliseconds and 5 seconds by default.
    pub fn backoff(self, first: Duration, longest: Duration) -> Self {
        Self {
            first_wait: first,
            longest_wait: longest,
            ..self
        }
    }

    /// How long to wait before the request is sent once more, after so many attempts of which the
    /// last failed like this; `None` when it is not.
    pub(crate) fn wait(
        &self,
        attempts: u32,
        changes_nothing: bool,
        error: &Error,
        jitter: &dyn Fn(Duration) -> Duration,
    ) -> Option<Duration> {
        let may_repeat = error.is_connect() || (changes_nothing && error.is_transient());
        if !may_repeat || attempts >= self.most_attempts {
            return None;
        }
        let doublings = attempts.saturating_sub(1).min(31);
        let ceiling = self.first_wait.saturating_mul(1 << doublings);
        let ceiling = ceiling.min(self.longest_wait);
        let wait = jitter(ceiling).min(ceiling);
        Some(wait.max(error.retry_after().unwrap_or_default()))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            most_attempts: 4,
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(5),
        }
    }
}

/// A wait from zero to the ceiling, each as likely as any other.
pub(crate) fn full_jitter(ceiling: Duration) -> Duration {
    ceiling.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Answer;

    const READ: bool = true;
    const WRITE: bool = false;

    fn answered(http_status: u16, code: Option<i64>, retry_after: Option<u64>) -> Error {
        Error::answered(Answer {
            http_status,
            code,
            message: None,
            retry_after: retry_after.map(Duration::from_secs),
        })
    }

    fn repeated(changes_nothing: bool, error: &Error) -> bool {
        let policy = RetryPolicy::default();
        policy.wait(1, changes_nothing, error, &|it| it).is_some()
    }

    #[test]
    fn a_read_is_repeated_after_what_passes() {
        for error in [
            Error::not_sent(false, "refused"),
            Error::not_sent(true, "no connection in time"),
            Error::no_answer(false, "reset"),
            Error::no_answer(true, "silence"),
            answered(429, None, None),
            answered(500, Some(500), None),
            answered(502, None, None),
            answered(503, None, None),
            answered(504, None, None),
            answered(200, Some(503), None),
            answered(401, Some(80_102_203), None),
            answered(200, Some(80_102_212), None),
            answered(200, Some(80_102_213), None),
        ] {
            assert!(repeated(READ, &error), "{error}");
        }
    }

    #[test]
    fn a_read_is_not_repeated_after_what_stays() {
        for error in [
            Error::invalid("page", "must be from 1"),
            Error::unsendable("no URL"),
            Error::unreadable_because("is odd"),
            answered(307, None, None),
            answered(400, Some(400), None),
            answered(401, None, None),
            answered(404, Some(404), None),
            answered(501, None, None),
            answered(200, Some(400), None),
            answered(200, Some(90_101_206), None),
        ] {
            assert!(!repeated(READ, &error), "{error}");
        }
    }

    #[test]
    fn what_changes_something_is_repeated_only_if_it_never_left() {
        assert!(repeated(WRITE, &Error::not_sent(false, "refused")));
        assert!(repeated(
            WRITE,
            &Error::not_sent(true, "no connection in time")
        ));
        for error in [
            Error::unsendable("no URL"),
            Error::no_answer(false, "reset"),
            Error::no_answer(true, "silence"),
            answered(429, None, Some(1)),
            answered(503, None, None),
            answered(200, Some(80_102_212), None),
        ] {
            assert!(!repeated(WRITE, &error), "{error}");
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_end_with_the_attempts() {
        let policy = RetryPolicy::default()
            .most_attempts(6)
            .backoff(Duration::from_secs(1), Duration::from_secs(5));
        let error = answered(503, None, None);
        let waits = |jitter: &dyn Fn(Duration) -> Duration| -> Vec<_> {
            (1..=6)
                .map(|attempts| policy.wait(attempts, READ, &error, jitter))
                .map(|wait| wait.map(|wait| wait.as_millis()))
                .collect()
        };
        assert_eq!(
            waits(&|ceiling| ceiling),
            [
                Some(1000),
                Some(2000),
                Some(4000),
                Some(5000),
                Some(5000),
                None
            ]
        );
        assert_eq!(waits(&|ceiling| ceiling / 4)[2], Some(1000));
        assert_eq!(waits(&|_| Duration::MAX)[0], Some(1000));
        let endless = policy.most_attempts(u32::MAX);
        let last = endless.wait(u32::MAX - 1, READ, &error, &|it| it);
        assert_eq!(last, Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_server_that_says_how_long_is_waited_for() {
        let policy = RetryPolicy::default();
        let error = answered(429, None, Some(7));
        let wait = policy.wait(1, READ, &error, &|_| Duration::ZERO);
        assert_eq!(wait, Some(Duration::from_secs(7)));
    }

    #[test]
    fn never_means_once() {
        let error = Error::not_sent(false, "refused");
        for policy in [
            RetryPolicy::never(),
            RetryPolicy::default().most_attempts(0),
        ] {
            assert_eq!(policy.wait(1, READ, &error, &|it| it), None);
        }
    }

    #[test]
    fn chance_stays_below_the_ceiling() {
        let ceiling = Duration::from_secs(3);
        let waits: Vec<_> = (0..100).map(|_| full_jitter(ceiling)).collect();
        assert!(waits.iter().all(|wait| *wait <= ceiling));
        assert!(waits.iter().any(|wait| *wait != waits[0]));
        assert_eq!(full_jitter(Duration::ZERO), Duration::ZERO);
    }
}
