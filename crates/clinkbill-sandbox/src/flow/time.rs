//! What is done to a merchant's clock.

use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
use crate::journal::Change;
use crate::key::KeyDigest;

/// A merchant's clock as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockState {
    pub(crate) now: i64,
    pub(crate) frozen: bool,
}

impl Engine {
    pub(crate) fn read_clock(&self, merchant: KeyDigest, wall: i64) -> ClockState {
        self.with_book(merchant, wall, |book, now| ClockState {
            now,
            frozen: book.clock.is_frozen(),
        })
    }

    /// Stops the merchant's time where it stands.
    pub(crate) fn freeze_clock(
        &self,
        merchant: KeyDigest,
        wall: i64,
    ) -> Result<ClockState, ApiError> {
        self.change(merchant, wall, Change::Freeze, |book, now| {
            book.clock.freeze(wall);
            Ok(ClockState { now, frozen: true })
        })
    }

    /// Lets the merchant's time run on from where it stands.
    pub(crate) fn resume_clock(
        &self,
        merchant: KeyDigest,
        wall: i64,
    ) -> Result<ClockState, ApiError> {
        self.change(merchant, wall, Change::Resume, |book, now| {
            book.clock.resume(wall);
            Ok(ClockState { now, frozen: false })
        })
    }

    /// Moves the merchant's time forward. What ends or becomes due on the way does so at its own
    /// time.
    pub(crate) fn advance_clock(
        &self,
        merchant: KeyDigest,
        millis: u64,
        wall: i64,
    ) -> Result<ClockState, ApiError> {
        self.change(merchant, wall, Change::Advance { millis }, |book, _| {
            let now = book.clock.advance(wall, millis).ok_or_else(|| {
                Refusal::new("TIME_TOO_LATE", "the clock goes up to the year 9000")
            })?;
            book.tick(&*self.rulebook, now);
            Ok(ClockState {
                now,
                frozen: book.clock.is_frozen(),
            })
        })
    }
}
