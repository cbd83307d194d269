//! From what the low-level client brings back to a value or an [`Error`]: every shape an answer
//! can have is told apart here and nowhere else.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use chrono::DateTime;
use clinkbill_api::types::{
    BillingSession, BillingSessionEnvelope, CheckoutSessionEnvelope, CreatedCheckoutSession,
    CreatedCheckoutSessionEnvelope, EmptyEnvelope, EnsuredWebhookEndpoint,
    EnsuredWebhookEndpointEnvelope, InvoiceEnvelope, OrderEnvelope, OrderPage, Price,
    PriceEnvelope, PricePage, Product, ProductEnvelope, ProductPage, SubscriptionEnvelope,
    WebhookEndpoint, WebhookEndpointEnvelope, WebhookEndpointPage, WebhookEventCatalogue,
    WebhookEventCatalogueEnvelope,
};
use clinkbill_api::{ResponseValue, Sending};
use clinkbill_types::{PathId, SessionId};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use crate::error::Answer;
use crate::observe::AttemptSpan;
use crate::page::Rows;
use crate::redact::redacted;
use crate::{Error, Invoice, Order, SecretKey, Session, Subscription};

/// An error's body beyond this says nothing more.
const LONGEST_BODY: usize = 64 * 1024;
const SUCCESS: i64 = 200;

/// One sending that came to an end, or that nobody waits for any longer.
pub(crate) struct Exchange<'a> {
    pub(crate) key: &'a SecretKey,
    /// The time of day, for a `Retry-After` that names one.
    pub(crate) now: SystemTime,
    /// What proves that nothing was sent.
    pub(crate) sending: Sending,
    /// Until when an answer is read.
    pub(crate) until: Instant,
    pub(crate) span: &'a AttemptSpan,
}

