//! Billing periods, by the calendar in UTC.

use chrono::{DateTime, Days, Months, Utc};

use crate::book::Recurring;
use crate::wire::catalogue::Interval;

/// The end of a period that starts at `start`, both in milliseconds since the Unix epoch. A
/// month that has no such day ends on its last.
pub(crate) fn period_after(start: i64, recurring: Recurring) -> i64 {
    let count = recurring.interval_count;
    let months = |each: u32| {
        let months = Months::new(each.checked_mul(count)?);
        moment(start)?.checked_add_months(months)
    };
    let days = |each: u64| moment(start)?.checked_add_days(Days::new(each * u64::from(count)));
    let end = match recurring.interval {
        Interval::Day | Interval::Custom => days(1),
        Interval::Week => days(7),
        Interval::Month => months(1),
        Interval::Quarter => months(3),
        Interval::HalfYear => months(6),
        Interval::Year => months(12),
    };
    or_stand_still(end, start)
}

/// So many days after `start`.
pub(crate) fn days_after(start: i64, days: u32) -> i64 {
    let end = moment(start).and_then(|start| start.checked_add_days(Days::new(u64::from(days))));
    or_stand_still(end, start)
}

fn moment(millis: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
}

/// Prices are bounded so that no period leaves the calendar; a clock beyond it stands still.
fn or_stand_still(end: Option<DateTime<Utc>>, start: i64) -> i64 {
    end.map_or(start, |end| end.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;

    use super::*;
    use crate::wire::catalogue::PricingModel;

    fn end(start: &str, interval: Interval, count: u32) -> String {
        let start: DateTime<Utc> = start.parse().unwrap();
        let recurring = Recurring {
            interval,
            interval_count: count,
            trial_days: 0,
            pricing_model: PricingModel::FlatRate,
            transform_quantity: None,
        };
        let end = period_after(start.timestamp_millis(), recurring);
        let end = moment(end).unwrap();
        end.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    #[test]
    fn periods_follow_the_calendar() {
        for (start, interval, count, expected) in [
            (
                "2026-01-31T10:00:00Z",
                Interval::Month,
                1,
                "2026-02-28T10:00:00Z",
            ),
            (
                "2024-02-29T00:00:00Z",
                Interval::Year,
                1,
                "2025-02-28T00:00:00Z",
            ),
            (
                "2026-03-28T23:30:00Z",
                Interval::Day,
                2,
                "2026-03-30T23:30:00Z",
            ),
            (
                "2026-01-01T00:00:00Z",
                Interval::Week,
                2,
                "2026-01-15T00:00:00Z",
            ),
            (
                "2026-01-01T00:00:00Z",
                Interval::Quarter,
                1,
                "2026-04-01T00:00:00Z",
            ),
            (
                "2026-01-01T00:00:00Z",
                Interval::HalfYear,
                1,
                "2026-07-01T00:00:00Z",
            ),
            (
                "2026-01-01T00:00:00Z",
                Interval::Custom,
                10,
                "2026-01-11T00:00:00Z",
            ),
        ] {
            assert_eq!(end(start, interval, count), expected);
        }
        assert_eq!(days_after(0, 7), 7 * 24 * 60 * 60 * 1000);
    }
}
