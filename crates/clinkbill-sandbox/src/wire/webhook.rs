//! Webhook endpoints, as the documented API manages them.

use clinkbill_webhook::EventType;
use schemars::{JsonSchema, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use super::field::{Optional, Text, inline_schema};

/// The name of an event that Clink sends, in its exact spelling. Neither numbers nor aliases are
/// names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventName(pub(crate) EventType);

/// An http or https URL whose every character a URL may have, without a user name. Whether its
/// host and port are any is for the rules to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EndpointUrl(pub(crate) String);

/// How many characters a merchant's note has at most (our choice).
pub(crate) const LONGEST_DESCRIPTION: u32 = 1_000;

/// The body of `POST /webhook/endpoints`.
#[derive(DeriveDeserialize, JsonSchema)]
pub struct CreateWebhookEndpointRequest {
    pub(crate) url: EndpointUrl,
    pub(crate) events: Vec<EventName>,
    #[serde(default)]
    pub(crate) description: Optional<Text<LONGEST_DESCRIPTION>>,
    #[serde(default)]
    pub(crate) enabled: Optional<bool>,
}

/// The body of `PUT /webhook/endpoints/ensure`.
#[derive(DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "a secret that can be shown is shown, whether it is asked for or not"
)]
pub struct EnsureWebhookEndpointRequest {
    pub(crate) url: EndpointUrl,
    pub(crate) events: Vec<EventName>,
    #[serde(default)]
    pub(crate) description: Optional<Text<LONGEST_DESCRIPTION>>,
    #[serde(default)]
    pub(crate) enabled: Optional<bool>,
    #[serde(default)]
    pub(crate) return_signing_secret: Optional<bool>,
    #[serde(default)]
    pub(crate) rotate_secret_if_unavailable: Optional<bool>,
    #[serde(default)]
    pub(crate) rotate_secret: Optional<bool>,
}

/// The body of `PATCH /webhook/endpoints/{id}`.
#[derive(DeriveDeserialize, JsonSchema)]
pub struct UpdateWebhookEndpointRequest {
    #[serde(default)]
    pub(crate) url: Optional<EndpointUrl>,
    #[serde(default)]
    pub(crate) events: Optional<Vec<EventName>>,
    #[serde(default)]
    pub(crate) description: Optional<Text<LONGEST_DESCRIPTION>>,
    #[serde(default)]
    pub(crate) enabled: Optional<bool>,
}

/// An endpoint.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpoint<'a> {
    pub(crate) id: &'a str,
    pub(crate) url: &'a str,
    pub(crate) events: Vec<&'a str>,
    pub(crate) enabled: bool,
    /// Only when it was just made.
    pub(crate) signing_secret: Option<&'a str>,
    pub(crate) masked_signing_secret: &'a str,
    pub(crate) description: Option<&'a str>,
    /// Milliseconds since the Unix epoch.
    pub(crate) created_at: i64,
    /// Milliseconds since the Unix epoch.
    pub(crate) updated_at: i64,
}

/// `data` of an ensured endpoint.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnsuredWebhookEndpoint<'a> {
    pub(crate) source: EnsureSource,
    pub(crate) endpoint: WebhookEndpoint<'a>,
    pub(crate) signing_secret_available: bool,
    pub(crate) signing_secret_unavailable_reason: Option<&'static str>,
    pub(crate) next_action: Option<&'static str>,
}

/// What had to be done to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnsureSource {
    Created,
    Existing,
    Updated,
    Rotated,
    UpdatedRotated,
}

/// `data` of the list of events.
#[derive(Serialize, JsonSchema)]
pub struct WebhookEventCatalogue {
    pub(crate) events: Vec<WebhookEvent>,
    pub(crate) aliases: WebhookEventAliases,
}

/// An event there is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WebhookEvent {
    pub(crate) name: &'static str,
    pub(crate) code: i32,
    pub(crate) description: &'static str,
}

