//! Where keys and signing secrets come from: the environment, or a file. They never have to stand
//! on the command line, where every process of the machine could read them.

use std::env;
use std::path::Path;

use clinkbill_webhook::WebhookSecret;

use crate::exit::{Exit, Failure};
use crate::files::read;

pub(crate) const SECRET_KEY: &str = "CLINK_SECRET_KEY";
pub(crate) const WEBHOOK_SECRET: &str = "CLINK_WEBHOOK_SECRET";

/// The text of a secret from a file, or else from an environment variable; none where neither is
/// given. White space around it is not part of it: a file ends with the end of its line.
pub(crate) fn text(file: Option<&Path>, variable: &str) -> Result<Option<String>, Failure> {
    let text = match file {
        Some(path) => read(path)?,
        None => env::var(variable).unwrap_or_default(),
    };
    let text = text.trim();
    match file {
        Some(path) if text.is_empty() => {
            let message = format!("{} is empty", path.display());
            Err(Failure::new(Exit::NoPermission, message))
        }
        _ => Ok((!text.is_empty()).then(|| text.to_owned())),
    }
}

/// The signing secret of a webhook endpoint from a file, or else from an environment variable.
pub(crate) fn webhook_secret(
    file: Option<&Path>,
    variable: &str,
) -> Result<WebhookSecret, Failure> {
    let text = text(file, variable)?.ok_or_else(|| {
        let message = "the signing secret of the webhook endpoint is missing";
        let hint = format!("set {variable}, or name a file that holds it");
        Failure::new(Exit::NoPermission, message).hint(hint)
    })?;
    WebhookSecret::new(text).map_err(|error| {
        let from = file.map_or_else(|| variable.to_owned(), |path| path.display().to_string());
        Failure::new(Exit::NoPermission, format!("{from}: {error}"))
    })
}
