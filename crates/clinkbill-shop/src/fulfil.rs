use clinkbill::{Currency, Expectation, Fulfilment, Money, OrderId, SessionId};
use sqlx::SqliteConnection;

/// What the shop agreed with a buyer, for one reference under which money may come.
pub struct Agreed {
    pub purchase: i64,
    pub reference: String,
    pub email: String,
    pub expected: Expectation,
}

/// The purchase behind a merchant reference, as it was written down before its session was made.
pub async fn agreed(on: &mut SqliteConnection, reference: &str) -> sqlx::Result<Option<Agreed>> {
    let row: Option<(i64, Option<String>, String, String, String)> = sqlx::query_as(
        "SELECT number, session_id, email, price, currency
         FROM checkout JOIN purchase ON purchase.number = checkout.purchase
         WHERE reference = ?1",
    )
    .bind(reference)
    .fetch_optional(on)
    .await?;
    let Some((purchase, session, email, price, currency)) = row else {
        return Ok(None);
    };
    let price = Money::parse(&price, Currency::from_wire(currency))
        .map_err(|error| sqlx::Error::Decode(error.into()))?;
    let expected = match session {
        Some(session) => Expectation::new(reference, SessionId::from_wire(session), price),
        // The answer that would have named the session was lost.
        None => Expectation::of_unknown_session(reference, price),
    };
    Ok(Some(Agreed {
        purchase,
        reference: reference.to_owned(),
        email,
        expected,
    }))
}

/// Acts on what an event, a session or an order says. Call it in a transaction.
pub async fn settle(
    on: &mut SqliteConnection,
    agreed: &Agreed,
    told_by: &str,
    said: Fulfilment,
) -> sqlx::Result<()> {
    match said {
        Fulfilment::Paid(payment) => {
            deliver(on, agreed, told_by).await?;
            match payment.order_id {
                Some(order) => remember(on, agreed, &order).await,
                // `order.succeeded` tells it.
                None => Ok(()),
            }
        }
        Fulfilment::NotYet => Ok(()),
        Fulfilment::Mismatch(why) => alarm(on, told_by, &why.to_string()).await,
    }
}

/// Two events tell of one payment, so the purchase itself knows whether it was delivered.
async fn deliver(on: &mut SqliteConnection, agreed: &Agreed, told_by: &str) -> sqlx::Result<()> {
    let first =
        sqlx::query("UPDATE purchase SET paid_by = ?2 WHERE number = ?1 AND paid_by IS NULL")
            .bind(agreed.purchase)
            .bind(&agreed.reference)
            .execute(&mut *on)
            .await?;
    if first.rows_affected() == 1 {
        sqlx::query("INSERT INTO parcel (purchase) VALUES (?1)")
            .bind(agreed.purchase)
            .execute(on)
            .await?;
        return Ok(());
    }
    let paid_by: String = sqlx::query_scalar("SELECT paid_by FROM purchase WHERE number = ?1")
        .bind(agreed.purchase)
        .fetch_one(&mut *on)
        .await?;
    if paid_by != agreed.reference {
        let why = format!("{} is paid, after {paid_by}: refund one", agreed.reference);
        alarm(on, told_by, &why).await?;
    }
    Ok(())
}

async fn remember(on: &mut SqliteConnection, agreed: &Agreed, order: &OrderId) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO paid_order (order_id, purchase) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )
    .bind(order.as_str())
    .bind(agreed.purchase)
    .execute(on)
    .await?;
    Ok(())
}

/// Money went back, or is about to. What left the shop for it is for somebody to bring back.
pub async fn went_back(
    on: &mut SqliteConnection,
    order: Option<&OrderId>,
    told_by: &str,
    what: &str,
) -> sqlx::Result<()> {
    let purchase: Option<i64> =
        sqlx::query_scalar("SELECT purchase FROM paid_order WHERE order_id = ?1")
            .bind(order.map(OrderId::as_str))
            .fetch_optional(&mut *on)
            .await?;
    let why = match purchase {
        Some(number) => format!("purchase {number} {what}"),
        None => format!("a purchase that is not known here {what}"),
    };
    alarm(on, told_by, &why).await
}

/// Somebody has to look. The same thing is said once.
pub async fn alarm(on: &mut SqliteConnection, about: &str, why: &str) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO alarm (about, why) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
        .bind(about)
        .bind(why)
        .execute(on)
        .await?;
    Ok(())
}
