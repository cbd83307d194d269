//! What Clink says may repeat what it was sent, the key included. Nothing of it is shown
//! before it went through here.

use std::net::Ipv4Addr;

use crate::SecretKey;

const LONGEST: usize = 500;
const HIDDEN: &str = "[redacted]";
const SECRET_PREFIXES: [&str; 6] = ["sk_", "pk_", "whsec_", "ck_", "eyj", "tok_"];
/// `sk_prod_`.
const LONGEST_PREFIX: usize = 8;
/// What stands before a token in a path that has lost its host.
const TOKEN_FOLDERS: [&str; 4] = ["pay", "p", "portal", "session"];

/// The text as it may be shown: in one line, not too long, without secrets.
///
/// Of a link its scheme and host are shown: the rest may let anybody in.
pub(crate) fn redacted(text: &str, key: &SecretKey) -> String {
    let text = text.replace(key.expose(), HIDDEN);
    let mut shown = String::with_capacity(text.len().min(LONGEST));
    let mut rest = text.trim();
    let mut before = "";
    while !rest.is_empty() && shown.len() < LONGEST {
        let (gap, tail) = split(rest, |c| !is_word(c));
        if gap.contains("//") || gap.contains(r"\/\/") {
            rest = link(gap, tail, &mut shown);
            before = "";
            continue;
        }
        let (word, tail) = split(tail, is_word);
        let after = tail.chars().next().unwrap_or(' ');
        let in_token = (gap == "/" && TOKEN_FOLDERS.contains(&before))
            || (gap == "#" && before.starts_with("sess_"))
            || (gap.contains(['=', ':']) && before.to_ascii_lowercase().ends_with("token"))
            || (gap.contains(['=', ':']) && before.eq_ignore_ascii_case("tokenvalue"));
        show(gap, &mut shown);
        if in_token || is_secret(word) {
            shown.push_str(if word.is_empty() { "" } else { HIDDEN });
            rest = split(tail, is_token).1;
        } else if is_host(word) && matches!(after, '/' | '\\' | '?' | '#' | ':') {
            rest = link("", &rest[gap.len()..], &mut shown);
        } else {
            shown.push_str(word);
            rest = tail;
        }
        before = word;
    }
    shown.chars().take(LONGEST).collect()
}

/// Shows the host of a link that begins after `gap`, hides what follows it, and returns what
/// follows the link.
fn link<'a>(gap: &str, text: &'a str, shown: &mut String) -> &'a str {
    show(gap, shown);
    let (link, rest) = split(text, |c| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '<' | '>' | '`')
    });
    let (authority, hidden) = split(link, |c| !matches!(c, '/' | '\\' | '?' | '#'));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let no_host = host.split(|c| !is_word(c)).any(is_secret);
    shown.push_str(if no_host { HIDDEN } else { host });
    if !hidden.is_empty() {
        shown.push('/');
        shown.push_str(HIDDEN);
    }
    rest
}

fn show(text: &str, shown: &mut String) {
    shown.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
}

/// The longest beginning of such characters, and the rest.
fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '%')
}

/// Tokens may be written in base 64.
fn is_token(c: char) -> bool {
    is_word(c) || matches!(c, '+' | '/' | '=' | '~')
}

/// A name with a dot whose end has a letter in it, or an address: `example.com`, not `4.99`.
fn is_host(word: &str) -> bool {
    word.rsplit_once('.')
        .is_some_and(|(name, end)| !name.is_empty() && end.chars().any(char::is_alphabetic))
        || word.parse::<Ipv4Addr>().is_ok()
}

fn is_secret(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let is_link = ["%2f", "%23", "%5c"].iter().any(|part| word.contains(part));
    // What a key begins with is no key: `sk_test_` tells a person what is wrong with theirs.
    let is_prefix = word.len() <= LONGEST_PREFIX && word.ends_with('_');
    let begins = |prefix: &&str| word.starts_with(*prefix);
    is_link || (!is_prefix && SECRET_PREFIXES.iter().any(begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        redacted(text, &SecretKey::new("odd-key/canary").unwrap())
    }

    #[test]
    fn what_keys_begin_with_is_shown() {
        let text = "expected sk_test_ or sk_uat_ followed by letters, not pk_";
        assert_eq!(shown(text), text);
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
            "see https://checkout.clinkbill.com/p/canary",
            "see <https://checkout.clinkbill.com/p/a.b?c=canary>",
            "see https://example.com?canary",
            "see https://example.com#canary",
            "see https://example.com:8443/x/canary",
            "see https://canary@example.com/",
            "see https://a:canary@example.com/x",
            "see http://localhost:4010/pay/canary",
            "see http://[::1]:4010/x/canary",
            "see HTTPS://EXAMPLE.COM/x(canary)'canary',canary",
            r"see https:\/\/checkout.clinkbill.com\/p\/canary",
            "see //checkout.clinkbill.com/p/canary",
            "see checkout.clinkbill.com/p/canary",
            "see https%3A%2F%2Fcheckout.clinkbill.com%2Fp%2Fcanary",
            "go to /pay/canary",
            "see example.com:443/x/canary",
            "http://sk_test_canary",
            "x//,tok_canary",
            "a.b:sk_uat_canary",
            "go to /p/canary",
            "see portal/canary",
            "see /portal/canary",
            "see 127.0.0.1:4010/x/canary",
            "token tok_canary is used",
            "token TOK_a+b/canary= is used",
            "sess_1#canary is open",
            "sess_1%23canary is open",
            "sess_1#a+b/canary== is open",
            r#"{"tokenValue":"canary"}"#,
            "token=canary",
            "密钥sk_test_ 无效 sk_uat_canary",
        ] {
            assert!(!shown(text).contains("canary"), "{}", shown(text));
            assert!(shown(text).contains(HIDDEN), "{}", shown(text));
        }
    }

    #[test]
    fn the_host_of_a_link_and_what_stands_around_it_are_still_shown() {
        assert_eq!(
            shown("see https://checkout.clinkbill.com:443/p/canary, CUSTOMER_NOT_FOUND"),
            "see https://checkout.clinkbill.com:443/[redacted] CUSTOMER_NOT_FOUND"
        );
        assert_eq!(
            shown("(https://user@example.com?x) failed"),
            "(https://example.com/[redacted] failed"
        );
        for text in [
            "see https://clinkbill.com for help",
            "session sess_1 is closed",
            "token expired",
            "and/or either v1.2 or #5, at 50% off",
        ] {
            assert_eq!(shown(text), text);
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
