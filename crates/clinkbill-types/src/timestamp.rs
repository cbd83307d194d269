use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Below this a bare number counts seconds, from here on milliseconds: 100,000,000,000 ms is
/// March 1973, the same number of seconds the year 5138.
const SECONDS_END: i64 = 100_000_000_000;

/// A moment in UTC.
///
/// Reads ISO 8601 text (`2025-01-15T11:45:00.000Z`), milliseconds and seconds since the Unix
/// epoch, as a number or as digits in a string; writes ISO 8601 text in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// The text or number is not a moment this type can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a time: ISO 8601 text with a time zone, or milliseconds or seconds since the Unix epoch"
)]
pub struct TimestampError;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// The moment `millis` milliseconds after the Unix epoch.
    pub fn from_millis(millis: i64) -> Result<Self, TimestampError> {
        jiff::Timestamp::from_millisecond(millis)
            .map(Self)
            .map_err(|_| TimestampError)
    }

    /// Milliseconds since the Unix epoch; a finer fraction is dropped.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The moment of a bare number: seconds when it is below 100,000,000,000, else milliseconds.
    pub fn from_seconds_or_millis(number: i64) -> Result<Self, TimestampError> {
        if number.abs() < SECONDS_END {
            Self::from_millis(number * 1000)
        } else {
            Self::from_millis(number)
        }
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        match text.parse::<i64>() {
            Ok(number) => Self::from_seconds_or_millis(number),
            Err(_) => text.parse().map(Self).map_err(|_| TimestampError),
        }
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        timestamp.0.try_into().map_err(|_| TimestampError)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        time.try_into().map(Self).map_err(|_| TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({})", self.0)
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

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(AnySpelling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_spelling_is_the_same_moment() {
        let expected = Timestamp::from_millis(1_736_941_500_000).unwrap();
        for text in [
            "\"2025-01-15T11:45:00.000Z\"",
            "\"2025-01-15T11:45:00Z\"",
            "\"2025-01-15T12:45:00+01:00\"",
            "1736941500000",
            "1736941500",
            "\"1736941500000\"",
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
            "true",
            "9223372036854775807",
            "18446744073709551615",
            "\"\"",
        ] {
            assert!(serde_json::from_str::<Timestamp>(text).is_err(), "{text}");
        }
    }
}
