//! How politely a server is asked, and when it is given up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many requests in a row without an answer, and nobody is there any more.
const GIVEN_UP_AFTER: usize = 5;

/// How closely requests may follow each other; shared by all that send to one target.
#[derive(Clone)]
pub(super) struct Pace {
    pause: Duration,
    next: Arc<Mutex<Instant>>,
}

/// Whether the server still answers; shared by all that send to one target.
#[derive(Clone, Default)]
pub(crate) struct Presence {
    unanswered: Arc<AtomicUsize>,
}

impl Pace {
    pub(super) fn new(pause: Duration) -> Self {
        let next = Arc::new(Mutex::new(Instant::now()));
        Self { pause, next }
    }

    pub(super) async fn wait(&self) {
        tokio::time::sleep_until(self.turn(Instant::now())).await;
    }

    /// When the next request may be sent. Turns are given out in the order in which they are asked
    /// for.
    fn turn(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (*next).max(now);
        *next = turn + self.pause;
        turn
    }
}

impl Presence {
    /// Nobody answers any more: what is not sent need not be waited for.
    pub(crate) fn is_gone(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= GIVEN_UP_AFTER
    }

    /// Notes whether a request was answered. Who was given up stays so: a server that is started
    /// anew in the middle of a run has forgotten what the scenarios built on.
    pub(super) fn note(&self, answered: bool) {
        let next = |unanswered| match unanswered {
            GIVEN_UP_AFTER.. => None,
            _ if answered => Some(0),
            _ => Some(unanswered + 1),
        };
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        // None: it is given up already.
        let _ = self.unanswered.fetch_update(set, fetch, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_comes_a_pause_after_the_one_before_and_at_once_after_a_lull() {
        let (start, pause) = (Instant::now(), Duration::from_secs(1));
        let pace = Pace {
            pause,
            next: Arc::new(Mutex::new(start)),
        };
        let turns = [start, start, start, start + pause * 9].map(|now| pace.turn(now) - start);
        assert_eq!(turns, [0, 1, 2, 9].map(Duration::from_secs));
    }

    #[test]
    fn a_server_is_given_up_after_a_row_of_silence_and_for_good() {
        let presence = Presence::default();
        for answered in [false, false, false, false, true, false, false, false, false] {
            presence.note(answered);
            assert!(!presence.is_gone());
        }
        presence.note(false);
        assert!(presence.is_gone());
        presence.note(true);
        assert!(presence.is_gone());
    }
}
