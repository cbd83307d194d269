use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// What time it is, and how to wait for another: given to a client by
/// [`ClientBuilder::clock`](crate::ClientBuilder::clock), so that a test need not wait.
///
/// Each method does what the system does unless it is written anew. An attempt that takes too
/// long is given up by tokio's timer, whatever this clock says.
///
/// ```
/// use std::pin::Pin;
/// use std::time::Duration;
///
/// /// Nobody waits before a request is sent again.
/// struct Hasty;
///
/// impl clinkbill::Clock for Hasty {
///     fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
///         Box::pin(async {})
///     }
/// }
/// ```
pub trait Clock: Send + Sync {
    /// The time of day: what each request says of itself in `X-Timestamp`, and what a
    /// `Retry-After` with a date is measured by.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    /// A time that never runs backwards: what deadlines are measured by.
    fn instant(&self) -> Instant {
        Instant::now()
    }

    /// Waits, before a request is sent again.
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// The clock of the system.
pub(crate) struct SystemClock;

impl Clock for SystemClock {}
