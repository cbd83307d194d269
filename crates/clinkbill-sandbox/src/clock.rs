//! Where the sandbox's time comes from.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

/// A source of wall time, in milliseconds since the Unix epoch (UTC).
pub trait Clock: Send + Sync {
    /// The current time.
    fn now_millis(&self) -> i64;

    /// Keeps a bell to ring when time jumps, for as long as somebody holds it: what became due by
    /// the jump is then seen to at once. A clock that only runs has nothing to keep.
    fn on_jump(&self, bell: Weak<dyn Fn() + Send + Sync>) {
        let _ = bell;
    }
}

/// The time of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

/// A clock that stands still until it is moved, for deterministic tests. Clones are one clock:
/// keep one to move the time of a sandbox that was given another.
///
/// ```
/// use clinkbill_sandbox::{ManualClock, Sandbox};
///
/// let clock = ManualClock::at(1_700_000_000_000);
/// let sandbox = Sandbox::builder().clock(clock.clone()).build();
/// clock.advance_millis(60_000);
/// assert_eq!(sandbox.merchant().now().as_millis(), 1_700_000_060_000);
/// ```
#[derive(Clone)]
pub struct ManualClock(Arc<Hands>);

struct Hands {
    millis: AtomicI64,
    bells: Mutex<Vec<Weak<dyn Fn() + Send + Sync>>>,
}

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
        Self(Arc::new(Hands {
            millis: AtomicI64::new(millis),
            bells: Mutex::default(),
        }))
    }

    /// Moves the clock forward. A sandbox that is served then delivers what has become due.
    pub fn advance_millis(&self, millis: i64) {
        self.0.millis.fetch_add(millis, Ordering::SeqCst);
        let bells = self.bells().clone();
        for bell in bells.iter().filter_map(Weak::upgrade) {
            bell();
        }
    }

    fn bells(&self) -> std::sync::MutexGuard<'_, Vec<Weak<dyn Fn() + Send + Sync>>> {
        self.0.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ManualClock")
            .field(&self.now_millis())
            .finish()
    }
}

impl Clock for ManualClock {
    fn now_millis(&self) -> i64 {
        self.0.millis.load(Ordering::SeqCst)
    }

    fn on_jump(&self, bell: Weak<dyn Fn() + Send + Sync>) {
        let mut bells = self.bells();
        bells.retain(|bell| bell.strong_count() > 0);
        bells.push(bell);
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

    /// Is at least this late from now on, where it was read so late before.
    #[cfg_attr(
        not(feature = "state"),
        expect(dead_code, reason = "called when changes are done again")
    )]
    pub(crate) fn catch_up(&mut self, now: i64) {
        self.latest = self.latest.max(now);
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
