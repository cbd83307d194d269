//! Whether a text is a URL, told without parsing where that is plain: most of the time it is.

use url::Url;

/// Whether a URL whose scheme is http or https parses; `after_scheme` is what follows `://` in it.
pub(crate) fn parses(text: &str, after_scheme: &str) -> bool {
    has_plain_host(after_scheme) || Url::parse(text).is_ok()
}

/// Whether a host is plainly one, as most are. Nothing that follows a host makes a URL wrong, so
/// such a URL need not be parsed.
fn has_plain_host(after_scheme: &str) -> bool {
    let end = after_scheme
        .find(['/', '?', '#'])
        .unwrap_or(after_scheme.len());
    let host = &after_scheme[..end];
    let is_plain = |label: &str| {
        !label.is_empty()
            && !label.starts_with("xn--")
            && label
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    // One whose end is a number would be an address.
    let (_, last) = host.rsplit_once('.').unwrap_or(("", host));
    host.split('.').all(is_plain) && last.starts_with(|c: char| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_plain_host_is_a_url_for_the_parser_too() {
        let hosts = [
            "a.example",
            "shop-1.example",
            "1.example",
            "localhost",
            "-",
            "a-",
            "a.-b",
            "--.a",
            "a..b",
            ".a",
            "a.",
            "1.2.3.4",
            "1.2.3.4.5",
            "a.1",
            "a.0x1",
            "0x1",
            "1",
            "xn--a",
            "xn--.a",
            "a.xn--a",
            "a:80",
            "a:x",
            "a:99999",
            "A.example",
            "a_b",
            "a%20b",
            "u@a",
            "[::1]",
            "a*b",
            "",
            "a--b.c",
            "zz--b",
        ];
        for host in hosts {
            for rest in [
                "",
                "/",
                "/x%zz\\{}|^`<>\"",
                "?%",
                "#%\u{0}",
                "/:@?:@#:@",
                "\\x",
            ] {
                let after_scheme = format!("{host}{rest}");
                let parses = Url::parse(&format!("https://{after_scheme}")).is_ok();
                assert!(parses || !has_plain_host(&after_scheme), "{after_scheme:?}");
            }
        }
        assert!(has_plain_host("shop.example/thanks"));
    }
}
