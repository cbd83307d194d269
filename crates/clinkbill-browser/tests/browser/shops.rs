//! The shops of `clinkbill-shop`, as their buyers go through them.

use std::fs;

use clinkbill_browser::Error;
use clinkbill_sandbox::{Fault, FaultKind};
use clinkbill_shop::Kind;
use clinkbill_shop::start::{Local, machine_time};
use tokio::net::TcpListener;

use crate::access::{AXE, check};
use crate::pay::{DECLINED, SUCCEEDS};
use crate::stage::Stage;

const PAY: &str = "Pay 25.00\u{a0}USD";

/// A shop that is open, by another name than its sandbox, which makes it another site.
async fn open(kind: Kind) -> Result<Local, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://localhost:{}", listener.local_addr()?.port());
    Ok(Local::open(kind, listener, &url, machine_time).await?)
}

/// Orders two mugs.
async fn order(stage: &Stage, shop: &Local) -> Result<(), Error> {
    stage.window.go(&format!("{}/", shop.url)).await?;
    stage.window.fill_in("How many?", "2").await?;
    stage.window.fill_in("Email", "ada@example.com").await?;
    stage.window.press("Go to the checkout").await
}

async fn pay_by_card(stage: &Stage, number: &str) -> Result<(), Error> {
    stage.window.fill_in("Card number", number).await?;
    stage.window.fill_in("Expiry", "12/40").await?;
    stage.window.fill_in("CVC", "123").await?;
    stage.window.press(PAY).await
}

/// The buyer is back at the order, and it is paid.
async fn is_thanked(stage: &Stage, shop: &Local) -> Result<(), Error> {
    let orders = format!("{}/orders/", shop.url);
    stage.window.arrives_at(&orders).await?;
    stage.window.reads("Thank you").await?;
    stage.window.reads("We are packing your parcel.").await?;
    assert!(shop.shop.books().is_packed(1).await?);
    assert!(shop.shop.books().alarms().await?.is_empty());
    Ok(())
}

pub(crate) async fn a_buyer_of_the_hosted_shop_leaves_comes_back_and_pays(
    stage: &Stage,
) -> Result<(), Error> {
    let shop = open(Kind::Hosted).await?;
    order(stage, &shop).await?;
    stage.window.reads("Enamel mug").await?;
    stage.window.follow("Cancel").await?;
    stage.window.reads("You left the checkout").await?;
    stage.window.press("Go on to the checkout").await?;
    pay_by_card(stage, DECLINED).await?;
    stage.window.reads("The card was declined.").await?;
    pay_by_card(stage, SUCCEEDS).await?;
    is_thanked(stage, &shop).await?;
    assert_eq!(shop.sandbox.merchant().session_ids().len(), 1);
    Ok(())
}

pub(crate) async fn a_buyer_of_the_embedded_shop_pays_without_leaving_it(
    stage: &Stage,
) -> Result<(), Error> {
    let shop = open(Kind::Embedded).await?;
    order(stage, &shop).await?;
    let orders = format!("{}/orders/", shop.url);
    let page = stage.window.arrives_at(&orders).await?;
    assert!(page.path().ends_with("/checkout"), "{page}");
    stage.window.enter_frame("iframe").await?;
    pay_by_card(stage, SUCCEEDS).await?;
    stage.window.leave_frame().await?;
    is_thanked(stage, &shop).await
}

pub(crate) async fn a_buyer_whose_checkout_did_not_answer_tries_again(
    stage: &Stage,
) -> Result<(), Error> {
    let shop = open(Kind::Hosted).await?;
    let lost = Fault::new(FaultKind::Reset).on("createCheckoutSession");
    let lost = lost.times(1).after_commit();
    shop.sandbox.merchant().arm(lost)?;
    order(stage, &shop).await?;
    stage.window.reads("The checkout did not answer.").await?;
    stage.window.press("Try again").await?;
    pay_by_card(stage, SUCCEEDS).await?;
    is_thanked(stage, &shop).await
}

pub(crate) async fn axe_finds_nothing_in_the_shops(stage: &Stage) -> Result<(), Error> {
    every_page(stage).await
}

pub(crate) async fn axe_finds_nothing_in_the_shops_in_the_dark(stage: &Stage) -> Result<(), Error> {
    every_page(stage).await
}

pub(crate) async fn axe_finds_nothing_in_the_shops_on_a_phone(stage: &Stage) -> Result<(), Error> {
    every_page(stage).await?;
    let widths = "return [document.documentElement.scrollWidth, innerWidth]";
    let widths = stage.window.script(widths).await?;
    assert_eq!(widths[0], widths[1], "nothing is wider than the screen");
    Ok(())
}

async fn every_page(stage: &Stage) -> Result<(), Error> {
    let axe = fs::read_to_string(AXE)?;
    let mut found = Vec::new();
    let shop = open(Kind::Embedded).await?;
    stage.window.go(&format!("{}/", shop.url)).await?;
    check(stage, &axe, "the shelf", &mut found).await?;
    // A host that a browser takes for one, and the shop does not.
    let form = "document.querySelector('form').noValidate = true";
    stage.window.script(form).await?;
    stage.window.fill_in("Email", "@").await?;
    stage.window.press("Go to the checkout").await?;
    stage.window.reads("Write it as name@example.com.").await?;
    check(stage, &axe, "a mistake", &mut found).await?;
    order(stage, &shop).await?;
    stage.window.enter_frame("iframe").await?;
    stage.window.reads("Card number").await?;
    stage.window.leave_frame().await?;
    check(stage, &axe, "the embedded checkout", &mut found).await?;
    stage.window.follow("Not now").await?;
    check(stage, &axe, "left", &mut found).await?;
    stage.window.press("Go on to the checkout").await?;
    stage.window.enter_frame("iframe").await?;
    pay_by_card(stage, SUCCEEDS).await?;
    stage.window.leave_frame().await?;
    is_thanked(stage, &shop).await?;
    check(stage, &axe, "paid", &mut found).await?;
    stage.window.go(&format!("{}/thanks", shop.url)).await?;
    check(stage, &axe, "unknown", &mut found).await?;
    if found.is_empty() {
        Ok(())
    } else {
        Err(found.join("\n").into())
    }
}
