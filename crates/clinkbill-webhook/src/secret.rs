use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The signing secret of one webhook endpoint (`whsec_...`), exactly as Clink shows it.
///
/// Only the keyed state of the signature is kept, wiped when dropped; the text itself is not,
/// so nothing can print it.
#[derive(Clone)]
pub struct WebhookSecret(Hmac<Sha256>);

/// The text cannot be a signing secret: it is empty or has white space in it.
///
/// An empty secret would accept whatever anybody signs with an empty secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook signing secret is empty or has white space in it")]
pub struct SecretError;

impl WebhookSecret {
    /// The secret with this text, the `whsec_` included.
    pub fn new(text: impl AsRef<str>) -> Result<Self, SecretError> {
        let text = text.as_ref();
        if text.is_empty() || text.contains(char::is_whitespace) {
            return Err(SecretError);
        }
        Hmac::new_from_slice(text.as_bytes())
            .map(Self)
            .map_err(|_| SecretError)
    }

    /// The signature in progress of `timestamp + "." + body`.
    pub(crate) fn mac(&self, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_anybody_could_guess_is_refused() {
        for text in ["", " ", "whsec_1\n", "\twhsec_1", "whsec 1"] {
            assert!(WebhookSecret::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_secret_is_never_printed() {
        let secret = WebhookSecret::new("whsec_canary").unwrap();
        assert!(!format!("{secret:?} {secret:#?}").contains("canary"));
    }
}
