//! Paying, and not paying.

use clinkbill_browser::Error;
use serde_json::{Value, json};

use crate::stage::Stage;

pub(crate) const SUCCEEDS: &str = "4242 4242 4242 4242";
pub(crate) const DECLINED: &str = "4000 0000 0000 0002";
pub(crate) const CONFIRMED: &str = "4000 0025 0000 3155";
pub(crate) const PAY: &str = "Pay 32.48\u{a0}USD";

pub(crate) async fn a_buyer_pays_by_card_and_lands_on_the_success_url(
    stage: &Stage,
) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    assert_eq!(stage.window.text(".filled").await?, "ada@example.com");
    assert_eq!(stage.window.text("tfoot td").await?, "32.48 USD");
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    let url = stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    assert_eq!(
        url.query(),
        Some(format!("sessionId={}", checkout.id).as_str())
    );
    stage.stands(&checkout, "completed")?;
    stage.window.go(&checkout.url).await?;
    stage.window.reads("Payment complete").await?;
    stage.window.follow("Continue to the merchant").await?;
    stage
        .window
        .arrives_at(&stage.shop.url("/thanks?sessionId="))
        .await?;
    Ok(())
}

pub(crate) async fn a_declined_card_is_said_and_the_next_one_pays(
    stage: &Stage,
) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    stage.pay_by_card(DECLINED, PAY).await?;
    stage.window.reads("The card was declined.").await?;
    assert!(stage.window.sees("[role=alert]").await?);
    stage.stands(&checkout, "open")?;
    stage.window.follow("4000 0000 0000 9995").await?;
    stage.window.press(PAY).await?;
    stage.window.reads("There is not enough money").await?;
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    stage.stands(&checkout, "completed")
}

pub(crate) async fn a_card_that_needs_confirmation_is_confirmed(
    stage: &Stage,
) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    stage.pay_by_card(CONFIRMED, PAY).await?;
    stage.window.reads("Your bank asks you to confirm").await?;
    stage.window.press("Do not confirm").await?;
    stage.window.reads("The payment was not confirmed.").await?;
    stage.stands(&checkout, "open")?;
    stage.pay_by_card(CONFIRMED, PAY).await?;
    stage.window.press("Confirm the payment").await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    stage.stands(&checkout, "completed")
}

pub(crate) async fn a_buyer_cancels_and_the_session_stays_open(stage: &Stage) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    // At the top left stand the merchant and the way to leave.
    let place = "const box = document.querySelector('header').getBoundingClientRect();
        return [box.top, document.querySelector('header a').getBoundingClientRect().left];";
    let place = stage.window.script(place).await?;
    assert_eq!(place[0], 0);
    assert!(place[1].as_f64() < Some(400.0), "{place}");
    stage.window.follow("Cancel").await?;
    let url = stage.window.arrives_at(&stage.shop.url("/cart")).await?;
    assert_eq!(url.query(), None);
    stage.stands(&checkout, "open")?;
    let referrer = stage.window.script("return document.referrer").await?;
    assert_eq!(referrer, "", "the link is a secret");
    Ok(())
}

pub(crate) async fn a_mistake_stands_at_its_field(stage: &Stage) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    stage.pay_by_card("5555 5555 5555 4444", PAY).await?;
    stage.window.reads("only its test cards").await?;
    let described = "const field = document.getElementById('number');
        return [field.value, field.getAttribute('aria-invalid'),
            document.getElementById(field.getAttribute('aria-describedby')).textContent];";
    let described = stage.window.script(described).await?;
    assert_eq!(described[0], "");
    assert_eq!(described[1], "true");
    assert!(described[2].as_str().unwrap().contains("test cards"));
    stage.stands(&checkout, "open")
}

pub(crate) async fn the_keyboard_is_enough(stage: &Stage) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    let focused = "const e = document.activeElement; return e.id || e.type || e.textContent.trim()";
    let mut order = Vec::new();
    for keys in ["\t", "\t", "\t4242424242424242", "\t1240", "\t123"] {
        for key in keys.split_inclusive('\t') {
            stage.window.type_keys(key).await?;
        }
        order.push(stage.window.script(focused).await?);
    }
    assert_eq!(order, ["Cancel", "radio", "number", "expiry", "cvc"]);
    stage.window.type_keys("\t").await?;
    assert_eq!(stage.window.script(focused).await?, "submit");
    stage.window.type_keys("\n").await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    stage.stands(&checkout, "completed")
}

pub(crate) async fn a_page_without_its_script_takes_a_payment(stage: &Stage) -> Result<(), Error> {
    stage.window.without_scripts().await?;
    let checkout = stage.open(&json!({})).await?;
    assert!(stage.window.text(".expiry").await?.ends_with("UTC."));
    assert!(!stage.window.sees("[data-seconds-left]").await?);
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    stage.stands(&checkout, "completed")
}

pub(crate) async fn a_subscription_with_a_trial_starts(stage: &Stage) -> Result<(), Error> {
    let subscription = json!({
        "productId": "prd_notes", "priceId": "price_trial", "originalAmount": 19.99,
        "priceDataList": Value::Null,
    });
    let checkout = stage.open(&subscription).await?;
    let terms = stage.window.text(".terms").await?;
    assert_eq!(
        terms,
        "19.99 USD every month, after a free trial of 7 days. Due today: 0.00 USD."
    );
    assert!(
        stage
            .window
            .text("tbody")
            .await?
            .starts_with("Field Notes Pro")
    );
    stage.pay_by_card(SUCCEEDS, "Start free trial").await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    let session = stage.session(&checkout)?;
    assert!(session["subscriptionId"].as_str().is_some(), "{session}");
    Ok(())
}

pub(crate) async fn the_card_is_asked_for_only_where_it_is_paid_by(
    stage: &Stage,
) -> Result<(), Error> {
    stage.open(&json!({})).await?;
    assert!(stage.window.sees("#number").await?);
    stage.window.click("input[value=PAYPAL]").await?;
    assert!(!stage.window.sees("#number").await?);
    assert!(stage.window.sees(".only-by-app").await?);
    stage.window.press(PAY).await?;
    stage.window.press("The buyer's app declines").await?;
    stage.window.reads("The payment was declined.").await?;
    stage.window.press("The buyer's app pays").await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    Ok(())
}

pub(crate) async fn a_phone_shows_one_column_and_takes_a_payment(
    stage: &Stage,
) -> Result<(), Error> {
    let name = "A notebook whose name is longer than any screen and has Averyveryverylongwordinit";
    let long = json!({
        "originalAmount": 123_456.75, "priceDataList": [{"name": name, "unitAmount": 123_456.75}],
    });
    let checkout = stage.open(&long).await?;
    let widths = "return [document.documentElement.scrollWidth, innerWidth,
        document.querySelector('.payment').getBoundingClientRect().top
            >= document.querySelector('.summary').getBoundingClientRect().bottom]";
    let widths = stage.window.script(widths).await?;
    assert_eq!(widths[0], widths[1], "nothing is wider than the screen");
    assert_eq!(widths[2], true, "the payment stands below the order");
    stage
        .pay_by_card(SUCCEEDS, "Pay 123456.75\u{a0}USD")
        .await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    stage.stands(&checkout, "completed")
}
