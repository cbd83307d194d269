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

/// A merchant's own time: the time of arrival, moved forward or stopped. It never goes back,
/// whatever the machine's clock does.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MerchantClock {
    ahead: i64,
    frozen: bool,
    /// The latest time that was read; where the clock stands while it is frozen.
    latest: i64,
}

impl MerchantClock {
    /// The latest time a merchant's clock can be moved to: 9000-01-01, so that what is due later
    /// still has a date of four digits.
    pub(crate) const LATEST: i64 = 221_845_392_000_000;

    /// The merchant's time at this wall time.
    pub(crate) fn now(&mut self, wall: i64) -> i64 {
        if !self.frozen {
            self.latest = self.latest.max(wall.saturating_add(self.ahead));
        }
        self.latest
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Stops the clock where it stands.
    pub(crate) fn freeze(&mut self, wall: i64) {
        self.now(wall);
        self.frozen = true;
    }

    /// Lets the clock run on from where it stands.
    pub(crate) fn resume(&mut self, wall: i64) {
        if self.frozen {
            self.ahead = self.latest.saturating_sub(wall);
            self.frozen = false;
        }
    }

    /// Moves the clock forward, running or frozen. Past [`Self::LATEST`] it is not moved at all.
    pub(crate) fn advance(&mut self, wall: i64, millis: u64) -> Option<i64> {
        let now = self.now(wall);
        let target = now
            .checked_add_unsigned(millis)
            .filter(|target| *target <= Self::LATEST)?;
        self.latest = target;
        self.ahead = target.saturating_sub(wall);
        Some(target)
    }

    /// The wall time at which the merchant's time is `due`; none while the clock is frozen.
    pub(crate) fn wall_at(&self, due: i64) -> Option<i64> {
        if due <= self.latest {
            Some(i64::MIN)
        } else if self.frozen {
            None
        } else {
            Some(due.saturating_sub(self.ahead))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_stands_and_runs_on_from_where_it_stood() {
        let mut clock = MerchantClock::default();
        clock.freeze(1_000);
        assert_eq!(clock.now(5_000), 1_000);
        clock.resume(6_000);
        assert_eq!(clock.now(6_000), 1_000);
        assert_eq!(clock.now(6_500), 1_500);
    }

    #[test]
    fn what_was_gained_is_kept() {
        let mut clock = MerchantClock::default();
        assert_eq!(clock.advance(1_000, 60_000), Some(61_000));
        assert_eq!(clock.now(1_001), 61_001);
        clock.freeze(1_001);
        assert_eq!(clock.advance(9_000, 60_000), Some(121_001));
        clock.resume(10_000);
        assert_eq!(clock.now(10_001), 121_002);
        // A clock that runs is not resumed twice.
        clock.resume(20_000);
        assert_eq!(clock.now(20_000), 131_001);
    }

    #[test]
    fn time_never_goes_back() {
        let mut clock = MerchantClock::default();
        assert_eq!(clock.now(1_000), 1_000);
        assert_eq!(clock.now(900), 1_000);
        clock.freeze(800);
        clock.resume(700);
        assert_eq!(clock.now(700), 1_000);
        assert_eq!(clock.now(701), 1_001);
        assert_eq!(clock.advance(702, u64::MAX), None);
        assert_eq!(clock.now(702), 1_002);
    }

    #[test]
    fn what_is_due_has_a_wall_time_unless_the_clock_stands() {
        let mut clock = MerchantClock::default();
        clock.advance(1_000, 500);
        assert_eq!(clock.wall_at(2_000), Some(1_500));
        assert_eq!(clock.wall_at(1_500), Some(i64::MIN));
        clock.freeze(1_000);
        assert_eq!(clock.wall_at(2_000), None);
    }
}
