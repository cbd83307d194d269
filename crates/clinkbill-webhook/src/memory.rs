use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::fmt;
use std::future::{Future, ready};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clinkbill_types::EventId;

use crate::dedup::{Claim, Dedup, REMEMBER_FOR, Settled};

const DEFAULT_CLAIM: Duration = Duration::from_secs(300);
const DEFAULT_CAPACITY: usize = 100_000;

/// The handled events in the memory of one process: for a single node, and for tests.
///
/// A restart forgets them, and so does a second node not know them: use a store in your database
/// there.
///
/// It holds at most 100,000 ids unless told otherwise. One that is full forgets nothing that
/// could still come again: new events are [`Claim::Busy`], so that Clink sends them later.
pub struct MemoryDedup {
    now: Box<dyn Fn() -> Instant + Send + Sync>,
    claim: Duration,
    capacity: usize,
    state: Mutex<State>,
}

/// One claim of a [`MemoryDedup`].
#[derive(Debug)]
pub struct MemoryTicket {
    id: EventId,
    number: u64,
}

#[derive(Default)]
struct State {
    events: HashMap<EventId, Entry>,
    // The same entries by when they are forgotten.
    ends: BTreeSet<(Instant, EventId)>,
    claims: u64,
}

#[derive(Clone, Copy)]
struct Entry {
    /// The number of the claim that is held; none once the event is done.
    held: Option<u64>,
    until: Instant,
}

impl Default for MemoryDedup {
    fn default() -> Self {
        Self {
            now: Box::new(Instant::now),
            claim: DEFAULT_CLAIM,
            capacity: DEFAULT_CAPACITY,
            state: Mutex::default(),
        }
    }
}

impl MemoryDedup {
    /// A store that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a claim lasts: 300 seconds unless told otherwise. It has to be longer than
    /// handling an event can take.
    #[must_use]
    pub fn with_claim(mut self, claim: Duration) -> Self {
        self.claim = claim;
        self
    }

    /// How many ids it holds at most, at least one.
    #[must_use]
    pub fn with_capacity(mut self, ids: usize) -> Self {
        self.capacity = ids.max(1);
        self
    }

    /// Where the time is taken from, in place of the system's clock.
    #[must_use]
    pub fn with_clock(mut self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.now = Box::new(now);
        self
    }

    /// How many ids it holds now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state().events.len()
    }

    /// Whether it holds no id.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// No step leaves the state half changed, so a panic elsewhere does not spoil it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, ticket: &MemoryTicket, done: bool) -> Settled {
        let now = (self.now)();
        let mut state = self.state();
        state.forget_until(now);
        let held = state.events.get(&ticket.id).and_then(|entry| entry.held);
        if held != Some(ticket.number) {
            return Settled::Overtaken;
        }
        state.remove(&ticket.id);
        if done {
            let until = now + REMEMBER_FOR;
            state.insert(ticket.id.clone(), Entry { held: None, until });
        }
        Settled::Recorded
    }
}

impl Dedup for MemoryDedup {
    type Ticket = MemoryTicket;
    type Error = Infallible;

    fn claim(
        &self,
        id: &EventId,
    ) -> impl Future<Output = Result<Claim<MemoryTicket>, Infallible>> + Send {
        let now = (self.now)();
        let mut state = self.state();
        state.forget_until(now);
        let claim = match state.events.get(id) {
            Some(Entry { held: None, .. }) => Claim::Done,
            Some(_) => Claim::Busy,
            None if state.events.len() >= self.capacity => Claim::Busy,
            None => {
                state.claims += 1;
                let number = state.claims;
                let entry = Entry {
                    held: Some(number),
                    until: later(now, self.claim),
                };
                state.insert(id.clone(), entry);
                let id = id.clone();
                Claim::Granted(MemoryTicket { id, number })
            }
        };
        ready(Ok(claim))
    }

    fn done(
        &self,
        ticket: MemoryTicket,
    ) -> impl Future<Output = Result<Settled, Infallible>> + Send {
        ready(Ok(self.settle(&ticket, true)))
    }

    fn release(
        &self,
        ticket: MemoryTicket,
    ) -> impl Future<Output = Result<Settled, Infallible>> + Send {
        ready(Ok(self.settle(&ticket, false)))
    }
}

/// So much later. What time cannot say is as far away as it can without doubt.
fn later(now: Instant, by: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    now.checked_add(by.min(CENTURY)).unwrap_or(now)
}

impl State {
    fn insert(&mut self, id: EventId, entry: Entry) {
        self.ends.insert((entry.until, id.clone()));
        self.events.insert(id, entry);
    }

    fn remove(&mut self, id: &EventId) {
        if let Some((id, entry)) = self.events.remove_entry(id) {
            self.ends.remove(&(entry.until, id));
        }
    }

    fn forget_until(&mut self, now: Instant) {
        while let Some((until, _)) = self.ends.first()
            && *until <= now
        {
            if let Some((_, id)) = self.ends.pop_first() {
                self.events.remove(&id);
            }
        }
    }
}

impl fmt::Debug for MemoryDedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDedup")
            .field("len", &self.len())
            .field("capacity", &self.capacity)
            .field("claim", &self.claim)
            .finish_non_exhaustive()
    }
}
