//! Where the books stand: one for each merchant, and only so many.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::book::Book;
use crate::key::KeyDigest;
use crate::traffic::Desk;

/// Every merchant's book. When one more comes than there are places, the idlest leaves.
pub(crate) struct Shelf {
    places: RwLock<Places>,
    limit: usize,
    uses: AtomicU64,
    left: AtomicU64,
    /// The number of the book to come.
    next: AtomicU64,
}

/// Makes the books of a shelf, and hears of those that come and go.
pub(crate) trait Keeper {
    fn empty_place(&self, merchant: KeyDigest) -> (Book, Desk);

    /// A book comes; nobody else has seen it.
    fn welcome(&self, merchant: KeyDigest, book: &Book);

    /// A book has to leave for another.
    fn part_with(&self, merchant: KeyDigest, book: &Book);
}

type Places = HashMap<KeyDigest, Arc<Place>>;

struct Place {
    book: Mutex<Book>,
    /// Apart from the book, so that a request waits for the book once only.
    desk: Mutex<Desk>,
    last_use: AtomicU64,
    /// Only changes while the book is locked.
    has_left: AtomicBool,
}

impl Shelf {
    pub(crate) fn with_places(limit: usize) -> Self {
        Self {
            places: RwLock::default(),
            limit: limit.max(1),
            uses: AtomicU64::new(0),
            left: AtomicU64::new(0),
            next: AtomicU64::new(0),
        }
    }

    /// Acts on a merchant's book, which is made if there is none.
    pub(crate) fn with<T>(
        &self,
        keeper: &impl Keeper,
        merchant: KeyDigest,
        act: impl FnOnce(&mut Book) -> T,
    ) -> T {
        loop {
            let place = self.place(keeper, merchant);
            let mut book = lock(&place.book);
            if !place.has_left.load(Ordering::Relaxed) {
                self.mark_use(&place);
                return act(&mut book);
            }
        }
    }

    /// Acts on what stands beside a merchant's book, which is made if there is none. What is done
    /// while the merchant leaves is gone with it.
    pub(crate) fn at_desk<T>(
        &self,
        keeper: &impl Keeper,
        merchant: KeyDigest,
        act: impl FnOnce(&mut Desk) -> T,
    ) -> T {
        let place = self.place(keeper, merchant);
        self.mark_use(&place);
        act(&mut lock(&place.desk))
    }

    /// Acts on a merchant's book if there is one, and leaves it as idle as it was.
    pub(crate) fn with_existing<T>(
        &self,
        merchant: KeyDigest,
        act: impl FnOnce(&mut Book) -> T,
    ) -> Option<T> {
        let place = self.find(merchant)?;
        let mut book = lock(&place.book);
        (!place.has_left.load(Ordering::Relaxed)).then(|| act(&mut book))
    }

    /// As [`with_existing`](Self::with_existing), on what stands beside the book.
    pub(crate) fn at_existing_desk<T>(
        &self,
        merchant: KeyDigest,
        act: impl FnOnce(&mut Desk) -> T,
    ) -> Option<T> {
        let place = self.find(merchant)?;
        Some(act(&mut lock(&place.desk)))
    }

    /// Every merchant with a book, the latest to use it first.
    pub(crate) fn latest_merchants(&self) -> Vec<KeyDigest> {
        let places = read(&self.places);
        let mut merchants: Vec<_> = places
            .iter()
            .map(|(merchant, place)| (place.last_use.load(Ordering::Relaxed), *merchant))
            .collect();
        merchants.sort_unstable_by(|one, other| other.cmp(one));
        merchants
            .into_iter()
            .map(|(_, merchant)| merchant)
            .collect()
    }

    pub(crate) fn count(&self) -> usize {
        read(&self.places).len()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// How many books had to leave.
    pub(crate) fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    fn find(&self, merchant: KeyDigest) -> Option<Arc<Place>> {
        read(&self.places).get(&merchant).cloned()
    }

    fn place(&self, keeper: &impl Keeper, merchant: KeyDigest) -> Arc<Place> {
        self.find(merchant).unwrap_or_else(|| {
            let (place, leaving) = self.add(keeper, merchant);
            if let Some((whose, leaving)) = leaving {
                part(keeper, whose, &leaving);
            }
            place
        })
    }

    fn mark_use(&self, place: &Place) {
        let use_number = self.uses.fetch_add(1, Ordering::Relaxed);
        place.last_use.store(use_number, Ordering::Relaxed);
    }

    /// The merchant's place, and the one that had to leave for it.
    fn add(
        &self,
        keeper: &impl Keeper,
        merchant: KeyDigest,
    ) -> (Arc<Place>, Option<(KeyDigest, Arc<Place>)>) {
        let (mut book, desk) = keeper.empty_place(merchant);
        let mut places = write(&self.places);
        if let Some(place) = places.get(&merchant) {
            return (Arc::clone(place), None);
        }
        let leaving = (places.len() >= self.limit)
            .then(|| self.take_idlest(&mut places))
            .flatten();
        book.number = self.next.fetch_add(1, Ordering::Relaxed);
        // Before anybody can find it, and so before anything else is told of it.
        keeper.welcome(merchant, &book);
        let place = self.new_place(book, desk);
        places.insert(merchant, Arc::clone(&place));
        (place, leaving)
    }

    fn take_idlest(&self, places: &mut Places) -> Option<(KeyDigest, Arc<Place>)> {
        let idlest = idlest(places).and_then(|idlest| places.remove_entry(&idlest))?;
        self.left.fetch_add(1, Ordering::Relaxed);
        Some(idlest)
    }

    fn new_place(&self, book: Book, mut desk: Desk) -> Arc<Place> {
        desk.book = book.number;
        Arc::new(Place {
            book: Mutex::new(book),
            desk: Mutex::new(desk),
            last_use: AtomicU64::new(self.uses.fetch_add(1, Ordering::Relaxed)),
            has_left: AtomicBool::new(false),
        })
    }
}

/// What is done after a start from a state file.
#[cfg(feature = "state")]
impl Shelf {
    /// Puts a book where it stood before.
    pub(crate) fn restore(&self, merchant: KeyDigest, (book, desk): (Book, Desk)) {
        self.next.fetch_max(book.number + 1, Ordering::Relaxed);
        let place = self.new_place(book, desk);
        write(&self.places).insert(merchant, place);
    }

    /// Counts books that left before.
    pub(crate) fn count_left(&self, books: u64) {
        self.left.fetch_add(books, Ordering::Relaxed);
    }

    pub(crate) fn merchants(&self) -> Vec<KeyDigest> {
        read(&self.places).keys().copied().collect()
    }

    /// Parts with the idlest until there are no more books than places.
    pub(crate) fn trim(&self, keeper: &impl Keeper) {
        loop {
            let mut places = write(&self.places);
            if places.len() <= self.limit {
                return;
            }
            let Some((merchant, leaving)) = self.take_idlest(&mut places) else {
                return;
            };
            drop(places);
            part(keeper, merchant, &leaving);
        }
    }
}

fn part(keeper: &impl Keeper, merchant: KeyDigest, leaving: &Place) {
    let book = lock(&leaving.book);
    leaving.has_left.store(true, Ordering::Relaxed);
    keeper.part_with(merchant, &book);
}

fn idlest(places: &Places) -> Option<KeyDigest> {
    places
        .iter()
        .min_by_key(|(_, place)| place.last_use.load(Ordering::Relaxed))
        .map(|(merchant, _)| *merchant)
}

// A lock is poisoned only where a rulebook of the user's own panicked: the other merchants, and
// what this one has, stay readable.

fn lock<T>(one: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
