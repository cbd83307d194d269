use std::error::Error;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use clinkbill::webhook::{
    Account, AccountAnswer, Claim, Dedup, Event, EventKind, Settled, VerifiedEvent, Verifier,
};
use clinkbill::{Fulfilment, OrderId};
use sqlx::SqlitePool;

use crate::fulfil::{agreed, alarm, settle, went_back};
use crate::sql_dedup::{SqlDedup, Ticket};

/// What the handler needs.
#[derive(Clone)]
pub struct Receiver {
    pub verifier: Verifier,
    pub seen: SqlDedup,
    pub pool: SqlitePool,
    /// The shop's web site, an absolute URL.
    pub site: Arc<str>,
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
) -> Response {
    let ticket = match receiver.seen.claim(&event.id).await {
        Ok(Claim::Granted(ticket)) => ticket,
        Ok(Claim::Done) => return taken(&receiver, &event).await,
        // Another node is at it. If it fails, the event has to come again.
        Ok(Claim::Busy) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(error) => {
            tracing::error!(event = %event.id, %error, "not claimed");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    match handle(&receiver, &event, &ticket).await {
        Ok(Settled::Recorded) => taken(&receiver, &event).await,
        Ok(Settled::Overtaken) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(error) => {
            tracing::error!(event = %event.id, %error, "not handled");
            // Nothing was done, so the event may be claimed again at once.
            let _ = receiver.seen.release(ticket).await;
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The answer to an event that is done: the same each time it comes. The purchase is safe by now,
/// so what the answer cannot tell is no reason for the event to come again.
async fn taken(receiver: &Receiver, event: &Event) -> Response {
    match account(receiver, event).await {
        Ok(Some(answer)) => Json(answer).into_response(),
        Ok(None) => StatusCode::OK.into_response(),
        Err(error) => {
            tracing::error!(event = %event.id, error, "no account is told");
            StatusCode::OK.into_response()
        }
    }
}

/// Whose purchase `order.succeeded` paid for. Other events tell of no account.
async fn account(
    receiver: &Receiver,
    event: &Event,
) -> Result<Option<AccountAnswer>, Box<dyn Error + Send + Sync>> {
    let EventKind::OrderSucceeded(order) = &event.kind else {
        return Ok(None);
    };
    let Some(reference) = reference(event) else {
        return Ok(None);
    };
    let mut connection = receiver.pool.acquire().await?;
    let agreed = agreed(&mut connection, reference).await?;
    let Some(agreed) =
        agreed.filter(|agreed| matches!(agreed.expected.by_event(event), Fulfilment::Paid(_)))
    else {
        return Ok(None);
    };
    // The shop knows its buyers by their email, and did before they paid.
    let account = Account::new(&agreed.email, &*receiver.site)?.with_email(&agreed.email);
    Ok(Some(AccountAnswer::reloaded(&account, order)?))
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
    } else if let Some((order, what)) = going_back(event) {
        went_back(&mut transaction, order, event.id.as_str(), what).await?;
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

/// The order whose money goes back, and how. An expectation is only about money that comes.
fn going_back(event: &Event) -> Option<(Option<&OrderId>, &'static str)> {
    match &event.kind {
        EventKind::RefundSucceeded(refund) => Some((refund.order_id.as_ref(), "was refunded")),
        EventKind::DisputeCreated(dispute) => Some((dispute.order_id.as_ref(), "is disputed")),
        EventKind::DisputeLost(dispute) => {
            Some((dispute.order_id.as_ref(), "was lost to a dispute"))
        }
        _ => None,
    }
}
