use clinkbill_types::{
    InvoiceId, InvoiceStatus, Money, OrderId, OrderStatus, OrderType, PaymentStatus, SessionId,
    SessionStatus,
};

use crate::{Event, EventKind, EventType, Invoice, Order, Session};

/// What a merchant expects of one purchase, from the merchant's own books: whether an event, or
/// an object that was read from Clink, proves that it was paid.
///
/// * The merchant reference *and* the session must be the purchase's own.
/// * The amount must be the price, in the currency the session was priced in, by value: 4.9 is
///   4.90. What the buyer paid may be in another currency, and says nothing about the price.
/// * A buyer on the success URL proves nothing, so nothing here takes one.
///
/// ```
/// use clinkbill_types::{Currency, Money, SessionId};
/// use clinkbill_webhook::{Event, Expectation, Fulfilment};
///
/// # fn deliver() {}
/// # fn run(event: &Event, session_id: SessionId) -> Result<(), Box<dyn std::error::Error>> {
/// let price = Money::parse("4.99", Currency::USD)?;
/// match Expectation::new("A-17", session_id, price).by_event(event) {
///     // Once per purchase; for a subscription once per `payment.invoice_id`.
///     Fulfilment::Paid(payment) => deliver(),
///     Fulfilment::NotYet => {}
///     Fulfilment::Mismatch(why) => eprintln!("somebody has to look at {}: {why}", event.id),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Source: guide, Merchant Reference and Session Data; MR-05 and RD-10.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    reference: String,
    session: Option<SessionId>,
    price: Money,
}

/// Whether a purchase was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "only `Paid` says that something may be delivered"]
pub enum Fulfilment {
    /// The purchase was paid for. Deliver it once, however often and by whatever event it is
    /// told.
    Paid(Payment),
    /// Nothing here says that it was paid. A failed attempt is not the end of a session, and a
    /// payment that was under way may succeed after the session expired: wait for an event, or
    /// read session or order again.
    NotYet,
    /// It is another purchase, or it was not paid as agreed. Deliver nothing, and let somebody
    /// look.
    Mismatch(Mismatch),
}

/// The payment of a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payment {
    /// The order that was paid. An event about a session may not know it yet.
    pub order_id: Option<OrderId>,
    /// The invoice, for one period of a subscription. Several events tell of the same invoice:
    /// deliver the period once per invoice.
    pub invoice_id: Option<InvoiceId>,
    /// What the buyer paid, in the currency the buyer chose, with taxes, fees and discounts.
    pub total: Option<Money>,
}

/// Why what was paid is not what was expected. What was expected is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// The merchant reference is another one, or there is none.
    #[error("merchant_reference is {}", told(found.as_ref()))]
    Reference {
        /// The reference there is.
        found: Option<String>,
    },
    /// The session is another one, or none is named.
    #[error("session_id is {}", told(found.as_ref()))]
    Session {
        /// The session there is.
        found: Option<SessionId>,
    },
    /// The currency it was priced in is another one.
    #[error("subtotal is in another currency: {found}")]
    Currency {
        /// What was asked for.
        found: Money,
    },
    /// The amount that was asked for is another one, or is not told.
    #[error("subtotal is {}", told(found.as_ref()))]
    Amount {
        /// What was asked for.
        found: Option<Money>,
    },
    /// It was paid, and the money went back, or a part of it.
    #[error("the order is {found}")]
    Refunded {
        /// How much of it went back.
        found: OrderStatus,
    },
    /// The event says that something was paid, and its object has a status that nobody knows.
    #[error("the status is unknown: {found}")]
    Status {
        /// The status.
        found: String,
    },
    /// The event says that something was paid, but not what.
    #[error("the object of the event cannot be read")]
    Unreadable,
}

/// How far a payment has come.
enum Stand {
    Paid,
    NotYet,
    Refunded(OrderStatus),
    Unknown(String),
}

