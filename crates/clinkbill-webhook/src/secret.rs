use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The signing secret of one webhook endpoint (`whsec_...`), exactly as Clink shows it.
///
/// Only the keyed state of the signature is kept, wiped when dropped; the text itself is not,
/// so nothing can print it.
#[derive(Clone)]
pub struct WebhookSecret(Hmac<Sha256>);

/// There is no signing secret, or the text cannot be one. The text is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook signing secret {0}")]
pub struct SecretError(&'static str);

impl WebhookSecret {
    /// The secret with this text, the `whsec_` included.
    ///
    /// Fails when it is empty, since anybody can sign with an empty secret, when it has white space
    /// in it, and when it is a key of the API (`sk_...`, `pk_...`).
    pub fn new(text: impl AsRef<str>) -> Result<Self, SecretError> {
        let text = text.as_ref();
        if text.is_empty() || text.contains(char::is_whitespace) {
            return Err(SecretError("is empty or has white space in it"));
        }
        if text.starts_with("sk_") || text.starts_with("pk_") {
            return Err(SecretError(
                "is a key of the API; it should begin with whsec_",
            ));
        }
        Hmac::new_from_slice(text.as_bytes())
            .map(Self)
            .map_err(|_| SecretError("cannot be used"))
    }

    /// The secret in the environment variable `CLINK_WEBHOOK_SECRET`.
    pub fn from_env() -> Result<Self, SecretError> {
        std::env::var("CLINK_WEBHOOK_SECRET")
            .map_err(|_| SecretError("is missing: CLINK_WEBHOOK_SECRET is not set, or is not text"))
            .and_then(Self::new)
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
        for text in [
            "",
            " ",
            "whsec_1\n",
            "\twhsec_1",
            "whsec 1",
            "sk_test_1",
            "pk_1",
        ] {
            let error = WebhookSecret::new(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("_1"), "{text:?}");
        }
    }

    #[test]
    fn the_secret_is_never_printed() {
        let secret = WebhookSecret::new("whsec_canary").unwrap();
        assert!(!format!("{secret:?} {secret:#?}").contains("canary"));
    }
}
