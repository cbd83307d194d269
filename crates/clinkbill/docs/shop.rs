use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use clinkbill::webhook::{Claim, Dedup, Event, EventKind, Settled, VerifiedEvent, Verifier};
use clinkbill::{Currency, Expectation, Fulfilment, Money, SessionId};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::sql_dedup::{SqlDedup, Ticket, done_in};

/// What the handler needs.
#[derive(Clone)]
pub struct Shop {
    pub verifier: Verifier,
    pub seen: SqlDedup,
}

impl FromRef<Shop> for Verifier {
    fn from_ref(shop: &Shop) -> Self {
        shop.verifier.clone()
    }
}

/// What does not verify never comes here.
pub async fn receive(State(shop): State<Shop>, VerifiedEvent(event): VerifiedEvent) -> StatusCode {
    let ticket = match shop.seen.claim(&event.id).await {
        Ok(Claim::Granted(ticket)) => ticket,
        Ok(Claim::Done) => return StatusCode::OK,
        // Another node is at it. If it fails, the event has to come again.
        Ok(Claim::Busy) => return StatusCode::SERVICE_UNAVAILABLE,
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR,
    };
    let held = ticket.clone();
    let handled = shop
        .seen
        .run(move |connection, now| handle(connection, &event, &held, now))
        .await;
    match handled {
        Ok(Settled::Recorded) => StatusCode::OK,
        Ok(Settled::Overtaken) => StatusCode::SERVICE_UNAVAILABLE,
        Err(_) => {
            // Nothing was done, so the event may be claimed again at once.
            let _ = shop.seen.release(ticket).await;
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// The purchase is delivered and the event is done, or neither.
fn handle(
    connection: &mut Connection,
    event: &Event,
    ticket: &Ticket,
    now: i64,
) -> rusqlite::Result<Settled> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Two events tell of one payment, so the purchase itself knows whether it was delivered.
    let deliver = "UPDATE purchase SET delivered = delivered + 1
                   WHERE reference = ?1 AND delivered = 0";
    let alarm = "INSERT INTO alarm (event, why) VALUES (?1, ?2)";
    match purchase(&transaction, event)? {
        Some((reference, expected)) => match expected.by_event(event) {
            Fulfilment::Paid(_) => {
                transaction.execute(deliver, [reference])?;
            }
            Fulfilment::NotYet => {}
            Fulfilment::Mismatch(why) => {
                transaction.execute(alarm, [event.id.as_str(), &why.to_string()])?;
            }
        },
        None if matches!(event.kind, EventKind::Unreadable(_)) => {
            transaction.execute(alarm, [event.id.as_str(), "unreadable"])?;
        }
        None => {}
    }
    let settled = done_in(&transaction, ticket, now)?;
    if settled == Settled::Recorded {
        transaction.commit()?;
    }
    Ok(settled)
}

/// The purchase an event is about, as it was written down before its session was made.
fn purchase(
    connection: &Connection,
    event: &Event,
) -> rusqlite::Result<Option<(String, Expectation)>> {
    let reference = match &event.kind {
        EventKind::OrderSucceeded(order) => order.merchant_reference.as_deref(),
        EventKind::SessionComplete(session) => session.merchant_reference.as_deref(),
        _ => None,
    };
    let Some(reference) = reference else {
        return Ok(None);
    };
    connection
        .query_row(
            "SELECT session_id, price, currency FROM purchase WHERE reference = ?1",
            [reference],
            |row| {
                let (session, price, currency): (String, String, String) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                let price = Money::parse(&price, Currency::from_wire(currency));
                let price = price.map_err(|error| {
                    let kind = rusqlite::types::Type::Text;
                    rusqlite::Error::FromSqlConversionFailure(1, kind, Box::new(error))
                })?;
                let session = SessionId::from_wire(session);
                let expected = Expectation::new(reference, session, price);
                Ok((reference.to_owned(), expected))
            },
        )
        .optional()
}
