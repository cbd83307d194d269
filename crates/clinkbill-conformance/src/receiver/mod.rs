//! A merchant's own webhook endpoint, put to the test.
//!
//! The promise: an endpoint that passes takes what Clink signs (twice, out of order, with types,
//! fields and spellings it has never seen) and refuses what somebody else made up, changed or kept.
//! The verdict is on status codes and time alone; what the endpoint does with an event is not
//! looked at.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use clinkbill_conformance::receiver::{Endpoint, PlainHttp};
//! use clinkbill_webhook::WebhookSecret;
//!
//! let secret = WebhookSecret::from_env()?;
//! let url = "http://127.0.0.1:3000/webhooks/clink";
//! let report = Endpoint::new(url, secret, PlainHttp::ToThisMachine)?.check().await?;
//! print!("{report}");
//! assert!(report.passed());
//! # Ok(())
//! # }
//! ```
//!
//! # What the endpoint gets
//!
//! Events as Clink sends them, signed with the endpoint's own secret, about orders, invoices and a
//! subscription nobody ever bought: ids have `check` in them, the buyer is
//! `buyer@example.com`. So run it against a deployment whose deliveries cost nothing, and expect
//! such events in its log. An event about an order the shop does not know was still sent by Clink:
//! it wants an answer of 2xx.
//!
//! # What is expected
//!
//! * 2xx for every event that is signed and fresh, or Clink sends it again for a day.
//! * 4xx for everything else. A 5xx says that the endpoint broke over it.
//! * An answer within ten seconds ([`Endpoint::with_patience`]). Clink publishes no limit; the
//!   sandbox waits as long.
//!
//! Nor does Clink publish how old a timestamp may be. The stale ones sent here are two days off,
//! which is twice as long as Clink tries to deliver an event, so no sending of Clink's looks like
//! them.

mod cases;
mod events;
mod junit;
mod report;
mod sample;
mod sending;

use std::time::{Duration, SystemTime};

use clinkbill_api::is_loopback;
use clinkbill_types::Timestamp;
use clinkbill_webhook::{SecretError, WebhookSecret};
use url::Url;

pub use self::report::{Expected, Judged, REPORT_VERSION, Report, Seen, Verdict};
pub use self::sample::Sample;

use crate::runner::Progress;

use self::cases::{CASES, Scene};
use self::sending::Sender;

/// How long an endpoint may take to answer, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// A webhook endpoint and the secret it verifies with.
#[derive(Debug, Clone)]
pub struct Endpoint {
    url: Url,
    secret: WebhookSecret,
    patience: Duration,
    options: clinkbill_api::Options,
}

/// How far events may travel without TLS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// To this machine only.
    #[default]
    ToThisMachine,
    /// Anywhere: whoever is on the way can read them and keep their signatures.
    ToAnyMachine,
}

/// The endpoint cannot be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The URL cannot be an endpoint's.
    #[error("the endpoint is not an absolute http or https URL without user and fragment")]
    Url,
    /// Events would cross the network unprotected.
    #[error("the endpoint uses http on another machine than this one; use https")]
    PlainHttp,
    /// The time of this machine is before 1970.
    #[error("the clock of this machine is out of range")]
    Clock,
    /// There is no other secret to sign with.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// There is no HTTP client to send with.
    #[error("no HTTP client: {0}")]
    Client(#[from] clinkbill_api::ConnectError),
}

impl Endpoint {
    /// The endpoint at this URL, which verifies with this secret.
    pub fn new(url: &str, secret: WebhookSecret, plain: PlainHttp) -> Result<Self, EndpointError> {
        let url = Url::parse(url).map_err(|_| EndpointError::Url)?;
        let is_plain = url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        match url.scheme() {
            _ if !is_plain => return Err(EndpointError::Url),
            "https" => {}
            "http" if is_loopback(&url) || plain == PlainHttp::ToAnyMachine => {}
            "http" => return Err(EndpointError::PlainHttp),
            _ => return Err(EndpointError::Url),
        }
        Ok(Self {
            url,
            secret,
            patience: PATIENCE,
            options: clinkbill_api::Options::default(),
        })
    }

