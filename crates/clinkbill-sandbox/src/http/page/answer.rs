//! Pages as answers: what they say, and what a browser may do with them.

use std::borrow::Cow;

use askama::Template;
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::onward::ascii;
use crate::Answer;
use crate::http::assets::{self, Asset};

/// Who may show a page in a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::http) enum Frames {
    #[default]
    Nobody,
    /// The page of an embedded session: where the merchant's page stands is not known.
    Anybody,
}

/// How a page that sends a buyer back does so.
#[derive(Default)]
pub(super) enum Handover {
    /// It does not: there is a link.
    #[default]
    ByLink,
    /// By itself.
    AtOnce,
    /// RD-07: the page around this one, if there is any, is told of this session and takes over.
    ToThePageAround(String),
}

/// A page that says one thing.
#[derive(Template, Default)]
#[template(path = "notice.html")]
pub(in crate::http) struct Notice {
    title: String,
    text: String,
    merchant: Option<String>,
    /// Where a buyer can go on.
    back: Option<String>,
    is_good: bool,
    handover: Handover,
    frames: Frames,
    style: &'static str,
    icon: &'static str,
    script: &'static str,
}

impl Frames {
    pub(super) fn around(is_embedded: bool) -> Self {
        if is_embedded {
            Self::Anybody
        } else {
            Self::Nobody
        }
    }

    fn as_source(self) -> &'static str {
        match self {
            Self::Nobody => "'none'",
            Self::Anybody => "*",
        }
    }
}

impl Handover {
    fn is_at_once(&self) -> bool {
        matches!(self, Self::AtOnce)
    }
}

impl Notice {
    fn saying(title: &str, text: &str) -> Self {
        Self {
            title: title.to_owned(),
            text: text.to_owned(),
            style: assets::path(Asset::Style),
            icon: assets::path(Asset::Icon),
            script: assets::path(Asset::Script),
            ..Self::default()
        }
    }

    /// A page that says one thing and leads nowhere.
    pub(in crate::http) fn plain(status: StatusCode, title: &str, text: &str) -> Answer {
        Self::saying(title, text).under(status)
    }

    pub(super) fn unknown() -> Answer {
        Self::plain(
            StatusCode::NOT_FOUND,
            "Unknown checkout link",
            "No checkout session stands behind this link.",
        )
    }

    /// `back` is where a buyer goes on to.
    pub(super) fn complete(merchant: String, back: Option<String>, frames: Frames) -> Answer {
        Self {
            merchant: Some(merchant),
            back,
            is_good: true,
            frames,
            ..Self::saying(
                "Payment complete",
                "This checkout has concluded with a successful payment.",
            )
        }
        .under(StatusCode::OK)
    }

    /// `back` is where a buyer goes back to.
    pub(super) fn expired(merchant: String, back: Option<String>, frames: Frames) -> Answer {
        Self {
            merchant: Some(merchant),
            back,
            frames,
            ..Self::saying(
                "Checkout expired",
                "This checkout takes no further payment attempts.",
            )
        }
        .under(StatusCode::GONE)
    }

    /// RD-04, RD-07: the end of a checkout, from which the buyer is sent to the merchant.
    pub(super) fn on_the_way(merchant: String, url: String, handover: Handover) -> Answer {
        let is_framed = matches!(handover, Handover::ToThePageAround(_));
        Self {
            merchant: Some(merchant),
            back: Some(url),
            is_good: true,
            handover,
            frames: Frames::around(is_framed),
            ..Self::saying(
                "Payment complete",
                "You are being sent back to the merchant.",
            )
        }
        .under(StatusCode::OK)
    }

    fn under(self, status: StatusCode) -> Answer {
        render(status, &self, self.frames)
    }
}

/// A page. Its forms end at the sandbox itself.
pub(in crate::http) fn render(
    status: StatusCode,
    template: &impl Template,
    frames: Frames,
) -> Answer {
    let Ok(html) = template.render() else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
         img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {}",
        frames.as_source()
    );
    let mut reply = plain(status);
    *reply.body_mut() = html.into_bytes();
    let headers = reply.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    reply
}

/// Sends a browser on. The URL goes as a header may carry it: in ASCII.
pub(in crate::http) fn redirect(url: &str) -> Answer {
    let mut reply = plain(StatusCode::SEE_OTHER);
    let ascii = if url.starts_with('/') {
        Some(Cow::Borrowed(url))
    } else {
        ascii(url).map(Cow::Owned)
    };
    match ascii.and_then(|url| HeaderValue::from_str(&url).ok()) {
        Some(location) => {
            reply.headers_mut().insert(header::LOCATION, location);
        }
        None => *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    reply
}

/// An answer without a body. The link it is about is a secret: neither caches nor the next site may
/// learn it. (Without any referrer, a browser would not say where a form comes from either.)
pub(in crate::http) fn plain(status: StatusCode) -> Answer {
    let mut reply = Answer::new(Vec::new());
    *reply.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] as [(HeaderName, &'static str); 4]
    {
        reply
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    reply
}
