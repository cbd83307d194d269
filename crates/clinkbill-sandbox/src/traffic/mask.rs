//! Secrets in what is logged.

/// How secrets begin, wherever they stand.
const PREFIXES: [&str; 5] = ["sk_test_", "sk_uat_", "sk_prod_", "sk_live_", "whsec_"];

const MASK: &str = "***";

/// A header's value as it may be logged.
pub(super) fn header_value(name: &str, value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    if ["x-api-key", "authorization", "cookie"].contains(&name) {
        last_four(&text)
    } else {
        secrets(&text)
    }
}

/// Text without the secrets in it.
pub(crate) fn secrets(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((start, prefix)) = first_secret(rest) {
        let secret = &rest[start..];
        let end = secret
            .find(|c: char| !(c.is_ascii_alphanumeric() || "_-+/=".contains(c)))
            .unwrap_or(secret.len());
        masked.push_str(&rest[..start]);
        masked.push_str(prefix);
        masked.push_str(MASK);
        rest = &secret[end..];
    }
    masked.push_str(rest);
    masked
}

/// A long secret's last four characters tell its owner which one it was.
fn last_four(secret: &str) -> String {
    let count = secret.chars().count();
    let shown = if count >= 16 { 4 } else { 0 };
    let tail: String = secret.chars().skip(count - shown).collect();
    format!("{MASK}{tail}")
}

fn first_secret(text: &str) -> Option<(usize, &'static str)> {
    PREFIXES
        .iter()
        .filter_map(|prefix| Some((text.find(prefix)?, *prefix)))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        for (text, expected) in [
            ("", ""),
            ("nothing to hide", "nothing to hide"),
            ("sk_test_abcDEF123", "sk_test_***"),
            (
                r#"{"a":"sk_live_x","b":"whsec_a+/="}"#,
                r#"{"a":"sk_live_***","b":"whsec_***"}"#,
            ),
        ] {
            assert_eq!(secrets(text), expected);
        }
        assert_eq!(last_four("sk_test_0123456789abcdef"), "***cdef");
        assert_eq!(last_four("short"), "***");
    }
}