impl Stand {
    /// What an event that says `paid` makes of a status which is none of those known: where there
    /// is none, its name has to do; any other may be about money that went back.
    fn by_name(paid: bool, status: &str) -> Self {
        match status {
            _ if !paid => Self::NotYet,
            "" => Self::Paid,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

/// Which session an object says it belongs to.
enum InSession<'a> {
    /// An invoice cannot name one, so there the reference has to do.
    Never,
    Unsaid,
    This(&'a SessionId),
}

/// What an object tells about the purchase it belongs to.
struct Told<'a> {
    reference: Option<&'a String>,
    session: InSession<'a>,
    asked: Option<&'a Money>,
    stand: Stand,
    payment: Payment,
}

impl Expectation {
    /// The purchase with this merchant reference, which is paid in this session and has this
    /// price: the session's total in the currency it was created with.
    #[must_use]
    pub fn new(reference: impl Into<String>, session: SessionId, price: Money) -> Self {
        Self {
            session: Some(session),
            ..Self::of_unknown_session(reference, price)
        }
    }

    /// As [`new`](Self::new), when nobody knows which session was made: after a `create` whose
    /// outcome is unknown. Only a reference that no other session has tells the purchase then.
    #[must_use]
    pub fn of_unknown_session(reference: impl Into<String>, price: Money) -> Self {
        Self {
            reference: reference.into(),
            session: None,
            price,
        }
    }

    /// What an event says. Only `order.succeeded`, `session.complete` and `invoice.paid` can say
    /// that something was paid.
    pub fn by_event(&self, event: &Event) -> Fulfilment {
        match &event.kind {
            EventKind::OrderSucceeded(order) => self.judge(by_order(order, true)),
            EventKind::OrderCreated(order)
            | EventKind::OrderNextAction(order)
            | EventKind::OrderFailed(order) => self.judge(Told {
                stand: Stand::NotYet,
                ..by_order(order, false)
            }),
            EventKind::SessionComplete(session) => self.judge(by_session(session, true)),
            EventKind::SessionExpired(session) => self.judge(Told {
                stand: Stand::NotYet,
                ..by_session(session, false)
            }),
            EventKind::InvoicePaid(invoice) => self.judge(by_invoice(invoice, true)),
            EventKind::Unreadable(
                EventType::OrderSucceeded | EventType::SessionComplete | EventType::InvoicePaid,
            ) => Fulfilment::Mismatch(Mismatch::Unreadable),
            _ => Fulfilment::NotYet,
        }
    }

    /// What an order says that was read from Clink.
    pub fn by_order(&self, order: &Order) -> Fulfilment {
        self.judge(by_order(order, false))
    }

    /// What a session says that was read from Clink.
    pub fn by_session(&self, session: &Session) -> Fulfilment {
        self.judge(by_session(session, false))
    }

    /// What an invoice says that was read from Clink: whether the period was paid that it is for.
    pub fn by_invoice(&self, invoice: &Invoice) -> Fulfilment {
        self.judge(by_invoice(invoice, false))
    }

    /// Another purchase is a mismatch however far it has come; what is missing or was not agreed
    /// is one only when it was paid.
    fn judge(&self, told: Told<'_>) -> Fulfilment {
        let other_reference = told.reference != Some(&self.reference);
        if other_reference && told.reference.is_some() {
            return Fulfilment::Mismatch(Mismatch::Reference {
                found: told.reference.cloned(),
            });
        }
        let no_session = match (&self.session, told.session) {
            (Some(expected), InSession::This(found)) if found != expected => {
                return Fulfilment::Mismatch(Mismatch::Session {
                    found: Some(found.clone()),
                });
            }
            (Some(_), InSession::Unsaid) => true,
            _ => false,
        };
        match told.stand {
            Stand::NotYet => Fulfilment::NotYet,
            _ if other_reference => Fulfilment::Mismatch(Mismatch::Reference { found: None }),
            _ if no_session => Fulfilment::Mismatch(Mismatch::Session { found: None }),
            Stand::Refunded(found) => Fulfilment::Mismatch(Mismatch::Refunded { found }),
            Stand::Unknown(found) => Fulfilment::Mismatch(Mismatch::Status { found }),
            Stand::Paid => match self.price_differs_from(told.asked) {
                Some(why) => Fulfilment::Mismatch(why),
                None => Fulfilment::Paid(told.payment),
            },
        }
    }

    fn price_differs_from(&self, asked: Option<&Money>) -> Option<Mismatch> {
        let Some(asked) = asked else {
            return Some(Mismatch::Amount { found: None });
        };
        let code = self.price.currency().code();
        if !asked.currency().code().eq_ignore_ascii_case(code) {
            return Some(Mismatch::Currency {
                found: asked.clone(),
            });
        }
        (asked.amount() != self.price.amount()).then(|| Mismatch::Amount {
            found: Some(asked.clone()),
        })
    }
}

/// `succeeded`: an event says so.
fn by_order(order: &Order, succeeded: bool) -> Told<'_> {
    // A period is delivered by its invoice, which has an event of its own. So is what may be one.
    let one_time = matches!(order.order_type, None | Some(OrderType::OneTime));
    let waits_for_invoice = !one_time && order.invoice_id.is_none();
    let stand = match &order.status {
        _ if waits_for_invoice => Stand::NotYet,
        OrderStatus::Success => Stand::Paid,
        OrderStatus::Unknown(status) => Stand::by_name(succeeded, status.as_str()),
        OrderStatus::PartialRefunded | OrderStatus::Refunded => {
            Stand::Refunded(order.status.clone())
        }
        _ => Stand::NotYet,
    };
    Told {
        reference: order.merchant_reference.as_ref(),
        session: match &order.session_id {
            Some(session) => InSession::This(session),
            None => InSession::Unsaid,
        },
        asked: order.subtotal.as_ref(),
        stand,
        payment: Payment {
            order_id: Some(order.order_id.clone()),
            invoice_id: order.invoice_id.clone(),
            total: order.total.clone(),
        },
    }
}

fn by_session(session: &Session, completed: bool) -> Told<'_> {
    let stand = match &session.status {
        SessionStatus::Complete => Stand::Paid,
        SessionStatus::Unknown(status) => Stand::by_name(completed, status.as_str()),
        _ => Stand::NotYet,
    };
    let paid = matches!(session.payment_status, None | Some(PaymentStatus::Paid));
    let price = session.price.as_ref();
    let recurring =
        session.subscription_id.is_some() || price.is_some_and(|price| price.recurring.is_some());
    let waits_for_invoice = recurring && session.invoice_id.is_none();
    Told {
        reference: session.merchant_reference.as_ref(),
        session: InSession::This(&session.session_id),
        asked: session.subtotal.as_ref(),
        stand: if paid && !waits_for_invoice {
            stand
        } else {
            Stand::NotYet
        },
        payment: Payment {
            order_id: session.order_id.clone(),
            invoice_id: session.invoice_id.clone(),
            total: session.total.clone(),
        },
    }
}

fn by_invoice(invoice: &Invoice, paid: bool) -> Told<'_> {
    let stand = match &invoice.status {
        InvoiceStatus::Paid => Stand::Paid,
        InvoiceStatus::Unknown(status) => Stand::by_name(paid, status.as_str()),
        _ => Stand::NotYet,
    };
    Told {
        reference: invoice.merchant_reference.as_ref(),
        session: InSession::Never,
        asked: invoice.amount.as_ref(),
        stand,
        payment: Payment {
            order_id: invoice.order_id.clone(),
            invoice_id: Some(invoice.invoice_id.clone()),
            total: invoice.payment_amount.clone(),
        },
    }
}

fn told(found: Option<&impl ToString>) -> String {
    match found {
        Some(found) => format!("another one: {}", found.to_string()),
        None => "missing".to_owned(),
    }
}
