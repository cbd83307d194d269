use clinkbill::EventId;
use clinkbill::webhook::{Claim, Dedup, REMEMBER_FOR, Settled};
use sqlx::{SqliteExecutor, SqlitePool};

/// Seconds since the Unix epoch. Where the database has a clock of its own, take that.
pub type Clock = fn() -> i64;

/// The handled events in a table that all nodes share.
#[derive(Clone)]
pub struct SqlDedup {
    pool: SqlitePool,
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
    pub async fn new(pool: SqlitePool, claim: i64, now: Clock) -> sqlx::Result<Self> {
        let table = "CREATE TABLE IF NOT EXISTS clink_event (
                id TEXT PRIMARY KEY,
                attempt INTEGER NOT NULL,
                done INTEGER NOT NULL,
                until INTEGER NOT NULL -- when the claim runs out, or the event is forgotten
            )";
        sqlx::query(table).execute(&pool).await?;
        Ok(Self { pool, claim, now })
    }

    /// The event is handled. In the transaction of what was done for it, both happen or neither:
    /// commit after [`Settled::Recorded`], and roll back after [`Settled::Overtaken`].
    pub async fn done_in(
        &self,
        transaction: impl SqliteExecutor<'_>,
        ticket: &Ticket,
    ) -> sqlx::Result<Settled> {
        self.settle(transaction, ticket, true).await
    }

    /// Forgets events that cannot come again. Run it now and then.
    pub async fn tidy(&self) -> sqlx::Result<u64> {
        // A day more, so that a ticket that was lost is never given out a second time.
        let forgotten = sqlx::query("DELETE FROM clink_event WHERE until < ?1")
            .bind((self.now)() - remembered())
            .execute(&self.pool)
            .await?;
        Ok(forgotten.rows_affected())
    }

    async fn settle(
        &self,
        on: impl SqliteExecutor<'_>,
        ticket: &Ticket,
        done: bool,
    ) -> sqlx::Result<Settled> {
        let now = (self.now)();
        let settled = sqlx::query(
            "UPDATE clink_event SET done = ?3, until = ?4
             WHERE id = ?1 AND attempt = ?2 AND done = 0 AND until > ?5",
        )
        .bind(&ticket.event)
        .bind(ticket.attempt)
        .bind(done)
        .bind(if done { now + remembered() } else { now })
        .bind(now)
        .execute(on)
        .await?;
        Ok(if settled.rows_affected() == 1 {
            Settled::Recorded
        } else {
            Settled::Overtaken
        })
    }
}

fn remembered() -> i64 {
    REMEMBER_FOR.as_secs().cast_signed()
}

impl Dedup for SqlDedup {
    type Ticket = Ticket;
    type Error = sqlx::Error;

    /// One statement claims what is not claimed, so that no two nodes can.
    async fn claim(&self, id: &EventId) -> sqlx::Result<Claim<Ticket>> {
        let now = (self.now)();
        let attempt = sqlx::query_scalar(
            "INSERT INTO clink_event (id, attempt, done, until) VALUES (?1, 1, 0, ?2)
             ON CONFLICT (id) DO UPDATE
             SET attempt = attempt + 1, done = 0, until = excluded.until
             WHERE until <= ?3
             RETURNING attempt",
        )
        .bind(id.as_str())
        .bind(now + self.claim)
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        if let Some(attempt) = attempt {
            let event = id.as_str().to_owned();
            return Ok(Claim::Granted(Ticket { event, attempt }));
        }
        let done = sqlx::query_scalar("SELECT done FROM clink_event WHERE id = ?1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(if done == Some(true) {
            Claim::Done
        } else {
            Claim::Busy
        })
    }

    async fn done(&self, ticket: Ticket) -> sqlx::Result<Settled> {
        self.settle(&self.pool, &ticket, true).await
    }

    async fn release(&self, ticket: Ticket) -> sqlx::Result<Settled> {
        self.settle(&self.pool, &ticket, false).await
    }
}
