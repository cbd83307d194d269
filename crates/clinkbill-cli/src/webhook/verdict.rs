//! What a request proves, and why it does not.

use std::error::Error;
use std::time::Duration;

use clinkbill::Timestamp;
use clinkbill::webhook::{Event, UnreadableEvent, Verifier, WebhookError, WebhookSecret};

use crate::shape::Verified;

/// How far the timestamp may be from now, either way, in seconds, unless somebody says otherwise.
pub(super) const TOLERANCE: u32 = 300;

const TIMESTAMP: &str = "X-Clink-Timestamp";
const SIGNATURE: &str = "X-Clink-Signature";

/// Judges requests to one endpoint.
pub(super) struct Judge {
    verifier: Verifier,
    /// None takes any age.
    tolerance: Option<u32>,
    /// What to do about an event that was signed too long ago.
    about_old: &'static str,
}

impl Judge {
    /// One that takes a timestamp which is so many seconds from now, or any.
    pub(super) fn new(
        secret: WebhookSecret,
        tolerance: Option<u32>,
        about_old: &'static str,
    ) -> Self {
        let verifier = Verifier::new(secret);
        let verifier = match tolerance {
            Some(seconds) => verifier.with_tolerance(Duration::from_secs(seconds.into())),
            None => verifier.without_tolerance(),
        };
        Self {
            verifier,
            tolerance,
            about_old,
        }
    }

    pub(super) fn judge<'h>(
        &self,
        header: impl Fn(&'static str) -> Option<&'h str>,
        body: &[u8],
        now: Timestamp,
    ) -> Verified {
        match self.verifier.verify_at(&header, body, now) {
            Ok(event) => event_of(&event),
            Err(WebhookError::Unreadable(error)) => no_event(&error),
            Err(WebhookError::Stale) => self.stale(header(TIMESTAMP), now),
            Err(WebhookError::Signature) => self.forged(header, body, now),
            Err(error) => Verified::not(error.to_string()),
        }
    }

    /// The signature is right, and the time is not.
    fn stale(&self, timestamp: Option<&str>, now: Timestamp) -> Verified {
        let signed_at = timestamp
            .and_then(|text| text.parse().ok())
            .and_then(|number| Timestamp::from_seconds_or_millis(number).ok());
        let (Some(signed_at), Some(tolerance)) = (signed_at, self.tolerance) else {
            return Verified::not(WebhookError::Stale.to_string());
        };
        let (now, signed_at) = (now.as_millis(), signed_at.as_millis());
        let distance = span(now.abs_diff(signed_at));
        let (when, hint) = if signed_at < now {
            (format!("{distance} ago"), self.about_old)
        } else {
            let hint = "is the clock of this machine right, and that of the sender?";
            (format!("{distance} in the future"), hint)
        };
        Verified::not(format!(
            "it was signed {when}, and at most {tolerance} s are taken"
        ))
        .hint(hint)
    }

    /// The signature is not that of this body and this timestamp.
    fn forged<'h>(
        &self,
        header: impl Fn(&'static str) -> Option<&'h str>,
        body: &[u8],
        now: Timestamp,
    ) -> Verified {
        if header(TIMESTAMP).is_none_or(|text| text.parse::<i64>().is_err()) {
            return Verified::not(format!("{TIMESTAMP} is not a number of milliseconds"))
                .hint("it stands in the request as digits, such as 1767225600000");
        }
        let is_hex = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !header(SIGNATURE).is_some_and(is_hex) {
            return Verified::not(format!("{SIGNATURE} is not 64 hexadecimal digits"))
                .hint("it has to be the whole header, as it came");
        }
        let is_proved = |body| {
            let checked = self.verifier.check_at(&header, body, now);
            matches!(checked, Ok(()) | Err(WebhookError::Stale))
        };
        let hint = match body.strip_suffix(b"\n") {
            Some(body) if is_proved(body) || body.strip_suffix(b"\r").is_some_and(is_proved) => {
                "it belongs to the body without the line end at its end, which an editor may have \
                 added"
            }
            _ => {
                "is the body the very bytes that came, not parsed and written again, and the secret \
                 that of this endpoint?"
            }
        };
        Verified::not(WebhookError::Signature.to_string()).hint(hint)
    }
}

fn event_of(event: &Event) -> Verified {
    Verified {
        genuine: true,
        event_id: Some(event.id.to_string()),
        event_type: Some(event.event_type().to_string()),
        ..Verified::default()
    }
}

fn no_event(error: &UnreadableEvent) -> Verified {
    let reason = error.source().map(|reason| format!(": {reason}"));
    Verified {
        genuine: true,
        problem: Some(format!(
            "the signature is right, but the body is not an event{}",
            reason.unwrap_or_default()
        )),
        ..Verified::default()
    }
    .hint("an event is a JSON object with `id`, `type` and `data`")
}

/// So much time, in the largest unit that there is more than one of.
fn span(millis: u64) -> String {
    let seconds = millis.div_ceil(1000);
    match seconds {
        0..=7_199 => format!("{seconds} s"),
        7_200..=172_799 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
