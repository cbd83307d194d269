//! How return URLs are completed. The merchant's text is kept to the letter around the change.

use crate::wire::web_url;

const PLACEHOLDERS: [&str; 3] = [
    "{ELEMENTS_SESSION_ID}",
    "%7BELEMENTS_SESSION_ID%7D",
    "%7bELEMENTS_SESSION_ID%7d",
];

/// Whether the text is an absolute http or https URL as it stands. A URL parser alone is more
/// generous: it mends what browsers and headers would take for something else.
pub(crate) fn is_web_url(text: &str) -> bool {
    let after_scheme = ["http://", "https://"].iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    after_scheme.is_some_and(|rest| {
        !rest.starts_with(['/', '\\'])
            && !text.contains(|c: char| c.is_control() || c.is_whitespace())
            && web_url::parses(text, rest)
    })
}

/// RD-04: `sessionId` is appended as a query parameter. A fragment stays at the end and a
/// `sessionId` that was already there stays too (G-13, our choice).
pub(super) fn append_session_id(url: &str, session_id: &str) -> String {
    let (before, fragment) = match url.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (url, None),
    };
    let separator = match before.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|text| format!("#{text}")).unwrap_or_default();
    format!("{before}{separator}sessionId={session_id}{fragment}")
}

/// RD-07: every placeholder becomes the session id, also where its braces are percent-encoded
/// (G-14, our choice).
pub(super) fn replace_placeholder(url: &str, session_id: &str) -> String {
    PLACEHOLDERS
        .iter()
        .fold(url.to_owned(), |url, placeholder| {
            url.replace(placeholder, session_id)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_id_is_appended_where_a_query_belongs() {
        for (url, expected) in [
            ("https://a.example", "https://a.example?sessionId=s"),
            ("https://a.example/x", "https://a.example/x?sessionId=s"),
            (
                "https://a.example/x?a=1",
                "https://a.example/x?a=1&sessionId=s",
            ),
            ("https://a.example/x?", "https://a.example/x?sessionId=s"),
            (
                "https://a.example/x?a=1&",
                "https://a.example/x?a=1&sessionId=s",
            ),
            (
                "https://a.example/x#top",
                "https://a.example/x?sessionId=s#top",
            ),
            (
                "https://a.example/x?a=%20b#t?u",
                "https://a.example/x?a=%20b&sessionId=s#t?u",
            ),
            (
                "https://a.example/?sessionId=old",
                "https://a.example/?sessionId=old&sessionId=s",
            ),
        ] {
            assert_eq!(append_session_id(url, "s"), expected);
        }
    }

    #[test]
    fn only_what_reads_as_a_web_url_is_one() {
        for url in [
            "https://a.example",
            "HTTP://a.example/x",
            "http://localhost:3000/{ELEMENTS_SESSION_ID}",
            "https://b\u{fc}cher.example/",
        ] {
            assert!(is_web_url(url), "{url}");
        }
        for url in [
            "",
            "a.example",
            "/x",
            "https:a.example",
            "https:/a.example",
            "https:///a.example",
            "https:\\\\a.example",
            "http://",
            "ht\ttps://a.example",
            "https://a.example/\r\nSet-Cookie: a=b",
            " https://a.example",
            "https://a.example/ x",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a b/",
            "h",
        ] {
            assert!(!is_web_url(url), "{url:?}");
        }
    }

    #[test]
    fn every_placeholder_is_replaced_and_nothing_else() {
        for (url, expected) in [
            (
                "https://a.example/?session_id={ELEMENTS_SESSION_ID}",
                "https://a.example/?session_id=s",
            ),
            (
                "https://a.example/{ELEMENTS_SESSION_ID}?x={ELEMENTS_SESSION_ID}",
                "https://a.example/s?x=s",
            ),
            (
                "https://a.example/?x=%7BELEMENTS_SESSION_ID%7D",
                "https://a.example/?x=s",
            ),
            (
                "https://a.example/?x=%7bELEMENTS_SESSION_ID%7d",
                "https://a.example/?x=s",
            ),
            (
                "https://a.example/?x={elements_session_id}",
                "https://a.example/?x={elements_session_id}",
            ),
            ("https://a.example/done", "https://a.example/done"),
        ] {
            assert_eq!(replace_placeholder(url, "s"), expected);
        }
    }
}
