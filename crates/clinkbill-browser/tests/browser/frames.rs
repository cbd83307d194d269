//! Frames, and what other pages can do.

use clinkbill_browser::Error;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::pay::{DECLINED, PAY, SUCCEEDS};
use crate::stage::{Checkout, Stage};

pub(crate) async fn an_embedded_checkout_is_paid_in_its_frame_and_leads_the_window_on(
    stage: &Stage,
) -> Result<(), Error> {
    let end = stage.shop.url("/complete?session_id={ELEMENTS_SESSION_ID}");
    let checkout = stage.checkout(&json!({"uiMode": "elements", "returnUrl": end}))?;
    stage.window.go(&embedding(stage, &checkout)).await?;
    stage.window.enter_frame("iframe").await?;
    stage.pay_by_card(DECLINED, PAY).await?;
    stage.window.reads("The card was declined.").await?;
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    stage.window.leave_frame().await?;
    let url = stage
        .window
        .arrives_at(&stage.shop.url("/complete"))
        .await?;
    assert_eq!(
        url.query(),
        Some(format!("session_id={}", checkout.id).as_str())
    );
    let told = "return JSON.parse(sessionStorage.getItem('told'))";
    let told = stage.window.script(told).await?;
    assert_eq!(
        told,
        json!({
            "type": "clinkbill.checkout.complete",
            "sessionId": checkout.id,
            "returnUrl": url.as_str(),
            "origin": format!("http://{}", stage.server.address()),
        })
    );
    stage.stands(&checkout, "completed")
}

pub(crate) async fn a_hosted_checkout_is_shown_in_no_frame(stage: &Stage) -> Result<(), Error> {
    let checkout = stage.checkout(&json!({}))?;
    stage.window.go(&embedding(stage, &checkout)).await?;
    stage.window.enter_frame("iframe").await?;
    let shown = "return document.querySelector('main') === null";
    assert_eq!(stage.window.script(shown).await?, true);
    Ok(())
}

pub(crate) async fn another_page_can_send_no_form(stage: &Stage) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    let token = "return document.querySelector('[name=token]').value";
    let token = stage.window.script(token).await?;
    let attack = stage.shop.url(&format!(
        "/attack?url={}&token={}",
        encoded(&checkout.url),
        token.as_str().unwrap()
    ));
    stage.window.go(&attack).await?;
    stage.window.press("Win a prize").await?;
    stage.window.reads("Nothing was paid").await?;
    stage.stands(&checkout, "open")
}

pub(crate) async fn what_a_merchant_wrote_runs_and_fetches_nothing(
    stage: &Stage,
) -> Result<(), Error> {
    let bad = "\"><script>window.ran = 1</script><img src=/x onerror='window.ran = 1'><style>*{}";
    let picture = stage.shop.url("/picture.png");
    let fields = json!({
        "allowPromotionCodes": true, "promotionCode": bad,
        "customerEmail": format!("{bad}@example.com"),
        "cancelUrl": stage.shop.url("/cart?\"><script>window.ran=1</script>"),
        "priceDataList": [{"name": bad, "unitAmount": 32.48, "imageUrl": picture}],
    });
    stage.open(&fields).await?;
    assert!(stage.window.text("tbody").await?.contains("<script>"));
    let seen = "return [window.ran ?? null, document.querySelectorAll('img, style').length,
        performance.getEntriesByType('resource')
            .filter(entry => new URL(entry.name).origin !== location.origin).length]";
    assert_eq!(stage.window.script(seen).await?, json!([Value::Null, 0, 0]));
    Ok(())
}

pub(crate) fn embedding(stage: &Stage, checkout: &Checkout) -> String {
    stage
        .shop
        .url(&format!("/embed?url={}", encoded(&checkout.url)))
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
