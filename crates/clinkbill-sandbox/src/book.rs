//! A merchant's book: customers, sessions, orders and events, with their indexes.

use std::collections::{BTreeMap, HashMap};

use clinkbill_types::{Amount, Currency};

use crate::ids::Ids;
use crate::webhook::outbox::Outbox;
use crate::wire::request::{PaymentMethodType, UiMode};

/// Everything one merchant has. A refused request leaves it as it was.
pub(crate) struct Book {
    pub(crate) ids: Ids,
    pub(crate) customers: Customers,
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) orders: HashMap<String, Order>,
    pub(crate) outbox: Outbox,
}

/// Customers, found by any of their identifiers.
#[derive(Default)]
pub(crate) struct Customers {
    all: Vec<Customer>,
    by_id: HashMap<String, CustomerNumber>,
    by_email: HashMap<String, CustomerNumber>,
    by_reference: HashMap<String, CustomerNumber>,
}

/// A customer's place in its book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CustomerNumber(usize);

/// A customer as Clink knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) id: String,
    /// As it was first given.
    pub(crate) email: Option<String>,
    pub(crate) reference: Option<String>,
}

/// An e-mail address with the form under which it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Email {
    pub(crate) given: String,
    pub(crate) compared: String,
}

/// A checkout session.
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) customer: CustomerNumber,
    pub(crate) draft: Draft,
    pub(crate) created: i64,
    pub(crate) expire: i64,
    /// The order that paid it.
    pub(crate) paid_by: Option<String>,
}

/// What a merchant asked for, after every rule but the customer's has agreed.
pub(crate) struct Draft {
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<Line>,
    pub(crate) product_id: Option<String>,
    pub(crate) price_id: Option<String>,
    pub(crate) ui_mode: UiMode,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) show_promotion_code: bool,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// An inline line of a purchase.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) quantity: u32,
    pub(crate) unit_amount: Amount,
    pub(crate) currency: String,
    pub(crate) image_url: Option<String>,
}

/// What one payment attempt made.
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) session_id: String,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) method: PaymentMethodType,
    pub(crate) instrument_id: String,
    pub(crate) at: i64,
    pub(crate) failure: Option<Failure>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

impl Book {
    pub(crate) fn new(ids: Ids, outbox: Outbox) -> Self {
        Self {
            ids,
            customers: Customers::default(),
            sessions: HashMap::new(),
            orders: HashMap::new(),
            outbox,
        }
    }
}

impl Customers {
    /// Adds a customer with the identifiers it came with.
    pub(crate) fn create(
        &mut self,
        id: String,
        email: Option<&Email>,
        reference: Option<&str>,
    ) -> CustomerNumber {
        let number = CustomerNumber(self.all.len());
        self.by_id.insert(id.clone(), number);
        if let Some(email) = email {
            self.by_email.insert(email.compared.clone(), number);
        }
        if let Some(reference) = reference {
            self.by_reference.insert(reference.to_owned(), number);
        }
        self.all.push(Customer {
            id,
            email: email.map(|email| email.given.clone()),
            reference: reference.map(str::to_owned),
        });
        number
    }

    /// Gives a customer its reference.
    pub(crate) fn bind(&mut self, number: CustomerNumber, reference: &str) {
        self.by_reference.insert(reference.to_owned(), number);
        if let Some(customer) = self.all.get_mut(number.0) {
            customer.reference = Some(reference.to_owned());
        }
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<CustomerNumber> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn by_email(&self, email: &Email) -> Option<CustomerNumber> {
        self.by_email.get(&email.compared).copied()
    }

    pub(crate) fn by_reference(&self, reference: &str) -> Option<CustomerNumber> {
        self.by_reference.get(reference).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Customer> {
        self.all.iter()
    }
}

impl std::ops::Index<CustomerNumber> for Customers {
    type Output = Customer;

    /// A number is only ever made by `create`, and no customer is removed.
    fn index(&self, number: CustomerNumber) -> &Customer {
        &self.all[number.0]
    }
}
