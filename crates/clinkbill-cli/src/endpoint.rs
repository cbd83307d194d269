//! The URL of a webhook endpoint, as it is given on the command line.

use url::Url;

use crate::exit::{Exit, Failure};

/// The URL after an option. It is not repeated in what is said of it: a password may stand in it.
pub(crate) fn endpoint_url(option: &str, text: &str) -> Result<Url, Failure> {
    let problem = match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "has a user or a password in it, which belong in no webhook URL"
        }
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => return Ok(url),
        _ => "is not an absolute http or https URL",
    };
    let message = format!("{option}: the webhook URL {problem}");
    Err(Failure::new(Exit::Usage, message).hint(EXAMPLE))
}

pub(crate) const EXAMPLE: &str = "such as http://127.0.0.1:3000/webhooks/clink";
