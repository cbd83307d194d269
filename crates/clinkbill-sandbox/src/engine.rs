//! The state of a sandbox: every merchant's book and what is shared between them.
//!
//! The engine performs no I/O and reads no clock but its own. What it does with a request stands
//! in `flow/`.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use clinkbill_types::Timestamp;

use crate::book::{Book, Products};
use crate::clock::Clock;
use crate::error::RefusalShape;
use crate::ids::{Ids, Seed};
use crate::key::KeyDigest;
use crate::offers::OfferTable;
use crate::rulebook::Rulebook;
use crate::shelf::Shelf;
use crate::webhook::outbox::{DeliveryNumber, DueDelivery, Endpoint, Outbox};

/// What a sandbox was started with.
pub(crate) struct Options {
    pub(crate) refusal_shape: RefusalShape,
    pub(crate) session_lifetime_millis: i64,
    pub(crate) timestamp_tolerance_millis: i64,
    pub(crate) endpoints: Vec<Endpoint>,
    /// How many books there are at most.
    pub(crate) books: usize,
    /// How many requests each book remembers.
    pub(crate) request_log: usize,
    /// Names beside the local ones by which the sandbox may be called.
    pub(crate) allowed_hosts: Vec<String>,
    /// What every merchant sells at first.
    pub(crate) products: Products,
    pub(crate) offers: OfferTable,
    /// Whether what is only observed otherwise is refused.
    pub(crate) strict: bool,
}

/// Every merchant's book and the rules they are kept by.
pub(crate) struct Engine {
    pub(crate) rulebook: Box<dyn Rulebook>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) options: Options,
    pub(crate) books: Shelf,
    seed: Seed,
    /// Which merchant a checkout link belongs to.
    links: RwLock<HashMap<Arc<str>, Link>>,
    /// Whose outbox has something due.
    with_due: Mutex<HashSet<KeyDigest>>,
    /// Rung when a delivery has become due.
    bells: RwLock<Vec<Box<dyn Fn() + Send + Sync>>>,
    /// How many doors are open that can break a connection.
    breaking_doors: AtomicUsize,
}

/// A door that can break connections; closed when it is dropped.
#[cfg(feature = "server")]
pub(crate) struct BreakingDoor(Arc<Engine>);

/// Where a checkout link leads.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) merchant: KeyDigest,
    pub(crate) session_id: Arc<str>,
}

impl Engine {
    pub(crate) fn new(
        rulebook: Box<dyn Rulebook>,
        clock: Box<dyn Clock>,
        seed: Seed,
        options: Options,
    ) -> Self {
        Self {
            rulebook,
            clock,
            books: Shelf::with_places(options.books),
            options,
            seed,
            links: RwLock::default(),
            with_due: Mutex::default(),
            bells: RwLock::default(),
            breaking_doors: AtomicUsize::new(0),
        }
    }

    /// Acts on a merchant's book at the merchant's time; `wall` is the time of arrival. What
    /// time has ended by itself has ended before, and what has become due is carried after.
    pub(crate) fn with_book<T>(
        &self,
        merchant: KeyDigest,
        wall: i64,
        act: impl FnOnce(&mut Book, i64) -> T,
    ) -> T {
        let (result, has_due) = self.peek(merchant, |book| {
            let now = book.clock.now(wall);
            book.tick(&*self.rulebook, now);
            let result = act(book, now);
            (result, book.outbox.has_due())
        });
        if has_due {
            self.ring(merchant);
        }
        result
    }

    /// Acts on a merchant's book as it stands, without letting time pass.
    pub(crate) fn peek<T>(&self, merchant: KeyDigest, act: impl FnOnce(&mut Book) -> T) -> T {
        self.books.with(
            merchant,
            || self.empty_book(self.seed.ids_of(&merchant)),
            |leaving| self.remove_links(leaving),
            act,
        )
    }

    /// Empties a merchant's book. Ids go on, so that none is given out twice.
    pub(crate) fn reset(&self, merchant: KeyDigest) {
        self.peek(merchant, |book| {
            self.remove_links(book);
            let ids = std::mem::replace(&mut book.ids, self.seed.ids_of(&merchant));
            *book = self.empty_book(ids);
        });
    }

    #[cfg(feature = "server")]
    pub(crate) fn open_breaking_door(engine: &Arc<Self>) -> BreakingDoor {
        engine.breaking_doors.fetch_add(1, Ordering::Relaxed);
        BreakingDoor(Arc::clone(engine))
    }

    pub(crate) fn can_break_connections(&self) -> bool {
        self.breaking_doors.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn add_link(&self, token: &Arc<str>, link: Link) {
        write(&self.links).insert(Arc::clone(token), link);
    }

    pub(crate) fn link(&self, token: &str) -> Option<Link> {
        read(&self.links).get(token).cloned()
    }

    /// Calls `bell` whenever a delivery has become due.
    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn on_due(&self, bell: impl Fn() + Send + Sync + 'static) {
        write(&self.bells).push(Box::new(bell));
    }

    /// Takes every due delivery of every merchant, signed for sending now.
    pub(crate) fn take_due(&self) -> Vec<(KeyDigest, DueDelivery)> {
        let Ok(now) = Timestamp::from_millis(self.clock.now_millis()) else {
            return Vec::new();
        };
        std::mem::take(&mut *lock(&self.with_due))
            .into_iter()
            .flat_map(|merchant| {
                let due = self
                    .books
                    .with_existing(merchant, |book| book.outbox.take_due(now));
                due.into_iter()
                    .flatten()
                    .map(move |delivery| (merchant, delivery))
            })
            .collect()
    }

    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn record_delivery(
        &self,
        merchant: KeyDigest,
        number: DeliveryNumber,
        outcome: Result<u16, String>,
    ) {
        let at = self.clock.now_millis();
        self.books
            .with_existing(merchant, |book| book.outbox.record(number, at, outcome));
    }

    fn empty_book(&self, ids: Ids) -> Book {
        let outbox = Outbox::for_endpoints(self.options.endpoints.clone());
        Book::new(
            ids,
            self.options.products.clone(),
            outbox,
            self.options.request_log,
        )
    }

    fn remove_links(&self, book: &Book) {
        let mut links = write(&self.links);
        for token in book.sessions.tokens() {
            links.remove(token);
        }
    }

    fn ring(&self, merchant: KeyDigest) {
        lock(&self.with_due).insert(merchant);
        for bell in read(&self.bells).iter() {
            bell();
        }
    }
}

#[cfg(feature = "server")]
impl Drop for BreakingDoor {
    fn drop(&mut self) {
        self.0.breaking_doors.fetch_sub(1, Ordering::Relaxed);
    }
}

// A lock is poisoned only where a rulebook of the user's own panicked: the other merchants, and
// what this one has, stay readable.

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
