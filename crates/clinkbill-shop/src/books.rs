//! The shop's own books: what was ordered, and each call that asked Clink for a session.

use std::path::Path;
use std::time::Duration;

use clinkbill::{Currency, Line, Money, SessionId};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{FromRow, Row, SqlitePool, sqlite::SqliteRow};

use crate::goods::Good;

const SCHEMA: &str = include_str!("schema.sql");

/// How many connections a shop keeps. One of them can write at a time.
const CONNECTIONS: u32 = 4;

/// How long a connection waits until another has written.
const PATIENCE: Duration = Duration::from_secs(30);

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Books(SqlitePool);

/// An order of a buyer.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Counts the orders.
    pub number: i64,
    /// Names the order in URLs.
    pub token: String,
    /// Where the buyer is told of it.
    pub email: String,
    /// What is bought.
    pub name: String,
    /// How many of it.
    pub quantity: u32,
    /// What all of it costs.
    pub price: Money,
    /// The reference that was paid, once one was.
    pub paid_by: Option<String>,
    unit_price: String,
}

/// How far a call that asks for a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody knows yet what became of it.
    AskedFor,
    /// There is a session, and the buyer has its link.
    Open,
    /// The answer was lost: nobody has the link of the session that there may be.
    Lost,
    /// There is no session.
    NotMade,
}

/// One call that asks for a session. It holds a link, so it is never printed.
pub struct Checkout {
    /// No other call has it.
    pub reference: String,
    /// How far it has come.
    pub stage: Stage,
    /// When the call was made.
    pub asked_at: i64,
    /// Where the buyer pays. Only the buyer may see it.
    pub url: Option<String>,
    expires_at: Option<i64>,
}

/// A session that was just made.
pub struct Opened {
    /// Its id.
    pub session_id: SessionId,
    /// Where the buyer pays.
    pub url: String,
    /// When it runs out.
    pub expires_at: Option<i64>,
}

impl Books {
    /// Opens a file, and makes it when there is none.
    pub async fn open(file: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        Ok(Self(pool))
    }

    /// The connections to it.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.0
    }

    /// Writes down what a buyer wants.
    pub async fn place(&self, good: &Good, quantity: u32, email: &str) -> sqlx::Result<Purchase> {
        let price = good.price(quantity).map_err(encoding)?;
        let unit_price = good.unit_price().map_err(encoding)?.to_string();
        sqlx::query_as(
            "INSERT INTO purchase (token, email, name, quantity, unit_price, price, currency)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING *",
        )
        .bind(format!("{:032x}", rand::random::<u128>()))
        .bind(email)
        .bind(good.name)
        .bind(quantity)
        .bind(unit_price)
        .bind(price.amount().to_string())
        .bind(price.currency().code())
        .fetch_one(&self.0)
        .await
    }

    /// The order with this token.
    pub async fn find(&self, token: &str) -> sqlx::Result<Option<Purchase>> {
        sqlx::query_as("SELECT * FROM purchase WHERE token = ?1")
            .bind(token)
            .fetch_optional(&self.0)
            .await
    }

    /// The order that this session was made for, and the session's reference.
    pub async fn by_session(&self, id: &SessionId) -> sqlx::Result<Option<(Purchase, String)>> {
        let row = sqlx::query(
            "SELECT purchase.*, reference
             FROM purchase JOIN checkout ON checkout.purchase = purchase.number
             WHERE session_id = ?1",
        )
        .bind(id.as_str())
        .fetch_optional(&self.0)
        .await?;
        row.map(|row| Ok((Purchase::from_row(&row)?, row.try_get("reference")?)))
            .transpose()
    }

    /// Orders that nobody paid for as far as the shop knows, with a call whose answer is missing:
    /// one that was `asked_before` and never heard of again, or one lost since `lost_since`.
    pub async fn unsettled(
        &self,
        asked_before: i64,
        lost_since: i64,
    ) -> sqlx::Result<Vec<Purchase>> {
        sqlx::query_as(
            "SELECT * FROM purchase WHERE paid_by IS NULL AND number IN (
                SELECT purchase FROM checkout
                WHERE (state = 'asked for' AND asked_at < ?1)
                   OR (state = 'lost' AND asked_at >= ?2))
             ORDER BY number",
        )
        .bind(asked_before)
        .bind(lost_since)
        .fetch_all(&self.0)
        .await
    }

    /// Whether a parcel is to be packed for this order.
    pub async fn is_packed(&self, purchase: i64) -> sqlx::Result<bool> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM parcel WHERE purchase = ?1)")
            .bind(purchase)
            .fetch_one(&self.0)
            .await
    }

    /// What somebody has to look at: about what, and why.
    pub async fn alarms(&self) -> sqlx::Result<Vec<(String, String)>> {
        sqlx::query_as("SELECT about, why FROM alarm ORDER BY rowid")
            .fetch_all(&self.0)
            .await
    }

    /// The calls that were made for an order, the first one first.
    pub async fn checkouts(&self, purchase: i64) -> sqlx::Result<Vec<Checkout>> {
        sqlx::query_as("SELECT * FROM checkout WHERE purchase = ?1 ORDER BY rowid")
            .bind(purchase)
            .fetch_all(&self.0)
            .await
    }

    /// Writes down a call before it is made: its reference, unless another call has it already.
    pub async fn ask(&self, purchase: i64, call: usize, now: i64) -> sqlx::Result<Option<String>> {
        sqlx::query_scalar(
            "INSERT INTO checkout (reference, purchase, state, asked_at)
             VALUES (?1, ?2, 'asked for', ?3)
             ON CONFLICT DO NOTHING RETURNING reference",
        )
        .bind(format!("order-{purchase}.{call}"))
        .bind(purchase)
        .bind(now)
        .fetch_optional(&self.0)
        .await
    }

    /// The call made a session. Only after this is the buyer sent there.
    pub async fn opened(&self, reference: &str, opened: &Opened) -> sqlx::Result<()> {
        sqlx::query(
            "UPDATE checkout SET state = 'open', session_id = ?2, url = ?3, expires_at = ?4
             WHERE reference = ?1",
        )
        .bind(reference)
        .bind(opened.session_id.as_str())
        .bind(&opened.url)
        .bind(opened.expires_at)
        .execute(&self.0)
        .await?;
        Ok(())
    }

    /// The call made no session, or nobody knows. A call that is known to have ended stays so.
    pub async fn closed(&self, reference: &str, stage: Stage) -> sqlx::Result<()> {
        sqlx::query("UPDATE checkout SET state = ?2 WHERE reference = ?1 AND state = 'asked for'")
            .bind(reference)
            .bind(stage.as_str())
            .execute(&self.0)
            .await?;
        Ok(())
    }
}

