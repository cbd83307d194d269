//! Request to decisions of the rulebook to book to reply and events.
//!
//! The engine performs no I/O and reads no clock but its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use clinkbill_types::Timestamp;
use clinkbill_webhook::EventType;
use http::StatusCode;

use crate::Reply;
use crate::book::{Book, CustomerNumber, Failure, Order, Session};
use crate::clock::Clock;
use crate::error::{ApiError, Refusal, RefusalShape};
use crate::ids::Seed;
use crate::key::KeyDigest;
use crate::rulebook::{self, Identifiers, Rulebook, Situation, Verdict};
use crate::view;
use crate::webhook::outbox::{DeliveryNumber, DueDelivery, Endpoint, Outbox};
use crate::wire::read_object;
use crate::wire::request::{CreateCheckoutSessionRequest, PaymentMethodType, UiMode};
use crate::wire::response::{Envelope, OrderStatus, SessionStatus};

/// What a sandbox was started with.
pub(crate) struct Options {
    pub(crate) refusal_shape: RefusalShape,
    pub(crate) session_lifetime_millis: i64,
    pub(crate) timestamp_tolerance_millis: i64,
    pub(crate) endpoints: Vec<Endpoint>,
}

/// Every merchant's book and the rules they are kept by.
pub(crate) struct Engine {
    pub(crate) rulebook: Box<dyn Rulebook>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) options: Options,
    seed: Seed,
    books: RwLock<HashMap<KeyDigest, Arc<Mutex<Book>>>>,
    /// Which merchant a checkout link belongs to.
    links: RwLock<HashMap<String, Link>>,
    /// Whose outbox has something due.
    with_due: Mutex<Vec<KeyDigest>>,
    /// Rung when a delivery has become due.
    bells: RwLock<Vec<Box<dyn Fn() + Send + Sync>>>,
}

/// Where a checkout link leads.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) merchant: KeyDigest,
    pub(crate) session_id: String,
}

/// What a buyer does on the checkout page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    pub(crate) method: PaymentMethodType,
    pub(crate) failure: Option<Failure>,
}

/// What an attempt made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paid {
    /// The order of this attempt.
    pub order_id: String,
    /// Where the buyer's browser goes; nowhere after a failed attempt, or when the merchant gave
    /// no URL.
    pub redirect_url: Option<String>,
}

impl Attempt {
    /// A payment by card that succeeds.
    #[must_use]
    pub fn succeeded() -> Self {
        Self {
            method: PaymentMethodType::Card,
            failure: None,
        }
    }

    /// A payment by card that the issuer declines.
    #[must_use]
    pub fn failed() -> Self {
        Self {
            failure: Some(Failure {
                code: "card_declined",
                message: "The card was declined.",
            }),
            ..Self::succeeded()
        }
    }
}

impl Engine {
    pub(crate) fn new(
        rulebook: Box<dyn Rulebook>,
        clock: Box<dyn Clock>,
        seed: Seed,
        options: Options,
    ) -> Self {
        Self {
            rulebook,
            clock,
            options,
            seed,
            books: RwLock::default(),
            links: RwLock::default(),
            with_due: Mutex::default(),
            bells: RwLock::default(),
        }
    }

    // The documented API

    pub(crate) fn create_session(
        &self,
        merchant: KeyDigest,
        body: &[u8],
        origin: &str,
        now: i64,
    ) -> Result<Reply, ApiError> {
        let mut request: CreateCheckoutSessionRequest = read_object(body)?;
        let identifiers = rulebook::identifiers(&*self.rulebook, &mut request);
        let draft = rulebook::draft(&*self.rulebook, request)?;

        self.with_book(merchant, |book| {
            // The last thing that can be refused, so that a refused request leaves no trace.
            let customer = self.resolve_customer(book, &identifiers)?;
            let session = Session {
                id: book.ids.id("sess_"),
                token: book.ids.token(),
                customer,
                draft,
                created: now,
                expire: now.saturating_add(self.options.session_lifetime_millis),
                paid_by: None,
            };
            write(&self.links).insert(
                session.token.clone(),
                Link {
                    merchant,
                    session_id: session.id.clone(),
                },
            );
            let reply = Envelope::success(view::created_session(
                &session,
                &book.customers[customer],
                origin,
            ))
            .into_reply(StatusCode::OK);
            book.sessions.insert(session.id.clone(), session);
            Ok(reply)
        })
    }

