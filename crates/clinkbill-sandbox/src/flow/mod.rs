//! What the sandbox does with a request: decisions of the rulebook, then the book, then the
//! answer and the events.

mod attempt;
mod card;
mod catalogue;
mod checkout;
mod delivery;
mod offering;
mod orders;
mod payment;
mod portal;
mod subscription;
mod time;
mod webhook;

pub(crate) use attempt::Outcome;
pub use attempt::{Attempt, Paid, Settlement};
pub(crate) use card::TestCard;
pub(crate) use checkout::find_session;
pub(crate) use orders::OrderQuery;
pub(crate) use payment::{redirect_after_success, redirect_on_leaving};
pub(crate) use portal::PortalState;
pub(crate) use time::ClockState;
pub(crate) use webhook::{EndpointAction, EndpointFilter, list_events};

use crate::Answer;
use crate::wire::response::{Envelope, PageEnvelope};
use http::StatusCode;
use serde::Serialize;

/// The envelope of success.
pub(crate) fn success<T: Serialize>(data: T) -> Answer {
    Envelope::success(data).into_reply(StatusCode::OK)
}

/// The envelope of a page of a list; `total` counts the rows of all pages.
pub(crate) fn success_page<T: Serialize>(total: usize, rows: impl Iterator<Item = T>) -> Answer {
    PageEnvelope::success(total, rows.collect()).into_reply()
}
