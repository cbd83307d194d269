//! The parts of a book, and the tables they are shown in.

use super::rows::{
    Listed, Part, catalogue, customers, events, fault, orders, request, sessions, subscriptions,
};
use crate::book::Book;
use crate::engine::Engine;
use crate::key::KeyDigest;
use crate::rulebook::Rule;

/// A part of a book that is listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Sessions,
    Orders,
    Subscriptions,
    Customers,
    Catalogue,
    Events,
    Requests,
    Faults,
}

/// A part of a section's rows.
pub(super) struct Table {
    pub(super) section: Section,
    pub(super) list: Listed,
}

impl Table {
    /// The rules that its rows speak of.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let rulings = || self.list.rows.iter().filter_map(|row| row.ruling.as_ref());
        let rules = Rule::ALL.iter().copied();
        rules
            .filter(|rule| rulings().any(|ruling| ruling.rules.contains(rule)))
            .collect()
    }
}

impl Section {
    /// What most often has to be seen together comes first.
    pub(super) const ALL: [Self; 8] = [
        Self::Sessions,
        Self::Orders,
        Self::Events,
        Self::Requests,
        Self::Subscriptions,
        Self::Customers,
        Self::Catalogue,
        Self::Faults,
    ];

    pub(super) fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.path() == path)
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Orders => "orders",
            Self::Subscriptions => "subscriptions",
            Self::Customers => "customers",
            Self::Catalogue => "catalogue",
            Self::Events => "events",
            Self::Requests => "requests",
            Self::Faults => "faults",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Sessions => "Checkout sessions",
            Self::Orders => "Orders",
            Self::Subscriptions => "Subscriptions",
            Self::Customers => "Customers",
            Self::Catalogue => "Catalogue",
            Self::Events => "Events",
            Self::Requests => "Requests",
            Self::Faults => "Armed faults",
        }
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Sessions => {
                "An id leads to the checkout page. Expire moves the clock to the session's end, and \
                 whatever is due before happens too. Times are UTC."
            }
            Self::Orders => "One for each payment attempt. Times are UTC.",
            Self::Subscriptions => "What recurring purchases started. Times are UTC.",
            Self::Customers => "With the identifiers they are found by.",
            Self::Catalogue => "Products and their prices.",
            Self::Events => {
                "With each delivery, the latest first: when it was sent last, what was answered, and \
                 where it stands. GET /_sandbox/events tells of every attempt. Times are UTC."
            }
            Self::Requests => {
                "What this key sent to the documented API, with secrets masked, and the rules that \
                 decided it. Times are UTC."
            }
            Self::Faults => "In the order in which requests meet them.",
        }
    }

    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Sessions => &[
                "Session",
                "Status",
                "Amount",
                "Customer",
                "Reference",
                "Created",
                "Ends",
                "Do",
            ],
            Self::Orders => &[
                "Order",
                "Status",
                "Amount",
                "Method",
                "Session",
                "Reference",
                "Created",
                "Do",
            ],
            Self::Subscriptions => &[
                "Subscription",
                "Status",
                "Price",
                "Session",
                "Started",
                "Period ends",
            ],
            Self::Customers => &["Customer", "E-mail", "Reference"],
            Self::Catalogue => &["Product", "Name", "For sale", "Prices"],
            Self::Events => &["Event", "Type", "At", "Do", "Deliveries"],
            Self::Requests => &[
                "At",
                "Method",
                "Path",
                "Operation",
                "Status",
                "Fault",
                "Decided by",
            ],
            Self::Faults => &["Fault", "Operation", "When", "Left"],
        }
    }

    pub(super) fn has_buttons(self) -> bool {
        matches!(self, Self::Sessions | Self::Orders | Self::Events)
    }

    /// A part of the section, if the merchant still has a book.
    pub(super) fn table(
        self,
        engine: &Engine,
        merchant: KeyDigest,
        part: Part,
        wall: i64,
    ) -> Option<Table> {
        let of_book = |read: fn(&Book, Part) -> Listed| {
            engine.with_existing_book(merchant, wall, |book, _| read(book, part))
        };
        let list = match self {
            Self::Sessions => of_book(sessions)?,
            Self::Orders => of_book(orders)?,
            Self::Subscriptions => of_book(subscriptions)?,
            Self::Customers => of_book(customers)?,
            Self::Catalogue => of_book(catalogue)?,
            Self::Events => of_book(events)?,
            Self::Requests => engine.books.at_existing_desk(merchant, |desk| {
                let requests = &desk.requests;
                Listed {
                    total: requests.count(),
                    ..part.of(requests.kept(), requests.latest(), |one| request(&one))
                }
            })?,
            Self::Faults => engine.books.at_existing_desk(merchant, |desk| {
                part.of(desk.faults().count(), desk.faults(), fault)
            })?,
        };
        Some(Table {
            section: self,
            list,
        })
    }
}
