//! Which customer a session belongs to (guide: Session Data, Customer).
//!
//! The situation of a request is classified into exactly one [`Cell`] of the decision table,
//! and the rulebook has exactly one [`Verdict`] for each cell.

use crate::book::{Customer, CustomerNumber, Customers, Email};

/// The identifiers of a request, after empty ones were taken out.
#[derive(Debug, Default)]
pub(crate) struct Identifiers {
    pub(crate) customer_id: Option<String>,
    pub(crate) email: Option<Email>,
    pub(crate) reference: Option<String>,
    pub(crate) import: Option<Import>,
}

/// A customer at the merchant's own payment channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Import {
    pub(crate) channel: String,
    pub(crate) reference: String,
}

/// One cell of the customer table, by the id of its rule.
///
/// C, E and R are `customerId`, `customerEmail` and `referenceCustomerId`; X is the customer
/// that C names. CR-31 has no cell of its own: another merchant's customer stands in another
/// book, so here it is simply not found (CR-28 to CR-30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cell {
    /// Nothing is given.
    Cr01,
    /// Only E, which belongs to a customer.
    Cr02,
    /// Only E, which belongs to nobody.
    Cr03,
    /// Only R, which belongs to a customer.
    Cr04,
    /// Only R, which belongs to nobody.
    Cr05,
    /// E and R belong to the same customer.
    Cr06,
    /// E and R belong to different customers.
    Cr07,
    /// E belongs to a customer, R to nobody.
    Cr08,
    /// R belongs to a customer, E to nobody.
    Cr09,
    /// Neither E nor R belongs to anybody.
    Cr10,
    /// X alone.
    Cr11,
    /// X with its own E.
    Cr12,
    /// X with an E that belongs to nobody.
    Cr13,
    /// X with another customer's E.
    Cr14,
    /// X with its own R.
    Cr15,
    /// X, which has no reference, with an unused R.
    Cr16,
    /// X, which has no reference, with another customer's R.
    Cr17,
    /// X, which has a reference, with a different, unused R.
    Cr18,
    /// X, which has a reference, with another customer's R.
    Cr19,
    /// X with its own E and its own R.
    Cr20,
    /// X, which has no reference, with its own E and an unused R.
    Cr21,
    /// X, which has no reference, with its own E and another customer's R.
    Cr22,
    /// X, which has a reference, with its own E and a different, unused R.
    Cr23,
    /// X, which has a reference, with its own E and another customer's R.
    Cr24,
    /// X with a wrong E and its own R.
    Cr25,
    /// X, which has no reference, with a wrong E and an unused R.
    Cr26,
    /// X with a wrong E and an R it could not have.
    Cr27,
    /// C names nobody; nothing else is given.
    Cr28,
    /// C names nobody; E is given, with or without R.
    Cr29,
    /// C names nobody; R is given.
    Cr30,
    /// Only an import, of a customer that an earlier one made.
    Cr34Known,
    /// Only an import, of a customer nobody knows yet.
    Cr34New,
    /// X has no e-mail address, and an E is given.
    Cr43,
}

/// What happens in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The session is for the customer that was found.
    Use,
    /// The session is for the customer that was found, and R becomes its reference.
    UseAndBind,
    /// A customer with the given identifiers is created.
    Create,
    /// The request fails with `CUSTOMER_NOT_FOUND`.
    RefuseNotFound,
    /// The request fails with `CUSTOMER_IDENTIFIER_NOT_MATCHED`.
    RefuseNotMatched,
}

/// A cell and the customer it speaks of.
pub(crate) struct Situation {
    pub(crate) cell: Cell,
    pub(crate) customer: Option<CustomerNumber>,
}

impl Cell {
    /// Every cell of the table.
    pub const ALL: [Self; 33] = [
        Self::Cr01,
        Self::Cr02,
        Self::Cr03,
        Self::Cr04,
        Self::Cr05,
        Self::Cr06,
        Self::Cr07,
        Self::Cr08,
        Self::Cr09,
        Self::Cr10,
        Self::Cr11,
        Self::Cr12,
        Self::Cr13,
        Self::Cr14,
        Self::Cr15,
        Self::Cr16,
        Self::Cr17,
        Self::Cr18,
        Self::Cr19,
        Self::Cr20,
        Self::Cr21,
        Self::Cr22,
        Self::Cr23,
        Self::Cr24,
        Self::Cr25,
        Self::Cr26,
        Self::Cr27,
        Self::Cr28,
        Self::Cr29,
        Self::Cr30,
        Self::Cr34Known,
        Self::Cr34New,
        Self::Cr43,
    ];

