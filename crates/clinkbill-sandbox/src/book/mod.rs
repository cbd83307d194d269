//! A merchant's book: customers, sessions, orders and events, with their indexes.

mod customers;
mod orders;
mod portals;
mod products;
mod sessions;
mod subscriptions;

use clinkbill_webhook::EventType;

use crate::clock::MerchantClock;
use crate::ids::Ids;
use crate::rulebook::Rulebook;
use crate::view;
use crate::webhook::event::{Event, Subject};
use crate::webhook::outbox::{DeliveryNumber, Outbox};
pub(crate) use customers::{Customer, CustomerNumber, Customers, Email};
pub(crate) use orders::{Failure, Order, OrderFilter, OrderState, Orders, Started};
pub(crate) use portals::{Portal, Portals};
pub(crate) use products::{Entry as ProductEntry, Price, Product, Products, Recurring};
pub(crate) use sessions::{Draft, Item, Line, Methods, Phase, Session, SessionState, Sessions};
pub(crate) use subscriptions::{Invoice, Subscription, Subscriptions};

/// Everything one merchant has. A refused request leaves it as it was.
pub(crate) struct Book {
    /// Names it in the journal.
    pub(crate) number: u64,
    /// The wall time at which its merchant came.
    pub(crate) opened: i64,
    pub(crate) ids: Ids,
    pub(crate) clock: MerchantClock,
    pub(crate) customers: Customers,
    pub(crate) sessions: Sessions,
    pub(crate) orders: Orders,
    pub(crate) products: Products,
    pub(crate) subscriptions: Subscriptions,
    /// Links to the customer portal.
    pub(crate) portals: Portals,
    pub(crate) outbox: Outbox,
    /// The wall time at which it is on the engine's agenda.
    pub(crate) scheduled: Option<i64>,
}

impl Book {
    pub(crate) fn new(opened: i64, ids: Ids, products: Products, outbox: Outbox) -> Self {
        Self {
            number: 0,
            opened,
            ids,
            clock: MerchantClock::default(),
            customers: Customers::default(),
            sessions: Sessions::default(),
            orders: Orders::default(),
            products,
            subscriptions: Subscriptions::default(),
            portals: Portals::default(),
            outbox,
            scheduled: None,
        }
    }

    /// Lets time pass: what ends by itself has ended at its own time, and its events are in the
    /// outbox. Says whether anything did.
    pub(crate) fn tick(&mut self, rulebook: &dyn Rulebook, now: i64) -> bool {
        let ended = self.sessions.expire(rulebook, now);
        for (end, session_id) in &ended {
            self.announce_session(*end, EventType::SessionExpired, session_id);
        }
        !ended.is_empty()
    }

    /// The wall time at which something next happens by itself, seen from `now`.
    pub(crate) fn wake(&self, now: i64) -> Option<i64> {
        // A session that is past its end and did not end waits for no time.
        let end = self.sessions.next_end().filter(|end| *end > now);
        let due = [end, self.outbox.next_due()].into_iter().flatten().min()?;
        self.clock.wall_at(due)
    }

    /// Puts an event into the outbox, due at `at`.
    pub(crate) fn announce(&mut self, at: i64, kind: EventType, subject: Subject) {
        let id = self.ids.event();
        self.outbox.push(Event {
            id,
            kind,
            at,
            subject,
        });
    }

    /// Announces a session as it stands.
    pub(crate) fn announce_session(&mut self, at: i64, kind: EventType, session_id: &str) {
        if let Some(session) = self.sessions.get(session_id) {
            let subject = Subject::Session {
                id: session.id,
                status: session.status(),
                payment_status: session.payment_status(),
            };
            self.announce(at, kind, subject);
        }
    }

    /// The body of the event that a delivery carries.
    pub(crate) fn body_of(&self, delivery: DeliveryNumber) -> Option<String> {
        view::event_body(self, self.outbox.event_of(delivery)?)
    }
}
