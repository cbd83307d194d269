//! Time.

use std::time::Duration;

use clinkbill_browser::Error;
use serde_json::json;

use crate::pay::{PAY, SUCCEEDS};
use crate::stage::Stage;

const LONG: Duration = Duration::from_secs(366 * 24 * 60 * 60);

pub(crate) async fn a_page_that_is_open_notices_that_its_session_has_expired(
    stage: &Stage,
) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    stage.server.advance(LONG).await?;
    stage.window.reads("Checkout expired").await?;
    stage.stands(&checkout, "expired")?;
    stage.window.follow("Continue to the merchant").await?;
    stage.window.arrives_at(&stage.shop.url("/cart")).await?;
    Ok(())
}

pub(crate) async fn a_payment_after_the_end_is_not_taken(stage: &Stage) -> Result<(), Error> {
    stage.window.without_scripts().await?;
    let checkout = stage.open(&json!({})).await?;
    stage.server.advance(LONG).await?;
    stage.pay_by_card(SUCCEEDS, PAY).await?;
    stage
        .window
        .reads("takes no further payment attempts")
        .await?;
    stage.stands(&checkout, "expired")
}

pub(crate) async fn the_countdown_runs_and_stands_with_the_merchants_clock(
    stage: &Stage,
) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    let shown = stage.window.text("[data-seconds-left]").await?;
    let (time, left) = shown.split_at(shown.len() - " left".len());
    assert_eq!(left, " left");
    assert_eq!(time.split(':').count(), 3, "{shown}");
    // It runs by itself.
    let passes = "const done = arguments[0];
        const line = document.querySelector('[data-seconds-left]'), before = line.textContent;
        new MutationObserver(() => line.textContent !== before && done(true))
            .observe(line, {childList: true, characterData: true, subtree: true});";
    assert_eq!(stage.window.script_that_calls_back(passes).await?, true);
    stage.merchant().freeze();
    stage.window.go(&checkout.url).await?;
    stage.window.reads("clock stands still").await?;
    assert!(!stage.window.sees("[data-seconds-left]").await?);
    Ok(())
}
