//! Checkout sessions and orders, as the documented API creates and reads them.

use super::success;
use crate::Answer;
use crate::book::{Book, CustomerNumber, Draft, Session, SessionState};
use crate::engine::{Engine, Link};
use crate::error::{ApiError, Refusal};
use crate::journal::Change;
use crate::key::KeyDigest;
use crate::rulebook::{
    self, Decisions, Forbidden, Identifiers, Rule, Rulebook, Situation, Verdict,
};
use crate::view;
use crate::wire::read_object;
use crate::wire::request::CreateCheckoutSessionRequest;
use crate::wire::response::SessionStatus;

impl Engine {
    /// `POST /checkout/session`. `origin` is where the caller reaches the checkout page.
    pub(crate) fn create_session(
        &self,
        merchant: KeyDigest,
        body: &[u8],
        origin: &str,
        wall: i64,
        decisions: &mut Decisions,
    ) -> Result<Answer, ApiError> {
        let mut request: CreateCheckoutSessionRequest =
            read_object(body).or_else(|error| match self.rulebook.forbidden_body(body) {
                Forbidden::ReadAs(body) => read_object(&body),
                Forbidden::Refused => Err(decisions.forbid(error)),
            })?;
        let identifiers = rulebook::identifiers(&*self.rulebook, &mut request, decisions);
        let (mut draft, named) = rulebook::draft(&*self.rulebook, request, decisions)?;

        let change = Change::CreateSession {
            body: body.into(),
            origin: origin.into(),
        };
        self.change(merchant, wall, change, |book, now| {
            let rulebook = &*self.rulebook;
            if let Some(reply) = self.earlier_session(book, &draft, origin) {
                return Ok(reply);
            }
            let products = &book.products;
            if let Err(refusal) =
                rulebook::purchase(rulebook, products, named, &mut draft, decisions)
            {
                if rulebook.refusal_leaves_customer() {
                    resolve_customer(rulebook, book, identifiers, decisions)?;
                }
                return Err(refusal.into());
            }
            // The last thing that can be refused, so that a refused request leaves no trace.
            let (customer, is_new) = resolve_customer(rulebook, book, identifiers, decisions)?;
            let session = Session {
                id: book.ids.session(),
                token: book.ids.token(),
                customer,
                draft,
                created: now,
                expire: now.saturating_add(self.options.session_lifetime_millis),
                state: SessionState::Open,
                under_way: None,
                paid_by: None,
                observations: decisions.take_observed().into(),
            };
            self.add_link(
                &session.token,
                Link {
                    merchant,
                    session_id: session.id,
                },
            );
            let customer = &book.customers[customer];
            let mut told = view::created_session(&session, customer, origin);
            told.customer_id = decisions.by(
                Rule::Cr33,
                rulebook.customer_in_answer(told.customer_id, is_new),
            );
            let end = decisions.by(Rule::St05, rulebook.end_as_told(session.expire));
            told.expire_time = view::timestamp(end);
            let reply = success(told);
            book.sessions.insert(session);
            Ok(reply)
        })
    }

    /// MR-02: none, unless the rulebook is another.
    fn earlier_session(&self, book: &Book, draft: &Draft, origin: &str) -> Option<Answer> {
        if !self.rulebook.reference_leads_to_earlier_session() {
            return None;
        }
        let session = book
            .sessions
            .by_reference(draft.merchant_reference.as_deref()?)?;
        let customer = &book.customers[session.customer];
        Some(success(view::created_session(session, customer, origin)))
    }

    /// `GET /checkout/session/{id}`.
    pub(crate) fn read_session(
        &self,
        merchant: KeyDigest,
        session_id: &str,
        wall: i64,
        decisions: &mut Decisions,
    ) -> Result<Answer, ApiError> {
        self.with_book(merchant, wall, |book, _| {
            let session = find_session(book, session_id)?;
            let can_be_read = self.rulebook.session_can_be_read(session.status());
            let outcome = can_be_read.then_some(()).ok_or_else(session_not_found);
            decisions.check(Rule::Rd06, outcome)?;
            let mut told = view::session(book, session);
            let end = decisions.by(Rule::St05, self.rulebook.end_as_told(session.expire));
            told.expire = view::timestamp(end);
            let stands = match told.status {
                SessionStatus::Open => Rule::St01,
                SessionStatus::Completed => Rule::St02,
                SessionStatus::Expired => Rule::St03,
            };
            told.status = decisions.by(stands, self.rulebook.status(told.status));
            let payment = self.rulebook.payment_status(told.payment_status);
            told.payment_status = decisions.by(Rule::St09, payment);
            if let Some(customer) = &mut told.customer {
                customer.customer_id = decisions.by(
                    Rule::Cr32,
                    self.rulebook.customer_of_session(customer.customer_id),
                );
            }
            Ok(success(told))
        })
    }
}

pub(crate) fn find_session<'a>(book: &'a Book, session_id: &str) -> Result<&'a Session, ApiError> {
    book.sessions.get(session_id).ok_or_else(session_not_found)
}

fn session_not_found() -> ApiError {
    ApiError::NotFound {
        name: "SESSION_NOT_FOUND",
        detail: "no session of this merchant has this id".into(),
    }
}

/// The customer of a request, and whether it was made for it.
fn resolve_customer(
    rulebook: &dyn Rulebook,
    book: &mut Book,
    given: Identifiers,
    decisions: &mut Decisions,
) -> Result<(CustomerNumber, bool), Refusal> {
    let Situation { cell, customer } = rulebook::classify(&given, &book.customers);
    let resolved = match (rulebook.customer_verdict(cell), customer) {
        (Verdict::Use, Some(customer)) => Ok((customer, false)),
        (Verdict::UseAndBind, Some(customer)) => {
            if let Some(reference) = &given.reference {
                book.customers.bind(customer, reference);
            }
            Ok((customer, false))
        }
        (Verdict::Create, _) => {
            let id = book.ids.customer();
            Ok((book.customers.create(id, given), true))
        }
        (Verdict::RefuseNotMatched, _) => Err(Refusal::new(
            "CUSTOMER_IDENTIFIER_NOT_MATCHED",
            "customerId, customerEmail and referenceCustomerId do not belong to one customer",
        )),
        // Nobody to use is nobody found, whatever a deviant says.
        (Verdict::RefuseNotFound | Verdict::Use | Verdict::UseAndBind, _) => Err(Refusal::new(
            "CUSTOMER_NOT_FOUND",
            "give a customerId that exists, or a customerEmail, or a referenceCustomerId",
        )),
    };
    decisions.check(cell.rule(), resolved)
}
