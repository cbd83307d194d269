//! What the fuzz targets share: how far they got, and how text is changed.
//!
//! A target that never gets past the first check proves little. So each names the places it must
//! reach, and a run of some length fails when too few of its inputs got there.

mod mutation;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

pub use mutation::mutate;

/// A shorter run, as of one input that is looked into, says nothing about what is reached.
const RUNS_THAT_JUDGE: u64 = 10_000;

/// A place in the code that inputs must reach.
pub struct Goal {
    name: &'static str,
    least_per_thousand: u64,
    count: AtomicU64,
}

/// A target's goals, and how many inputs it has seen.
pub struct Tally {
    goals: &'static [&'static Goal],
    runs: AtomicU64,
}

static JUDGED: OnceLock<&'static Tally> = OnceLock::new();

impl Goal {
    /// A place that so many of a thousand inputs reach.
    #[must_use]
    pub const fn new(name: &'static str, least_per_thousand: u64) -> Self {
        Self {
            name,
            least_per_thousand,
            count: AtomicU64::new(0),
        }
    }

    /// An input got here.
    pub fn reached(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }
}

impl Tally {
    /// Nothing seen yet.
    #[must_use]
    pub const fn new(goals: &'static [&'static Goal]) -> Self {
        Self {
            goals,
            runs: AtomicU64::new(0),
        }
    }

    /// Has the goals judged when the process ends.
    ///
    /// # Panics
    /// When the process cannot be told to.
    pub fn judge_at_exit(&'static self) {
        assert!(JUDGED.set(self).is_ok(), "a process has one target");
        // SAFETY: `judge` has the signature that is asked for, and touches statics only.
        let registered = unsafe { libc::atexit(judge) };
        assert_eq!(registered, 0, "nobody would judge");
    }

    /// One more input.
    pub fn run(&self) {
        self.runs.fetch_add(1, Ordering::Relaxed);
    }

    fn is_reached(&self) -> bool {
        let runs = self.runs.load(Ordering::Relaxed);
        let mut all = true;
        for goal in self.goals {
            let count = goal.count.load(Ordering::Relaxed);
            let least = goal.least_per_thousand * runs / 1000;
            let enough = count >= least.max(1);
            all &= enough;
            println!(
                "reached: {}: {count} of {runs} (at least {least}){}",
                goal.name,
                if enough { "" } else { ": too few" }
            );
        }
        all || runs < RUNS_THAT_JUDGE
    }
}

extern "C" fn judge() {
    if let Some(tally) = JUDGED.get()
        && !tally.is_reached()
    {
        // SAFETY: ends the process, which is ending.
        unsafe { libc::_exit(1) }
    }
}
