use std::time::Duration;

use crate::RetryPolicy;

/// How long a call may take, and when it sends its request again.
///
/// A client has them from [`ClientBuilder::options`](crate::ClientBuilder::options), and one call
/// from [`Client::with_options`](crate::Client::with_options):
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn run(client: clinkbill::Client, id: clinkbill::SessionId) -> Result<(), clinkbill::Error> {
/// let hasty = client.options().deadline(Duration::from_secs(2));
/// let session = client.with_options(hasty).checkout_sessions().retrieve(&id).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct CallOptions {
    pub(crate) deadline: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) retry: RetryPolicy,
}

impl CallOptions {
    /// How long a call may take in all, from waiting for its turn to the last byte of the last
    /// answer: 30 seconds by default.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// How long one sending of a read may take before it is given up and perhaps repeated: 10
    /// seconds by default.
    ///
    /// A request that may not be repeated has until the deadline: to give it up earlier would
    /// only leave its outcome unknown.
    pub fn attempt_timeout(self, attempt_timeout: Duration) -> Self {
        Self {
            attempt_timeout,
            ..self
        }
    }

    /// How long one sending may take to connect, TLS included: 5 seconds by default.
    pub fn connect_timeout(self, connect_timeout: Duration) -> Self {
        Self {
            connect_timeout,
            ..self
        }
    }

    /// When a request is sent again.
    pub fn retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            attempt_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            retry: RetryPolicy::default(),
        }
    }
}
