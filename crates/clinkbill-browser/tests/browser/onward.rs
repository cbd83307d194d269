//! The way from a payment to the merchant, where the buyer's browser runs no scripts.

use clinkbill_browser::Error;
use serde_json::{Value, json};

use crate::pay::{PAY, SUCCEEDS};
use crate::shop::Shop;
use crate::stage::{Checkout, Stage};

/// Pays by card without a script, and waits for the shop.
async fn pays(stage: &Stage, fields: &Value, arrives_at: &str) -> Result<Checkout, Error> {
    stage.window.without_scripts().await?;
    let checkout = stage.open(fields).await?;
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    let url = stage.window.arrives_at(arrives_at).await?;
    stage.window.reads("Thank you").await?;
    let mut query = url.query_pairs();
    assert!(
        query.any(|(name, value)| name == "sessionId" && value == checkout.id),
        "{url}"
    );
    stage.stands(&checkout, "completed")?;
    Ok(checkout)
}

pub(crate) async fn a_buyer_without_scripts_gets_to_a_shop_that_redirects_to_another_site(
    stage: &Stage,
) -> Result<(), Error> {
    let there = stage.shop.url("/thanks").replace("localhost", "127.0.0.1");
    let leads_on = json!({"successUrl": stage.shop.url("/elsewhere")});
    let checkout = pays(stage, &leads_on, &there).await?;
    // Who opens the link again is told, and goes on by a link.
    stage.window.go(&checkout.url).await?;
    stage.window.reads("Payment complete").await?;
    stage.window.follow("Continue to the merchant").await?;
    stage.window.arrives_at(&there).await?;
    Ok(())
}

pub(crate) async fn a_buyer_without_scripts_gets_to_a_shop_on_an_ipv6_address(
    stage: &Stage,
) -> Result<(), Error> {
    let mut shop = Shop::open().await?;
    let thanks = shop.url_by_ipv6("/thanks").await?;
    pays(stage, &json!({ "successUrl": thanks }), &thanks).await?;
    Ok(())
}

pub(crate) async fn a_buyer_without_scripts_gets_to_a_shop_by_a_link_of_any_length(
    stage: &Stage,
) -> Result<(), Error> {
    let thanks = stage.shop.url("/thanks");
    let long = format!("{thanks}?cart={}", "&".repeat(20_000));
    pays(stage, &json!({ "successUrl": long }), &thanks).await?;
    Ok(())
}

pub(crate) async fn a_buyer_without_scripts_gets_back_from_an_embedded_checkout(
    stage: &Stage,
) -> Result<(), Error> {
    stage.window.without_scripts().await?;
    let end = stage.shop.url("/complete?session_id={ELEMENTS_SESSION_ID}");
    let embedded = json!({"uiMode": "elements", "returnUrl": end});
    let place = stage.shop.url("/complete?session_id=sess_");
    // By itself where it is the whole window.
    stage.open(&embedded).await?;
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    stage.window.arrives_at(&place).await?;
    // By a link out of a frame.
    let checkout = stage.checkout(&embedded)?;
    let embedding = crate::frames::embedding(stage, &checkout);
    stage.window.go(&embedding).await?;
    stage.window.enter_frame("iframe").await?;
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    stage
        .window
        .follow_out_of_frame("Continue to the merchant")
        .await?;
    stage.window.arrives_at(&place).await?;
    stage.stands(&checkout, "completed")
}

/// What the merchant's site learns is where its own link leads, and nothing of the checkout's.
pub(crate) async fn the_shop_is_not_told_where_the_buyer_comes_from(
    stage: &Stage,
) -> Result<(), Error> {
    stage.open(&json!({})).await?;
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    let referrer = stage.window.script("return document.referrer").await?;
    assert_eq!(referrer, "", "the link is a secret");
    Ok(())
}