impl Exchange<'_> {
    /// The value in the answer, when HTTP status and `code` both say success.
    pub(crate) async fn settle<E: Envelope>(
        self,
        result: Result<Result<ResponseValue<E>, clinkbill_api::Error>, Elapsed>,
    ) -> Result<E::Data, Error> {
        use clinkbill_api::Error as Sent;

        let result = match result {
            Ok(result) => result,
            Err(elapsed) => return Err(self.broken_off(true, elapsed)),
        };
        match result {
            Ok(response) => {
                let status = response.status().as_u16();
                let retry_after = self.retry_after(response.headers());
                self.succeed(status, response.into_inner().into_parts(), retry_after)
            }
            Err(Sent::UnexpectedResponse(response)) => {
                let status = response.status().as_u16();
                let retry_after = self.retry_after(response.headers());
                let body = self.read_start(response).await;
                if matches!(status, 200..=299)
                    && let Ok(envelope) = serde_json::from_slice::<E>(&body)
                {
                    return self.succeed(status, envelope.into_parts(), retry_after);
                }
                Err(self.refused(status, &body, retry_after))
            }
            Err(Sent::InvalidResponsePayload(body, _)) => match E::liberally(&body) {
                Some(parts) => self.succeed(200, parts, None),
                None => Err(self.refused(200, &body, None)),
            },
            Err(Sent::CommunicationError(error)) if error.is_builder() => {
                Err(Error::unsendable(error.without_url()))
            }
            Err(Sent::CommunicationError(error)) if error.is_connect() => {
                Err(Error::not_sent(error.is_timeout(), error.without_url()))
            }
            Err(Sent::ResponseBodyError(error)) if clinkbill_api::is_too_long(&error) => {
                Err(Error::unreadable_because("is too long"))
            }
            Err(
                Sent::CommunicationError(error)
                | Sent::ResponseBodyError(error)
                | Sent::InvalidUpgrade(error),
            ) => Err(self.broken_off(error.is_timeout(), error.without_url())),
            // Both are made before anything is sent. Their texts are not ours to show.
            Err(Sent::InvalidRequest(_) | Sent::Custom(_)) => {
                Err(Error::unsendable("the request could not be made"))
            }
            Err(Sent::ErrorResponse(response)) => {
                Err(self.refused(response.status().as_u16(), &[], None))
            }
        }
    }

    fn succeed<T>(
        &self,
        http_status: u16,
        (code, message, data): Parts<T>,
        retry_after: Option<Duration>,
    ) -> Result<T, Error> {
        let code = code.map(i64::from);
        self.span.answered(http_status, code);
        let claims_success = matches!(code, None | Some(SUCCESS));
        if claims_success && let Some(data) = data {
            return Ok(data);
        }
        let answer = Answer {
            http_status,
            code,
            message: message.map(|text| redacted(&text, self.key)),
            retry_after,
        };
        if claims_success {
            Err(Error::unreadable(answer, "has no data that can be read"))
        } else {
            Err(Error::answered(answer))
        }
    }

    /// A body that is not the expected envelope: an error's envelope, plain text, a page, nothing.
    fn refused(&self, http_status: u16, body: &[u8], retry_after: Option<Duration>) -> Error {
        let mut answer = Answer {
            http_status,
            retry_after,
            ..Answer::default()
        };
        let text = str::from_utf8(body).map(str::trim).unwrap_or_default();
        let mut made = None;
        let problem = match serde_json::from_str::<Members<'_>>(text) {
            Ok(members) => {
                made = members.get("data").and_then(|data| session_named_by(data));
                answer.code = members.get("code").and_then(|code| code_in(code));
                answer.message = text_of(&members, "msg").map(|text| redacted(&text, self.key));
                "is not what the contract describes"
            }
            Err(_) if body.is_empty() => "is empty",
            Err(_) if text.starts_with('<') => "is a page, from something between here and Clink",
            Err(_) => {
                if http_status >= 400 && !text.starts_with(['{', '[']) && !text.is_empty() {
                    answer.message = Some(redacted(text, self.key));
                }
                "is no JSON object"
            }
        };

        self.span.answered(http_status, answer.code);
        let claims_success = http_status < 300 && matches!(answer.code, None | Some(SUCCESS));
        if claims_success {
            Error::unreadable(answer, problem).about(made)
        } else {
            Error::answered(answer).about(made)
        }
    }

    /// There is no answer. Whether there was a request is for the sending to say.
    fn broken_off(
        &self,
        timed_out: bool,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Error {
        if self.sending.recall() {
            Error::not_sent(timed_out, source)
        } else {
            Error::no_answer(timed_out, source)
        }
    }

    /// In seconds, or until a time of day; a time that has passed is no wait.
    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = DateTime::parse_from_rfc2822(text).ok()?;
        let until = u64::try_from(until.timestamp())
            .ok()
            .map(Duration::from_secs)?;
        let now = self.now.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(until.saturating_sub(now))
    }

    /// What there is of the body; an answer that breaks off still has its status.
    async fn read_start(&self, mut response: reqwest::Response) -> Vec<u8> {
        let mut body = Vec::new();
        while body.len() < LONGEST_BODY
            && let Ok(Ok(Some(chunk))) = timeout_at(self.until, response.chunk()).await
        {
            body.extend_from_slice(&chunk);
        }
        body
    }
}

/// An object of which each member is looked at by itself, so that an odd one hides no other.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// The session that an answer names which cannot be understood otherwise.
fn session_named_by(data: &RawValue) -> Option<SessionId> {
    let data: Members<'_> = serde_json::from_str(data.get()).ok()?;
    text_of(&data, "sessionId")?.parse().ok()
}

fn text_of(members: &Members<'_>, name: &str) -> Option<String> {
    serde_json::from_str(members.get(name)?.get()).ok()
}

/// The code of an envelope, also one that stands there as text.
fn code_in(raw: &RawValue) -> Option<i64> {
    raw.get().trim_matches('"').parse().ok()
}

/// What was read, when it is what was asked for: its id says so.
pub(crate) fn about<T>(asked: &PathId, answered: &str, read: T) -> Result<T, Error> {
    if asked.as_str() == answered {
        Ok(read)
    } else {
        Err(Error::unreadable_because("is about another id than was asked for").of_a_read())
    }
}

