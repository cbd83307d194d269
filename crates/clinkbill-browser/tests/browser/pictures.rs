//! The pictures of the documentation.

use std::fs;
use std::path::Path;

use clinkbill_browser::Error;
use clinkbill_sandbox::Attempt;
use serde_json::json;

use crate::books;
use crate::stage::Stage;

/// What a reader loads with the README.
const MOST_BYTES: usize = 150_000;

/// How wide the picture of a book is, in dots.
const WIDTH: u32 = 1_280;

pub(crate) async fn the_checkout_page(stage: &Stage) -> Result<(), Error> {
    stage.open(&json!({})).await?;
    stage.window.reads("left").await?;
    keep(&stage.window.picture().await?, "checkout.png")
}

/// A purchase that was paid, what the shop was told of it, and a request that was refused.
pub(crate) async fn a_small_book(stage: &Stage) -> Result<(), Error> {
    let merchant = stage.merchant();
    merchant.freeze();
    let paid = stage.checkout(&json!({"merchantReferenceId": "order-17"}))?;
    merchant.pay(&paid.id, Attempt::succeeded())?;
    let mismatch = json!({"referenceCustomerId": "customer-17"});
    assert!(stage.checkout(&mismatch).is_err());
    stage.server.settled(&merchant).await;
    books::open(stage).await?;
    // From the sessions to the last request.
    stage.window.resize(WIDTH, 2_000).await?;
    let place =
        "const top = document.querySelector('#part-sessions h2').getBoundingClientRect().top - 8;
        const table = document.querySelector('#part-requests table').getBoundingClientRect();
        scrollTo(0, top);
        return [Math.ceil(table.bottom - top), table.right <= innerWidth]";
    let place = stage.window.script(place).await?;
    assert_eq!(place[1], true, "the requests are wider than the window");
    let height = place[0].as_u64().and_then(|height| height.try_into().ok());
    let height = height.ok_or("a table has a height")?;
    stage.window.resize(WIDTH, height).await?;
    keep(&stage.window.picture().await?, "books.png")
}

/// Writes a picture where it is wanted, and holds that it is small either way.
fn keep(picture: &[u8], name: &str) -> Result<(), Error> {
    assert!(picture.len() < MOST_BYTES, "{} bytes", picture.len());
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), picture)?;
    }
    Ok(())
}
