//! `Amount` against whole numbers without bounds: what is read, printed, compared and added is
//! exact, or refused.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

use clinkbill_types::{Amount, AmountError};
use num_bigint::BigInt;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// An amount as it is meant: so many of the last decimal place.
#[derive(Debug, Clone)]
struct Digits {
    mantissa: BigInt,
    scale: u32,
}

impl Digits {
    /// As JSON writes it; no zero has a sign.
    fn text(&self) -> String {
        let digits = self.mantissa.magnitude().to_string();
        let whole = digits.len().max(self.scale as usize + 1);
        let digits = format!("{digits:0>whole$}");
        let (before, after) = digits.split_at(whole - self.scale as usize);
        let sign = if self.mantissa < BigInt::ZERO {
            "-"
        } else {
            ""
        };
        let point = if after.is_empty() { "" } else { "." };
        format!("{sign}{before}{point}{after}")
    }

    fn at(&self, scale: u32) -> BigInt {
        &self.mantissa * BigInt::from(10).pow(scale - self.scale)
    }

    fn amount(&self) -> Amount {
        self.text().parse().unwrap()
    }

    /// What 96 bits of digits and 28 decimal places hold.
    fn fits(&self) -> bool {
        self.mantissa.bits() <= 96 && self.scale <= 28
    }

    fn expected(&self) -> Result<String, AmountError> {
        if self.fits() {
            Ok(self.text())
        } else {
            Err(AmountError::TooLarge)
        }
    }
}

/// Short and long ones alike: each number of bits is as likely as any other.
fn digits(most_bits: u32, most_places: u32) -> impl Strategy<Value = Digits> {
    (any::<u128>(), 0..=most_bits, any::<bool>(), 0..=most_places).prop_map(
        |(digits, bits, negative, scale)| {
            let kept = digits.checked_shr(128 - bits).unwrap_or_default();
            let mantissa = BigInt::from(kept);
            Digits {
                mantissa: if negative { -mantissa } else { mantissa },
                scale,
            }
        },
    )
}

fn amounts() -> impl Strategy<Value = Digits> {
    digits(96, 28)
}

/// The same cases every time, so that a failure is one for everybody.
fn cases(seed: u64) -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn every_digit_is_kept_or_the_text_refused(given in digits(100, 30)) {
        let text = given.text();
        let read: Result<Amount, _> = text.parse();
        prop_assert_eq!(read.map(|amount| amount.to_string()), given.expected());
        if let Ok(amount) = read {
            prop_assert_eq!(amount.decimals(), given.scale);
            prop_assert_eq!(serde_json::to_string(&amount).unwrap(), text.as_str());
            for json in [text.clone(), format!("\"{text}\"")] {
                let again: Amount = serde_json::from_str(&json).unwrap();
                prop_assert_eq!(again.to_string(), text.as_str());
            }
        }
    }

    #[test]
    fn an_exponent_moves_the_point_and_loses_nothing(
        given in digits(96, 20), exponent in -30i32..30, upper: bool, plus: bool,
    ) {
        let e = if upper { 'E' } else { 'e' };
        let sign = if plus && exponent >= 0 { "+" } else { "" };
        let text = format!("{}{e}{sign}{exponent}", given.text());
        let scale = i32::try_from(given.scale).unwrap() - exponent;
        let moved = match u32::try_from(scale) {
            Ok(scale) => Digits { scale, ..given },
            Err(_) => Digits {
                mantissa: given.mantissa * BigInt::from(10).pow(scale.unsigned_abs()),
                scale: 0,
            },
        };
        let read: Result<Amount, _> = text.parse();
        prop_assert_eq!(read.map(|amount| amount.to_string()), moved.expected(), "{}", text);
    }

    #[test]
    fn amounts_compare_as_the_numbers_they_are(first in amounts(), second in amounts()) {
        let expected = first.at(28).cmp(&second.at(28));
        prop_assert_eq!(first.amount().cmp(&second.amount()), expected);
    }

    #[test]
    fn trailing_zeros_do_not_make_another_amount(given in digits(90, 24), zeros in 0u32..=3) {
        let longer = Digits {
            mantissa: given.at(given.scale + zeros),
            scale: given.scale + zeros,
        };
        prop_assume!(longer.fits());
        prop_assert_eq!(given.amount(), longer.amount());
        let number = |amount: Amount| std::collections::HashSet::from([amount]);
        prop_assert_eq!(number(given.amount()), number(longer.amount()));
    }

    #[test]
    fn a_sum_is_exact_at_the_longer_scale_or_refused(first in amounts(), second in amounts()) {
        let scale = first.scale.max(second.scale);
        let sum = Digits { mantissa: first.at(scale) + second.at(scale), scale };
        let added = first.amount().checked_add(second.amount());
        prop_assert_eq!(added.map(|amount| amount.to_string()), sum.expected());
        prop_assert_eq!(second.amount().checked_add(first.amount()), added);
    }

    #[test]
    fn a_product_is_exact_at_the_same_scale_or_refused(given in amounts(), quantity: u32) {
        let product = Digits { mantissa: &given.mantissa * quantity, scale: given.scale };
        let multiplied = given.amount().checked_mul(quantity);
        prop_assert_eq!(multiplied.map(|amount| amount.to_string()), product.expected());
    }

    #[test]
    fn minor_units_are_whole_or_none(given in amounts(), decimals in 0u8..=4) {
        let places = BigInt::from(10).pow(28 - u32::from(decimals));
        let whole = given.at(28);
        let expected = ((&whole % &places) == BigInt::ZERO).then(|| whole / places);
        let units = given.amount().to_minor_units(decimals).map(BigInt::from);
        prop_assert_eq!(units, expected);
    }
}