impl Purchase {
    /// Whether it was paid for.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.paid_by.is_some()
    }

    /// What the checkout lists.
    #[must_use]
    pub fn line(&self) -> Line {
        Line::new(&self.name, self.quantity, &self.unit_price)
    }
}

impl Checkout {
    /// Where the buyer can pay now.
    #[must_use]
    pub fn open_url(&self, now: i64) -> Option<&str> {
        let runs = self.expires_at.is_none_or(|end| now < end);
        self.url
            .as_deref()
            .filter(|_| self.stage == Stage::Open && runs)
    }
}

impl Stage {
    const ALL: [Self; 4] = [Self::AskedFor, Self::Open, Self::Lost, Self::NotMade];

    fn as_str(self) -> &'static str {
        match self {
            Self::AskedFor => "asked for",
            Self::Open => "open",
            Self::Lost => "lost",
            Self::NotMade => "not made",
        }
    }
}

impl FromRow<'_, SqliteRow> for Purchase {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let price: String = row.try_get("price")?;
        let currency = Currency::from_wire(row.try_get::<String, _>("currency")?);
        Ok(Self {
            number: row.try_get("number")?,
            token: row.try_get("token")?,
            email: row.try_get("email")?,
            name: row.try_get("name")?,
            quantity: row.try_get("quantity")?,
            price: Money::parse(&price, currency).map_err(|error| decoding("price", error))?,
            paid_by: row.try_get("paid_by")?,
            unit_price: row.try_get("unit_price")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for Checkout {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let told: &str = row.try_get("state")?;
        let stage = Stage::ALL.into_iter().find(|stage| stage.as_str() == told);
        Ok(Self {
            reference: row.try_get("reference")?,
            stage: stage.ok_or_else(|| decoding("state", format!("unknown: {told}")))?,
            asked_at: row.try_get("asked_at")?,
            url: row.try_get("url")?,
            expires_at: row.try_get("expires_at")?,
        })
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

fn encoding(error: impl Into<Cause>) -> sqlx::Error {
    sqlx::Error::Encode(error.into())
}

fn decoding(column: &str, error: impl Into<Cause>) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: error.into(),
    }
}
