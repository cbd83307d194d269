//! A merchant's links to the customer portal.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::CustomerNumber;

/// How many links a merchant has at most.
const MOST: usize = 1_000;

/// Links by token. The oldest make room.
#[derive(Default)]
pub(crate) struct Portals {
    by_token: HashMap<Arc<str>, Portal>,
    in_order: VecDeque<Arc<str>>,
}

/// A link to the customer portal: for whom, and until when.
pub(crate) struct Portal {
    pub(crate) customer: CustomerNumber,
    pub(crate) expires: i64,
}

impl Portals {
    /// Adds a link, and names the one that had to leave for it.
    pub(crate) fn insert(&mut self, token: Arc<str>, portal: Portal) -> Option<Arc<str>> {
        self.in_order.push_back(Arc::clone(&token));
        self.by_token.insert(token, portal);
        if self.in_order.len() <= MOST {
            return None;
        }
        let oldest = self.in_order.pop_front()?;
        self.by_token.remove(&oldest);
        Some(oldest)
    }

    pub(crate) fn get(&self, token: &str) -> Option<&Portal> {
        self.by_token.get(token)
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = &str> {
        self.in_order.iter().map(|token| &**token)
    }
}