    /// Trusts the certificate authorities of this PEM text as well as those of the system.
    pub fn with_extra_roots(mut self, pem: &[u8]) -> Result<Self, EndpointError> {
        self.options = self.options.with_extra_roots(pem)?;
        Ok(self)
    }

    /// Waits at most this long for each answer, from connecting to its last byte.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The URL, without its query.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut shown = self.url.clone();
        shown.set_query(None);
        shown.into()
    }

    /// Sends one event as Clink does, about a purchase nobody made.
    ///
    /// # Errors
    /// There is no client to send with. Whatever the endpoint does is what was seen.
    pub async fn send(&self, sample: Sample) -> Result<Seen, EndpointError> {
        let sender = Sender::to(&self.url, self.options.clone(), self.patience)?;
        Ok(sender.send(sample.signed(&self.secret, now()?)).await)
    }

    /// Sends every case, one after another, and judges the answers.
    ///
    /// The good event goes first. If nothing at all answers it, nothing else is sent; if it is not
    /// taken, a refusal of a forged one says nothing, and is not counted as one.
    ///
    /// Redirects are not followed, and no more than 64 KiB of an answer is read.
    ///
    /// # Errors
    /// There is no client to send with. Whatever the endpoint does is in the report.
    pub async fn check(&self) -> Result<Report, EndpointError> {
        self.check_watched(|_| ()).await
    }

    /// As [`check`](Self::check), and tells `watch` before the first case, and after each, how many
    /// are done.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    pub async fn check_watched(&self, watch: impl Fn(Progress)) -> Result<Report, EndpointError> {
        let sender = Sender::to(&self.url, self.options.clone(), self.patience)?;
        let date = now()?;
        let mut report = Report::new(&self.url, self.patience, date);
        let strangers = format!("whsec_{:032x}", rand::random::<u128>());
        let scene = Scene::new(self.secret.clone(), WebhookSecret::new(strangers)?);
        let of = CASES.len();
        watch(Progress { done: 0, of });
        for (case, done) in CASES.iter().zip(1..) {
            let seen = if report.may_go_on() {
                sender.send((case.request)(&scene, now()?)).await
            } else {
                Seen::NotSent
            };
            report.judge(case, seen);
            watch(Progress { done, of });
        }
        Ok(report)
    }
}

fn now() -> Result<Timestamp, EndpointError> {
    SystemTime::now()
        .try_into()
        .map_err(|_| EndpointError::Clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str, plain: PlainHttp) -> Result<Endpoint, EndpointError> {
        Endpoint::new(url, WebhookSecret::new("whsec_canary").unwrap(), plain)
    }

    #[test]
    fn plain_http_is_for_this_machine_unless_somebody_says_otherwise() {
        for url in [
            "https://shop.example.com/hook?tenant=1",
            "http://localhost:3000/hook",
            "http://127.0.0.1:3000/hook",
            "http://[::1]/",
        ] {
            endpoint(url, PlainHttp::ToThisMachine).unwrap();
        }
        for url in [
            "http://shop.example.com/hook",
            "http://192.168.0.1/hook",
            "http://127.0.0.1.example.com/hook",
        ] {
            let refused = endpoint(url, PlainHttp::ToThisMachine);
            assert!(matches!(refused, Err(EndpointError::PlainHttp)), "{url}");
            endpoint(url, PlainHttp::ToAnyMachine).unwrap();
        }
    }

    #[test]
    fn what_cannot_be_an_endpoint_is_refused() {
        for url in [
            "",
            "hook",
            "ftp://shop.example.com/",
            "https://user@shop.example.com/",
            "https://shop.example.com/#hook",
        ] {
            let refused = endpoint(url, PlainHttp::ToAnyMachine);
            assert!(matches!(refused, Err(EndpointError::Url)), "{url}");
        }
    }

    #[test]
    fn the_secret_is_never_shown() {
        let endpoint = endpoint("https://shop.example.com/", PlainHttp::ToThisMachine).unwrap();
        assert!(!format!("{endpoint:?} {endpoint:#?}").contains("canary"));
    }
}
