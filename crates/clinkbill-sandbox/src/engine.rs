//! The state of a sandbox: every merchant's book and what is shared between them.
//!
//! The engine performs no I/O and reads no clock but its own. What it does with a request stands
//! in `flow/`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use crate::agenda::Agenda;
use crate::book::{Book, Products};
#[cfg(feature = "state")]
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::error::RefusalShape;
use crate::ids::{IdMap, Ids, Seed, SessionId};
#[cfg(feature = "state")]
use crate::journal::Terms;
use crate::journal::{ArmoryChange, Change, Changed, Entry, Journal, NotKept};
use crate::key::KeyDigest;
use crate::offers::OfferTable;
use crate::rulebook::Rulebook;
use crate::shelf::{Keeper, Shelf};
use crate::traffic::Desk;
use crate::watch::{News, Watchers};
use crate::webhook::endpoint::EndpointTemplate;
#[cfg(feature = "state")]
use crate::webhook::endpoint::SigningSecret;
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

#[cfg(feature = "state")]
impl Options {
    fn set_terms(&mut self, terms: &Terms, seed: &Seed) -> Result<(), String> {
        let catalogue = match &*terms.catalogue {
            "" => Catalogue::default(),
            text => Catalogue::from_json(text).map_err(|error| error.to_string())?,
        };
        self.products = catalogue
            .stock(&mut seed.shared_ids(), terms.stocked)
            .map_err(|error| error.to_string())?;
        self.offers = OfferTable::new(terms.offers.iter().cloned());
        self.endpoints = terms
            .endpoints
            .iter()
            .map(|endpoint| {
                Ok(EndpointTemplate {
                    url: endpoint.url.clone(),
                    secret: SigningSecret::new(&endpoint.secret)
                        .map_err(|error| error.to_string())?,
                })
            })
            .collect::<Result<_, String>>()?;
        self.session_lifetime_millis = terms.session_lifetime_millis;
        self.strict = terms.strict;
        self.webhook_retry_delays
            .clone_from(&terms.webhook_retry_delays);
        Ok(())
    }
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
    /// Told of every change, if anybody is to keep it.
    pub(crate) journal: Option<Box<dyn Journal>>,
    pub(crate) watchers: Watchers,
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
            journal: None,
            watchers: Watchers::default(),
        }
    }

    /// Looks at a merchant's book at the merchant's time; `wall` is the time of arrival. What
    /// time has ended by itself has ended before, and what has become due is carried after.
    pub(crate) fn with_book<T>(
        &self,
        merchant: KeyDigest,
        wall: i64,
        look: impl FnOnce(&Book, i64) -> T,
    ) -> T {
        let (result, has_news) = self.books.with(self, merchant, |book| {
            self.look_in_time(merchant, book, wall, look)
        });
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
        look: impl FnOnce(&Book, i64) -> T,
    ) -> Option<T> {
        let (result, has_news) = self.books.with_existing(merchant, |book| {
            self.look_in_time(merchant, book, wall, look)
        })?;
        if has_news {
            self.ring();
        }
        Some(result)
    }

    /// Changes a merchant's book as it was asked for, at the merchant's time. It is told to the
    /// journal before this returns; what cannot be kept is not done any more.
    pub(crate) fn change<T, E: From<NotKept>>(
        &self,
        merchant: KeyDigest,
        wall: i64,
        change: Change<'_>,
        act: impl FnOnce(&mut Book, i64) -> Result<T, E>,
    ) -> Result<T, E> {
        let (result, has_news) = self.books.with(self, merchant, |book| {
            let result = self.act_and_keep(book, wall, change, act);
            (result, self.schedule(merchant, book, wall))
        });
        self.watchers.tell(merchant, News::Changed);
        if has_news {
            self.ring();
        }
        result
    }

    /// Changes a merchant's book, if there is one, by what happens to its deliveries; `act` says
    /// also whether anything did. That is done whether it can be kept or not: nobody asked for it
    /// who could be refused. The book stays as idle as it was.
    pub(crate) fn happen<T>(
        &self,
        merchant: KeyDigest,
        wall: i64,
        change: Change<'_>,
        act: impl FnOnce(&mut Book, i64) -> (T, bool),
    ) -> Option<T> {
        let (result, has_news) = self.books.with_existing(merchant, |book| {
            let now = book.clock.now(wall);
            let has_ended = book.tick(&*self.rulebook, now);
            let (result, has_happened) = act(book, now);
            if has_happened {
                let _ = self.keep(book, wall, now, false, change);
            } else if has_ended {
                let _ = self.keep(book, wall, now, false, Change::Tick);
            }
            if has_happened || has_ended {
                self.watchers.tell(merchant, News::Changed);
            }
            (result, self.schedule(merchant, book, wall))
        })?;
        if has_news {
            self.ring();
        }
        Some(result)
    }

    /// Looks at a merchant's book as it stands, without letting time pass.
    pub(crate) fn peek<T>(&self, merchant: KeyDigest, look: impl FnOnce(&Book) -> T) -> T {
        self.books.with(self, merchant, |book| look(book))
    }

    /// A secret key of the sandbox's own, and its merchant.
    pub(crate) fn own_key(&self) -> (String, KeyDigest) {
        self.seed.own_key()
    }

    /// What all ids grow from.
    #[cfg(feature = "state")]
    pub(crate) fn seed(&self) -> &Seed {
        &self.seed
    }

    /// Goes on by other terms: books that come start with them.
    #[cfg(feature = "state")]
    pub(crate) fn set_terms(&mut self, terms: &Terms) -> Result<(), String> {
        self.options.set_terms(terms, &self.seed)
    }

    /// Acts on what a merchant's requests meet beside the book.
    pub(crate) fn at_desk<T>(&self, merchant: KeyDigest, act: impl FnOnce(&mut Desk) -> T) -> T {
        self.books.at_desk(self, merchant, act)
    }

    /// Empties a merchant's book. Ids go on to another round, so that none is given out twice.
    pub(crate) fn reset(&self, merchant: KeyDigest) -> Result<(), NotKept> {
        let wall = self.clock.now_millis();
        self.books.with(self, merchant, |book| {
            self.check_journal()?;
            let (round, next_event) = (book.ids.round() + 1, book.outbox.next_event());
            self.empty(merchant, book, wall, (round, next_event));
            let now = book.clock.now(wall);
            self.keep(book, wall, now, false, Change::Reset { round, next_event })
        })?;
        self.clear_desk(merchant)?;
        self.watchers.tell(merchant, News::Over);
        self.ring();
        Ok(())
    }

    /// Makes a book anew, with ids of this round and events from this number on.
    pub(crate) fn empty(
        &self,
        merchant: KeyDigest,
        book: &mut Book,
        wall: i64,
        (round, next_event): (u32, u64),
    ) {
        self.remove_links(book);
        let empty = self.empty_book(self.seed.ids_of(&merchant, round), wall);
        let before = std::mem::replace(book, empty);
        book.number = before.number;
        book.scheduled = before.scheduled;
        book.outbox.follow(next_event);
        self.schedule(merchant, book, wall);
    }

    /// Tells the journal of what was done to a merchant's armed faults.
    pub(crate) fn keep_armory(&self, book: u64, change: ArmoryChange<'_>) -> Result<(), NotKept> {
        match &self.journal {
            Some(journal) => journal.keep(&Entry::Armory { book, change }),
            None => Ok(()),
        }
    }

    /// Fails if nothing can be kept any more.
    pub(crate) fn check_journal(&self) -> Result<(), NotKept> {
        match &self.journal {
            Some(journal) if journal.is_broken() => Err(NotKept),
            _ => Ok(()),
        }
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

    /// What a merchant has who comes at this wall time.
    pub(crate) fn place_of(&self, merchant: KeyDigest, wall: i64) -> (Book, Desk) {
        (
            self.empty_book(self.seed.ids_of(&merchant, 0), wall),
            Desk::keeping(self.options.request_log),
        )
    }

    fn empty_book(&self, ids: Ids, wall: i64) -> Book {
        let mut book = Book::new(wall, ids, self.options.products.clone(), Outbox::default());
        for template in &self.options.endpoints {
            book.add_endpoint(template.clone(), wall);
        }
        book
    }

    fn look_in_time<T>(
        &self,
        merchant: KeyDigest,
        book: &mut Book,
        wall: i64,
        look: impl FnOnce(&Book, i64) -> T,
    ) -> (T, bool) {
        let now = book.clock.now(wall);
        if book.tick(&*self.rulebook, now) {
            // Whoever looks sees it, so that it may not come otherwise later.
            let _ = self.keep(book, wall, now, false, Change::Tick);
            self.watchers.tell(merchant, News::Changed);
        }
        let result = look(book, now);
        (result, self.schedule(merchant, book, wall))
    }

    fn act_and_keep<T, E: From<NotKept>>(
        &self,
        book: &mut Book,
        wall: i64,
        change: Change<'_>,
        act: impl FnOnce(&mut Book, i64) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_journal()?;
        let now = book.clock.now(wall);
        let has_ended = book.tick(&*self.rulebook, now);
        let drawn = book.ids.drawn();
        let result = act(book, now);
        let leaves_trace = book.ids.drawn() != drawn || self.rulebook.refusal_leaves_customer();
        if result.is_ok() || leaves_trace {
            self.keep(book, wall, now, result.is_err(), change)?;
        } else if has_ended {
            self.keep(book, wall, now, false, Change::Tick)?;
        }
        result
    }

    fn keep(
        &self,
        book: &Book,
        at: i64,
        now: i64,
        refused: bool,
        change: Change<'_>,
    ) -> Result<(), NotKept> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        journal.keep(&Entry::Changed(Changed {
            book: book.number,
            at,
            now,
            drawn: book.ids.drawn(),
            refused,
            change,
        }))
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

impl Keeper for Engine {
    fn empty_place(&self, merchant: KeyDigest) -> (Book, Desk) {
        self.place_of(merchant, self.clock.now_millis())
    }

    fn welcome(&self, merchant: KeyDigest, book: &Book) {
        // Who looks now waits for the shelf.
        self.watchers.tell(merchant, News::Changed);
        if let Some(journal) = &self.journal {
            // If it is lost, so is every change of the book.
            let _ = journal.keep(&Entry::Opened {
                book: book.number,
                merchant,
                at: book.opened,
            });
        }
    }

    fn part_with(&self, leaving: KeyDigest, book: &Book) {
        self.remove_links(book);
        self.agenda.change(leaving, book.scheduled, None);
        self.watchers.tell(leaving, News::Over);
        if let Some(journal) = &self.journal {
            let _ = journal.keep(&Entry::Left { book: book.number });
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