    pub(crate) fn read_session(
        &self,
        merchant: KeyDigest,
        session_id: &str,
        now: i64,
    ) -> Result<Reply, ApiError> {
        self.with_book(merchant, |book| {
            let session = find_session(book, session_id)?;
            let customer = &book.customers[session.customer];
            let data = view::session(session, customer, self.status(session, now));
            Ok(Envelope::success(data).into_reply(StatusCode::OK))
        })
    }

    pub(crate) fn read_order(
        &self,
        merchant: KeyDigest,
        order_id: &str,
    ) -> Result<Reply, ApiError> {
        self.with_book(merchant, |book| {
            let data = book
                .orders
                .get(order_id)
                .and_then(|order| view::order(book, order))
                .ok_or_else(|| ApiError::NotFound {
                    name: "ORDER_NOT_FOUND",
                    detail: "no order of this merchant has this id".into(),
                })?;
            Ok(Envelope::success(data).into_reply(StatusCode::OK))
        })
    }

    // What a buyer does

    /// One payment attempt: an order, its events and, when it succeeds, a complete session.
    pub(crate) fn pay(
        &self,
        merchant: KeyDigest,
        session_id: &str,
        attempt: Attempt,
        now: i64,
    ) -> Result<Paid, ApiError> {
        let paid = self.with_book(merchant, |book| -> Result<Paid, ApiError> {
            self.open_session(book, session_id, now)?;
            let order_id = book.ids.id("order_");
            let instrument_id = book.ids.id("pi_");
            let succeeded = attempt.failure.is_none();
            let completes = self.rulebook.attempt_completes_session(succeeded);

            let session = find_session(book, session_id)?;
            let reference = session.draft.merchant_reference.as_deref();
            let order = Order {
                id: order_id.clone(),
                session_id: session_id.to_owned(),
                merchant_reference: self.rulebook.order_reference(reference),
                method: attempt.method,
                instrument_id,
                at: now,
                failure: attempt.failure,
            };
            let result = if succeeded {
                (EventType::OrderSucceeded, OrderStatus::Success)
            } else {
                (EventType::OrderFailed, OrderStatus::Failed)
            };
            for (event_type, status) in [(EventType::OrderCreated, OrderStatus::Created), result] {
                announce(book, |book, id| {
                    view::order_event(book, id, &event_type, &order, status)
                });
            }
            book.orders.insert(order_id.clone(), order);

            let mut redirect_url = None;
            if completes {
                if let Some(session) = book.sessions.get_mut(session_id) {
                    session.paid_by = Some(order_id.clone());
                    redirect_url = self.redirect_after_success(session);
                }
                announce(book, |book, id| {
                    view::completion_event(book, id, session_id, now)
                });
            }
            Ok(Paid {
                order_id,
                redirect_url,
            })
        })?;
        self.ring(merchant);
        Ok(paid)
    }

    /// The buyer leaves: where the browser goes.
    pub(crate) fn cancel(
        &self,
        merchant: KeyDigest,
        session_id: &str,
        now: i64,
    ) -> Result<Option<String>, ApiError> {
        self.with_book(merchant, |book| {
            let session = self.open_session(book, session_id, now)?;
            Ok(self.redirect_on_leaving(session))
        })
    }

    /// RD-04 for hosted checkout, RD-07 for embedded.
    fn redirect_after_success(&self, session: &Session) -> Option<String> {
        let draft = &session.draft;
        match draft.ui_mode {
            UiMode::HostedPage => draft
                .success_url
                .as_deref()
                .map(|url| self.rulebook.success_redirect(url, &session.id)),
            UiMode::Elements => draft
                .return_url
                .as_deref()
                .map(|url| self.rulebook.return_redirect(url, &session.id)),
        }
    }

    /// RD-05. Embedded checkout has nowhere to leave to: it is part of the merchant's page.
    pub(crate) fn redirect_on_leaving(&self, session: &Session) -> Option<String> {
        let draft = &session.draft;
        match draft.ui_mode {
            UiMode::HostedPage => draft
                .cancel_url
                .as_deref()
                .map(|url| self.rulebook.cancel_redirect(url)),
            UiMode::Elements => None,
        }
    }

    // State

