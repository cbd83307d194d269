//! What went over the wire, fit to be shown.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schema::Checked;

/// The longest body that is shown, in characters.
const SHOWN: usize = 600;
/// Fields of the API whose value opens something to whoever holds it.
const SECRET_FIELDS: [&str; 3] = ["token", "tokenValue", "url"];

/// What stands before the token in a checkout link.
const CHECKOUT: &str = "/pay/";

/// One request and its answer, secrets masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// The request line and the body that was sent.
    pub sent: String,
    /// The status and body that came back, or why nothing did.
    pub received: String,
    /// The HTTP status of the answer; none when nothing came back.
    pub status: Option<u16>,
    /// How the answer stands to the contract; none when nothing came back, or when it did not come
    /// from the merchant API.
    pub checked: Option<Checked>,
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "> {}\n  < {}", self.sent, self.received)?;
        let breaks = self.checked.iter().flat_map(|checked| &checked.breaks);
        for line in breaks {
            write!(f, "\n    breaks the contract: {line}")?;
        }
        Ok(())
    }
}

/// What went over the wire, as it was. Masking takes time, and few exchanges are ever shown.
pub(crate) enum Record {
    /// A request of the suite's.
    Raw {
        /// Method and URL.
        request: String,
        body: Option<String>,
        /// Status and body, or why nothing came back.
        received: Result<(u16, Vec<u8>), String>,
        checked: Option<Checked>,
    },
    /// A request somebody else made, masked by whoever kept it.
    Masked(Exchange),
}

impl Record {
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Raw { received, .. } => received.as_ref().ok().map(|(status, _)| *status),
            Self::Masked(exchange) => exchange.status,
        }
    }

    pub(crate) fn checked(&self) -> Option<&Checked> {
        match self {
            Self::Raw { checked, .. } => checked.as_ref(),
            Self::Masked(exchange) => exchange.checked.as_ref(),
        }
    }

    /// The exchange as it may be shown.
    pub(crate) fn masked(self) -> Exchange {
        let status = self.status();
        match self {
            Self::Raw {
                request,
                body,
                received,
                checked,
            } => Exchange {
                sent: match body {
                    Some(body) => format!("{request} {}", shown(body.as_bytes())),
                    None => request,
                },
                received: match received {
                    Ok((status, body)) => format!("{status} {}", shown(&body)),
                    Err(reason) => reason,
                },
                status,
                checked,
            },
            Self::Masked(exchange) => exchange,
        }
    }
}

/// A body as it may be shown: one line, bounded, without session tokens, checkout URLs or keys.
fn shown(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            mask(&mut value);
            value.to_string()
        }
        Err(_) => String::from_utf8_lossy(body).escape_debug().to_string(),
    };
    let text = mask_keys(&text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], body.len()),
        None => text,
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if SECRET_FIELDS.contains(&name.as_str()) && value.is_string() {
                    *value = Value::from("***");
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

/// A text without keys, signing secrets and what follows in a checkout link: a server may repeat
/// any of them in its words.
pub(crate) fn mask_keys(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = ["sk_", "whsec_", CHECKOUT]
        .iter()
        .filter_map(|head| rest.find(head))
        .min()
    {
        let (before, secret) = rest.split_at(start);
        let (head, secret) = match secret.strip_prefix(CHECKOUT) {
            Some(token) => (CHECKOUT, token),
            None => ("", secret),
        };
        let end = secret
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .unwrap_or(secret.len());
        masked.push_str(before);
        masked.push_str(head);
        masked.push_str("***");
        rest = &secret[end..];
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_checkout_urls_and_keys_are_masked_wherever_they_stand() {
        let body = br#"{"msg":"bad key sk_test_abc-1, whsec_9","data":[{"url":"https://a/pay/t",
            "tokenValue":"t","token":"u","sessionId":"sess_1"}]}"#;
        assert_eq!(
            shown(body),
            r#"{"data":[{"sessionId":"sess_1","token":"***","tokenValue":"***","url":"***"}],"msg":"bad key ***, ***"}"#
        );
    }

    #[test]
    fn what_is_not_json_is_shown_on_one_line_and_bounded() {
        assert_eq!(shown(b"<html>\n\xff sk_live_x"), "<html>\\n\u{fffd} ***");
        assert_eq!(
            shown(b"<form action='/pay/tok-1_x/cancel'> /pay/"),
            "<form action=\\'/pay/***/cancel\\'> /pay/***"
        );
        let long = shown("ä".repeat(1000).as_bytes());
        assert!(long.ends_with("ä... (2000 bytes)"), "{long}");
    }
}
