//! Whether people with other senses, hands or screens can use the pages: every page, held against
//! the rules of axe-core.

use std::fs;
use std::path::Path;
use std::time::Duration;

use clinkbill_browser::Error;
use clinkbill_sandbox::Attempt;
use serde_json::{Value, json};

use crate::books;
use crate::pay::{CONFIRMED, DECLINED, PAY};
use crate::stage::Stage;

pub(crate) const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/node_modules/axe-core/axe.min.js"
);

/// Why a walk cannot be gone for want of axe-core.
pub(crate) fn missing(walk: &str) -> Option<String> {
    (walk.starts_with("axe_") && !Path::new(AXE).is_file())
        .then(|| "axe-core is not installed (npm ci in crates/clinkbill-browser)".to_owned())
}

pub(crate) async fn axe_finds_nothing_on_a_light_page(stage: &Stage) -> Result<(), Error> {
    every_page(stage).await
}

pub(crate) async fn axe_finds_nothing_on_a_dark_page(stage: &Stage) -> Result<(), Error> {
    let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
    assert_eq!(stage.window.script(dark).await?, true);
    every_page(stage).await
}

pub(crate) async fn axe_finds_nothing_on_a_phone(stage: &Stage) -> Result<(), Error> {
    every_page(stage).await
}

async fn every_page(stage: &Stage) -> Result<(), Error> {
    let axe = fs::read_to_string(AXE)?;
    let mut found = Vec::new();

    let codes = json!({"allowPromotionCodes": true});
    let open = stage.open(&codes).await?;
    check(stage, &axe, "open", &mut found).await?;
    let line = |number: usize| json!({"name": format!("Pencil {number}"), "unitAmount": 1});
    let lines: Vec<_> = (1..=120).map(line).collect();
    let many = json!({"originalAmount": 120, "priceDataList": lines});
    stage.open(&many).await?;
    stage.window.follow("Next lines").await?;
    stage.window.reads("Lines 51 to 100 of 120").await?;
    stage.window.reads("The other 70 lines").await?;
    check(stage, &axe, "many lines", &mut found).await?;
    stage.window.go(&open.url).await?;
    stage.pay_by_card("1", PAY).await?;
    stage.window.reads("Check the card details.").await?;
    check(stage, &axe, "a mistake", &mut found).await?;
    stage.pay_by_card(DECLINED, PAY).await?;
    stage.window.reads("The card was declined.").await?;
    check(stage, &axe, "declined", &mut found).await?;
    for (query, name) in [
        (
            "?country=BR&code=SPRING",
            "in Brazil, with a promotion code",
        ),
        ("?with=CASHAPP", "a QR code"),
        ("?with=PAYPAL", "an app"),
    ] {
        stage.window.go(&format!("{}{query}", open.url)).await?;
        check(stage, &axe, name, &mut found).await?;
    }
    stage.window.go(&open.url).await?;
    stage.pay_by_card(CONFIRMED, PAY).await?;
    stage.window.reads("Your bank asks you to confirm").await?;
    check(stage, &axe, "a confirmation", &mut found).await?;

    let subscription = json!({
        "productId": "prd_notes", "priceId": "price_trial", "originalAmount": 19.99,
        "priceDataList": Value::Null,
    });
    stage.open(&subscription).await?;
    check(stage, &axe, "a subscription", &mut found).await?;
    let end = stage.shop.url("/complete");
    let embedded = json!({"uiMode": "elements", "returnUrl": end, "customerEmail": Value::Null,
        "referenceCustomerId": "ada"});
    stage.open(&embedded).await?;
    check(stage, &axe, "embedded", &mut found).await?;
    let hidden = json!({
        "paymentMethodTypeBlackList": ["CARD", "PAYPAL", "APPLEPAY", "GOOGLEPAY", "CASHAPP"]
    });
    stage.open(&hidden).await?;
    check(stage, &axe, "no method", &mut found).await?;

    let paid = stage.checkout(&json!({}))?;
    stage.merchant().pay(&paid.id, Attempt::succeeded())?;
    stage.window.go(&paid.url).await?;
    stage.window.reads("Payment complete").await?;
    check(stage, &axe, "complete", &mut found).await?;
    let late = stage.checkout(&json!({}))?;
    stage
        .server
        .advance(Duration::from_secs(366 * 24 * 60 * 60))
        .await?;
    stage.window.go(&late.url).await?;
    stage.window.reads("Checkout expired").await?;
    check(stage, &axe, "expired", &mut found).await?;
    stage.window.go(&stage.here("/pay/unknown")).await?;
    check(stage, &axe, "unknown", &mut found).await?;
    nothing_was(&found)
}

pub(crate) async fn axe_finds_nothing_on_a_light_book(stage: &Stage) -> Result<(), Error> {
    every_section(stage).await
}

pub(crate) async fn axe_finds_nothing_on_a_dark_book(stage: &Stage) -> Result<(), Error> {
    every_section(stage).await
}

pub(crate) async fn axe_finds_nothing_on_a_book_on_a_phone(stage: &Stage) -> Result<(), Error> {
    every_section(stage).await?;
    let widths = "return [document.documentElement.scrollWidth, innerWidth]";
    let widths = stage.window.script(widths).await?;
    assert_eq!(widths[0], widths[1], "nothing is wider than the screen");
    Ok(())
}

async fn every_section(stage: &Stage) -> Result<(), Error> {
    let axe = fs::read_to_string(AXE)?;
    let mut found = Vec::new();
    stage.window.go(&stage.here("/")).await?;
    check(stage, &axe, "no books", &mut found).await?;
    books::fill(stage)?;
    stage.window.go(&stage.here("/")).await?;
    check(stage, &axe, "books", &mut found).await?;
    books::open(stage).await?;
    check(stage, &axe, "a book", &mut found).await?;
    stage.window.fill_in_named("advance", "9999999999").await?;
    stage.window.press("Advance").await?;
    stage.window.text("[role=alert]").await?;
    check(stage, &axe, "a mistake", &mut found).await?;
    let book = stage.window.url().await?;
    for section in [
        "sessions",
        "orders",
        "subscriptions",
        "customers",
        "catalogue",
        "events",
        "requests",
        "faults",
    ] {
        stage.window.go(&format!("{book}/{section}")).await?;
        check(stage, &axe, section, &mut found).await?;
    }
    stage.window.go(&stage.here("/books/unknown")).await?;
    check(stage, &axe, "an unknown book", &mut found).await?;
    stage.window.go(book.as_str()).await?;
    nothing_was(&found)
}

fn nothing_was(found: &[String]) -> Result<(), Error> {
    if found.is_empty() {
        Ok(())
    } else {
        Err(found.join("\n").into())
    }
}

pub(crate) async fn check(
    stage: &Stage,
    axe: &str,
    page: &str,
    found: &mut Vec<String>,
) -> Result<(), Error> {
    stage.window.script(axe).await?;
    let run = "const done = arguments[0];
        axe.run({resultTypes: ['violations']}).then(
            result => done(result.violations.flatMap(rule => rule.nodes.map(node =>
                rule.id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary))),
            error => done([String(error)]));";
    let violations = stage.window.script_that_calls_back(run).await?;
    let Value::Array(violations) = violations else {
        return Err(format!("axe says {violations}").into());
    };
    found.extend(
        violations
            .iter()
            .map(|violation| format!("{page}: {violation}")),
    );
    Ok(())
}
