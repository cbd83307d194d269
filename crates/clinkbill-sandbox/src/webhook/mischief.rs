//! What is done to the next deliveries on purpose, to try out a receiver.

use std::time::Duration;

use serde::Serialize;

/// How many deliveries can be armed at once.
pub(crate) const LARGEST_COUNT: u32 = 10_000;

/// How long a delivery steps aside at most, on the merchant's clock.
pub(crate) const LONGEST_STEP_ASIDE_MILLIS: i64 = 60_000;

/// Something that goes wrong between Clink and a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mischief {
    /// Each delivery is sent twice.
    Duplicate,
    /// Each delivery lets the one that follows it go first; several go in reverse. If none
    /// follows within a minute of the merchant's time, it goes all the same.
    Reorder,
    /// Each delivery is due this much later on the merchant's clock, in whole seconds.
    Delay(Duration),
    /// The first attempt is signed with a timestamp of this age, in whole seconds; the retry is
    /// as it should be.
    StaleTimestamp(Duration),
    /// The first attempt is signed with a key of somebody else; the retry is as it should be.
    WrongKey,
}

/// What is armed for the next deliveries: how many of each kind are left. Different kinds go
/// together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ArmedMischief {
    /// Deliveries to send twice.
    pub duplicate: u32,
    /// Deliveries to send after their successor.
    pub reorder: u32,
    /// Deliveries to send later.
    pub delay: u32,
    /// By how many seconds of the merchant's time.
    pub delay_seconds: u32,
    /// Deliveries whose first attempt has an old timestamp.
    pub stale_timestamp: u32,
    /// How many seconds old it is.
    pub stale_seconds: u32,
    /// Deliveries whose first attempt has somebody else's signature.
    pub wrong_key: u32,
}

/// What is done to one delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) twice: bool,
    pub(crate) steps_aside: bool,
    pub(crate) delay_millis: i64,
    pub(crate) forgery: Forgery,
}

/// What is wrong with a delivery's first attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Forgery {
    /// By how much the timestamp is too old.
    pub(crate) age_millis: i64,
    pub(crate) wrong_key: bool,
}

impl ArmedMischief {
    /// Arms the next `count` deliveries, in place of what was armed of this kind.
    pub(crate) fn arm(&mut self, mischief: Mischief, count: u32) {
        let count = count.min(LARGEST_COUNT);
        match mischief {
            Mischief::Duplicate => self.duplicate = count,
            Mischief::Reorder => self.reorder = count,
            Mischief::Delay(by) => {
                self.delay = count;
                self.delay_seconds = seconds(by);
            }
            Mischief::StaleTimestamp(age) => {
                self.stale_timestamp = count;
                self.stale_seconds = seconds(age);
            }
            Mischief::WrongKey => self.wrong_key = count,
        }
    }

    /// What is done to the next delivery.
    pub(crate) fn next(&mut self) -> Plan {
        Plan {
            twice: take_one(&mut self.duplicate),
            steps_aside: take_one(&mut self.reorder),
            delay_millis: millis(take_one(&mut self.delay), self.delay_seconds),
            forgery: Forgery {
                age_millis: millis(take_one(&mut self.stale_timestamp), self.stale_seconds),
                wrong_key: take_one(&mut self.wrong_key),
            },
        }
    }
}

fn take_one(count: &mut u32) -> bool {
    let is_armed = *count > 0;
    *count = count.saturating_sub(1);
    is_armed
}

fn millis(applies: bool, seconds: u32) -> i64 {
    if applies {
        i64::from(seconds) * 1_000
    } else {
        0
    }
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
