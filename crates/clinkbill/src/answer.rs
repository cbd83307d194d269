//! From what the low-level client brings back to a value or an [`Error`]: every shape an answer
//! can have is told apart here and nowhere else.

use std::time::Duration;

use clinkbill_api::ResponseValue;
use clinkbill_api::types::{
    BillingSession, BillingSessionEnvelope, CheckoutSession, CheckoutSessionEnvelope,
    CreatedCheckoutSession, CreatedCheckoutSessionEnvelope, EmptyEnvelope, EnsuredWebhookEndpoint,
    EnsuredWebhookEndpointEnvelope, Invoice, InvoiceEnvelope, Order, OrderEnvelope, OrderPage,
    Price, PriceEnvelope, PricePage, Product, ProductEnvelope, ProductPage, Subscription,
    SubscriptionEnvelope, WebhookEndpoint, WebhookEndpointEnvelope, WebhookEndpointPage,
    WebhookEventCatalogue, WebhookEventCatalogueEnvelope,
};
use clinkbill_types::PathId;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Answer;
use crate::page::Rows;
use crate::redact::redacted;
use crate::{Error, SecretKey};

/// An error's body beyond this says nothing more.
const LONGEST_BODY: usize = 64 * 1024;
const SUCCESS: i64 = 200;

/// The value in the answer, when HTTP status and `code` both say success.
pub(crate) async fn settle<E: Envelope>(
    result: Result<ResponseValue<E>, clinkbill_api::Error>,
    key: &SecretKey,
) -> Result<E::Data, Error> {
    use clinkbill_api::Error as Sent;

    match result {
        Ok(response) => {
            let status = response.status().as_u16();
            succeed(status, response.into_inner(), key)
        }
        Err(Sent::UnexpectedResponse(response)) => {
            let status = response.status().as_u16();
            let retry_after = response
                .headers()
                .get("retry-after")
                .and_then(|value| value.to_str().ok()?.trim().parse().ok())
                .map(Duration::from_secs);
            let body = read_start(response).await;
            if matches!(status, 200..=299)
                && let Ok(envelope) = serde_json::from_slice::<E>(&body)
            {
                return succeed(status, envelope, key);
            }
            Err(refused(status, &body, retry_after, key))
        }
        Err(Sent::InvalidResponsePayload(body, _)) => Err(refused(200, &body, None, key)),
        Err(Sent::CommunicationError(error)) if error.is_connect() || error.is_builder() => {
            Err(Error::not_sent(error.without_url()))
        }
        Err(Sent::ResponseBodyError(error)) if clinkbill_api::is_too_long(&error) => {
            Err(Error::unreadable_because("is too long"))
        }
        Err(
            Sent::CommunicationError(error)
            | Sent::ResponseBodyError(error)
            | Sent::InvalidUpgrade(error),
        ) => Err(Error::no_answer(error.is_timeout(), error.without_url())),
        // Both are made before anything is sent. Their texts are not ours to show.
        Err(Sent::InvalidRequest(_) | Sent::Custom(_)) => {
            Err(Error::not_sent("the request could not be made"))
        }
        Err(Sent::ErrorResponse(response)) => {
            Err(refused(response.status().as_u16(), &[], None, key))
        }
    }
}

/// As [`settle`], for a request that can change nothing.
pub(crate) async fn settle_read<E: Envelope>(
    result: Result<ResponseValue<E>, clinkbill_api::Error>,
    key: &SecretKey,
) -> Result<E::Data, Error> {
    settle(result, key).await.map_err(Error::of_a_read)
}

/// Whether what was read is what was asked for: its id says so.
pub(crate) fn is_about(asked: &PathId, answered: &str) -> Result<(), Error> {
    if asked.as_str() == answered {
        Ok(())
    } else {
        Err(Error::unreadable_because("is about another id than was asked for").of_a_read())
    }
}

