//! How the answers of a run stand to the contract's schema.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Ended;
use crate::schema::Checked;

/// How the answers of the merchant API stand to the contract's schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answers {
    /// How many were held against it.
    pub checked: usize,
    /// How many of them it describes.
    pub matched: usize,
    /// How the others break it, each way once.
    pub breaks: Vec<Break>,
    /// Fields it does not know. No fault: fields may be added.
    pub unknown_fields: Vec<UnknownField>,
}

/// One way in which answers break the contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Break {
    /// Which answer: method, path as the contract writes it, HTTP status.
    pub answer: String,
    /// Where in the body, and how.
    pub how: String,
    /// The scenarios in which it was seen, by name.
    pub scenarios: Vec<String>,
}

/// A field of an answer that the contract does not know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct UnknownField {
    /// Which answer: method, path as the contract writes it, HTTP status.
    pub answer: String,
    /// Its place in the body.
    pub field: String,
}

impl Answers {
    pub(super) fn of(ended: &[Ended]) -> Self {
        let all = || ended.iter().flat_map(|ended| &ended.answers);
        let mut breaks: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        let mut unknown_fields = BTreeSet::new();
        for ended in ended {
            for Checked {
                answer,
                breaks: how,
                unknown_fields: fields,
            } in &ended.answers
            {
                for how in how {
                    let scenarios = breaks.entry((answer, how)).or_default();
                    scenarios.insert(&ended.scenario.name);
                }
                unknown_fields.extend(fields.iter().map(|field| UnknownField {
                    answer: answer.clone(),
                    field: field.clone(),
                }));
            }
        }
        Self {
            checked: all().count(),
            matched: all().filter(|checked| checked.matches()).count(),
            breaks: breaks
                .into_iter()
                .map(|((answer, how), scenarios)| Break {
                    answer: answer.to_owned(),
                    how: how.to_owned(),
                    scenarios: scenarios.into_iter().map(str::to_owned).collect(),
                })
                .collect(),
            unknown_fields: unknown_fields.into_iter().collect(),
        }
    }
}
