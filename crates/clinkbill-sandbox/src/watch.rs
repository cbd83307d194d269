//! Who watches a merchant's book, and hears that something in it has changed.
//!
//! Nobody looks for changes, and while nobody watches, one costs a look at a flag.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::key::KeyDigest;

/// How many watch at most, of all merchants.
const MOST: usize = 64;

/// What a watcher hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// Something in the book, or beside it, is not what it was.
    Changed,
    /// The book was emptied, or has left.
    Over,
}

/// Called under the locks of the book: it may pass the news on and nothing else.
pub(crate) type Watcher = dyn Fn(News) + Send + Sync;

/// What is watched.
#[derive(Clone, Copy)]
pub(crate) enum Watched {
    /// A merchant's book.
    Book(KeyDigest),
    /// The list of all books, which is never over.
    AllBooks,
}

/// What a page follows. Stands among the extensions of an answer that is its beginning; a door that
/// can go on does.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, reason = "read by the door that can go on")
)]
pub(crate) struct Follow(pub(crate) Watched);

/// Everybody who watches.
#[derive(Default)]
pub(crate) struct Watchers {
    /// Whether there may be anybody.
    any: AtomicBool,
    all: Mutex<Vec<(Watched, Weak<Watcher>)>>,
}

impl Watchers {
    /// Tells a watcher from now on, for as long as somebody holds it; or says that there are too many.
    #[cfg_attr(
        not(feature = "server"),
        expect(dead_code, reason = "called by the door that can go on")
    )]
    pub(crate) fn add(&self, what: Watched, watcher: &Arc<Watcher>) -> bool {
        let mut all = self.lock();
        all.retain(|(_, watcher)| watcher.strong_count() > 0);
        if all.len() >= MOST {
            return false;
        }
        all.push((what, Arc::downgrade(watcher)));
        self.any.store(true, Ordering::Relaxed);
        true
    }

    /// Tells those who watch a merchant's book, or all. Called after a change: who begins to watch in
    /// between looks later than that.
    pub(crate) fn tell(&self, merchant: KeyDigest, news: News) {
        if !self.any.load(Ordering::Relaxed) {
            return;
        }
        let mut all = self.lock();
        all.retain(|(what, watcher)| {
            let Some(watcher) = watcher.upgrade() else {
                return false;
            };
            let news = match *what {
                Watched::Book(whose) if whose == merchant => news,
                Watched::Book(_) => return true,
                Watched::AllBooks => News::Changed,
            };
            watcher(news);
            news == News::Changed
        });
        self.any.store(!all.is_empty(), Ordering::Relaxed);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Watched, Weak<Watcher>)>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn merchant(key: &str) -> KeyDigest {
        KeyDigest::of(key.as_bytes()).unwrap()
    }

    fn watcher() -> (Arc<Watcher>, Receiver<News>) {
        let (sender, heard) = channel();
        (Arc::new(move |news| sender.send(news).unwrap()), heard)
    }

    #[test]
    fn each_hears_of_its_own_merchant_until_the_book_is_over() {
        let watchers = Watchers::default();
        let (ours, theirs) = (merchant("sk_test_ours"), merchant("sk_test_theirs"));
        let (watcher, heard) = watcher();
        watchers.tell(ours, News::Changed);
        assert!(watchers.add(Watched::Book(ours), &watcher));
        for (whose, news) in [
            (theirs, News::Changed),
            (ours, News::Changed),
            (theirs, News::Over),
            (ours, News::Over),
            (ours, News::Changed),
        ] {
            watchers.tell(whose, news);
        }
        let heard: Vec<_> = heard.try_iter().collect();
        assert_eq!(heard, [News::Changed, News::Over]);
        assert!(!watchers.any.load(Ordering::Relaxed));
    }

    #[test]
    fn who_watches_all_books_hears_of_each_and_goes_on_after_one_is_over() {
        let watchers = Watchers::default();
        let (watcher, heard) = watcher();
        assert!(watchers.add(Watched::AllBooks, &watcher));
        watchers.tell(merchant("sk_test_ours"), News::Changed);
        watchers.tell(merchant("sk_test_theirs"), News::Over);
        watchers.tell(merchant("sk_test_ours"), News::Changed);
        let heard: Vec<_> = heard.try_iter().collect();
        assert_eq!(heard, [News::Changed; 3]);
    }

    #[test]
    fn who_is_gone_makes_room_and_is_told_nothing() {
        let watchers = Watchers::default();
        let ours = merchant("sk_test_ours");
        let all: Vec<_> = (0..MOST).map(|_| watcher().0).collect();
        assert!(
            all.iter()
                .all(|watcher| watchers.add(Watched::Book(ours), watcher))
        );
        let (late, heard) = watcher();
        assert!(!watchers.add(Watched::AllBooks, &late));
        drop(all);
        assert!(watchers.add(Watched::AllBooks, &late));
        watchers.tell(ours, News::Changed);
        assert_eq!(heard.try_iter().count(), 1);
        drop(late);
        watchers.tell(ours, News::Changed);
        assert!(!watchers.any.load(Ordering::Relaxed));
    }
}
