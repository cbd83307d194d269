use clinkbill_types::{CustomerId, given};

use crate::Error;
use crate::error::FieldName;

/// Who pays: at least one of Clink's customer id, an email address and the merchant's own
/// reference, so it cannot be empty (guide: Customer).
///
/// Clink resolves it when a session is created:
///
/// | given | an existing customer fits | none fits |
/// |---|---|---|
/// | [`id`](Self::id) | that customer; email and reference given along must match it. A reference nobody uses is bound to a customer who has none | refused |
/// | [`email`](Self::email) alone | that customer | one is created |
/// | [`reference`](Self::reference) alone | that customer | one is created, without an email |
/// | email and reference | the same customer by both | one is created with both |
///
/// Anything else is refused with `CUSTOMER_IDENTIFIER_NOT_MATCHED`.
///
/// **When buyers change their email**, email and reference together stop working: the reference
/// still leads to the customer, the changed email to nobody, and Clink refuses the pair. Send
/// the reference alone, or the id Clink returned with the first session.
///
/// ```
/// use clinkbill::CustomerRef;
///
/// let guest = CustomerRef::email("customer@example.com")?;
/// let member = CustomerRef::reference("user-42")?;
/// # Ok::<(), clinkbill::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CustomerRef {
    pub(crate) id: Option<CustomerId>,
    pub(crate) email: Option<String>,
    pub(crate) reference: Option<String>,
}

impl CustomerRef {
    /// The customer with Clink's own id (`cus_...`).
    #[must_use]
    pub fn id(id: CustomerId) -> Self {
        Self {
            id: Some(id),
            email: None,
            reference: None,
        }
    }

    /// The customer with this email address. Fails when it is blank.
    pub fn email(email: impl Into<String>) -> Result<Self, Error> {
        Ok(Self {
            id: None,
            email: Some(not_blank("customer.email", email)?),
            reference: None,
        })
    }

    /// The customer with this id of the merchant's own. Fails when it is blank.
    pub fn reference(reference: impl Into<String>) -> Result<Self, Error> {
        Ok(Self {
            id: None,
            email: None,
            reference: Some(not_blank("customer.reference", reference)?),
        })
    }

    /// The same customer, who must have this email address too. Fails when it is blank.
    pub fn and_email(mut self, email: impl Into<String>) -> Result<Self, Error> {
        self.email = Some(not_blank("customer.email", email)?);
        Ok(self)
    }

    /// The same customer, who must have this id of the merchant's own too, or none yet. Fails
    /// when it is blank.
    pub fn and_reference(mut self, reference: impl Into<String>) -> Result<Self, Error> {
        self.reference = Some(not_blank("customer.reference", reference)?);
        Ok(self)
    }
}

/// Blank text counts as absent at Clink, and the word null stands for nothing in what it tells, so
/// neither is ever sent.
pub(crate) fn not_blank(field: impl FieldName, text: impl Into<String>) -> Result<String, Error> {
    let text = text.into();
    if text.trim().is_empty() {
        return Err(Error::invalid(field, "is blank"));
    }
    if given(&text).is_none() {
        return Err(Error::invalid(
            field,
            "is the word null, which Clink uses for nothing",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_identifiers_are_refused_by_name() {
        for blank in ["", " ", "\t\n", "\u{3000}"] {
            let email = CustomerRef::email(blank).unwrap_err();
            assert_eq!(email.field(), Some("customer.email"));
            let reference = CustomerRef::reference(blank).unwrap_err();
            assert_eq!(reference.field(), Some("customer.reference"));
            let id = CustomerRef::id("cus_1".parse().unwrap());
            assert!(id.clone().and_email(blank).is_err());
            assert!(id.and_reference(blank).is_err());
        }
    }

    #[test]
    fn identifiers_are_kept_to_the_letter() {
        let customer = CustomerRef::id("cus_1".parse().unwrap())
            .and_email(" Tom@Example.com")
            .unwrap()
            .and_reference("user 42")
            .unwrap();
        assert_eq!(customer.email.as_deref(), Some(" Tom@Example.com"));
        assert_eq!(customer.reference.as_deref(), Some("user 42"));
    }
}
