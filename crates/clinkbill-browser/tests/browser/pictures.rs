//! The pictures of the documentation.

use std::fs;
use std::path::Path;

use clinkbill_browser::Error;
use serde_json::json;

use crate::stage::Stage;

/// What a reader loads with the README.
const MOST_BYTES: usize = 150_000;

pub(crate) async fn the_checkout_page(stage: &Stage) -> Result<(), Error> {
    stage.open(&json!({})).await?;
    stage.window.reads("left").await?;
    keep(stage, "checkout.png").await
}

/// Writes a picture where it is wanted, and holds that it is small either way.
async fn keep(stage: &Stage, name: &str) -> Result<(), Error> {
    let picture = stage.window.picture().await?;
    assert!(picture.len() < MOST_BYTES, "{} bytes", picture.len());
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), picture)?;
    }
    Ok(())
}