/// Code, message and data of an envelope.
type Parts<T> = (Option<i32>, Option<String>, Option<T>);

/// The envelopes of the contract have one shape; a page has rows and a total in the place of data.
pub(crate) trait Envelope: DeserializeOwned {
    type Data;

    fn into_parts(self) -> Parts<Self::Data>;

    /// What can be made of an answer that is not all that the contract describes.
    fn liberally(_: &[u8]) -> Option<Parts<Self::Data>> {
        None
    }
}

macro_rules! envelopes {
    ($($envelope:ty: $data:ty,)+) => {$(
        impl Envelope for $envelope {
            type Data = $data;

            fn into_parts(self) -> Parts<$data> {
                (self.code, self.msg, self.data)
            }
        }
    )+};
}

envelopes! {
    CreatedCheckoutSessionEnvelope: CreatedCheckoutSession,
    BillingSessionEnvelope: BillingSession,
    ProductEnvelope: Product,
    PriceEnvelope: Price,
    WebhookEndpointEnvelope: WebhookEndpoint,
    EnsuredWebhookEndpointEnvelope: EnsuredWebhookEndpoint,
    WebhookEventCatalogueEnvelope: WebhookEventCatalogue,
}

/// What events tell of as well. One reader reads both, and no odd field hides an order from a
/// merchant who looks for it.
macro_rules! told_by_events {
    ($($envelope:ty: $object:ty,)+) => {$(
        impl Envelope for $envelope {
            type Data = $object;

            fn into_parts(self) -> Parts<$object> {
                (self.code, self.msg, self.data.as_ref().and_then(reread))
            }

            fn liberally(body: &[u8]) -> Option<Parts<$object>> {
                let read: Liberal<$object> = serde_json::from_slice(body).ok()?;
                Some((read.code, read.msg, read.data))
            }
        }
    )+};
}

told_by_events! {
    CheckoutSessionEnvelope: Session,
    OrderEnvelope: Order,
    SubscriptionEnvelope: Subscription,
    InvoiceEnvelope: Invoice,
}

#[derive(Deserialize)]
struct Liberal<T> {
    code: Option<i32>,
    msg: Option<String>,
    data: Option<T>,
}

/// Through JSON, which keeps every digit.
fn reread<T: DeserializeOwned>(wire: &impl Serialize) -> Option<T> {
    let json = serde_json::to_string(wire).ok()?;
    serde_json::from_str(&json).ok()
}

impl Envelope for OrderPage {
    type Data = Rows<Order>;

    fn into_parts(self) -> Parts<Rows<Order>> {
        let total = self.total;
        let rows = self.rows.and_then(|rows| rows.iter().map(reread).collect());
        (self.code, self.msg, rows.map(|rows| (rows, total)))
    }

    fn liberally(body: &[u8]) -> Option<Parts<Rows<Order>>> {
        #[derive(Deserialize)]
        struct Orders {
            code: Option<i32>,
            msg: Option<String>,
            rows: Option<Vec<Order>>,
            total: Option<i64>,
        }

        let read: Orders = serde_json::from_slice(body).ok()?;
        let rows = read.rows.map(|rows| (rows, read.total));
        Some((read.code, read.msg, rows))
    }
}

macro_rules! pages {
    ($($page:ty: $row:ty,)+) => {$(
        impl Envelope for $page {
            type Data = Rows<$row>;

            fn into_parts(self) -> Parts<Rows<$row>> {
                let total = self.total;
                (self.code, self.msg, self.rows.map(|rows| (rows, total)))
            }
        }
    )+};
}

pages! {
    ProductPage: Product,
    PricePage: Price,
    WebhookEndpointPage: WebhookEndpoint,
}

impl Envelope for EmptyEnvelope {
    type Data = ();

    fn into_parts(self) -> Parts<()> {
        (self.code, self.msg, Some(()))
    }
}
