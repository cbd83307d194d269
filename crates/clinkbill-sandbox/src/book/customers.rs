//! A merchant's customers.

use std::collections::HashMap;

use crate::ids::{CustomerId, IdMap};
use crate::rulebook::{Identifiers, Import};

/// Customers, found by any of their identifiers.
#[derive(Default)]
pub(crate) struct Customers {
    all: Vec<Customer>,
    by_id: IdMap<CustomerId, CustomerNumber>,
    by_email: HashMap<String, CustomerNumber>,
    by_reference: HashMap<String, CustomerNumber>,
    by_import: HashMap<Import, CustomerNumber>,
}

/// A customer's place in its book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CustomerNumber(usize);

/// A customer as Clink knows it.
pub(crate) struct Customer {
    pub(crate) id: CustomerId,
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

impl Customers {
    /// Adds a customer with the identifiers it came with. An import that has led to another
    /// customer goes on leading there.
    pub(crate) fn create(&mut self, id: CustomerId, given: Identifiers) -> CustomerNumber {
        let number = CustomerNumber(self.all.len());
        self.by_id.insert(id, number);
        let email = given.email.map(|Email { given, compared }| {
            self.by_email.insert(compared, number);
            given
        });
        if let Some(reference) = &given.reference {
            self.by_reference.insert(reference.clone(), number);
        }
        if let Some(import) = given.import {
            self.by_import.entry(import).or_insert(number);
        }
        self.all.push(Customer {
            id,
            email,
            reference: given.reference,
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
        self.by_id.get(&CustomerId::named(id)?).copied()
    }

    pub(crate) fn by_email(&self, email: &Email) -> Option<CustomerNumber> {
        self.by_email.get(&email.compared).copied()
    }

    pub(crate) fn by_reference(&self, reference: &str) -> Option<CustomerNumber> {
        self.by_reference.get(reference).copied()
    }

    pub(crate) fn by_import(&self, import: &Import) -> Option<CustomerNumber> {
        self.by_import.get(import).copied()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Customer> + ExactSizeIterator {
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
