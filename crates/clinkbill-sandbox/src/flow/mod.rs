//! What the sandbox does with a request: decisions of the rulebook, then the book, then the
//! answer and the events.

mod checkout;
mod payment;

pub use payment::{Attempt, Paid};
pub(crate) use payment::{redirect_after_success, redirect_on_leaving};

use crate::Answer;
use crate::wire::response::Envelope;
use http::StatusCode;
use serde::Serialize;

/// The envelope of success.
pub(crate) fn success<T: Serialize>(data: T) -> Answer {
    Envelope::success(data).into_reply(StatusCode::OK)
}
