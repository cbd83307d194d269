//! A merchant's book: customers, sessions, orders and events, with their indexes.

mod customers;
mod orders;
mod products;
mod sessions;
mod subscriptions;

use std::collections::HashMap;
use std::sync::Arc;

use crate::clock::MerchantClock;
use crate::ids::Ids;
use crate::rulebook::Rulebook;
use crate::traffic::{Armory, Requests};
use crate::view;
use crate::webhook::outbox::{Announcement, Outbox};
pub(crate) use customers::{Customer, CustomerNumber, Customers, Email};
pub(crate) use orders::{Failure, Order, OrderFilter, OrderState, Orders, Started};
pub(crate) use products::{Entry as ProductEntry, Price, Product, Products, Recurring};
pub(crate) use sessions::{Draft, Item, Line, Methods, Phase, Session, SessionState, Sessions};
pub(crate) use subscriptions::{Invoice, Subscription, Subscriptions};

/// Everything one merchant has. A refused request leaves it as it was.
pub(crate) struct Book {
    pub(crate) ids: Ids,
    pub(crate) clock: MerchantClock,
    pub(crate) customers: Customers,
    pub(crate) sessions: Sessions,
    pub(crate) orders: Orders,
    pub(crate) products: Products,
    pub(crate) subscriptions: Subscriptions,
    /// Links to the customer portal.
    pub(crate) portals: HashMap<Arc<str>, Portal>,
    pub(crate) outbox: Outbox,
    pub(crate) armory: Armory,
    pub(crate) requests: Requests,
    /// The wall time at which it is on the engine's agenda.
    pub(crate) scheduled: Option<i64>,
}

/// A link to the customer portal: for whom, and until when.
pub(crate) struct Portal {
    pub(crate) customer: CustomerNumber,
    pub(crate) expires: i64,
}

impl Book {
    pub(crate) fn new(ids: Ids, products: Products, outbox: Outbox, request_log: usize) -> Self {
        Self {
            ids,
            clock: MerchantClock::default(),
            customers: Customers::default(),
            sessions: Sessions::default(),
            orders: Orders::default(),
            products,
            subscriptions: Subscriptions::default(),
            portals: HashMap::new(),
            outbox,
            armory: Armory::default(),
            requests: Requests::keeping(request_log),
            scheduled: None,
        }
    }

    /// Lets time pass: what ends by itself has ended at its own time, and its events are in the
    /// outbox.
    pub(crate) fn tick(&mut self, rulebook: &dyn Rulebook, now: i64) {
        for (end, session_id) in self.sessions.expire(rulebook, now) {
            self.announce(end, |book, id| {
                view::expiry_event(book, id, &session_id, end)
            });
        }
    }

    /// The wall time at which something next happens by itself, seen from `now`.
    pub(crate) fn wake(&self, now: i64) -> Option<i64> {
        // A session that is past its end and did not end waits for no time.
        let end = self.sessions.next_end().filter(|end| *end > now);
        let due = [end, self.outbox.next_due()].into_iter().flatten().min()?;
        self.clock.wall_at(due)
    }

    /// Puts an event into the outbox, due at `at`; it is made from the book and the event's id.
    pub(crate) fn announce(
        &mut self,
        at: i64,
        event: impl FnOnce(&Self, &str) -> Option<Announcement>,
    ) {
        let id = self.ids.id("event_");
        if let Some(announcement) = event(self, &id) {
            self.outbox.push(id, announcement, at);
        }
    }
}
