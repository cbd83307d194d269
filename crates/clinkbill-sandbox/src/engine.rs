//! The state of a sandbox: every merchant's book and what is shared between them.
//!
//! The engine performs no I/O and reads no clock but its own. What it does with a request stands
//! in `flow/`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use crate::agenda::Agenda;
use crate::book::{Book, Products};
use crate::clock::Clock;
use crate::error::RefusalShape;
use crate::ids::{IdMap, Ids, Seed, SessionId};
use crate::key::KeyDigest;
use crate::offers::OfferTable;
use crate::rulebook::Rulebook;
use crate::shelf::Shelf;
use crate::traffic::Desk;
use crate::webhook::endpoint::EndpointTemplate;
use crate::webhook::outbox::Outbox;

/// What a sandbox was started with.
pub(crate) struct Options {
    pub(crate) refusal_shape: RefusalShape,
    pub(crate) session_lifetime_millis: i64,
    pub(crate) timestamp_tolerance_millis: i64,
    pub(crate) endpoints: Vec<EndpointTemplate>,
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
    /// How long after a failed attempt at a delivery was due the next one is, in milliseconds.
    pub(crate) webhook_retry_delays: Vec<i64>,
}

/// Every merchant's book and the rules they are kept by.
pub(crate) struct Engine {
    pub(crate) rulebook: Box<dyn Rulebook>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) options: Options,
    pub(crate) books: Shelf,
    seed: Seed,
    /// Which merchant a checkout link belongs to.
    links: RwLock<IdMap<Arc<str>, Link>>,
    /// Which merchant a link to the customer portal belongs to.
    portals: RwLock<IdMap<Arc<str>, KeyDigest>>,
    /// Which merchant next has something to do by itself.
    pub(crate) agenda: Agenda,
    /// Rung when the agenda has changed.
    bells: RwLock<Vec<Weak<Bell>>>,
    /// How many doors are open that can break a connection.
    breaking_doors: AtomicUsize,
}

/// What is called when the agenda has changed.
pub(crate) type Bell = dyn Fn() + Send + Sync;

/// A door that can break connections; closed when it is dropped.
#[cfg(feature = "server")]
pub(crate) struct BreakingDoor(Arc<Engine>);

/// Where a checkout link leads.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) merchant: KeyDigest,
    pub(crate) session_id: SessionId,
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
            portals: RwLock::default(),
            agenda: Agenda::default(),
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
        let (result, has_news) =
            self.peek(merchant, |book| self.act_in_time(merchant, book, wall, act));
        if has_news {
            self.ring();
        }
        result
    }

    /// As [`with_book`](Self::with_book), but only if there is a book. It stays as idle as it was.
    pub(crate) fn with_existing_book<T>(
        &self,
        merchant: KeyDigest,
        wall: i64,
        act: impl FnOnce(&mut Book, i64) -> T,
    ) -> Option<T> {
        let (result, has_news) = self
            .books
            .with_existing(merchant, |book| self.act_in_time(merchant, book, wall, act))?;
        if has_news {
            self.ring();
        }
        Some(result)
    }

    /// Acts on a merchant's book as it stands, without letting time pass.
    pub(crate) fn peek<T>(&self, merchant: KeyDigest, act: impl FnOnce(&mut Book) -> T) -> T {
        self.books.with(
            merchant,
            || self.empty_place(merchant),
            |leaving, book| self.part_with(leaving, book),
            act,
        )
    }

    /// Acts on what a merchant's requests meet beside the book.
    pub(crate) fn at_desk<T>(&self, merchant: KeyDigest, act: impl FnOnce(&mut Desk) -> T) -> T {
        self.books.at_desk(
            merchant,
            || self.empty_place(merchant),
            |leaving, book| self.part_with(leaving, book),
            act,
        )
    }

    /// Empties a merchant's book. Ids go on, so that none is given out twice.
    pub(crate) fn reset(&self, merchant: KeyDigest) {
        let wall = self.clock.now_millis();
        self.peek(merchant, |book| {
            self.remove_links(book);
            let ids = std::mem::replace(&mut book.ids, self.seed.ids_of(&merchant));
            let empty = self.empty_book(ids);
            let before = std::mem::replace(book, empty);
            book.outbox.follow(&before.outbox);
            book.scheduled = before.scheduled;
            self.schedule(merchant, book, wall);
        });
        self.at_desk(merchant, |desk| *desk = self.empty_desk());
        self.ring();
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

    /// What the forms behind a checkout link carry.
    pub(crate) fn form_token(&self, link: &str) -> String {
        self.seed.form_token(link)
    }

    pub(crate) fn add_portal(&self, token: &Arc<str>, merchant: KeyDigest) {
        write(&self.portals).insert(Arc::clone(token), merchant);
    }

    pub(crate) fn remove_portal(&self, token: &str) {
        write(&self.portals).remove(token);
    }

    pub(crate) fn portal(&self, token: &str) -> Option<KeyDigest> {
        read(&self.portals).get(token).copied()
    }

    /// Rings `bell` whenever the agenda has changed or time has jumped, for as long as somebody
    /// holds it.
    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn on_change(&self, bell: &Arc<Bell>) {
        let mut bells = write(&self.bells);
        bells.retain(|bell| bell.strong_count() > 0);
        bells.push(Arc::downgrade(bell));
        self.clock.on_jump(Arc::downgrade(bell));
    }

    fn empty_place(&self, merchant: KeyDigest) -> (Book, Desk) {
        (
            self.empty_book(self.seed.ids_of(&merchant)),
            self.empty_desk(),
        )
    }

    fn empty_desk(&self) -> Desk {
        Desk::keeping(self.options.request_log)
    }

    fn part_with(&self, leaving: KeyDigest, book: &Book) {
        self.remove_links(book);
        self.agenda.change(leaving, book.scheduled, None);
    }

    fn empty_book(&self, ids: Ids) -> Book {
        let mut book = Book::new(ids, self.options.products.clone(), Outbox::default());
        let now = self.clock.now_millis();
        for template in &self.options.endpoints {
            book.add_endpoint(template.clone(), now);
        }
        book
    }

    fn act_in_time<T>(
        &self,
        merchant: KeyDigest,
        book: &mut Book,
        wall: i64,
        act: impl FnOnce(&mut Book, i64) -> T,
    ) -> (T, bool) {
        let now = book.clock.now(wall);
        book.tick(&*self.rulebook, now);
        let result = act(book, now);
        (result, self.schedule(merchant, book, wall))
    }

    /// Keeps the agenda in step with a book, and says whether somebody has to look at it.
    fn schedule(&self, merchant: KeyDigest, book: &mut Book, wall: i64) -> bool {
        let now = book.clock.now(wall);
        let wake = book.wake(now);
        let has_changed = wake != book.scheduled;
        if has_changed {
            self.agenda.change(merchant, book.scheduled, wake);
            book.scheduled = wake;
        }
        has_changed || wake.is_some_and(|at| at <= wall)
    }

    fn remove_links(&self, book: &Book) {
        let mut links = write(&self.links);
        for token in book.sessions.tokens() {
            links.remove(token);
        }
        let mut portals = write(&self.portals);
        for token in book.portals.tokens() {
            portals.remove(token);
        }
    }

    fn ring(&self) {
        for bell in read(&self.bells).iter().filter_map(Weak::upgrade) {
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

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
