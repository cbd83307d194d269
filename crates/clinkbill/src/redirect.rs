use clinkbill_types::SessionId;
use url::Url;

use crate::Error;

/// Where Clink sends the buyer: an absolute `http` or `https` URL, kept to the letter.
///
/// * After a payment on the hosted page Clink adds `sessionId=...` to the success URL's query.
/// * In the return URL of an embedded checkout Clink puts the session's id in the place of
///   `{ELEMENTS_SESSION_ID}`; the braces must stay as they are, and they do.
///
/// ```
/// use clinkbill::RedirectUrl;
///
/// let back = "https://shop.example.com/complete?session_id={ELEMENTS_SESSION_ID}";
/// assert_eq!(RedirectUrl::parse(back)?.as_str(), back);
/// assert!(RedirectUrl::parse("javascript:alert(1)").is_err());
/// # Ok::<(), clinkbill::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RedirectUrl(String);

impl RedirectUrl {
    /// The URL with this text. Fails for a relative URL, for another scheme (`javascript:`,
    /// `data:`), and for white space, control characters or backslashes in it.
    pub fn parse(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        parse_absolute(&text).map_err(|problem| Error::invalid("redirect_url", problem))?;
        Ok(Self(text))
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text of a URL that means the same to everyone who reads it.
///
/// A browser drops tabs and line ends, so they would hide from a check of the parsed URL and
/// still break out of a header; and it reads a backslash as a slash, where others read a name.
pub(crate) fn unambiguous(text: &str) -> Result<&str, &'static str> {
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err("has white space, a control character or a backslash in it");
    }
    Ok(text)
}

/// An absolute `http` or `https` URL that means the same to everyone, or what is wrong with it.
///
/// A URL parser mends the slashes before a host, be there too few or too many; others do not.
pub(crate) fn parse_absolute(text: &str) -> Result<Url, &'static str> {
    let stands_so = |url: &Url| {
        text.split_once("://").is_some_and(|(scheme, rest)| {
            scheme.eq_ignore_ascii_case(url.scheme()) && !rest.starts_with('/')
        })
    };
    Url::parse(unambiguous(text)?)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && stands_so(url))
        .ok_or("is not an absolute http or https URL")
}

/// The session id in the URL a buyer came back on, a full one or its path and query.
///
/// Both spellings are read: `sessionId`, which Clink adds to a success URL, and `session_id`,
/// the usual one on the return URL of an embedded checkout. Clink adds its own at the end, so
/// the last one that looks like a session's id counts.
///
/// It proves nothing: anybody can open any URL. Read the session, and compare its merchant
/// reference with the purchase you expect (guide: Return and Redirect URLs).
pub(crate) fn session_id(url: &str) -> Result<SessionId, Error> {
    const FIELD: &str = "sessionId";
    let anywhere = Url::parse("http://localhost/").ok();
    let url = Url::options()
        .base_url(anywhere.as_ref())
        .parse(url)
        .map_err(|_| Error::invalid("redirect_url", "is not a URL"))?;
    let ids: Vec<_> = url
        .query_pairs()
        .filter(|(name, _)| name == "sessionId" || name == "session_id")
        .map(|(_, id)| id)
        .collect();
    let id = ids
        .iter()
        .rfind(|id| id.starts_with("sess_"))
        .or(ids.last())
        .ok_or_else(|| {
            Error::invalid(
                FIELD,
                "is missing in the redirect URL, and so is session_id",
            )
        })?;
    id.parse()
        .map_err(|_| Error::invalid(FIELD, "in the redirect URL is not a session's id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_url_is_absolute_http_and_kept_to_the_letter() {
        for text in [
            "https://shop.example.com",
            "http://localhost:3000/success",
            "https://shop.example.com/a?b=%7BELEMENTS_SESSION_ID%7D#c",
            "https://shop.example.com/?session_id={ELEMENTS_SESSION_ID}",
            "HTTPS://Shop.Example.com/ä?q=ö",
        ] {
            assert_eq!(RedirectUrl::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "/done",
            "//shop.example.com/done",
            "shop.example.com/done",
            "javascript:alert(1)",
            "data:text/html,hi",
            "ftp://shop.example.com/",
            "myapp://done",
            " https://shop.example.com/",
            "https://shop.example.com/a b",
            "java\nscript:alert(1)",
            "https://shop.example.com\\@example.com/",
            "https://",
            "https:/shop.example.com/done",
            "https:shop.example.com/done",
            "https:///shop.example.com/done",
            "https:/shop.example.com/?back=https://shop.example.com",
        ] {
            let error = RedirectUrl::parse(text).unwrap_err();
            assert_eq!(error.field(), Some("redirect_url"), "{text}");
        }
    }

    #[test]
    fn the_session_id_is_read_in_both_spellings() {
        for url in [
            "https://shop.example.com/done?sessionId=sess_1",
            "https://shop.example.com/done?custom=x&sessionId=sess_1#top",
            "https://shop.example.com/done?session_id=sess_1",
            "/done?sessionId=sess_1",
            "done?session_id=sess_1&x",
            "https://shop.example.com/done?sessionId=mine&sessionId=sess_1",
            "https://shop.example.com/done?sessionId=sess_1&session_id=mine",
            "https://shop.example.com/done?session_id=mine&sessionId=sess_1",
            "https://shop.example.com/done?sessionId=sess_0&sessionId=sess_1",
        ] {
            assert_eq!(session_id(url).unwrap().as_str(), "sess_1", "{url}");
        }
        assert_eq!(
            session_id("/?sessionId=other-1").unwrap().as_str(),
            "other-1"
        );
    }

    #[test]
    fn a_missing_or_odd_session_id_is_named() {
        for url in [
            "https://shop.example.com/done",
            "https://shop.example.com/done?sessionid=sess_1",
            "https://shop.example.com/done?session_id={ELEMENTS_SESSION_ID}",
            "/done?sessionId=",
            "/done?sessionId=sess_..%2F1",
            "/done#sessionId=sess_1",
        ] {
            let error = session_id(url).unwrap_err();
            assert_eq!(error.field(), Some("sessionId"), "{url}");
        }
        assert!(session_id("http://[").is_err());
    }
}
