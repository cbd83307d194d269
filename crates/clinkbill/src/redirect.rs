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

    /// The same URL, on which the return from an embedded checkout names its session:
    /// `session_id={ELEMENTS_SESSION_ID}` is added to the query, and all else stays as it is.
    ///
    /// Where the placeholder stands already it stays, with its braces written out: builders of
    /// URLs like to encode them, and Clink promises to replace them as they are.
    ///
    /// ```
    /// use clinkbill::RedirectUrl;
    ///
    /// let back = RedirectUrl::parse("https://shop.example.com/done?lang=en#top")?;
    /// assert_eq!(
    ///     back.with_session_id().as_str(),
    ///     "https://shop.example.com/done?lang=en&session_id={ELEMENTS_SESSION_ID}#top",
    /// );
    /// # Ok::<(), clinkbill::Error>(())
    /// ```
    #[must_use]
    pub fn with_session_id(self) -> Self {
        let text = with_braces(&self.0);
        if text.contains(PLACEHOLDER) {
            return Self(text);
        }
        let (before, fragment) = match text.split_once('#') {
            Some((before, fragment)) => (before, Some(fragment)),
            None => (text.as_str(), None),
        };
        let separator = match before.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let mut text = format!("{before}{separator}session_id={PLACEHOLDER}");
        if let Some(fragment) = fragment {
            text.push('#');
            text.push_str(fragment);
        }
        Self(text)
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The session id in the URL a buyer came back on: the full URL, or its path and query as a
    /// web framework gives them.
    ///
    /// Both spellings are read: `sessionId`, which Clink adds to a success URL, and `session_id`,
    /// the usual one on the return URL of an embedded checkout. Clink adds its own at the end, so
    /// the last one that looks like a session's id counts.
    ///
    /// It proves nothing: anybody can open any URL. Read the session
    /// ([`retrieve_from_redirect`](crate::CheckoutSessions::retrieve_from_redirect) does both), and
    /// compare it with the purchase you expect ([`Expectation`](crate::Expectation)).
    ///
    /// Source: guide, Return and Redirect URLs.
    ///
    /// ```
    /// use clinkbill::RedirectUrl;
    ///
    /// let id = RedirectUrl::session_id("https://shop.example.com/thanks?a=b&sessionId=sess_1")?;
    /// assert_eq!(id.as_str(), "sess_1");
    /// # Ok::<(), clinkbill::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::field`] is `sessionId` when there is none, or one that cannot be an id.
    pub fn session_id(url: &str) -> Result<SessionId, Error> {
        session_id(url)
    }
}

const PLACEHOLDER: &str = "{ELEMENTS_SESSION_ID}";

/// The text with the braces of each placeholder as Clink wants them.
fn with_braces(text: &str) -> String {
    let mut text = text.to_owned();
    for open in ["%7B", "%7b", "{"] {
        for close in ["%7D", "%7d", "}"] {
            text = text.replace(&format!("{open}ELEMENTS_SESSION_ID{close}"), PLACEHOLDER);
        }
    }
    text
}

/// The text of a URL that means the same to everyone who reads it.
///
/// A browser drops tabs and line ends, so they would hide from a check of the parsed URL and
/// still break out of a header; and it reads a backslash as a slash, where others read a name.
pub(crate) fn unambiguous(text: &str) -> Result<&str, &'static str> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    {
        return Ok(text);
    }
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

