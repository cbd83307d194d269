//! The extractor for axum.

use std::ops::Deref;

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};

use crate::signature::SIGN_TYPE;
use crate::{Event, Verifier, WebhookError};

/// The largest body that is read: 1 MiB. Clink's events are a few kilobytes.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// An event that verified, as an argument of an axum handler. The state of the router holds the
/// [`Verifier`].
///
/// A request that does not verify never reaches the handler: it is answered 4xx, as
/// [`WebhookRejection::status`] tells, with one sentence that says why and repeats nothing of the
/// request. At most [`LARGEST_BODY`] is read, whatever limit the router has.
///
/// ```
/// use clinkbill_webhook::{VerifiedEvent, Verifier};
///
/// async fn receive(VerifiedEvent(event): VerifiedEvent) {
///     println!("{} {}", event.id, event.event_type());
/// }
///
/// # fn app(verifier: Verifier) -> axum::Router {
/// axum::Router::new()
///     .route("/webhooks/clink", axum::routing::post(receive))
///     .with_state(verifier)
/// # }
/// ```
/// Take `Result<VerifiedEvent, WebhookRejection>` to see what was refused.
#[derive(Debug, Clone)]
pub struct VerifiedEvent(pub Event);

/// Why a request is no webhook of Clink's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookRejection {
    /// The body is larger than [`LARGEST_BODY`].
    #[error("the body is larger than {LARGEST_BODY} bytes")]
    TooLarge,
    /// The body ended too early.
    #[error("the body could not be read")]
    Interrupted,
    /// The request does not verify.
    #[error(transparent)]
    Refused(#[from] WebhookError),
}

impl WebhookRejection {
    /// The status that is answered.
    ///
    /// | status | when |
    /// |---|---|
    /// | 400 | a header is missing or makes no sense, or the body breaks off |
    /// | 403 | the signature is wrong, or too old |
    /// | 413 | the body is too large |
    /// | 422 | it is signed and recent, but no event |
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Interrupted => StatusCode::BAD_REQUEST,
            Self::Refused(why) => match why {
                WebhookError::MissingHeader(_)
                | WebhookError::SignType
                | WebhookError::Timestamp => StatusCode::BAD_REQUEST,
                WebhookError::Signature | WebhookError::Stale => StatusCode::FORBIDDEN,
                WebhookError::Unreadable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            },
        }
    }
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}

impl<S> FromRequest<S> for VerifiedEvent
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookRejection> {
        let (parts, body) = request.into_parts();
        let body = read(body).await?;
        let verifier = Verifier::from_ref(state);
        // It may be absent; there and unreadable it is not absent.
        if parts.headers.contains_key(SIGN_TYPE) && text(&parts.headers, SIGN_TYPE).is_none() {
            return Err(WebhookError::SignType.into());
        }
        let event = verifier.verify(|name| text(&parts.headers, name), &body)?;
        Ok(Self(event))
    }
}

async fn read(body: Body) -> Result<impl Deref<Target = [u8]>, WebhookRejection> {
    let read = Limited::new(body, LARGEST_BODY).collect().await;
    read.map(Collected::to_bytes).map_err(|error| {
        if error.is::<LengthLimitError>() {
            WebhookRejection::TooLarge
        } else {
            WebhookRejection::Interrupted
        }
    })
}

/// A header that stands twice proves nothing: nobody can say which one was meant.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let only = values.next().filter(|_| values.next().is_none());
    only?.to_str().ok()
}
