//! Doing again what was done: through the same functions, with the times and the ids of then.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::engine::Engine;
use crate::flow::{Attempt, Settlement};
use crate::journal::{ArmoryChange, Change, Changed, Ending, Entry};
use crate::key::KeyDigest;
use crate::rulebook::Decisions;
use crate::traffic::Desk;

/// What came of doing it again.
#[derive(Default)]
pub(super) struct Replayed {
    /// What would have to be done to get here once more.
    pub(super) kept: Vec<Entry<'static>>,
    pub(super) changes: usize,
    pub(super) came_out_otherwise: usize,
}

impl Engine {
    /// Does everything again, in order. Fails if the terms of an earlier start cannot be used.
    pub(super) fn replay(&mut self, entries: Vec<Entry<'static>>) -> Result<Replayed, String> {
        let mut replayed = Replayed::default();
        let mut merchants = HashMap::new();
        for mut entry in entries {
            match &mut entry {
                Entry::Terms(terms) => self.set_terms(terms)?,
                Entry::Opened { book, merchant, at } => {
                    let mut place = self.place_of(*merchant, *at);
                    place.0.number = *book;
                    self.books.restore(*merchant, place);
                    merchants.insert(*book, *merchant);
                }
                Entry::Left { .. } => continue,
                Entry::Changed(changed) => {
                    let Some(merchant) = merchants.get(&changed.book) else {
                        continue;
                    };
                    replayed.changes += 1;
                    let is_done = self.do_again(*merchant, changed);
                    let drawn = self.peek(*merchant, |book| book.ids.drawn());
                    if is_done == changed.refused || drawn != changed.drawn {
                        replayed.came_out_otherwise += 1;
                        changed.drawn = drawn;
                        if !is_done {
                            continue;
                        }
                    }
                }
                Entry::Armory { book, change } => {
                    let Some(merchant) = merchants.get(book) else {
                        continue;
                    };
                    self.arm_as_before(*merchant, change);
                }
            }
            replayed.kept.push(entry);
        }
        // Where no fault is armed any more, it is the same as if none had been.
        replayed.kept.retain(|entry| match entry {
            Entry::Armory { book, .. } => {
                let merchant = merchants.get(book);
                merchant.is_some_and(|merchant| self.has_armed_faults(*merchant))
            }
            _ => true,
        });
        Ok(replayed)
    }

    /// Does a change again, and says whether it was done.
    fn do_again(&self, merchant: KeyDigest, changed: &Changed<'_>) -> bool {
        let at = changed.at;
        self.books
            .with_existing(merchant, |book| book.clock.catch_up(changed.now));
        // Nobody asks again which rules decided it.
        let decisions = &mut Decisions::new(self.options.strict);
        match &changed.change {
            Change::Tick => self.with_book(merchant, at, |_, _| true),
            Change::CreateSession { body, origin } => self
                .create_session(merchant, &body.0, origin, at, decisions)
                .is_ok(),
            Change::CreateBillingSession { body, origin } => self
                .create_billing_session(merchant, &body.0, origin, at, decisions)
                .is_ok(),
            Change::CreateProduct { body } => self
                .create_product(merchant, &body.0, at, decisions)
                .is_ok(),
            Change::RetireProduct { product } => self.retire_product(merchant, product, at).is_ok(),
            Change::CreatePrice { body } => {
                self.create_price(merchant, &body.0, at, decisions).is_ok()
            }
            Change::CreateEndpoint { body } => self.create_endpoint(merchant, &body.0, at).is_ok(),
            Change::EnsureEndpoint { body } => self.ensure_endpoint(merchant, &body.0, at).is_ok(),
            Change::UpdateEndpoint { endpoint, body } => self
                .update_endpoint(merchant, endpoint, &body.0, at)
                .is_ok(),
            Change::ActOnEndpoint { endpoint, action } => self
                .act_on_endpoint(merchant, endpoint, *action, at)
                .is_ok(),
            Change::DeleteEndpoint { endpoint } => {
                self.delete_endpoint(merchant, endpoint, at).is_ok()
            }
            Change::Pay {
                session,
                method,
                country,
                outcome,
            } => {
                let attempt = outcome.attempt().by(*method).in_country(*country);
                self.pay(merchant, session, &attempt, at).is_ok()
            }
            Change::Settle { order, outcome } => outcome
                .settlement()
                .is_some_and(|settlement| self.settle(merchant, order, &settlement, at).is_ok()),
            Change::Cancel { session } => self.cancel(merchant, session, at).is_ok(),
            Change::Freeze => self.freeze_clock(merchant, at).is_ok(),
            Change::Resume => self.resume_clock(merchant, at).is_ok(),
            Change::Advance { millis } => self.advance_clock(merchant, *millis, at).is_ok(),
            Change::Resend { event, endpoint } => self
                .resend_event(merchant, event, endpoint.as_deref(), at)
                .is_ok(),
            Change::ArmMischief { mischief, count } => {
                self.arm_mischief(merchant, *mischief, *count, at).is_ok()
            }
            Change::ClearMischief => self.clear_mischief(merchant, at).is_ok(),
            Change::Take => !self.take_due_of(merchant, at).is_empty(),
            Change::HandOut => {
                self.hand_out_due_of(merchant, at);
                true
            }
            Change::Start { delivery } => {
                self.start_delivery(merchant, *delivery, at);
                true
            }
            Change::Record { delivery, outcome } => {
                let outcome = outcome.clone().map_err(Cow::into_owned);
                self.record_delivery(merchant, *delivery, outcome, at);
                true
            }
            Change::PutBack { delivery } => {
                self.put_back_delivery(merchant, *delivery, at);
                true
            }
            Change::Reset { round, next_event } => {
                self.books.with_existing(merchant, |book| {
                    self.empty(merchant, book, at, (*round, *next_event));
                });
                self.clear_desk(merchant).is_ok()
            }
        }
    }

    fn has_armed_faults(&self, merchant: KeyDigest) -> bool {
        let count = |desk: &mut Desk| desk.faults().count();
        self.books.at_existing_desk(merchant, count).unwrap_or(0) > 0
    }

    /// A fault that the doors of this start cannot make is armed all the same.
    fn arm_as_before(&self, merchant: KeyDigest, change: &ArmoryChange<'_>) {
        match change {
            ArmoryChange::Arm(fault) => {
                let _ = self.arm_again(merchant, fault.clone().into_owned());
            }
            ArmoryChange::Met { operation, door } => {
                self.take_fault(merchant, operation, *door);
            }
            ArmoryChange::Clear => {
                let _ = self.clear_faults(merchant);
            }
        }
    }
}

impl Ending<'_> {
    fn attempt(&self) -> Attempt {
        match self {
            Self::Succeeded => Attempt::succeeded(),
            Self::Failed(code) => Attempt::failed_with(code.clone().into_owned()),
            Self::Processing => Attempt::processing(),
            Self::RequiresAction => Attempt::requires_action(),
        }
    }

    fn settlement(&self) -> Option<Settlement> {
        match self {
            Self::Succeeded => Some(Settlement::succeeded()),
            Self::Failed(code) => Some(Settlement::failed_with(code.clone().into_owned())),
            Self::Processing | Self::RequiresAction => None,
        }
    }
}
