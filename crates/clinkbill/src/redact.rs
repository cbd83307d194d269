//! What Clink says may repeat what it was sent, the key included. Nothing of it is shown
//! before it went through here.

use crate::SecretKey;

const LONGEST: usize = 500;
const HIDDEN: &str = "[redacted]";
const SECRET_PREFIXES: [&str; 5] = ["sk_", "pk_", "whsec_", "ck_", "eyj"];

/// The text as it may be shown: in one line, not too long, without secrets.
pub(crate) fn redacted(text: &str, key: &SecretKey) -> String {
    let text = text.replace(key.expose(), HIDDEN);
    let mut shown = String::with_capacity(text.len().min(LONGEST));
    let mut rest = text.trim();
    let mut after_page = false;
    while !rest.is_empty() && shown.len() < LONGEST {
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(word);
        if head.is_empty() {
            let gap = tail.find(is_word).unwrap_or(tail.len());
            let (gap, tail) = tail.split_at(gap);
            after_page = shown.ends_with("pay") && gap == "/";
            shown.extend(gap.chars().map(|c| if c.is_control() { ' ' } else { c }));
            rest = tail;
        } else {
            shown.push_str(if after_page || is_secret(head) {
                HIDDEN
            } else {
                head
            });
            rest = tail;
        }
    }
    shown.chars().take(LONGEST).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '%')
}

fn is_secret(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    SECRET_PREFIXES
        .iter()
        .any(|prefix| word.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        redacted(text, &SecretKey::new("odd-key/canary").unwrap())
    }

    #[test]
    fn keys_secrets_and_tokens_are_hidden() {
        for text in [
            "invalid apiKey=sk_test_canary",
            "invalid apiKey='SK_PROD_canary'.",
            "key odd-key/canary is unknown",
            "whsec_canary",
            "token eyJhbGciOi.canary.x has been frozen",
            "see https://checkout.clinkbill.com/pay/canary",
            "密钥sk_test_ 无效 sk_uat_canary",
        ] {
            assert!(!shown(text).contains("canary"), "{}", shown(text));
            assert!(shown(text).contains(HIDDEN), "{}", shown(text));
        }
    }

    #[test]
    fn other_text_stays_in_one_line_of_bounded_length() {
        assert_eq!(shown("  a\nb\u{7}c "), "a b c");
        assert_eq!(
            shown("CUSTOMER_NOT_FOUND: tom@example.com"),
            "CUSTOMER_NOT_FOUND: tom@example.com"
        );
        assert_eq!(shown(&"ä".repeat(10_000)).chars().count(), LONGEST);
    }
}
