use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text of a response that opens something: a session's token, a checkout URL.
///
/// `Debug` never shows it, and there is no `Display`; the memory is wiped on drop. It serialises
/// as the text itself, since this is a type of the wire.
///
/// ```
/// use clinkbill_api::Secret;
///
/// let url = Secret::from("https://uat-checkout.clinkbill.com/pay/sess_1");
/// assert_eq!(format!("{url:?}"), "Secret(..)");
/// assert!(url.expose().ends_with("sess_1"));
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_in_debug() {
        let secret = Secret::from("tok_9a8b");
        assert!(!format!("{secret:?}{secret:#?}").contains("9a8b"));
    }

    #[test]
    fn a_secret_reads_and_writes_as_its_text() {
        let secret: Secret = serde_json::from_str("\"tok_9a8b\"").unwrap();
        assert_eq!(secret, Secret::from("tok_9a8b"));
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"tok_9a8b\"");
    }
}
