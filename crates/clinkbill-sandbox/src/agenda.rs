//! Which merchant next has something to do by itself, and when.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::key::KeyDigest;

/// The next wall time of every merchant that waits for one, the earliest first.
#[derive(Default)]
pub(crate) struct Agenda(Mutex<BTreeSet<(i64, KeyDigest)>>);

impl Agenda {
    /// Moves a merchant from one time to another.
    pub(crate) fn change(&self, merchant: KeyDigest, from: Option<i64>, to: Option<i64>) {
        let mut entries = self.lock();
        if let Some(from) = from {
            entries.remove(&(from, merchant));
        }
        if let Some(to) = to {
            entries.insert((to, merchant));
        }
    }

    /// The merchants whose time has come, the longest due first.
    pub(crate) fn due(&self, wall: i64) -> Vec<KeyDigest> {
        self.lock()
            .iter()
            .take_while(|(at, _)| *at <= wall)
            .map(|(_, merchant)| *merchant)
            .collect()
    }

    /// When the next merchant's time comes.
    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn next(&self) -> Option<i64> {
        self.lock().first().map(|(at, _)| *at)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<(i64, KeyDigest)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