    pub(crate) fn with_book<T>(&self, merchant: KeyDigest, act: impl FnOnce(&mut Book) -> T) -> T {
        let known = read(&self.books).get(&merchant).map(Arc::clone);
        let book = known.unwrap_or_else(|| {
            let mut books = write(&self.books);
            Arc::clone(books.entry(merchant).or_insert_with(|| {
                let outbox = Outbox::for_endpoints(self.options.endpoints.clone());
                Arc::new(Mutex::new(Book::new(self.seed.ids_of(&merchant), outbox)))
            }))
        });
        act(&mut lock(&book))
    }

    pub(crate) fn link(&self, token: &str) -> Option<Link> {
        read(&self.links).get(token).cloned()
    }

    pub(crate) fn status(&self, session: &Session, now: i64) -> SessionStatus {
        if session.paid_by.is_some() {
            SessionStatus::Completed
        } else if self.rulebook.is_past_its_end(now, session.expire) {
            SessionStatus::Expired
        } else {
            SessionStatus::Open
        }
    }

    fn resolve_customer(
        &self,
        book: &mut Book,
        given: &Identifiers,
    ) -> Result<CustomerNumber, Refusal> {
        let Situation { cell, customer } = rulebook::classify(given, &book.customers);
        let reference = given.reference.as_deref();
        match (self.rulebook.customer_verdict(cell), customer) {
            (Verdict::Use, Some(customer)) => Ok(customer),
            (Verdict::UseAndBind, Some(customer)) => {
                if let Some(reference) = reference {
                    book.customers.bind(customer, reference);
                }
                Ok(customer)
            }
            (Verdict::Create, _) => {
                let id = book.ids.id("cus_");
                Ok(book.customers.create(id, given.email.as_ref(), reference))
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
        }
    }

    fn open_session<'a>(
        &self,
        book: &'a Book,
        session_id: &str,
        now: i64,
    ) -> Result<&'a Session, ApiError> {
        let session = find_session(book, session_id)?;
        match self.status(session, now) {
            SessionStatus::Open => Ok(session),
            SessionStatus::Completed => Err(Refusal::new(
                "SESSION_COMPLETED",
                "the session has concluded with a successful payment",
            )
            .into()),
            SessionStatus::Expired => Err(Refusal::new(
                "SESSION_EXPIRED",
                "the session has expired and takes no further payment attempts",
            )
            .into()),
        }
    }

    // Webhooks

    /// Calls `bell` whenever a delivery has become due.
    pub(crate) fn on_due(&self, bell: impl Fn() + Send + Sync + 'static) {
        write(&self.bells).push(Box::new(bell));
    }

    /// Takes every due delivery of every merchant, signed for sending now.
    pub(crate) fn take_due(&self) -> Vec<(KeyDigest, DueDelivery)> {
        let Ok(now) = Timestamp::from_millis(self.clock.now_millis()) else {
            return Vec::new();
        };
        std::mem::take(&mut *lock(&self.with_due))
            .into_iter()
            .flat_map(|merchant| {
                self.with_book(merchant, |book| book.outbox.take_due(now))
                    .into_iter()
                    .map(move |delivery| (merchant, delivery))
            })
            .collect()
    }

    pub(crate) fn record_delivery(
        &self,
        merchant: KeyDigest,
        number: DeliveryNumber,
        outcome: Result<u16, String>,
    ) {
        let at = self.clock.now_millis();
        self.with_book(merchant, |book| book.outbox.record(number, at, outcome));
    }

    fn ring(&self, merchant: KeyDigest) {
        if !self.with_book(merchant, |book| book.outbox.has_due()) {
            return;
        }
        lock(&self.with_due).push(merchant);
        for bell in read(&self.bells).iter() {
            bell();
        }
    }
}

/// Puts an event into the outbox; its body is made from the book and the event's id.
fn announce(book: &mut Book, body: impl FnOnce(&Book, &str) -> Option<String>) {
    let id = book.ids.id("event_");
    if let Some(body) = body(book, &id) {
        book.outbox.push(body);
    }
}

fn find_session<'a>(book: &'a Book, session_id: &str) -> Result<&'a Session, ApiError> {
    book.sessions
        .get(session_id)
        .ok_or_else(|| ApiError::NotFound {
            name: "SESSION_NOT_FOUND",
            detail: "no session of this merchant has this id".into(),
        })
}

// A lock is poisoned only where a rulebook of the user's own panicked: the other merchants, and
// what this one has, stay readable.

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
