//! Webhook events as they are sent.

use clinkbill_types::Amount;
use clinkbill_webhook::EventType;
use serde::Serialize;

use super::{order_at, session, session_price, subscription};
use crate::book::{Book, Session};
use crate::webhook::event::{Event, Subject};
use crate::wire::response::{self as wire, PaymentStatus, SessionStatus};
use crate::wire::subscription::AmountText;

/// A webhook event as it is sent.
#[derive(Serialize)]
struct Envelope<'a, T> {
    id: &'a str,
    object: &'static str,
    /// Milliseconds since the Unix epoch.
    created: i64,
    #[serde(rename = "type")]
    kind: &'a EventType,
    data: Data<T>,
}

#[derive(Serialize)]
struct Data<T> {
    object: T,
}

/// The body of an event: the same bytes whenever it is asked for. Nothing leaves a book while its
/// events are kept, so that there always is one.
pub(crate) fn event_body(book: &Book, event: &Event) -> Option<String> {
    match &event.subject {
        Subject::Session {
            id,
            status,
            payment_status,
        } => {
            let stored = book.sessions.get(id)?;
            write(event, session_at(book, stored, *status, *payment_status))
        }
        Subject::Order { id, status } => {
            let order = book.orders.get(id)?;
            let session = book.sessions.get(&order.session_id)?;
            let customer = &book.customers[session.customer];
            write(event, order_at(session, customer, order, *status))
        }
        Subject::Subscription { id } => {
            let stored = book.subscriptions.get(id)?;
            write(
                event,
                subscription::subscription::<AmountText>(book, stored)?,
            )
        }
        Subject::Invoice { id, status } => {
            let stored = book.subscriptions.invoice(id)?;
            write(
                event,
                subscription::invoice::<AmountText>(book, stored, *status)?,
            )
        }
    }
}

/// `data.object` of a session event, which knows less than a session that is read.
fn session_at<'a>(
    book: &'a Book,
    stored: &'a Session,
    status: SessionStatus,
    payment_status: PaymentStatus,
) -> wire::CheckoutSession<'a> {
    wire::CheckoutSession {
        status,
        payment_status,
        amount_total: None::<Amount>,
        payment_currency: None,
        subscription_id: None,
        invoice_id: None,
        order_id: None,
        product: None,
        customer: None,
        price: session_price(None),
        ..session(book, stored)
    }
}

fn write<T: Serialize>(event: &Event, object: T) -> Option<String> {
    let envelope = Envelope {
        id: &event.id,
        object: "event",
        created: event.at,
        kind: &event.kind,
        data: Data { object },
    };
    // Only a map with keys that are not strings could fail here, and there is none.
    serde_json::to_string(&envelope).ok()
}
