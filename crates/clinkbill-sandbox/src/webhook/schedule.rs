//! When a delivery that failed is tried again.

/// How often a delivery is tried again after its first attempt.
const RETRIES: u32 = 10;

/// How long the first retry waits; each later one waits twice as long as the one before. All ten
/// together take 23 hours, 52 minutes and 12 seconds.
const FIRST_DELAY_MILLIS: i64 = 84_000;

/// How long after the time at which the failed attempt was due the next one is, or that there is
/// none.
pub(crate) fn retry_delay_millis(failed_attempts: usize) -> Option<i64> {
    let retry = u32::try_from(failed_attempts).ok()?;
    (1..=RETRIES)
        .contains(&retry)
        .then(|| FIRST_DELAY_MILLIS << (retry - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_retries_wait_twice_as_long_each_and_fit_into_a_day() {
        let delays: Vec<i64> = (1..).map_while(retry_delay_millis).collect();
        assert_eq!(delays.len(), 10);
        assert!(delays.windows(2).all(|pair| pair[1] == 2 * pair[0]));
        let day = 24 * 60 * 60 * 1_000;
        let total: i64 = delays.iter().sum();
        assert!(total <= day && total > day - 10 * 60 * 1_000);
    }
}