    /// The verdict of the guide, and of our choice where it is silent.
    ///
    /// Stated by the guide: CR-01 to CR-12, CR-15, CR-16, CR-20, CR-21. For a customer that C
    /// names, the guide says that E and R *must match* and not which error follows:
    /// `CUSTOMER_IDENTIFIER_NOT_MATCHED` is our choice (G-02). An unknown C is not found and
    /// nothing else is tried (G-03, our choice). An import is newer than the guide and names a
    /// customer only where C, E and R are absent (CR-34).
    #[must_use]
    pub fn documented_verdict(self) -> Verdict {
        match self {
            Self::Cr02
            | Self::Cr04
            | Self::Cr06
            | Self::Cr11
            | Self::Cr12
            | Self::Cr15
            | Self::Cr20
            | Self::Cr34Known => Verdict::Use,
            Self::Cr16 | Self::Cr21 => Verdict::UseAndBind,
            Self::Cr03 | Self::Cr05 | Self::Cr10 | Self::Cr34New => Verdict::Create,
            Self::Cr01 | Self::Cr28 | Self::Cr29 | Self::Cr30 => Verdict::RefuseNotFound,
            Self::Cr07
            | Self::Cr08
            | Self::Cr09
            | Self::Cr13
            | Self::Cr14
            | Self::Cr17
            | Self::Cr18
            | Self::Cr19
            | Self::Cr22
            | Self::Cr23
            | Self::Cr24
            | Self::Cr25
            | Self::Cr26
            | Self::Cr27
            | Self::Cr43 => Verdict::RefuseNotMatched,
        }
    }
}

/// Finds the one cell that a request stands in.
pub(crate) fn classify(given: &Identifiers, customers: &Customers) -> Situation {
    match &given.customer_id {
        None => classify_without_id(given, customers),
        Some(id) => match customers.by_id(id) {
            None => Situation {
                cell: match (&given.email, &given.reference) {
                    (None, None) => Cell::Cr28,
                    (Some(_), _) => Cell::Cr29,
                    (None, Some(_)) => Cell::Cr30,
                },
                customer: None,
            },
            Some(number) => Situation {
                cell: classify_with_customer(&customers[number], given, customers),
                customer: Some(number),
            },
        },
    }
}

fn classify_without_id(given: &Identifiers, customers: &Customers) -> Situation {
    let owner_of_email = given.email.as_ref().map(|email| customers.by_email(email));
    let owner_of_reference = given
        .reference
        .as_ref()
        .map(|reference| customers.by_reference(reference));
    let (cell, customer) = match (owner_of_email, owner_of_reference) {
        (None, None) => match &given.import {
            None => (Cell::Cr01, None),
            Some(import) => match customers.by_import(import) {
                Some(customer) => (Cell::Cr34Known, Some(customer)),
                None => (Cell::Cr34New, None),
            },
        },
        (Some(Some(a)), None) => (Cell::Cr02, Some(a)),
        (Some(None), None) => (Cell::Cr03, None),
        (None, Some(Some(b))) => (Cell::Cr04, Some(b)),
        (None, Some(None)) => (Cell::Cr05, None),
        (Some(Some(a)), Some(Some(b))) if a == b => (Cell::Cr06, Some(a)),
        (Some(Some(a)), Some(Some(_))) => (Cell::Cr07, Some(a)),
        (Some(Some(a)), Some(None)) => (Cell::Cr08, Some(a)),
        (Some(None), Some(Some(b))) => (Cell::Cr09, Some(b)),
        (Some(None), Some(None)) => (Cell::Cr10, None),
    };
    Situation { cell, customer }
}

/// How a given identifier stands to customer X.
enum Match {
    Absent,
    Own,
    Unused,
    Others,
}

fn classify_with_customer(x: &Customer, given: &Identifiers, customers: &Customers) -> Cell {
    let email = match (&given.email, &x.email) {
        (None, _) => Match::Absent,
        (Some(_), None) => return Cell::Cr43,
        (Some(email), Some(_)) => match customers.by_email(email) {
            Some(owner) if customers[owner].id == x.id => Match::Own,
            Some(_) => Match::Others,
            None => Match::Unused,
        },
    };
    let reference = match &given.reference {
        None => Match::Absent,
        Some(reference) => match customers.by_reference(reference) {
            Some(owner) if customers[owner].id == x.id => Match::Own,
            Some(_) => Match::Others,
            None => Match::Unused,
        },
    };
    let has_reference = x.reference.is_some();

    match (email, reference, has_reference) {
        (Match::Absent, Match::Absent, _) => Cell::Cr11,
        (Match::Own, Match::Absent, _) => Cell::Cr12,
        (Match::Unused, Match::Absent, _) => Cell::Cr13,
        (Match::Others, Match::Absent, _) => Cell::Cr14,
        (Match::Absent, Match::Own, _) => Cell::Cr15,
        (Match::Absent, Match::Unused, false) => Cell::Cr16,
        (Match::Absent, Match::Others, false) => Cell::Cr17,
        (Match::Absent, Match::Unused, true) => Cell::Cr18,
        (Match::Absent, Match::Others, true) => Cell::Cr19,
        (Match::Own, Match::Own, _) => Cell::Cr20,
        (Match::Own, Match::Unused, false) => Cell::Cr21,
        (Match::Own, Match::Others, false) => Cell::Cr22,
        (Match::Own, Match::Unused, true) => Cell::Cr23,
        (Match::Own, Match::Others, true) => Cell::Cr24,
        (Match::Unused | Match::Others, Match::Own, _) => Cell::Cr25,
        (Match::Unused | Match::Others, Match::Unused, false) => Cell::Cr26,
        (Match::Unused | Match::Others, Match::Others, _)
        | (Match::Unused | Match::Others, Match::Unused, true) => Cell::Cr27,
    }
}
