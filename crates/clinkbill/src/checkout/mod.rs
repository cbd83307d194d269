//! Creating and reading checkout sessions.

mod created;
mod line;
mod new_session;
mod options;
mod purchase;
pub mod rules;
mod sealed;
pub(crate) mod wire;

use clinkbill_types::SessionId;

pub use self::created::{CheckoutUrl, CreatedSession};
pub use self::line::{Line, UnitAmount};
pub use self::new_session::{Elements, ElementsWithoutReturnUrl, Hosted, NewSession, NoCustomer};
pub use self::options::{CashApp, DirectQrMethod, PromotionCodes, Qris};
pub use self::purchase::{
    Lines, NoPurchase, OneTime, Plan, Recurring, Registered, ScheduledPhase, WithTotal,
};
use self::rules::{CustomerKnown, PurchaseComplete, Rendered};
use crate::answer::about;
use crate::call::{Method, Operation};
use crate::{Client, Error, Session, redirect};

const CREATE: Operation = Operation::new(Method::Post, "/checkout/session");
const RETRIEVE: Operation = Operation::get("/checkout/session/{id}");

/// Creates and reads checkout sessions. Obtain it from [`Client::checkout_sessions`].
#[derive(Debug, Clone, Copy)]
pub struct CheckoutSessions<'a> {
    client: &'a Client,
}

impl<'a> CheckoutSessions<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Creates a session, for one payment intention of one customer.
    ///
    /// Clink keeps no idempotency, and the same merchant reference twice is two sessions. So the
    /// request is sent again only when it provably never left this machine; whatever may have
    /// reached Clink is not. On [`Outcome::Unknown`](crate::Outcome::Unknown)
    /// [find out what became of it](crate::guide::reconciliation) before you make another.
    ///
    /// **Not cancel-safe**: when the future is dropped before it is ready, as a time limit around
    /// it or a `select!` does, the outcome is unknown. Let it run to its own deadline
    /// ([`CallOptions::deadline`](crate::CallOptions::deadline)) in a task of its own, or
    /// [find out what became of it](crate::guide::reconciliation).
    ///
    /// # Errors
    /// * Nothing is sent when a value of `new` is invalid: [`Error::field`] names it.
    /// * Refusals carry the guide's names: [`Error::is_customer_not_found`],
    ///   [`Error::is_customer_identifier_not_matched`].
    /// * When the session was made, but the answer repeats another amount or currency than was
    ///   sent, or its URL leads to another host than the environment's checkout host or (hosted
    ///   page) is missing, the outcome is `Unknown` and [`Error::session_id`] is the session.
    pub async fn create<C, U, P>(
        &self,
        new: &NewSession<C, U, P>,
    ) -> Result<CreatedSession<U::Url>, Error>
    where
        C: CustomerKnown,
        U: Rendered,
        P: PurchaseComplete,
    {
        let request = wire::request(new)?;
        let asked = &request;
        let call = self.client.call(CREATE);
        call.send_for(
            |api| async move { api.create_checkout_session(asked).await },
            |created| wire::created::<U>(created, asked, self.client.checkout_home()),
        )
        .await
    }

    /// The session with this id, as it stands now. Cancel-safe, as every read is.
    ///
    /// # Errors
    /// * [`Error::is_not_found`] when this key has no such session.
    /// * An answer about another session is none: the outcome is `Unknown`, which of a read says
    ///   that it may be repeated.
    pub async fn retrieve(&self, id: &SessionId) -> Result<Session, Error> {
        let id = id.to_path().map_err(Error::not_an_id("session_id"))?;
        let call = self.client.call(RETRIEVE);
        let by = &id;
        call.send_for(
            |api| async move { api.get_checkout_session(by).await },
            |session| about(by, session.session_id.clone().as_str(), session),
        )
        .await
    }

    /// The session a buyer came back from, by the URL the buyer came back on: the full URL, or
    /// its path and query as a web framework gives them.
    ///
    /// Reads `sessionId`, which Clink adds to a success URL, and `session_id`, the usual name on
    /// the return URL of an embedded checkout.
    ///
    /// Anybody can open any URL: compare the session's merchant reference with the purchase you
    /// expect, and its status with [`SessionStatus::Complete`](crate::SessionStatus::Complete).
    pub async fn retrieve_from_redirect(&self, url: &str) -> Result<Session, Error> {
        self.retrieve(&redirect::session_id(url)?).await
    }
}