/// See [`RedirectUrl::session_id`].
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
    if with_braces(id).contains(PLACEHOLDER) {
        let problem = "in the redirect URL is the placeholder, which nobody replaced";
        return Err(Error::invalid(FIELD, problem));
    }
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

    #[test]
    fn a_return_url_gets_the_placeholder_and_keeps_all_else() {
        for (given, expected) in [
            ("https://a.example", "https://a.example?session_id={}"),
            ("https://a.example/", "https://a.example/?session_id={}"),
            ("https://a.example/?", "https://a.example/?session_id={}"),
            (
                "https://a.example/#x?y",
                "https://a.example/?session_id={}#x?y",
            ),
            ("https://a.example/#", "https://a.example/?session_id={}#"),
            (
                "https://a.example/?b=c",
                "https://a.example/?b=c&session_id={}",
            ),
            (
                "https://a.example/?b=c&",
                "https://a.example/?b=c&session_id={}",
            ),
            (
                "https://a.example/?b=%20#d",
                "https://a.example/?b=%20&session_id={}#d",
            ),
            (
                "https://a.example/?session_id=mine",
                "https://a.example/?session_id=mine&session_id={}",
            ),
            // It is there.
            ("https://a.example/?x={}", "https://a.example/?x={}"),
            ("https://a.example/{}/done?a", "https://a.example/{}/done?a"),
            (
                "https://a.example/#/done?s={}",
                "https://a.example/#/done?s={}",
            ),
            // Some builder encoded it, or a half of it.
            (
                "https://a.example/?x=%7BELEMENTS_SESSION_ID%7D&y=%7B1%7D",
                "https://a.example/?x={}&y=%7B1%7D",
            ),
            (
                "https://a.example/?x=%7bELEMENTS_SESSION_ID}",
                "https://a.example/?x={}",
            ),
            (
                "https://a.example/?x={ELEMENTS_SESSION_ID%7d",
                "https://a.example/?x={}",
            ),
            // Something else that looks like it.
            (
                "https://a.example/?x={SESSION_ID}",
                "https://a.example/?x={SESSION_ID}&session_id={}",
            ),
        ] {
            let given = given.replace("{}", PLACEHOLDER);
            let once = RedirectUrl::parse(given).unwrap().with_session_id();
            assert_eq!(once.as_str(), expected.replace("{}", PLACEHOLDER));
            assert_eq!(once.clone().with_session_id(), once, "twice is once");
            let back = once.as_str().replace(PLACEHOLDER, "sess_1");
            if back.contains("session_id=") {
                assert_eq!(RedirectUrl::session_id(&back).unwrap().as_str(), "sess_1");
            }
        }
    }

    #[test]
    fn odd_redirects_lead_to_the_session_or_say_why_not() {
        for url in [
            "https://shop.example.com/?sessionId=sess%5F1",
            "https://shop.example.com/?session%49d=sess_1",
            "https://shop.example.com/?sessionId=sess_1&",
            "https://shop.example.com/??sessionId=x&&sessionId=sess_1",
            "https://shop.example.com/?sessionId&sessionId=sess_1",
            "https://shop.example.com/?sessionId=sess_1&sessionId=",
            "https://user:pw@shop.example.com:8443/?sessionId=sess_1#sessionId=sess_2",
            "?sessionId=sess_1",
            "//shop.example.com/?session_id=sess_1",
            "/?session_id=%7BELEMENTS_SESSION_ID%7D&sessionId=sess_1",
        ] {
            assert_eq!(session_id(url).unwrap().as_str(), "sess_1", "{url}");
        }
        for url in [
            "/?session_id={ELEMENTS_SESSION_ID}",
            "/?session_id=%7BELEMENTS_SESSION_ID%7D",
            "/?session_id=%257BELEMENTS_SESSION_ID%257D",
        ] {
            let error = session_id(url).unwrap_err();
            assert!(error.to_string().contains("placeholder"), "{error}");
        }
        for url in [
            "/?sessionId=sess_1+2",
            "/?sessionId=sess_1%00",
            "/?sessionId=sess_1/../2",
            "/?sessionId=sess_%C3%A4",
            "/?sessionId[]=sess_1",
            &format!("/?sessionId=sess_{}", "x".repeat(300)),
        ] {
            let error = session_id(url).unwrap_err();
            assert_eq!(error.field(), Some("sessionId"), "{url}");
        }
    }
}
