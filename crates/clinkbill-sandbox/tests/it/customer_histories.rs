//! The customer rules over whole histories: creates one after the other, each predicted by a model
//! that knows nothing but the guide's paragraphs.

use std::cell::RefCell;
use std::collections::BTreeMap;

use clinkbill_sandbox::Sandbox;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::{Value, json};

use crate::call::{Call, customers, json};

const LONGEST_HISTORY: usize = 30;
const BLANKS: [&str; 2] = ["", " "];
const EMAILS: [&str; 4] = [
    "a@example.com",
    "b@example.com",
    "c@example.com",
    "d@example.com",
];
const REFERENCES: [&str; 4] = ["ref-1", "ref-2", "ref-3", "ref-4"];

/// What a create says of its customer.
#[derive(Debug, Clone)]
struct Given {
    id: Id,
    email: Option<&'static str>,
    reference: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
enum Id {
    None,
    Blank,
    Unknown,
    /// That of a customer there is, if there is any: the number wraps round.
    Known(usize),
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Customer {
    email: Option<&'static str>,
    reference: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Resolved(usize),
    Bound(usize),
    Created(usize),
    NotFound,
    NotMatched,
}

/// The guide: what is found is used, what is not found is created, what contradicts itself fails.
#[derive(Debug, Default)]
struct Model {
    customers: Vec<Customer>,
}

impl Model {
    fn create(&mut self, given: &Given) -> Outcome {
        let is_set = |text: &&str| !text.trim().is_empty();
        let (email, reference) = (given.email.filter(is_set), given.reference.filter(is_set));
        match given.id {
            Id::Unknown => Outcome::NotFound,
            // Nobody is known yet, so no id is one of a customer's.
            Id::Known(_) if self.customers.is_empty() => Outcome::NotFound,
            Id::Known(number) => self.create_for(number % self.customers.len(), email, reference),
            Id::None | Id::Blank => self.find_or_create(email, reference),
        }
    }

    /// The customer is named; the other identifiers must match. A reference that nobody has yet
    /// becomes the customer's, if all else is well and the customer has none.
    fn create_for(
        &mut self,
        x: usize,
        email: Option<&str>,
        reference: Option<&'static str>,
    ) -> Outcome {
        if email.is_some() && self.customers[x].email != email {
            return Outcome::NotMatched;
        }
        let is_taken = self.owner_of_reference(reference).is_some();
        match (reference, self.customers[x].reference) {
            (None, _) => Outcome::Resolved(x),
            (Some(given), Some(own)) if given == own => Outcome::Resolved(x),
            (Some(_), Some(_)) => Outcome::NotMatched,
            (Some(_), None) if is_taken => Outcome::NotMatched,
            (Some(given), None) => {
                self.customers[x].reference = Some(given);
                Outcome::Bound(x)
            }
        }
    }

    /// Nobody is named: what is given must lead to one customer, or to none at all.
    fn find_or_create(
        &mut self,
        email: Option<&'static str>,
        reference: Option<&'static str>,
    ) -> Outcome {
        let owner_of_email = self
            .customers
            .iter()
            .position(|it| email.is_some() && it.email == email);
        let owners: Vec<Option<usize>> = [
            email.map(|_| owner_of_email),
            reference.map(|_| self.owner_of_reference(reference)),
        ]
        .into_iter()
        .flatten()
        .collect();
        match owners[..] {
            [] => Outcome::NotFound,
            [Some(one)] => Outcome::Resolved(one),
            [Some(one), Some(other)] if one == other => Outcome::Resolved(one),
            [None] | [None, None] => {
                self.customers.push(Customer { email, reference });
                Outcome::Created(self.customers.len() - 1)
            }
            _ => Outcome::NotMatched,
        }
    }

    fn owner_of_reference(&self, reference: Option<&str>) -> Option<usize> {
        reference.and_then(|_| {
            self.customers
                .iter()
                .position(|it| it.reference == reference)
        })
    }
}

fn maybe(texts: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![
        3 => Just(None),
        1 => select(&BLANKS[..]).prop_map(Some),
        6 => select(texts).prop_map(Some),
    ]
}

fn histories() -> impl Strategy<Value = Vec<Given>> {
    let id = prop_oneof![
        5 => Just(Id::None),
        1 => Just(Id::Blank),
        1 => Just(Id::Unknown),
        6 => (0usize..8).prop_map(Id::Known),
    ];
    let given = (id, maybe(&EMAILS), maybe(&REFERENCES)).prop_map(|(id, email, reference)| Given {
        id,
        email,
        reference,
    });
    proptest::collection::vec(given, 1..=LONGEST_HISTORY)
}

/// Sends a history to a sandbox and to the model, and compares after each create.
fn live(
    history: &[Given],
    seen: &RefCell<BTreeMap<&'static str, usize>>,
) -> Result<(), TestCaseError> {
    let sandbox = Sandbox::builder().seed(1).build();
    let mut model = Model::default();
    let mut ids: Vec<String> = Vec::new();
    for given in history {
        let id = match given.id {
            Id::None => None,
            Id::Blank => Some(" ".to_owned()),
            Id::Known(number) if !ids.is_empty() => Some(ids[number % ids.len()].clone()),
            Id::Known(_) | Id::Unknown => Some("cus_of_nobody".to_owned()),
        };
        let body = json!({
            "customerId": id, "customerEmail": given.email,
            "referenceCustomerId": given.reference,
            "originalAmount": 1, "originalCurrency": "USD",
        });
        let answer = json(&Call::create(body.to_string()).send(&sandbox));
        let predicted = model.create(given);
        if let Outcome::Created(_) = predicted {
            let id = answer["data"]["customerId"].as_str();
            ids.push(id.map(str::to_owned).unwrap_or_default());
        }
        let name = match predicted {
            Outcome::Resolved(_) => "resolved",
            Outcome::Bound(_) => "bound",
            Outcome::Created(_) => "created",
            Outcome::NotFound => "CUSTOMER_NOT_FOUND",
            Outcome::NotMatched => "CUSTOMER_IDENTIFIER_NOT_MATCHED",
        };
        *seen.borrow_mut().entry(name).or_default() += 1;
        match predicted {
            Outcome::Resolved(number) | Outcome::Bound(number) | Outcome::Created(number) => {
                prop_assert_eq!(&answer["data"]["customerId"], &ids[number], "{:?}", given);
            }
            Outcome::NotFound | Outcome::NotMatched => {
                prop_assert_eq!(&answer["data"], &Value::Null, "{:?} {:?}", given, predicted);
                let msg = answer["msg"].as_str().unwrap_or_default();
                prop_assert!(msg.starts_with(name), "{:?} predicted, {}", predicted, msg);
            }
        }
        let expected: Vec<Value> = ids
            .iter()
            .zip(&model.customers)
            .map(|(id, it)| {
                json!({"customerId": id, "email": it.email, "referenceCustomerId": it.reference})
            })
            .collect();
        prop_assert_eq!(customers(&sandbox), json!(expected), "after {:?}", given);
    }
    Ok(())
}

#[test]
fn every_history_of_creates_goes_as_the_guide_says() {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(5),
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let seen = RefCell::new(BTreeMap::new());
    runner
        .run(&histories(), |history| live(&history, &seen))
        .unwrap();

    let seen = seen.into_inner();
    assert_eq!(seen.len(), 5, "{seen:?}");
    assert!(seen.values().all(|count| *count >= 50), "{seen:?}");
}
