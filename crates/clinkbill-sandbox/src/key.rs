//! Secret keys: which are accepted, and what is kept of them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

const LONGEST: usize = 255;
const TEST_PREFIXES: [&str; 2] = ["sk_test_", "sk_uat_"];
const PRODUCTION_PREFIXES: [&str; 2] = ["sk_prod_", "sk_live_"];

/// Names a merchant: a key is a merchant, and only its digest is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct KeyDigest(#[serde(with = "hex::serde")] [u8; 32]);

/// A part of a digest is as good a hash as any.
impl std::hash::Hash for KeyDigest {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write(&self.0[..8]);
    }
}

impl KeyDigest {
    /// The merchant of a key, if the sandbox accepts such a key.
    pub(crate) fn of(key: &[u8]) -> Result<Self, ApiError> {
        let Ok(text) = std::str::from_utf8(key) else {
            return Err(ApiError::UnusableKey("not a secret key"));
        };
        if PRODUCTION_PREFIXES
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            return Err(ApiError::UnusableKey(
                "a production key; the sandbox takes sk_test_ and sk_uat_ keys only",
            ));
        }
        let own_part = TEST_PREFIXES
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix));
        match own_part {
            Some(rest)
                if !rest.is_empty()
                    && text.len() <= LONGEST
                    && rest.bytes().all(|byte| byte.is_ascii_graphic()) =>
            {
                Ok(Self::of_own(text))
            }
            _ => Err(ApiError::UnusableKey(
                "not a sandbox key; expected sk_test_ or sk_uat_ followed by letters and digits",
            )),
        }
    }

    /// The merchant of a key that the sandbox made up.
    pub(crate) fn of_own(key: &str) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// A name for a merchant who has given none, always the same for the same key.
    pub(crate) fn pseudonym(&self) -> String {
        let [a, b, c, d, ..] = self.0;
        format!("Merchant {a:02x}{b:02x}{c:02x}{d:02x}")
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sandbox_keys_open_a_book() {
        assert!(KeyDigest::of(b"sk_test_a").is_ok());
        assert!(KeyDigest::of(b"sk_uat_a").is_ok());
        for key in [
            "",
            "sk_test_",
            "sk_prod_a",
            "sk_live_a",
            "pk_test_a",
            "sk_test_a b",
            "SK_TEST_A",
            "sk_test_\u{e4}",
        ] {
            assert!(KeyDigest::of(key.as_bytes()).is_err(), "{key}");
        }
        assert!(KeyDigest::of(format!("sk_test_{}", "a".repeat(250)).as_bytes()).is_err());
    }
}
