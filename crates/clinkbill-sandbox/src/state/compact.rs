//! What need not be done again.

use std::collections::{HashMap, HashSet};

use crate::journal::{ArmoryChange, Change, Changed, Entry};

/// Drops what was done to books that left, to books that were emptied before they were, and to
/// armed faults before they were cleared; and says how many left. What stays is in the same order.
pub(super) fn compact(entries: Vec<Entry<'static>>) -> (Vec<Entry<'static>>, u64) {
    let mut gone = HashSet::new();
    let mut emptied = HashMap::new();
    let mut cleared = HashMap::new();
    for (place, entry) in entries.iter().enumerate() {
        match entry {
            Entry::Left { book } => {
                gone.insert(*book);
            }
            Entry::Changed(Changed {
                book,
                change: Change::Reset { .. },
                ..
            }) => {
                emptied.insert(*book, place);
            }
            Entry::Armory {
                book,
                change: ArmoryChange::Clear,
            } => {
                cleared.insert(*book, place);
            }
            _ => {}
        }
    }
    let is_void = |place: usize, book: &u64| {
        gone.contains(book) || emptied.get(book).is_some_and(|emptied| place < *emptied)
    };
    let mut kept: Vec<Entry<'static>> = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let stays = match &entry {
            Entry::Left { .. } => false,
            Entry::Opened { book, .. } => !gone.contains(book),
            Entry::Changed(Changed { book, .. }) => !is_void(place, book),
            Entry::Armory { book, .. } => {
                let is_cleared = cleared.get(book).is_some_and(|cleared| place <= *cleared);
                !is_cleared && !is_void(place, book)
            }
            Entry::Terms(_) => {
                // Terms under which nothing was done.
                if matches!(kept.last(), Some(Entry::Terms(_))) {
                    kept.pop();
                }
                true
            }
        };
        if stays {
            kept.push(entry);
        }
    }
    let left = u64::try_from(gone.len()).unwrap_or(u64::MAX);
    (kept, left)
}
