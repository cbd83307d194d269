//! The state of a sandbox: every merchant's book and what is shared between them.
//!
//! The engine performs no I/O and reads no clock but its own. What it does with a request stands
//! in `flow/`.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use clinkbill_types::Timestamp;

use crate::book::Book;
use crate::clock::Clock;
use crate::error::RefusalShape;
use crate::ids::Seed;
use crate::key::KeyDigest;
use crate::rulebook::Rulebook;
use crate::webhook::outbox::{DeliveryNumber, DueDelivery, Endpoint, Outbox};

/// What a sandbox was started with.
pub(crate) struct Options {
    pub(crate) refusal_shape: RefusalShape,
    pub(crate) session_lifetime_millis: i64,
    pub(crate) timestamp_tolerance_millis: i64,
    pub(crate) endpoints: Vec<Endpoint>,
}

/// Every merchant's book and the rules they are kept by.
pub(crate) struct Engine {
    pub(crate) rulebook: Box<dyn Rulebook>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) options: Options,
    seed: Seed,
    books: RwLock<HashMap<KeyDigest, Arc<Mutex<Book>>>>,
    /// Which merchant a checkout link belongs to.
    links: RwLock<HashMap<Arc<str>, Link>>,
    /// Whose outbox has something due.
    with_due: Mutex<HashSet<KeyDigest>>,
    /// Rung when a delivery has become due.
    bells: RwLock<Vec<Box<dyn Fn() + Send + Sync>>>,
}

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
            options,
            seed,
            books: RwLock::default(),
            links: RwLock::default(),
            with_due: Mutex::default(),
            bells: RwLock::default(),
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
        let book = self.book(merchant);
        let mut book = lock(&book);
        let now = book.clock.now(wall);
        book.tick(&*self.rulebook, now);
        let result = act(&mut book, now);
        let has_due = book.outbox.has_due();
        drop(book);
        if has_due {
            self.ring(merchant);
        }
        result
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
                let due = lock(&self.book(merchant)).outbox.take_due(now);
                due.into_iter().map(move |delivery| (merchant, delivery))
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
        lock(&self.book(merchant))
            .outbox
            .record(number, at, outcome);
    }

    fn book(&self, merchant: KeyDigest) -> Arc<Mutex<Book>> {
        if let Some(book) = read(&self.books).get(&merchant) {
            return Arc::clone(book);
        }
        let mut books = write(&self.books);
        Arc::clone(books.entry(merchant).or_insert_with(|| {
            let outbox = Outbox::for_endpoints(self.options.endpoints.clone());
            Arc::new(Mutex::new(Book::new(self.seed.ids_of(&merchant), outbox)))
        }))
    }

    fn ring(&self, merchant: KeyDigest) {
        lock(&self.with_due).insert(merchant);
        for bell in read(&self.bells).iter() {
            bell();
        }
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
