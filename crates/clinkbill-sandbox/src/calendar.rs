//! Billing periods, by the calendar in UTC.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::book::Recurring;
use crate::wire::catalogue::Interval;

/// The end of a period that starts at `start`, both in milliseconds since the Unix epoch. A
/// month that has no such day ends on its last.
pub(crate) fn period_after(start: i64, recurring: Recurring) -> i64 {
    let count = i64::from(recurring.interval_count);
    let span = Span::new();
    after(
        start,
        match recurring.interval {
            Interval::Day | Interval::Custom => span.try_days(count),
            Interval::Week => span.try_weeks(count),
            Interval::Month => span.try_months(count),
            Interval::Quarter => span.try_months(3 * count),
            Interval::HalfYear => span.try_months(6 * count),
            Interval::Year => span.try_years(count),
        },
    )
}

/// So many days after `start`.
pub(crate) fn days_after(start: i64, days: u32) -> i64 {
    after(start, Span::new().try_days(i64::from(days)))
}

/// Prices are bounded so that no period leaves the calendar; a clock beyond it stands still.
fn after(start: i64, span: Result<Span, jiff::Error>) -> i64 {
    span.and_then(|span| {
        Timestamp::from_millisecond(start)?
            .to_zoned_datetime(TimeZone::UTC)
            .checked_add(span)
    })
    .map_or(start, |end| end.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::catalogue::PricingModel;

    fn end(start: &str, interval: Interval, count: u32) -> String {
        let start: Timestamp = start.parse().unwrap();
        let recurring = Recurring {
            interval,
            interval_count: count,
            trial_days: 0,
            pricing_model: PricingModel::FlatRate,
            transform_quantity: None,
        };
        let end = period_after(start.as_millisecond(), recurring);
        Timestamp::from_millisecond(end).unwrap().to_string()
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
