//! `Amount`: what is read keeps every digit, and sums are exact or refused.
//!
//! Two amounts, one per line.

#![no_main]

use clinkbill_fuzz::{Goal, Tally, mutate};
use clinkbill_types::Amount;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static READ: Goal = Goal::new("an amount is read", 100);
static ADDED: Goal = Goal::new("two amounts are added", 15);
static REFUSED: Goal = Goal::new("a text is refused", 200);
static TALLY: Tally = Tally::new(&[&READ, &ADDED, &REFUSED]);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate("amount", data, size, max_size, seed)
});

fuzz_target!(init: TALLY.judge_at_exit(), |data: &[u8]| {
    TALLY.run();
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    let Some(first) = read(first) else {
        REFUSED.reached();
        return;
    };
    READ.reached();
    if let Some(second) = read(second) {
        add(first, second);
    }
});

fn read(text: &str) -> Option<Amount> {
    let read: Option<Amount> = text.parse().ok();
    let as_json: Option<Amount> = serde_json::from_str(text.trim()).ok();
    let amount = read?;
    assert_eq!(Some(amount), as_json, "JSON reads it alike");

    let shown = amount.to_string();
    if !text.contains(['e', 'E']) && amount != Amount::ZERO {
        assert_eq!(shown, text, "every digit is kept");
    }
    assert_eq!(serde_json::to_string(&amount).unwrap(), shown);
    let again: Amount = serde_json::from_str(&format!("\"{shown}\"")).unwrap();
    assert_eq!((again, again.decimals()), (amount, amount.decimals()));
    for decimals in 0..4 {
        if let Some(units) = amount.to_minor_units(decimals)
            && let Ok(units) = i64::try_from(units)
        {
            assert_eq!(Amount::from_minor_units(units, decimals), Ok(amount));
        }
    }
    Some(amount)
}

fn add(first: Amount, second: Amount) {
    let sum = first.checked_add(second);
    assert_eq!(sum, second.checked_add(first));
    let Ok(sum) = sum else {
        return;
    };
    ADDED.reached();
    assert_eq!(sum.decimals(), first.decimals().max(second.decimals()));
    assert_eq!(sum.cmp(&first), second.cmp(&Amount::ZERO));
    if first == second {
        assert_eq!(first.checked_mul(2), Ok(sum));
    }
}
