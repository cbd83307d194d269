use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::Error;

/// A secret key of Clink's dashboard (`sk_test_...`, `sk_uat_...`, `sk_prod_...`).
///
/// It is never printed, and wiped from memory when dropped.
#[derive(Clone)]
pub struct SecretKey(SecretString);

/// Which environment a key says it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Sandbox,
    Production,
    Unknown,
}

/// How keys begin, and whose they are.
const OF_SANDBOXES: [&str; 2] = ["sk_test_", "sk_uat_"];
const OF_PRODUCTION: [&str; 2] = ["sk_prod_", "sk_live_"];

/// What a text is that was taken for a key.
fn mistaken(text: &str) -> Option<&'static str> {
    if text.starts_with("pk_") {
        Some("is a publishable key; the secret key begins with sk_")
    } else if text.starts_with("whsec_") {
        Some("is the signing secret of a webhook; the secret key begins with sk_")
    } else if text == "sk_" || OF_SANDBOXES.contains(&text) || OF_PRODUCTION.contains(&text) {
        Some("has nothing after its prefix")
    } else {
        None
    }
}

impl SecretKey {
    /// The key with this text.
    ///
    /// Fails when the text cannot be sent as a header: it is empty, or has white space or
    /// anything but visible ASCII characters in it. Fails too when it begins as another secret of
    /// Clink's (`pk_...`, `whsec_...`), or ends where a key begins: such a text is sent nowhere.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = SecretString::from(text.into());
        let sendable = text
            .expose_secret()
            .bytes()
            .all(|byte| byte.is_ascii_graphic());
        if text.expose_secret().is_empty() || !sendable {
            return Err(Error::invalid(
                "secret_key",
                "is empty or has white space or other characters that cannot be sent in it",
            ));
        }
        match mistaken(text.expose_secret()) {
            Some(problem) => Err(Error::invalid("secret_key", problem)),
            None => Ok(Self(text)),
        }
    }

    /// The key in the environment variable `CLINK_SECRET_KEY`.
    pub fn from_env() -> Result<Self, Error> {
        match std::env::var("CLINK_SECRET_KEY") {
            Ok(text) => Self::new(text),
            Err(_) => Err(Error::invalid(
                "CLINK_SECRET_KEY",
                "is not set, or is not text",
            )),
        }
    }

    pub(crate) fn kind(&self) -> KeyKind {
        let starts = |prefixes: [&str; 2]| prefixes.iter().any(|it| self.expose().starts_with(it));
        if starts(OF_SANDBOXES) {
            KeyKind::Sandbox
        } else if starts(OF_PRODUCTION) {
            KeyKind::Production
        } else {
            KeyKind::Unknown
        }
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_cannot_be_sent_is_refused_without_being_repeated() {
        for text in [
            "",
            " ",
            "sk_test_canary\n",
            "sk test canary",
            "sk_test_canär",
        ] {
            let error = SecretKey::new(text).unwrap_err();
            assert_eq!(error.field(), Some("secret_key"));
            assert!(!format!("{error} {error:?}").contains("canar"), "{text:?}");
        }
    }

    #[test]
    fn what_was_taken_for_a_key_is_said_without_being_repeated() {
        for (text, said) in [
            ("pk_test_canary", "publishable"),
            ("whsec_canary", "signing secret"),
            ("sk_", "nothing after"),
            ("sk_test_", "nothing after"),
            ("sk_prod_", "nothing after"),
        ] {
            let error = SecretKey::new(text).unwrap_err();
            assert_eq!(error.field(), Some("secret_key"));
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(said) && !shown.contains("canary"), "{shown}");
        }
    }

    #[test]
    fn a_key_says_where_it_belongs_and_an_unknown_prefix_is_allowed() {
        let kind = |text: &str| SecretKey::new(text).unwrap().kind();
        assert_eq!(kind("sk_test_1"), KeyKind::Sandbox);
        assert_eq!(kind("sk_uat_1"), KeyKind::Sandbox);
        assert_eq!(kind("sk_prod_1"), KeyKind::Production);
        assert_eq!(kind("sk_live_1"), KeyKind::Production);
        assert_eq!(kind("rk_1"), KeyKind::Unknown);
    }

    #[test]
    fn the_key_is_never_printed() {
        let key = SecretKey::new("sk_test_canary").unwrap();
        assert!(!format!("{key:?} {key:#?}").contains("canary"));
    }
}
