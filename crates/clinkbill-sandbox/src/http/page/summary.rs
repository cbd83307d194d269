//! What is bought, and until when it can be.

use std::borrow::Cow;

use chrono::DateTime;
use clinkbill_types::{Amount, Currency};

use crate::book::{Draft, Line, Recurring, Session};
use crate::http::text::cut;
use crate::rulebook::Rulebook;
use crate::wire::catalogue::Interval;
use crate::wire::response::SessionStatus;

/// How many lines there are on a page, and how much of their names, in bytes of the page.
const LINES_SHOWN: usize = 50;
const NAME_SHOWN: usize = 240;

/// What is bought, or as much of it as stands on a page.
pub(super) struct Lines<'a> {
    pub(super) shown: Vec<LineView<'a>>,
    /// Which part that is, where it is not all.
    pub(super) part: Option<Part>,
}

/// A part of many lines.
pub(super) struct Part {
    /// Which lines these are, counted from 1 on.
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) all: usize,
    /// What the others come to. Lines of several currencies have no sum.
    pub(super) others: Option<String>,
    /// The parts before and after.
    pub(super) previous: Option<usize>,
    pub(super) next: Option<usize>,
}

/// One row of what is bought.
pub(super) struct LineView<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) quantity: u32,
    pub(super) unit: String,
    pub(super) total: Option<String>,
}

/// What a subscription promises.
pub(super) struct Terms {
    /// `every month`, `every 3 weeks`.
    pub(super) rhythm: String,
    /// What is paid today and from when on the price is, where a trial comes first.
    pub(super) trial: Option<Trial>,
}

pub(super) struct Trial {
    pub(super) days: u32,
    pub(super) due_today: String,
}

/// A time as the page writes it and as a machine reads it.
pub(in crate::http) struct Moment {
    pub(in crate::http) text: String,
    pub(in crate::http) machine: String,
}

impl Part {
    /// How many lines are not here.
    pub(super) fn left_off(&self) -> usize {
        self.all - (self.last + 1 - self.first)
    }
}

impl<'a> LineView<'a> {
    fn of(name: &'a str, quantity: u32, unit_amount: Amount, currency: &str) -> Self {
        Self {
            name: cut(name, NAME_SHOWN),
            quantity,
            unit: money(unit_amount, currency),
            total: unit_amount
                .checked_mul(quantity)
                .ok()
                .map(|total| money(total, currency)),
        }
    }
}

/// What the buyer pays today.
pub(super) fn due(rulebook: &dyn Rulebook, draft: &Draft) -> String {
    let trial_days = draft
        .recurring()
        .map_or(0, |recurring| recurring.trial_days);
    let due = rulebook.first_charge(draft.amount, trial_days);
    money(due, draft.currency.code())
}

impl Terms {
    pub(super) fn of(rulebook: &dyn Rulebook, draft: &Draft) -> Option<Self> {
        let recurring = draft.recurring()?;
        let days = recurring.trial_days;
        Some(Self {
            rhythm: rhythm(recurring),
            trial: (days > 0).then(|| Trial {
                days,
                due_today: due(rulebook, draft),
            }),
        })
    }
}

impl Moment {
    /// Of a time in milliseconds since the Unix epoch.
    pub(in crate::http) fn at(millis: i64) -> Self {
        let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
        Self {
            text: time.format("%-d %B %Y, %H:%M UTC").to_string(),
            machine: time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

/// Where a session stands, in one word.
pub(super) fn state(session: &Session) -> &'static str {
    match session.status() {
        SessionStatus::Open if session.under_way.is_some() => "waiting",
        SessionStatus::Open => "open",
        SessionStatus::Completed => "completed",
        SessionStatus::Expired => "expired",
    }
}

/// PP-03, PP-04: what is bought. Where a registered price and inline lines were both given, the
/// price counts. `page` is the part to be seen, from 1 on.
pub(super) fn lines<'a>(rulebook: &dyn Rulebook, draft: &'a Draft, page: usize) -> Lines<'a> {
    let all = |shown| Lines { shown, part: None };
    match &draft.item {
        Some(item) if rulebook.page_shows_registered_item() => {
            let (name, price) = (&item.product.name, &item.price);
            all(vec![LineView::of(
                name,
                1,
                price.unit_amount,
                price.currency.code(),
            )])
        }
        None if rulebook.page_shows_lines() => part_of(&draft.lines, page),
        _ => all(Vec::new()),
    }
}

fn part_of(lines: &[Line], page: usize) -> Lines<'_> {
    let pages = lines.len().div_ceil(LINES_SHOWN).max(1);
    let page = page.clamp(1, pages);
    let first = (page - 1) * LINES_SHOWN;
    let last = lines.len().min(first + LINES_SHOWN);
    let part = (pages > 1).then(|| Part {
        first: first + 1,
        last,
        all: lines.len(),
        others: sum(lines[..first].iter().chain(&lines[last..])),
        previous: (page > 1).then(|| page - 1),
        next: (page < pages).then(|| page + 1),
    });
    let shown = lines[first..last].iter();
    let shown =
        shown.map(|line| LineView::of(&line.name, line.quantity, line.unit_amount, &line.currency));
    Lines {
        shown: shown.collect(),
        part,
    }
}

/// What lines come to, if they are of one currency and the sum can be written.
fn sum<'a>(lines: impl Iterator<Item = &'a Line> + Clone) -> Option<String> {
    let currency = &lines.clone().next()?.currency;
    let totals = lines.map(|line| {
        let total = line.unit_amount.checked_mul(line.quantity).ok();
        total.filter(|_| line.currency == *currency)
    });
    let totals: Vec<_> = totals.collect::<Option<_>>()?;
    Some(money(Amount::checked_sum(totals).ok()?, currency))
}

/// An amount with at least the decimal places that its currency has, and all that it has itself. It
/// is not parted from its currency at the end of a line.
pub(in crate::http) fn money(amount: Amount, currency: &str) -> String {
    let usual = Currency::from_wire(currency).minor_unit_decimals();
    let missing = u32::from(usual.unwrap_or(0)).saturating_sub(amount.decimals());
    let point = if missing > 0 && amount.decimals() == 0 {
        "."
    } else {
        ""
    };
    let zeros = "0".repeat(missing as usize);
    format!("{amount}{point}{zeros}\u{a0}{currency}")
}

/// How often a price is charged: `every month`.
pub(in crate::http) fn rhythm(recurring: &Recurring) -> String {
    let (one, many) = match recurring.interval {
        Interval::Day | Interval::Custom => ("day", "days"),
        Interval::Week => ("week", "weeks"),
        Interval::Month => ("month", "months"),
        Interval::Quarter => ("quarter", "quarters"),
        Interval::HalfYear => ("half year", "half years"),
        Interval::Year => ("year", "years"),
    };
    match recurring.interval_count {
        1 => format!("every {one}"),
        count => format!("every {count} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency_and_loses_none_of_its_own() {
        for (amount, currency, expected) in [
            ("4.99", "USD", "4.99 USD"),
            ("2.5", "USD", "2.50 USD"),
            ("7", "USD", "7.00 USD"),
            ("4.990", "USD", "4.990 USD"),
            ("500", "JPY", "500 JPY"),
            ("1.5", "KWD", "1.500 KWD"),
            ("1", "???", "1 ???"),
        ] {
            let shown = money(amount.parse().unwrap(), currency);
            assert_eq!(shown.replace('\u{a0}', " "), expected);
        }
    }
}
