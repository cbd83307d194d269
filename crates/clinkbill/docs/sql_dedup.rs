use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use clinkbill::EventId;
use clinkbill::webhook::{Claim, Dedup, REMEMBER_FOR, Settled};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// Seconds since the Unix epoch. Where the database has a clock of its own, take that.
pub type Clock = fn() -> i64;

/// The handled events in a table that all nodes share.
#[derive(Clone)]
pub struct SqlDedup {
    connection: Arc<Mutex<Connection>>,
    /// How many seconds a claim lasts.
    claim: i64,
    now: Clock,
}

/// One claim: the how-manieth on this event.
#[derive(Debug, Clone)]
pub struct Ticket {
    event: String,
    attempt: i64,
}

impl SqlDedup {
    pub fn new(connection: Connection, claim: i64, now: Clock) -> rusqlite::Result<Self> {
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS clink_event (
                id TEXT PRIMARY KEY,
                attempt INTEGER NOT NULL,
                done INTEGER NOT NULL,
                until INTEGER NOT NULL -- when the claim runs out, or the event is forgotten
            )",
        )?;
        let connection = Arc::new(Mutex::new(connection));
        Ok(Self {
            connection,
            claim,
            now,
        })
    }

    /// Runs one piece of work on the database, on a thread that may wait for it.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection, i64) -> rusqlite::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (connection, now) = (self.connection.clone(), self.now);
        let run = move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection, now()).map_err(io::Error::other)
        };
        tokio::task::spawn_blocking(run).await?
    }

    /// Forgets events that cannot come again. Run it now and then.
    pub async fn tidy(&self) -> io::Result<usize> {
        self.run(|connection, now| {
            // A day more, so that a ticket that was lost is never given out a second time.
            let long_ago = now - remembered();
            connection.execute("DELETE FROM clink_event WHERE until < ?1", [long_ago])
        })
        .await
    }
}

/// The event is handled. In the transaction of what was done for it, both happen or neither:
/// commit after [`Settled::Recorded`], and roll back after [`Settled::Overtaken`].
pub fn done_in(
    transaction: &Transaction<'_>,
    ticket: &Ticket,
    now: i64,
) -> rusqlite::Result<Settled> {
    settle(transaction, ticket, now, true)
}

fn settle(on: &Connection, ticket: &Ticket, now: i64, done: bool) -> rusqlite::Result<Settled> {
    let until = if done { now + remembered() } else { now };
    let changed = on.execute(
        "UPDATE clink_event SET done = ?3, until = ?4
         WHERE id = ?1 AND attempt = ?2 AND done = 0 AND until > ?5",
        params![ticket.event, ticket.attempt, done, until, now],
    )?;
    Ok(if changed == 1 {
        Settled::Recorded
    } else {
        Settled::Overtaken
    })
}

fn remembered() -> i64 {
    REMEMBER_FOR.as_secs().cast_signed()
}

impl Dedup for SqlDedup {
    type Ticket = Ticket;
    type Error = io::Error;

    /// One statement claims what is not claimed, so that no two nodes can.
    async fn claim(&self, id: &EventId) -> io::Result<Claim<Ticket>> {
        let (event, claim) = (id.as_str().to_owned(), self.claim);
        self.run(move |connection, now| {
            let attempt = connection
                .query_row(
                    "INSERT INTO clink_event (id, attempt, done, until) VALUES (?1, 1, 0, ?2)
                     ON CONFLICT (id) DO UPDATE
                     SET attempt = attempt + 1, done = 0, until = excluded.until
                     WHERE until <= ?3
                     RETURNING attempt",
                    params![event, now + claim, now],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(attempt) = attempt {
                return Ok(Claim::Granted(Ticket { event, attempt }));
            }
            let done = "SELECT done FROM clink_event WHERE id = ?1";
            let done = connection
                .query_row(done, [event], |row| row.get(0))
                .optional()?;
            Ok(if done == Some(true) {
                Claim::Done
            } else {
                Claim::Busy
            })
        })
        .await
    }

    async fn done(&self, ticket: Ticket) -> io::Result<Settled> {
        self.run(move |connection, now| settle(connection, &ticket, now, true))
            .await
    }

    async fn release(&self, ticket: Ticket) -> io::Result<Settled> {
        self.run(move |connection, now| settle(connection, &ticket, now, false))
            .await
    }
}
