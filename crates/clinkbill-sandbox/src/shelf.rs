//! Where the books stand: one for each merchant, and only so many.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::book::Book;
use crate::key::KeyDigest;
use crate::traffic::Desk;

/// Every merchant's book. When one more comes than there are places, the idlest leaves.
pub(crate) struct Shelf {
    places: RwLock<HashMap<KeyDigest, Arc<Place>>>,
    limit: usize,
    uses: AtomicU64,
    left: AtomicU64,
}

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
        }
    }

    /// Acts on a merchant's book, which is made if there is none. `part` is shown a book that
    /// has to leave for it.
    pub(crate) fn with<T>(
        &self,
        merchant: KeyDigest,
        make: impl Fn() -> (Book, Desk),
        part: impl Fn(KeyDigest, &Book),
        act: impl FnOnce(&mut Book) -> T,
    ) -> T {
        loop {
            let place = self.place(merchant, &make, &part);
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
        merchant: KeyDigest,
        make: impl Fn() -> (Book, Desk),
        part: impl Fn(KeyDigest, &Book),
        act: impl FnOnce(&mut Desk) -> T,
    ) -> T {
        let place = self.place(merchant, &make, &part);
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

    fn place(
        &self,
        merchant: KeyDigest,
        make: &impl Fn() -> (Book, Desk),
        part: &impl Fn(KeyDigest, &Book),
    ) -> Arc<Place> {
        self.find(merchant).unwrap_or_else(|| {
            let (place, leaving) = self.add(merchant, make());
            if let Some((whose, leaving)) = leaving {
                let book = lock(&leaving.book);
                leaving.has_left.store(true, Ordering::Relaxed);
                part(whose, &book);
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
        merchant: KeyDigest,
        (book, desk): (Book, Desk),
    ) -> (Arc<Place>, Option<(KeyDigest, Arc<Place>)>) {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(&merchant) {
            return (Arc::clone(place), None);
        }
        let leaving = (places.len() >= self.limit)
            .then(|| idlest(&places))
            .flatten()
            .and_then(|idlest| places.remove_entry(&idlest));
        if leaving.is_some() {
            self.left.fetch_add(1, Ordering::Relaxed);
        }
        let place = Arc::new(Place {
            book: Mutex::new(book),
            desk: Mutex::new(desk),
            last_use: AtomicU64::new(self.uses.fetch_add(1, Ordering::Relaxed)),
            has_left: AtomicBool::new(false),
        });
        places.insert(merchant, Arc::clone(&place));
        (place, leaving)
    }
}

fn idlest(places: &HashMap<KeyDigest, Arc<Place>>) -> Option<KeyDigest> {
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
