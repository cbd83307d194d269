use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request, Response};
use secrecy::{ExposeSecret as _, SecretString};

use crate::bound::bounded;
use crate::generated::{Client, ClientInfo as _};
use crate::patience::waiting;
use crate::sending::Sending;
use crate::transport::ConnectError;

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-timestamp");

/// Where the time of `X-Timestamp` comes from.
pub(crate) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What a [`Client`] signs its requests with: the key and a clock. Opaque; `Debug` shows neither.
#[derive(Clone)]
pub struct Inner {
    key: HeaderValue,
    clock: Clock,
    sending: Option<Sending>,
    connect_timeout: Option<Duration>,
}

impl Inner {
    pub(crate) fn new(key: &SecretString, clock: Clock) -> Result<Self, ConnectError> {
        let key = key.expose_secret();
        let mut value = HeaderValue::from_str(key).map_err(|_| ConnectError::Key)?;
        if key.trim().is_empty() {
            return Err(ConnectError::Key);
        }
        value.set_sensitive(true);
        Ok(Self {
            key: value,
            clock,
            sending: None,
            connect_timeout: None,
        })
    }

    pub(crate) fn watched_by(&self, sending: Sending, connect_timeout: Option<Duration>) -> Self {
        Self {
            sending: Some(sending),
            connect_timeout,
            ..self.clone()
        }
    }

    fn sign(&self, headers: &mut HeaderMap) {
        headers.insert(API_KEY, self.key.clone());
        headers.insert(TIMESTAMP, HeaderValue::from(self.millis()));
    }

    /// A clock before 1970 gives 0, which the server refuses as it would the truth.
    fn millis(&self) -> u64 {
        let since_epoch = (self.clock)()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        since_epoch.as_millis().try_into().unwrap_or(u64::MAX)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").finish_non_exhaustive()
    }
}

/// One call is one sending, signed at the last moment, and its answer is read up to a bound.
impl ClientHooks<Inner> for Client {
    async fn exec(&self, mut request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        let inner = self.inner();
        inner.sign(request.headers_mut());
        if is_post_of_nothing(&request) {
            let headers = request.headers_mut();
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(sending) = &inner.sending {
            sending.guard(&mut request);
        }
        let answer = self.client().execute(request);
        waiting(inner.connect_timeout, answer).await.map(bounded)
    }
}

/// The HTTP client leaves the length out where there is no body, and some proxies refuse a POST
/// without one (411).
fn is_post_of_nothing(request: &Request) -> bool {
    request.method() == Method::POST && request.body().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inner(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Inner {
        Inner::new(&"sk_test_auth".into(), Arc::new(clock)).unwrap()
    }

    #[test]
    fn the_key_is_marked_so_that_no_debug_output_shows_it() {
        let inner = inner(SystemTime::now);
        let mut headers = HeaderMap::new();
        inner.sign(&mut headers);

        assert!(headers["x-api-key"].is_sensitive());
        let shown = format!("{headers:?} {inner:?}");
        assert!(!shown.contains("sk_test_auth"), "{shown}");
    }

    #[test]
    fn a_clock_out_of_this_world_does_not_stop_a_sending() {
        let before_1970 = inner(|| UNIX_EPOCH - Duration::from_secs(1));
        assert_eq!(before_1970.millis(), 0);
    }
}
