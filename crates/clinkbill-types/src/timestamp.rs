use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Below this a bare number counts seconds, from here on milliseconds: 100,000,000,000 ms is
/// March 1973, the same number of seconds the year 5138.
const SECONDS_END: u64 = 100_000_000_000;

/// A moment in UTC.
///
/// Reads ISO 8601 text (`2025-01-15T11:45:00.000Z`), milliseconds and seconds since the Unix
/// epoch, as a number or as digits in a string; writes ISO 8601 text in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// The text or number is not a moment this type can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a time: ISO 8601 text with a time zone, or milliseconds or seconds since the Unix epoch"
)]
pub struct TimestampError;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(DateTime::UNIX_EPOCH);

    /// The moment `millis` milliseconds after the Unix epoch.
    pub fn from_millis(millis: i64) -> Result<Self, TimestampError> {
        DateTime::from_timestamp_millis(millis)
            .map(Self)
            .ok_or(TimestampError)
    }

    /// Milliseconds since the Unix epoch; a finer fraction is dropped.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The moment of a bare number: seconds when it is below 100,000,000,000, else milliseconds.
    pub fn from_seconds_or_millis(number: i64) -> Result<Self, TimestampError> {
        if number.unsigned_abs() < SECONDS_END {
            Self::from_millis(number * 1000)
        } else {
            Self::from_millis(number)
        }
    }
}

impl Timestamp {
    /// What is finer than a millisecond is dropped.
    fn from_fraction(number: Decimal) -> Result<Self, TimestampError> {
        let millis = if number.abs() < Decimal::from(SECONDS_END) {
            number.checked_mul(Decimal::ONE_THOUSAND)
        } else {
            Some(number)
        };
        let millis = millis.and_then(|millis| i64::try_from(millis.trunc()).ok());
        Self::from_millis(millis.ok_or(TimestampError)?)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let text = text.trim();
        if let Ok(number) = text.parse() {
            return Self::from_seconds_or_millis(number);
        }
        // Decimal would read `1_700_000_000` too.
        if !text.contains('_')
            && let Ok(number) = text.parse()
        {
            return Self::from_fraction(number);
        }
        let moment: DateTime<FixedOffset> = text.parse().map_err(|_| TimestampError)?;
        Ok(Self(moment.to_utc()))
    }
}

// chrono's own conversions panic beyond what either type can hold.
impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        let since = timestamp.0 - DateTime::UNIX_EPOCH;
        let time = match since.to_std() {
            Ok(after) => Self::UNIX_EPOCH.checked_add(after),
            Err(_) => Self::UNIX_EPOCH.checked_sub(since.abs().to_std().unwrap_or_default()),
        };
        time.ok_or(TimestampError)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        let moment = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => TimeDelta::from_std(after)
                .ok()
                .and_then(|after| DateTime::UNIX_EPOCH.checked_add_signed(after)),
            Err(before) => TimeDelta::from_std(before.duration())
                .ok()
                .and_then(|before| DateTime::UNIX_EPOCH.checked_sub_signed(before)),
        };
        moment.map(Self).ok_or(TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnySpelling;

        impl de::Visitor<'_> for AnySpelling {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("ISO 8601 text, or milliseconds or seconds since the Unix epoch")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Timestamp, E> {
                Timestamp::from_seconds_or_millis(number).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Timestamp, E> {
                let number = i64::try_from(number).map_err(|_| E::custom(TimestampError))?;
                self.visit_i64(number)
            }

            // Written as the shortest digits that are this number.
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Timestamp, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(AnySpelling)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_documented_spelling_is_the_same_moment() {
        let expected = Timestamp::from_millis(1_736_941_500_000).unwrap();
        for text in [
            "\"2025-01-15T11:45:00.000Z\"",
            "\"2025-01-15T11:45:00Z\"",
            "\"2025-01-15T12:45:00+01:00\"",
            "\"2025-01-15T11:45:00.000+0000\"",
            "\"2025-01-15 11:45:00Z\"",
            "1736941500000",
            "1736941500",
            "\"1736941500000\"",
            "\" 1736941500 \"",
            "1736941500.0",
            "\"1736941500.000\"",
            "1736941500000.4",
        ] {
            assert_eq!(
                serde_json::from_str::<Timestamp>(text).unwrap(),
                expected,
                "{text}"
            );
        }
        assert_eq!(
            serde_json::to_string(&expected).unwrap(),
            "\"2025-01-15T11:45:00Z\""
        );
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "\"yesterday\"",
            "\"2025-01-15\"",
            "\"1_700_000_000\"",
            "true",
            "9223372036854775807",
            "-9223372036854775808",
            "1e300",
            "18446744073709551615",
            "\"\"",
        ] {
            assert!(serde_json::from_str::<Timestamp>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_systems_clock_goes_there_and_back() {
        let moment = Duration::new(1_736_941_500, 250_000_000);
        for time in [
            SystemTime::UNIX_EPOCH + moment,
            SystemTime::UNIX_EPOCH - moment,
        ] {
            let timestamp = Timestamp::try_from(time).unwrap();
            assert_eq!(SystemTime::try_from(timestamp), Ok(time));
        }
        let after = Timestamp::try_from(SystemTime::UNIX_EPOCH + moment).unwrap();
        assert_eq!(after.to_string(), "2025-01-15T11:45:00.250Z");
        let before = Timestamp::try_from(SystemTime::UNIX_EPOCH - moment).unwrap();
        assert_eq!(before.as_millis(), -1_736_941_500_250);

        let beyond = Duration::from_secs(1 << 60);
        if let Some(time) = SystemTime::UNIX_EPOCH.checked_add(beyond) {
            assert_eq!(Timestamp::try_from(time), Err(TimestampError));
        }
    }
}
