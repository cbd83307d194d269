//! The calls of the SDK beside the creation of a session, one sentence each.

use std::str::FromStr;

use clinkbill::catalogue::{NewPrice, NewProduct};
use clinkbill::webhook::EventType;
use clinkbill::webhook_endpoint::{
    NewWebhookEndpoint, SecretPolicy, WebhookEndpointChange, WebhookEndpointFilter,
};
use clinkbill::{
    Client, Currency, Error, Money, NewBillingSession, OrderFilter, Paging, RedirectUrl,
    TaxCategory,
};

use crate::world::Broken;

/// Makes the call that a sentence describes. The ids are nobody's: what the server answers is not
/// the question.
pub(super) async fn make(client: &Client, call: &str) -> Result<Result<(), Error>, Broken> {
    match reading(client, call).await? {
        Some(outcome) => Ok(outcome),
        None => changing(client, call).await,
    }
}

async fn reading(client: &Client, call: &str) -> Result<Option<Result<(), Error>>, Broken> {
    let sessions = client.checkout_sessions();
    let orders = client.orders();
    let endpoints = client.webhook_endpoints();
    let first = Paging::default;
    let outcome = match call {
        "reads a session" => sessions.retrieve(&id("sess_1")?).await.map(drop),
        "reads the session of a redirect" => {
            let url = "https://shop.example.com/thanks?cart=17&sessionId=sess_1";
            sessions.retrieve_from_redirect(url).await.map(drop)
        }
        "reads an order" => orders.retrieve(&id("order_1")?).await.map(drop),
        "lists orders" => {
            let filter = OrderFilter::new()
                .customer(id("cus_1")?)
                .subscription(id("sub_1")?)
                .merchant_reference("A 17")
                .paging(Paging::page(2).size(50));
            orders.list(&filter).await.map(drop)
        }
        "looks for orders by its reference" => {
            orders.find_by_merchant_reference("A 17").await.map(drop)
        }
        "reads a subscription" => {
            let subscription = id("sub_1")?;
            client
                .subscriptions()
                .retrieve(&subscription)
                .await
                .map(drop)
        }
        "reads an invoice" => client.invoices().retrieve(&id("inv_1")?).await.map(drop),
        "lists products" => client.products().list(first()).await.map(drop),
        "reads a product" => client.products().retrieve(&id("prd_1")?).await.map(drop),
        "lists prices" => {
            let product = id("prd_1")?;
            client
                .prices()
                .list(&product, true, first())
                .await
                .map(drop)
        }
        "reads a price" => client.prices().retrieve(&id("price_1")?).await.map(drop),
        "asks which events there are" => endpoints.events().await.map(drop),
        "lists webhook endpoints" => {
            let all = WebhookEndpointFilter::new();
            endpoints.list(&all).await.map(drop)
        }
        "reads a webhook endpoint" => endpoints.retrieve(&id("whk_1")?).await.map(drop),
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

async fn changing(client: &Client, call: &str) -> Result<Result<(), Error>, Broken> {
    let endpoints = client.webhook_endpoints();
    let hook = || NewWebhookEndpoint::new("https://a.example/hook", [EventType::OrderSucceeded]);
    Ok(match call {
        "makes a portal link" => {
            let new = NewBillingSession::new(id("cus_1")?)
                .return_url(RedirectUrl::parse("https://a.example/")?)
                .products([id("prd_1")?]);
            client.billing_sessions().create(&new).await.map(drop)
        }
        "registers a product" => {
            let new = NewProduct::new("Pro", "oss_1", TaxCategory::Ebook).description("Everything");
            client.products().create(&new).await.map(drop)
        }
        "registers a one-time price" => {
            let new = NewPrice::one_time(Money::new(500u32.into(), Currency::JPY));
            let product = id("prd_1")?;
            client.prices().create(&product, &new).await.map(drop)
        }
        "adds a webhook endpoint" => endpoints.create(&hook()).await.map(drop),
        "ensures a webhook endpoint" => {
            let hook = hook();
            let ensured = endpoints.ensure(&hook, SecretPolicy::Show);
            ensured.await.map(drop)
        }
        "changes a webhook endpoint" => {
            let change = WebhookEndpointChange::new().enabled(false);
            endpoints.update(&id("whk_1")?, &change).await.map(drop)
        }
        "enables a webhook endpoint" => endpoints.enable(&id("whk_1")?).await.map(drop),
        "disables a webhook endpoint" => endpoints.disable(&id("whk_1")?).await.map(drop),
        "rotates a signing secret" => endpoints.rotate_secret(&id("whk_1")?).await.map(drop),
        "deletes a webhook endpoint" => endpoints.delete(&id("whk_1")?).await,
        _ => return Err(Broken(format!("no call of the SDK {call}"))),
    })
}

pub(super) fn id<T: FromStr>(text: &str) -> Result<T, Broken> {
    text.parse().map_err(|_| Broken(format!("{text} is no id")))
}
