//! No server makes a client read without end.

use std::error::Error as StdError;

use http_body_util::{LengthLimitError, Limited};
use reqwest::{Body, Response, ResponseBuilderExt as _};

/// The longest body of an answer that is read: 4 MiB, far above the longest page of a list.
///
/// A longer one breaks off; where its length is announced, not a byte of it is read.
/// [`is_too_long`] tells it apart from other bodies that break off.
pub const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Whether the answer was longer than [`LONGEST_ANSWER`]: the cause of an
/// [`Error::ResponseBodyError`](crate::Error::ResponseBodyError).
#[must_use]
pub fn is_too_long(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The same answer with a body that ends in an error beyond the bound.
pub(crate) fn bounded(response: Response) -> Response {
    // What comes is no longer than what was announced.
    let announced = response.content_length();
    let fits = announced.map(|length| usize::try_from(length).is_ok_and(|it| it <= LONGEST_ANSWER));
    if fits == Some(true) {
        return response;
    }

    let url = response.url().clone();
    let (mut parts, mut body) = http::Response::<Body>::from(response).into_parts();
    // The way through `http::Response` loses the URL.
    if let Ok(located) = http::Response::builder().url(url).body(()) {
        parts.extensions.extend(located.into_parts().0.extensions);
    }

    let mut bound = LONGEST_ANSWER;
    if fits == Some(false) {
        // Beyond its bound at once; the answer's own body is dropped, and the connection with it.
        (body, bound) = (Body::from("."), 0);
    }
    http::Response::from_parts(parts, Body::wrap(Limited::new(body, bound))).into()
}
