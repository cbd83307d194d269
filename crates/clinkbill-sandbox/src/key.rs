//! Secret keys: which are accepted, and what is kept of them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

const LONGEST: usize = 255;
const TEST_PREFIXES: [&str; 2] = ["sk_test_", "sk_uat_"];
const PRODUCTION_PREFIXES: [&str; 2] = ["sk_prod_", "sk_live_"];

/// A key of fewer characters shows none of them.
const SHORTEST_SHOWN: usize = 16;

/// Names a merchant: a key is a merchant, and only its digest and its last four characters are kept.
///
/// As text it is the digest in hexadecimal digits, and behind it the ending where there is one.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct KeyDigest {
    digest: [u8; 32],
    /// What tells its owner which key it was; none of a short key.
    ending: Option<[u8; 4]>,
}

/// The digest says it all: the ending belongs to it.
impl PartialEq for KeyDigest {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for KeyDigest {}

impl PartialOrd for KeyDigest {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for KeyDigest {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.digest.cmp(&other.digest)
    }
}

impl From<KeyDigest> for String {
    fn from(key: KeyDigest) -> Self {
        hex::encode(key.digest) + key.ending().unwrap_or_default()
    }
}

impl TryFrom<String> for KeyDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "not the digest of a key";
        let mut digest = [0; 32];
        let (digits, ending) = text.split_at_checked(2 * digest.len()).ok_or(WRONG)?;
        hex::decode_to_slice(digits, &mut digest).map_err(|_| WRONG)?;
        let ending = match ending.as_bytes() {
            [] => None,
            ending => Some(ending.try_into().map_err(|_| WRONG)?),
        };
        Ok(Self { digest, ending })
    }
}

/// A part of a digest is as good a hash as any.
impl std::hash::Hash for KeyDigest {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write(&self.digest[..8]);
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
        Self {
            digest: Sha256::digest(key).into(),
            ending: key
                .as_bytes()
                .last_chunk()
                .copied()
                .filter(|_| key.len() >= SHORTEST_SHOWN),
        }
    }

    /// The last four characters of the key, unless it is short.
    pub(crate) fn ending(&self) -> Option<&str> {
        std::str::from_utf8(self.ending.as_ref()?).ok()
    }

    /// What names the merchant's book in a path: the digest's first 16 hexadecimal digits.
    pub(crate) fn book_name(&self) -> String {
        hex::encode(&self.digest[..8])
    }

    /// A name for a merchant who has given none, always the same for the same key.
    pub(crate) fn pseudonym(&self) -> String {
        let [a, b, c, d, ..] = self.digest;
        format!("Merchant {a:02x}{b:02x}{c:02x}{d:02x}")
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.digest
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

    #[test]
    fn a_long_key_is_told_by_its_last_four_characters_and_a_short_one_by_none() {
        let ending = |key: &str| {
            let digest = KeyDigest::of(key.as_bytes()).unwrap();
            digest.ending().map(str::to_owned)
        };
        assert_eq!(ending("sk_test_0123cdef").as_deref(), Some("cdef"));
        assert_eq!(ending("sk_test_123cdef"), None);
    }

    #[test]
    fn a_digest_is_read_back_with_its_ending_and_also_where_none_was_written() {
        let digest = KeyDigest::of(b"sk_test_0123cdef").unwrap();
        let text = String::from(digest);
        let again = KeyDigest::try_from(text.clone()).unwrap();
        assert!(again == digest);
        assert_eq!(again.ending(), Some("cdef"));
        let bare = KeyDigest::try_from(text[..64].to_owned()).unwrap();
        assert!(bare == digest);
        assert_eq!(bare.ending(), None);
        for wrong in [
            "",
            &text[..63],
            &text[..66],
            &format!("{text}x"),
            &"x".repeat(64),
        ] {
            assert!(KeyDigest::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
