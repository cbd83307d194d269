//! What a buyer types about a card.

use chrono::{DateTime, Datelike};

use crate::flow::TestCard;

/// What a buyer has entered about a card, and what is wrong with it.
#[derive(Default)]
pub(super) struct CardEntry {
    pub(super) number: String,
    pub(super) expiry: String,
    pub(super) cvc: String,
    pub(super) mistakes: Mistakes,
}

/// What is wrong, field by field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mistakes {
    pub(super) number: Option<&'static str>,
    pub(super) expiry: Option<&'static str>,
    pub(super) cvc: Option<&'static str>,
}

impl CardEntry {
    /// A card with everything that has to stand beside its number. `now` is in milliseconds since
    /// the Unix epoch.
    pub(super) fn filled_in(card: TestCard, now: i64) -> Self {
        let (year, _) = month(now);
        Self {
            number: card.number().to_owned(),
            expiry: format!("12/{:02}", (year + 1).rem_euclid(100)),
            cvc: "123".to_owned(),
            mistakes: Mistakes::default(),
        }
    }

    /// The card, if all of it is right.
    pub(super) fn check(&self, now: i64) -> Result<TestCard, Mistakes> {
        let card = TestCard::with_number(&self.number);
        let mistakes = Mistakes {
            number: match card {
                Some(_) => None,
                None if self.number.trim().is_empty() => Some("Enter a card number."),
                None => Some("The sandbox takes only its test cards, listed below."),
            },
            expiry: match expiry(&self.expiry) {
                None => Some("Enter the month and year of expiry, such as 12/34."),
                Some(end) if end < month(now) => Some("This card has expired."),
                Some(_) => None,
            },
            cvc: {
                let cvc = self.cvc.trim();
                let is_code = cvc.len() == 3 && cvc.bytes().all(|byte| byte.is_ascii_digit());
                (!is_code).then_some("Enter the three digits on the back.")
            },
        };
        match card {
            Some(card) if mistakes == Mistakes::default() => Ok(card),
            _ => Err(mistakes),
        }
    }

    pub(super) fn with(self, mistakes: Mistakes) -> Self {
        Self { mistakes, ..self }
    }

    /// The number as the page may show it again: one that is no test card may be a real one.
    pub(super) fn number_to_show(&self) -> &str {
        TestCard::with_number(&self.number).map_or("", TestCard::number)
    }
}

/// The year and month of a time.
fn month(millis: i64) -> (i32, u32) {
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    (time.year(), time.month())
}

/// The year and month of `12/34`, `12 / 2034` or `1234`.
fn expiry(text: &str) -> Option<(i32, u32)> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '/' | '-'))
        .collect();
    let (month, year) = digits.split_at_checked(2)?;
    let month: u32 = month
        .parse()
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    let year = match (year.len(), year.parse::<i32>().ok()?) {
        (2, year) if year >= 0 => 2000 + year,
        (4, year) if year >= 0 => year,
        _ => return None,
    };
    Some((year, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// November 2023.
    const NOW: i64 = 1_700_000_000_000;

    fn entry(number: &str, expiry: &str, cvc: &str) -> CardEntry {
        CardEntry {
            number: number.to_owned(),
            expiry: expiry.to_owned(),
            cvc: cvc.to_owned(),
            mistakes: Mistakes::default(),
        }
    }

    #[test]
    fn a_test_card_is_taken_however_it_is_written() {
        for number in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "4242-4242-4242-4242",
        ] {
            for expiry in ["11/23", "1123", "12 / 34", "01/2034", "01-34"] {
                assert!(
                    entry(number, expiry, "123").check(NOW) == Ok(TestCard::Succeeds),
                    "{number} {expiry}"
                );
            }
        }
        for card in TestCard::ALL {
            assert!(CardEntry::filled_in(card, NOW).check(NOW) == Ok(card));
        }
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        for (number, expiry, cvc, wrong) in [
            ("", "12/34", "123", [true, false, false]),
            ("5555 5555 5555 4444", "12/34", "123", [true, false, false]),
            ("4242 4242 4242 4242", "10/23", "123", [false, true, false]),
            ("4242 4242 4242 4242", "13/34", "123", [false, true, false]),
            ("4242 4242 4242 4242", "+1/34", "123", [false, false, false]),
            ("4242 4242 4242 4242", "é/34", "123", [false, true, false]),
            ("4242 4242 4242 4242", "12/34", "12", [false, false, true]),
            ("4242 4242 4242 4242", "12/34", "12a", [false, false, true]),
            ("", "", "", [true, true, true]),
        ] {
            let checked = entry(number, expiry, cvc).check(NOW);
            let mistakes = checked.err().unwrap_or_default();
            let found = [
                mistakes.number.is_some(),
                mistakes.expiry.is_some(),
                mistakes.cvc.is_some(),
            ];
            assert_eq!(found, wrong, "{number} {expiry} {cvc}");
        }
    }

    #[test]
    fn a_number_that_may_be_real_is_not_shown_again() {
        assert_eq!(entry("5555 5555 5555 4444", "", "").number_to_show(), "");
        assert_eq!(
            entry("4000000000000002", "", "").number_to_show(),
            "4000 0000 0000 0002"
        );
    }
}
