//! Requests for a session, as a merchant writes them.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

/// The three ways to say whose session it is, as they stand in a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identifiers {
    pub(crate) customer_id: Option<Value>,
    pub(crate) email: Option<Value>,
    pub(crate) reference: Option<Value>,
}

/// A request, mostly for a session: JSON texts by field. Amounts go out to the digit as they are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft(BTreeMap<&'static str, String>);

impl Draft {
    /// A hosted session for a notebook, for whom these say, with the URLs that it should have.
    pub(crate) fn of_a_notebook(identifiers: Identifiers) -> Self {
        let line =
            json!({ "name": "Notebook", "quantity": 1, "unitAmount": 4.99, "currency": "USD" });
        let mut draft = Self::default();
        draft.set("originalAmount", 4.99);
        draft.set("originalCurrency", "USD");
        draft.set("uiMode", "hostedPage");
        draft.set("successUrl", "https://shop.example/thanks");
        draft.set("cancelUrl", "https://shop.example/cart");
        draft.set("priceDataList", vec![line]);
        draft.identify(identifiers);
        draft
    }

    pub(crate) fn identify(&mut self, identifiers: Identifiers) {
        let fields = [
            ("customerId", identifiers.customer_id),
            ("customerEmail", identifiers.email),
            ("referenceCustomerId", identifiers.reference),
        ];
        for (field, value) in fields {
            if let Some(value) = value {
                self.set(field, value);
            }
        }
    }

    pub(crate) fn set(&mut self, field: &'static str, value: impl Into<Value>) {
        self.set_json(field, value.into().to_string());
    }

    /// Sets a field to what is JSON already.
    pub(crate) fn set_json(&mut self, field: &'static str, json: String) {
        self.0.insert(field, json);
    }

    pub(crate) fn leave_out(&mut self, field: &'static str) {
        self.0.remove(field);
    }
}

/// The body of the request.
impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (number, (field, json)) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(f, "{comma}\"{field}\":{json}")?;
        }
        f.write_str("}")
    }
}

impl Identifiers {
    pub(crate) fn email(email: impl Into<Value>) -> Self {
        Self {
            email: Some(email.into()),
            ..Self::default()
        }
    }

    pub(crate) fn reference(reference: impl Into<Value>) -> Self {
        Self {
            reference: Some(reference.into()),
            ..Self::default()
        }
    }

    pub(crate) fn customer_id(customer_id: impl Into<Value>) -> Self {
        Self {
            customer_id: Some(customer_id.into()),
            ..Self::default()
        }
    }

    pub(crate) fn and_email(self, email: impl Into<Value>) -> Self {
        Self {
            email: Some(email.into()),
            ..self
        }
    }

    pub(crate) fn and_reference(self, reference: impl Into<Value>) -> Self {
        Self {
            reference: Some(reference.into()),
            ..self
        }
    }

    /// A hosted session for a small purchase, for whom these say.
    pub(crate) fn into_purchase(self) -> Draft {
        Draft::of_a_notebook(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_one_json_object_with_its_amounts_as_they_were_written() {
        let mut draft = Draft::of_a_notebook(Identifiers::email("a@example.com"));
        draft.set_json("originalAmount", "1.000000000000000000000000001".to_owned());
        for field in ["priceDataList", "successUrl", "cancelUrl"] {
            draft.leave_out(field);
        }
        let text = draft.to_string();
        assert_eq!(
            text,
            r#"{"customerEmail":"a@example.com","originalAmount":1.000000000000000000000000001,"originalCurrency":"USD","uiMode":"hostedPage"}"#
        );
        assert!(serde_json::from_str::<Value>(&text).is_ok());
    }
}
