use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use clinkbill::webhook::{Claim, Dedup, Event, EventKind, Settled, VerifiedEvent, Verifier};
use sqlx::SqlitePool;

use crate::fulfil::{agreed, alarm, settle};
use crate::sql_dedup::{SqlDedup, Ticket};

/// What the handler needs.
#[derive(Clone)]
pub struct Receiver {
    pub verifier: Verifier,
    pub seen: SqlDedup,
    pub pool: SqlitePool,
}

impl FromRef<Receiver> for Verifier {
    fn from_ref(receiver: &Receiver) -> Self {
        receiver.verifier.clone()
    }
}

/// What does not verify never comes here.
pub async fn receive(
    State(receiver): State<Receiver>,
    VerifiedEvent(event): VerifiedEvent,
) -> StatusCode {
    let ticket = match receiver.seen.claim(&event.id).await {
        Ok(Claim::Granted(ticket)) => ticket,
        Ok(Claim::Done) => return StatusCode::OK,
        // Another node is at it. If it fails, the event has to come again.
        Ok(Claim::Busy) => return StatusCode::SERVICE_UNAVAILABLE,
        Err(error) => {
            tracing::error!(event = %event.id, %error, "not claimed");
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
    };
    match handle(&receiver, &event, &ticket).await {
        Ok(Settled::Recorded) => StatusCode::OK,
        Ok(Settled::Overtaken) => StatusCode::SERVICE_UNAVAILABLE,
        Err(error) => {
            tracing::error!(event = %event.id, %error, "not handled");
            // Nothing was done, so the event may be claimed again at once.
            let _ = receiver.seen.release(ticket).await;
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// The purchase is delivered and the event is done, or neither.
async fn handle(receiver: &Receiver, event: &Event, ticket: &Ticket) -> sqlx::Result<Settled> {
    let mut transaction = receiver.pool.begin_with("BEGIN IMMEDIATE").await?;
    let agreed = match reference(event) {
        Some(reference) => agreed(&mut transaction, reference).await?,
        None => None,
    };
    if let Some(agreed) = agreed {
        let said = agreed.expected.by_event(event);
        settle(&mut transaction, &agreed, event.id.as_str(), said).await?;
    } else if matches!(event.kind, EventKind::Unreadable(_)) {
        alarm(&mut transaction, event.id.as_str(), "unreadable").await?;
    }
    let settled = receiver.seen.done_in(&mut *transaction, ticket).await?;
    if settled == Settled::Recorded {
        transaction.commit().await?;
    }
    Ok(settled)
}

/// The merchant reference of what may have been paid.
fn reference(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::OrderSucceeded(order) => order.merchant_reference.as_deref(),
        EventKind::SessionComplete(session) => session.merchant_reference.as_deref(),
        _ => None,
    }
}
