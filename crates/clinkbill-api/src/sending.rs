//! What can be proved about one sending.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body::{Frame, SizeHint};
use reqwest::{Body, Request};

use crate::generated::{Client, ClientInfo as _};

const HELD: u8 = 0;
const LEFT: u8 = 1;
const RECALLED: u8 = 2;

/// A handle on one sending, which knows whether its request can have left this machine.
///
/// A connection asks for the body when it writes the request, and never before. As long as nobody
/// has asked, no server can have the request; and once it was [recalled](Self::recall), nobody
/// will get it. A request without a body counts as gone as soon as it is handed over.
///
/// ```no_run
/// # use clinkbill_api::{Client, types::CreateCheckoutSessionRequest};
/// # async fn run(client: Client, request: CreateCheckoutSessionRequest) {
/// let (client, sending) = client.watched();
/// if client.create_checkout_session(&request).await.is_err() && sending.recall() {
///     // Nothing was sent: it may be tried again.
/// }
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Sending(Arc<AtomicU8>);

impl Client {
    /// The same client for one call, with a handle on what that call sends. The call waits for
    /// a connection as long as the client does.
    #[must_use]
    pub fn watched(&self) -> (Self, Sending) {
        self.watched_for(None)
    }

    /// As [`watched`](Self::watched), with a connect timeout of its own.
    #[must_use]
    pub fn watched_with_connect_timeout(&self, timeout: Duration) -> (Self, Sending) {
        self.watched_for(Some(timeout))
    }

    fn watched_for(&self, connect_timeout: Option<Duration>) -> (Self, Sending) {
        let sending = Sending::default();
        let inner = self.inner().watched_by(sending.clone(), connect_timeout);
        let watched = Self::new_with_client(self.baseurl(), self.client().clone(), inner);
        (watched, sending)
    }
}

impl Sending {
    /// Whether the request provably never left: no byte of its body was handed to a connection,
    /// and from now on none will be.
    ///
    /// Ask when the call has failed or its future was dropped; a request that is under way is
    /// broken off.
    #[must_use]
    pub fn recall(&self) -> bool {
        let held = self
            .0
            .compare_exchange(HELD, RECALLED, Ordering::SeqCst, Ordering::SeqCst);
        matches!(held, Ok(_) | Err(RECALLED))
    }

    /// Has the body pass by this handle.
    pub(crate) fn guard(&self, request: &mut Request) {
        match request.body_mut().take() {
            Some(body) => {
                let sending = self.clone();
                *request.body_mut() = Some(Body::wrap(Gate { body, sending }));
            }
            None => {
                let _ = self.leave();
            }
        }
    }

    /// Whether it may go. It goes once and for all.
    fn leave(&self) -> bool {
        let left = self
            .0
            .compare_exchange(HELD, LEFT, Ordering::SeqCst, Ordering::SeqCst);
        matches!(left, Ok(_) | Err(LEFT))
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.load(Ordering::SeqCst) {
            HELD => "Sending(held)",
            LEFT => "Sending(left)",
            _ => "Sending(recalled)",
        })
    }
}

/// The body of a request that was recalled.
#[derive(Debug, thiserror::Error)]
#[error("the request was recalled")]
struct Recalled;

/// A body of the same length that marks when it is asked for.
struct Gate {
    body: Body,
    sending: Sending,
}

impl http_body::Body for Gate {
    type Data = <Body as http_body::Body>::Data;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if !self.sending.leave() {
            return Poll::Ready(Some(Err(Recalled.into())));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use http_body_util::BodyExt as _;
    use reqwest::{Method, Url};

    use super::*;

    fn guarded(body: Option<&'static str>) -> (Option<Body>, Sending) {
        let url = Url::parse("http://127.0.0.1/").unwrap();
        let mut request = Request::new(Method::POST, url);
        *request.body_mut() = body.map(Body::from);
        let sending = Sending::default();
        sending.guard(&mut request);
        (request.body_mut().take(), sending)
    }

    #[tokio::test]
    async fn a_body_that_was_asked_for_cannot_be_recalled() {
        let (body, sending) = guarded(Some("{}"));
        let mut body = body.unwrap();
        assert_eq!(body.size_hint().exact(), Some(2));
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "{}");
        assert!(!sending.recall());
        assert_eq!(format!("{sending:?}"), "Sending(left)");
    }

    #[tokio::test]
    async fn a_recalled_body_is_given_to_nobody() {
        let (body, sending) = guarded(Some("{}"));
        assert!(sending.recall());
        assert!(sending.recall(), "and stays recalled");
        assert!(body.unwrap().frame().await.unwrap().is_err());
        assert!(sending.recall());
    }

    #[test]
    fn what_has_no_body_is_gone_once_it_is_handed_over() {
        let (body, sending) = guarded(None);
        assert!(body.is_none());
        assert!(!sending.recall());
    }
}