/// Named groups of events.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WebhookEventAliases {
    pub(crate) all: Vec<&'static str>,
    pub(crate) core: Vec<&'static str>,
}

impl EndpointUrl {
    const LONGEST: usize = 2_048;
    const PATTERN: &str = r"^[Hh][Tt][Tt][Pp][Ss]?://([0-9A-Za-z_][0-9A-Za-z_.-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?#][!-~]*)?$";

    /// The URL, if it is one.
    pub(crate) fn new(text: String) -> Option<Self> {
        (text.len() <= Self::LONGEST && Self::fits(&text)).then_some(Self(text))
    }

    fn fits(text: &str) -> bool {
        let Some((scheme, rest)) = text.split_once("://") else {
            return false;
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        ["http", "https"]
            .iter()
            .any(|web| scheme.eq_ignore_ascii_case(web))
            && Self::is_authority(authority)
            && path.bytes().all(|byte| byte.is_ascii_graphic())
    }

    fn is_authority(text: &str) -> bool {
        let end = if text.starts_with('[') {
            text.find(']').map_or(0, |bracket| bracket + 1)
        } else {
            text.find(':').unwrap_or(text.len())
        };
        let (host, rest) = text.split_at(end);
        let is_port = |digits: &str| {
            (1..=5).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
        };
        Self::is_host(host) && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
    }

    fn is_host(text: &str) -> bool {
        let is_address = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|it| it.is_ascii_hexdigit() || matches!(it, b':' | b'.'))
        };
        let is_in_names = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-');
        match text.strip_prefix('[') {
            Some(address) => address.strip_suffix(']').is_some_and(is_address),
            None => {
                !text.is_empty() && !text.starts_with(['.', '-']) && text.bytes().all(is_in_names)
            }
        }
    }
}

impl<'de> Deserialize<'de> for EndpointUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).ok_or_else(|| {
            de::Error::custom(
                "must be an absolute http or https URL without a user name, of at most 2048 characters",
            )
        })
    }
}

impl<'de> Deserialize<'de> for EventName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if EventType::KNOWN.contains(&name.as_str()) {
            Ok(Self(EventType::from(name.as_str())))
        } else {
            Err(de::Error::custom("is not the name of an event"))
        }
    }
}

inline_schema! {
    [] EndpointUrl: json_schema!({ "type": "string", "maxLength": Self::LONGEST, "pattern": Self::PATTERN });
    [] EventName: json_schema!({ "type": "string", "enum": EventType::KNOWN });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_url_is_what_the_pattern_says() {
        let longest = format!("http://a/{}", "x".repeat(EndpointUrl::LONGEST - 9));
        for text in [
            "https://shop.example.com/webhooks/clink",
            "HTTP://127.0.0.1:4011",
            "http://[::1]:80?a=b",
            "http://my_app#x",
            "http://a:99999/user@host",
            "https://a.-_/!~%/:[]\\",
            &longest,
        ] {
            assert!(EndpointUrl::new(text.to_owned()).is_some(), "{text}");
        }
        for text in [
            "",
            "http",
            "http://",
            "http:///a",
            "ftp://a",
            "httpss://a",
            " http://a",
            "http://a\n",
            "http://a b/",
            "http://a/ b",
            "http://a/\u{fc}",
            "http://b\u{fc}cher.example/",
            "http://user@a/",
            "http://user:secret@a/",
            "http://a@/",
            "http://.a/",
            "http://-a/",
            "http://:80/",
            "http://a:/",
            "http://a:123456/",
            "http://a:8a/",
            "http://a:1:2/",
            "http://[]/",
            "http://[::1/",
            "http://[::1]a/",
            "http://[g]/",
            "http://a\\b",
            "https://a://b/",
            &format!("{longest}x"),
        ] {
            assert!(EndpointUrl::new(text.to_owned()).is_none(), "{text:?}");
        }
    }
}
