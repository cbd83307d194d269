//! The shop that the guide shows as a webhook handler for one process, at work.

#[expect(dead_code, reason = "its `main` serves for ever")]
#[path = "../examples/receive.rs"]
mod shop;

use std::error::Error;

use clinkbill::webhook::WebhookSecret;
use clinkbill::{Client, Environment, SecretKey};
use clinkbill_sandbox::{Attempt, Mischief, Sandbox};
use shop::Shop;
use tokio::net::TcpListener;

const SECRET: &str = "whsec_of_this_test";

#[tokio::test]
async fn the_shop_of_one_process_takes_what_comes_and_delivers_once() -> Result<(), Box<dyn Error>>
{
    let shop = Shop::new(WebhookSecret::new(SECRET)?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks/clink", listener.local_addr()?);
    let server = Sandbox::builder()
        .strict()
        .webhook(&url, SECRET)?
        .build()
        .serve()
        .await?;
    let client = Client::builder(SecretKey::new(server.secret_key())?)
        .environment(Environment::custom(server.base_url())?)
        .build()?;
    let router = shop.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    shop.sell(&client, "order-1.1")
        .await
        .map_err(|it| it.to_string())?;
    let merchant = server.merchant();
    let session = merchant.session_ids().remove(0);

    merchant.pay(&session, Attempt::failed())?;
    server.settled(&merchant).await;
    assert!(shop.books().parcels.is_empty());

    merchant.disturb_next(1, Mischief::WrongKey);
    merchant.disturb_next(2, Mischief::Duplicate);
    merchant.pay(&session, Attempt::succeeded())?;
    server.settled(&merchant).await;
    assert_eq!(shop.books().parcels, ["customer@example.com"]);
    let taken = merchant.webhook_log().events;
    assert!(!taken.is_empty());
    Ok(())
}
