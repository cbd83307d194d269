//! Ways in for the fuzz targets, which go where no program can. Compiled with `--cfg fuzzing`
//! only; nothing here is part of the interface.

use std::time::Duration;

use clinkbill_api::types::{
    CheckoutSessionEnvelope, CreatedCheckoutSessionEnvelope, EmptyEnvelope,
    EnsuredWebhookEndpointEnvelope, InvoiceEnvelope, OrderEnvelope, OrderPage,
    SubscriptionEnvelope,
};
use clinkbill_api::{ResponseValue, Sending};
use clinkbill_types::{Currency, SessionId};
use reqwest::Response;
use tokio::time::Instant;

use crate::answer::{Envelope, Exchange};
use crate::call::Operation;
use crate::checkout::wire;
use crate::observe::CallSpan;
use crate::{Client, CustomerRef, Error, Hosted, Line, NewSession, redirect};

/// What the answer is to.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    Create,
    Session,
    Order,
    Orders,
    Invoice,
    Subscription,
    WebhookEndpoint,
    Deletion,
}

/// Reads an answer as a call would. A session was asked for at 4.99 USD.
pub async fn read_answer(client: &Client, asked: Asked, answer: Response) -> Result<(), Error> {
    match asked {
        Asked::Create => {
            let new = NewSession::hosted_without_return_urls()
                .customer(CustomerRef::email("customer@example.com")?)
                .lines(Currency::USD, [Line::new("Mug", 1, "4.99")]);
            let request = wire::request(&new)?;
            let created = settle::<CreatedCheckoutSessionEnvelope>(client, answer).await?;
            wire::created::<Hosted>(created, &request, client.checkout_home()).map(drop)
        }
        Asked::Session => settle::<CheckoutSessionEnvelope>(client, answer)
            .await
            .map(drop),
        Asked::Order => settle::<OrderEnvelope>(client, answer).await.map(drop),
        Asked::Orders => settle::<OrderPage>(client, answer).await.map(drop),
        Asked::Invoice => settle::<InvoiceEnvelope>(client, answer).await.map(drop),
        Asked::Subscription => settle::<SubscriptionEnvelope>(client, answer)
            .await
            .map(drop),
        Asked::WebhookEndpoint => settle::<EnsuredWebhookEndpointEnvelope>(client, answer)
            .await
            .map(drop),
        Asked::Deletion => settle::<EmptyEnvelope>(client, answer).await,
    }
}

/// The session id in the URL a buyer came back on.
pub fn session_id_of(url: &str) -> Result<SessionId, Error> {
    redirect::session_id(url)
}

async fn settle<E: Envelope>(client: &Client, answer: Response) -> Result<E::Data, Error> {
    let operation = Operation::get("/fuzzed");
    let span = CallSpan::of(operation).attempt(operation, client.server(), client.clock(), 1);
    let exchange = Exchange {
        key: client.key(),
        now: client.clock().now(),
        sending: Sending::default(),
        until: Instant::now() + Duration::from_secs(60),
        span: &span,
    };
    let result: Result<ResponseValue<E>, clinkbill_api::Error> = if answer.status() == 200 {
        ResponseValue::from_response(answer).await
    } else {
        Err(clinkbill_api::Error::UnexpectedResponse(answer))
    };
    exchange.settle(Ok(result)).await
}
