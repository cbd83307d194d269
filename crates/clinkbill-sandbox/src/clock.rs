//! Where the sandbox's time comes from.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A source of wall time, in milliseconds since the Unix epoch (UTC).
pub trait Clock: Send + Sync {
    /// The current time.
    fn now_millis(&self) -> i64;
}

/// The time of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

/// A clock that stands still until it is moved, for deterministic tests.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl Clock for WallClock {
    fn now_millis(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok())
            .unwrap_or(0)
    }
}

impl ManualClock {
    /// A clock that shows `millis` milliseconds since the Unix epoch.
    #[must_use]
    pub fn at(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    /// Moves the clock forward.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A merchant's own time: the time of arrival, moved forward or stopped.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MerchantClock {
    ahead: i64,
    frozen_at: Option<i64>,
}

impl MerchantClock {
    /// The merchant's time at this wall time.
    pub(crate) fn now(&self, wall: i64) -> i64 {
        self.frozen_at.unwrap_or(wall.saturating_add(self.ahead))
    }
}