/// The envelopes of the contract have one shape; a page has rows and a total in the place of data.
pub(crate) trait Envelope: DeserializeOwned {
    type Data;

    fn into_parts(self) -> (Option<i32>, Option<String>, Option<Self::Data>);
}

macro_rules! envelopes {
    ($($envelope:ty: $data:ty,)+) => {$(
        impl Envelope for $envelope {
            type Data = $data;

            fn into_parts(self) -> (Option<i32>, Option<String>, Option<$data>) {
                (self.code, self.msg, self.data)
            }
        }
    )+};
}

envelopes! {
    CreatedCheckoutSessionEnvelope: CreatedCheckoutSession,
    CheckoutSessionEnvelope: CheckoutSession,
    OrderEnvelope: Order,
    SubscriptionEnvelope: Subscription,
    InvoiceEnvelope: Invoice,
    BillingSessionEnvelope: BillingSession,
    ProductEnvelope: Product,
    PriceEnvelope: Price,
    WebhookEndpointEnvelope: WebhookEndpoint,
    EnsuredWebhookEndpointEnvelope: EnsuredWebhookEndpoint,
    WebhookEventCatalogueEnvelope: WebhookEventCatalogue,
}

macro_rules! pages {
    ($($page:ty: $row:ty,)+) => {$(
        impl Envelope for $page {
            type Data = Rows<$row>;

            fn into_parts(self) -> (Option<i32>, Option<String>, Option<Rows<$row>>) {
                let total = self.total;
                (self.code, self.msg, self.rows.map(|rows| (rows, total)))
            }
        }
    )+};
}

pages! {
    OrderPage: Order,
    ProductPage: Product,
    PricePage: Price,
    WebhookEndpointPage: WebhookEndpoint,
}

impl Envelope for EmptyEnvelope {
    type Data = ();

    fn into_parts(self) -> (Option<i32>, Option<String>, Option<()>) {
        (self.code, self.msg, Some(()))
    }
}

fn succeed<E: Envelope>(http_status: u16, envelope: E, key: &SecretKey) -> Result<E::Data, Error> {
    let (code, message, data) = envelope.into_parts();
    let answer = Answer {
        http_status,
        code: code.map(i64::from),
        message: message.map(|text| redacted(&text, key)),
        retry_after: None,
    };
    match (answer.code, data) {
        (None | Some(SUCCESS), Some(data)) => Ok(data),
        (None | Some(SUCCESS), None) => Err(Error::unreadable(answer, "has no data")),
        _ => Err(Error::answered(answer)),
    }
}

/// A body that is not the expected envelope: an error's envelope, plain text, a page, nothing.
fn refused(http_status: u16, body: &[u8], retry_after: Option<Duration>, key: &SecretKey) -> Error {
    #[derive(Deserialize)]
    struct Refusal {
        code: Option<i64>,
        msg: Option<String>,
    }

    let mut answer = Answer {
        http_status,
        retry_after,
        ..Answer::default()
    };
    let text = str::from_utf8(body).map(str::trim).unwrap_or_default();
    let problem = match serde_json::from_str::<Refusal>(text) {
        Ok(Refusal { code, msg }) => {
            answer.code = code;
            answer.message = msg.map(|text| redacted(&text, key));
            "is not what the contract describes"
        }
        Err(_) if body.is_empty() => "is empty",
        Err(_) if text.starts_with('<') => "is a page, from something between here and Clink",
        Err(_) => {
            if http_status >= 400 && !text.starts_with(['{', '[']) && !text.is_empty() {
                answer.message = Some(redacted(text, key));
            }
            "is not JSON"
        }
    };

    let claims_success = http_status < 300 && matches!(answer.code, None | Some(SUCCESS));
    if claims_success {
        Error::unreadable(answer, problem)
    } else {
        Error::answered(answer)
    }
}

/// What there is of the body; an answer that breaks off still has its status.
async fn read_start(mut response: reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < LONGEST_BODY
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body
}
