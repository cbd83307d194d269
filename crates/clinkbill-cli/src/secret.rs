//! Where keys and signing secrets come from: the environment, or a file. They never have to stand
//! on the command line, where every process of the machine could read them.

use std::env::{self, VarError};
use std::path::Path;

use clinkbill::{Environment, SecretKey};
use clinkbill_webhook::WebhookSecret;

use crate::exit::{Exit, Failure};
use crate::files::read_at_most;

pub(crate) const SECRET_KEY: &str = "CLINK_SECRET_KEY";
pub(crate) const WEBHOOK_SECRET: &str = "CLINK_WEBHOOK_SECRET";

/// A file with more in it holds something else, and one without an end is never read whole.
const LONGEST: u64 = 4 * 1024;

/// How Clink's secrets begin.
const PREFIXES: [&str; 2] = ["sk_", "whsec_"];

/// How secret keys begin, and whose they are.
const OF_SANDBOXES: [&str; 2] = ["sk_test_", "sk_uat_"];
const OF_PRODUCTION: [&str; 2] = ["sk_prod_", "sk_live_"];

/// Why a secret is none to use: what is wrong, and what would be right. The secret is not in it.
pub(crate) struct Unusable {
    pub(crate) said: String,
    pub(crate) hint: &'static str,
}

impl Unusable {
    fn new(said: impl Into<String>, hint: &'static str) -> Self {
        Self {
            said: said.into(),
            hint,
        }
    }
}

/// Whose a key is, as far as it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sandbox,
    Production,
    Unknown,
}

/// The text of a secret from a file, or else from an environment variable; none where neither is
/// given. White space around it is not part of it: a file ends with the end of its line, and may
/// begin with what says that it is UTF-8.
pub(crate) fn text(file: Option<&Path>, variable: &str) -> Result<Option<String>, Failure> {
    let Some(path) = file else {
        let text = match env::var(variable) {
            Ok(text) => text,
            Err(VarError::NotPresent) => String::new(),
            Err(VarError::NotUnicode(_)) => {
                let message = format!("{variable} is set to what is no text");
                return Err(Failure::new(Exit::NoPermission, message)
                    .hint("copy the secret anew from the dashboard"));
            }
        };
        let text = text.trim();
        return Ok((!text.is_empty()).then(|| text.to_owned()));
    };
    let hint = format!(
        "name a file with the secret and nothing else in it, or leave it out and set {variable}"
    );
    // Where somebody gave the secret itself, it must not be told on.
    let name = path.to_string_lossy();
    if PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && !path.exists() {
        let message = "there is no such file: a secret stands where the name of its file should";
        return Err(Failure::new(Exit::NoInput, message).hint(&hint));
    }
    let text = read_at_most(path, LONGEST).map_err(|failure| failure.hint(&hint))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).trim();
    if text.is_empty() {
        let message = format!("{} is empty", path.display());
        return Err(Failure::new(Exit::NoPermission, message).hint(&hint));
    }
    Ok(Some(text.to_owned()))
}

/// Whose this key is. What is no key is sent nowhere: it may be another secret of somebody's.
pub(crate) fn kind_of(key: &str) -> Result<Kind, Unusable> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| key.starts_with(prefix));
    if key == "sk_" || OF_SANDBOXES.contains(&key) || OF_PRODUCTION.contains(&key) {
        return Err(Unusable::new(
            format!("nothing follows {key}"),
            "copy the whole key from the dashboard; `clinkbill sandbox` prints one of its own",
        ));
    }
    let (said, hint) = if starts(&["pk_"]) {
        ("it is a publishable key", "the secret key begins with sk_")
    } else if starts(&["whsec_"]) {
        (
            "it is the signing secret of a webhook",
            "the secret key begins with sk_; this one belongs in CLINK_WEBHOOK_SECRET",
        )
    } else if SecretKey::new(key).is_err() {
        (
            "it has white space in it, or other characters that cannot be sent",
            "copy it anew from the dashboard; keys begin with sk_test_, sk_uat_ or sk_prod_",
        )
    } else if !starts(&["sk_"]) {
        (
            "it begins with nothing that is known",
            "keys begin with sk_test_, sk_uat_ or sk_prod_",
        )
    } else if starts(&OF_SANDBOXES) {
        return Ok(Kind::Sandbox);
    } else if starts(&OF_PRODUCTION) {
        return Ok(Kind::Production);
    } else {
        return Ok(Kind::Unknown);
    };
    Err(Unusable::new(said, hint))
}

/// Whose this key is, if it can be one of this environment.
pub(crate) fn check_key(key: &str, environment: &Environment) -> Result<Kind, Unusable> {
    let kind = kind_of(key)?;
    match (kind, environment.is_production()) {
        (Kind::Production, false) => Err(Unusable::new(
            format!("{} is of production, and {environment} is not", masked(key)),
            "take the key of the sandbox, or give --production",
        )),
        (Kind::Sandbox, true) => Err(Unusable::new(
            format!("{} is of a sandbox, and {environment} is not", masked(key)),
            "take the key of production, or leave --production out",
        )),
        _ => Ok(kind),
    }
}

/// A key, as far as it may be shown: its kind.
pub(crate) fn masked(key: &str) -> String {
    let mut prefixes = OF_SANDBOXES.iter().chain(&OF_PRODUCTION);
    let kind = prefixes.find(|prefix| key.starts_with(**prefix));
    format!("{}***", kind.unwrap_or(&""))
}

/// Whether a text can be the signing secret of a webhook endpoint; and if so, whether it begins as
/// they do.
pub(crate) fn check_webhook_secret(text: &str) -> Result<bool, Unusable> {
    if text.starts_with("sk_") {
        return Err(Unusable::new(
            "it is a secret key",
            "the signing secret begins with whsec_",
        ));
    }
    if WebhookSecret::new(text).is_err() {
        return Err(Unusable::new(
            "it cannot sign",
            "copy it anew from the dashboard; it begins with whsec_",
        ));
    }
    match text.strip_prefix("whsec_") {
        Some("") => Err(Unusable::new(
            "nothing follows whsec_",
            "copy the whole secret from the dashboard",
        )),
        own => Ok(own.is_some()),
    }
}

/// The signing secret of a webhook endpoint from a file, or else from an environment variable.
pub(crate) fn webhook_secret(
    file: Option<&Path>,
    variable: &str,
) -> Result<WebhookSecret, Failure> {
    let text = text(file, variable)?.ok_or_else(|| {
        let message = "the signing secret of the webhook endpoint is missing";
        let hint = format!("set {variable}, or give --webhook-secret-file");
        Failure::new(Exit::NoPermission, message).hint(hint)
    })?;
    let from = file.map_or_else(|| variable.to_owned(), |path| path.display().to_string());
    let text = usable_webhook_secret(text, &from)?;
    WebhookSecret::new(text)
        .map_err(|error| Failure::new(Exit::NoPermission, format!("{from}: {error}")))
}

/// The text of a signing secret, if it can be one; `from` is where it was given.
pub(crate) fn usable_webhook_secret(text: String, from: &str) -> Result<String, Failure> {
    match check_webhook_secret(&text) {
        Ok(_) => Ok(text),
        Err(Unusable { said, hint }) => {
            let message = format!("{from}: {said}");
            Err(Failure::new(Exit::NoPermission, message).hint(hint))
        }
    }
}
