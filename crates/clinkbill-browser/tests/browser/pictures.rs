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

pub(crate) async fn the_checkout_page(stage: &Stage) -> Result<(), Error> {
    stage.open(&json!({})).await?;
    stage.window.reads("left").await?;
    keep(&stage.window.picture().await?, "checkout.png")
}

pub(crate) async fn the_requests_of_a_book(stage: &Stage) -> Result<(), Error> {
    let checkout = stage.checkout(&json!({"merchantReferenceId": "order-17"}))?;
    stage.merchant().pay(&checkout.id, Attempt::succeeded())?;
    stage.session(&checkout)?;
    assert!(
        stage
            .checkout(&json!({"referenceCustomerId": "ada"}))
            .is_err()
    );
    books::open(stage).await?;
    let picture = stage.window.picture_of("#part-requests").await?;
    keep(&picture, "books.png")
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
