//! QR codes.

use clinkbill_browser::Error;
use clinkbill_sandbox::{Attempt, PaymentMethodType};
use serde_json::json;

use crate::pay::PAY;
use crate::stage::Stage;

const CODE: &str = "svg[role=img]";

pub(crate) async fn a_code_opens_at_once_and_pays_only_when_the_app_does(
    stage: &Stage,
) -> Result<(), Error> {
    let wished = json!({
        "paymentMethodType": "CASHAPP", "directPaymentQrCodePaymentMethodType": "CASHAPP",
    });
    let checkout = stage.open(&wished).await?;
    assert!(stage.window.sees(CODE).await?);
    stage.stands(&checkout, "open")?;
    stage.window.follow("Pay another way").await?;
    stage.window.reads("Payment methods").await?;
    assert!(!stage.window.sees(CODE).await?);
    stage.window.go(&checkout.url).await?;
    stage.window.press("The buyer's app pays").await?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    stage.stands(&checkout, "completed")
}

pub(crate) async fn a_code_opens_when_it_is_chosen(stage: &Stage) -> Result<(), Error> {
    let checkout = stage
        .open(&json!({
            "paymentMethodType": "CARD", "directPaymentQrCodePaymentMethodType": "CASHAPP",
        }))
        .await?;
    assert!(!stage.window.sees(CODE).await?);
    stage.window.click("input[value=CASHAPP]").await?;
    stage.window.press(PAY).await?;
    stage.window.reads("Scan to pay with Cash App Pay").await?;
    assert!(stage.window.sees(CODE).await?);
    stage.stands(&checkout, "open")
}

pub(crate) async fn a_page_goes_on_when_the_payment_is_made_elsewhere(
    stage: &Stage,
) -> Result<(), Error> {
    let checkout = stage.open(&json!({})).await?;
    stage
        .window
        .go(&format!("{}?with=CASHAPP", checkout.url))
        .await?;
    assert!(stage.window.sees(CODE).await?);
    let paid = Attempt::succeeded().by(PaymentMethodType::CashApp);
    stage.merchant().pay(&checkout.id, paid)?;
    stage.window.arrives_at(&stage.shop.url("/thanks")).await?;
    Ok(())
}
