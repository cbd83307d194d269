//! When a delivery that failed is tried again.

/// How often a delivery is tried again after its first attempt.
const RETRIES: u32 = 10;

/// How long the first retry waits; each later one waits twice as long as the one before. All ten
/// together take 23 hours, 52 minutes and 12 seconds.
const FIRST_DELAY_MILLIS: i64 = 84_000;

/// How long after the time at which a failed attempt was due the next one is, in milliseconds of
/// the merchant's time. Ten retries with exponential backoff are documented, their times are not:
/// 84 seconds and each time twice as long, just under 24 hours in all, is our choice.
pub(crate) fn documented_delays() -> Vec<i64> {
    (0..RETRIES)
        .map(|retry| FIRST_DELAY_MILLIS << retry)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_retries_wait_twice_as_long_each_and_fit_into_a_day() {
        let delays = documented_delays();
        assert_eq!(delays.len(), 10);
        assert!(delays.windows(2).all(|pair| pair[1] == 2 * pair[0]));
        let day = 24 * 60 * 60 * 1_000;
        let total: i64 = delays.iter().sum();
        assert!(total <= day && total > day - 10 * 60 * 1_000);
    }
}
