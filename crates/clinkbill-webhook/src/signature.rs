use std::time::{Duration, SystemTime};

use clinkbill_types::Timestamp;
use hmac::Mac;

use crate::{Event, UnreadableEvent, WebhookSecret};

const TIMESTAMP: &str = "X-Clink-Timestamp";
const SIGNATURE: &str = "X-Clink-Signature";
pub(crate) const SIGN_TYPE: &str = "X-Clink-SignType";
const SHA256: &str = "SHA256";
const SIGNATURE_BYTES: usize = 32;
const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);

/// Signs webhook bodies the way Clink does: for sandboxes and for the tests of a receiver.
#[derive(Debug, Clone)]
pub struct Signer {
    secret: WebhookSecret,
}

impl Signer {
    /// A signer with this secret.
    #[must_use]
    pub fn new(secret: WebhookSecret) -> Self {
        Self { secret }
    }

    /// The headers that prove `body`, sent at this moment.
    #[must_use]
    pub fn sign(&self, body: &[u8], at: Timestamp) -> SignedHeaders {
        let timestamp = at.as_millis().to_string();
        let signature = hex::encode(self.secret.mac(&timestamp, body).finalize().into_bytes());
        SignedHeaders {
            timestamp,
            signature,
        }
    }
}

/// The three headers of a signed webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    timestamp: String,
    signature: String,
}

impl SignedHeaders {
    /// Name and value of each header.
    #[must_use]
    pub fn pairs(&self) -> [(&'static str, &str); 3] {
        [
            (TIMESTAMP, &self.timestamp),
            (SIGNATURE, &self.signature),
            (SIGN_TYPE, SHA256),
        ]
    }

    /// The value of the header with this name, whatever its case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs()
            .into_iter()
            .find_map(|(header, value)| header.eq_ignore_ascii_case(name).then_some(value))
    }
}

/// Lets through only what a holder of the signing secret signed, and not long ago.
///
/// Clink documents no age limit; by default a timestamp may be 300 seconds away from now in
/// either direction, inclusive.
#[derive(Debug, Clone)]
pub struct Verifier {
    secrets: Vec<WebhookSecret>,
    tolerance: Option<Duration>,
}

/// Why a webhook is not accepted. Answer 4xx, and do nothing else.
///
/// No variant tells how the right signature would look.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// A header the signature needs is missing, or there are several, so that nobody can say which
    /// is meant.
    #[error("header {0} is missing, or stands more than once")]
    MissingHeader(&'static str),
    /// `X-Clink-SignType` names something else than `SHA256`, or stands more than once.
    #[error("header X-Clink-SignType names a signature this version does not know")]
    SignType,
    /// The signature was not made from this body and timestamp with any of the secrets.
    #[error("the signature does not belong to this body and timestamp")]
    Signature,
    /// The timestamp is signed, but is no number of milliseconds or seconds.
    #[error("header X-Clink-Timestamp is not a time")]
    Timestamp,
    /// The timestamp is signed, but too far from now: sent again by somebody, or a clock is off.
    #[error("the webhook was signed too long ago, or in the future")]
    Stale,
    /// The body is signed and recent, but is no event.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
}

impl Verifier {
    /// A verifier that knows one secret.
    #[must_use]
    pub fn new(secret: WebhookSecret) -> Self {
        Self {
            secrets: vec![secret],
            tolerance: Some(DEFAULT_TOLERANCE),
        }
    }

    /// Accepts this secret too: while the old and the new one overlap in a rotation.
    #[must_use]
    pub fn with_secret(mut self, secret: WebhookSecret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// How far the timestamp may be from now, in either direction, inclusive.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Accepts a signature of any age. Whoever once saw a webhook can then send it again at any
    /// time, so act once per event id, for ever.
    #[must_use]
    pub fn without_tolerance(mut self) -> Self {
        self.tolerance = None;
        self
    }

    /// The event in `body`, once signature and age are proved against the system's clock.
    ///
    /// `header` looks a request header up by name; names must match whatever their case, as
    /// every HTTP library does it: `|name| headers.get(name)?.to_str().ok()`. `body` is the raw
    /// body: JSON that was parsed and written again does not verify.
    pub fn verify<'h>(
        &self,
        header: impl Fn(&'static str) -> Option<&'h str>,
        body: &[u8],
    ) -> Result<Event, WebhookError> {
        let now = SystemTime::now()
            .try_into()
            .map_err(|_| WebhookError::Stale)?;
        self.verify_at(header, body, now)
    }

    /// As [`verify`](Self::verify), with the present moment given.
    pub fn verify_at<'h>(
        &self,
        header: impl Fn(&'static str) -> Option<&'h str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Event, WebhookError> {
        self.check_at(header, body, now)?;
        Ok(Event::from_json(body)?)
    }

    /// Proves signature and age, and leaves the body to the caller.
    pub fn check_at<'h>(
        &self,
        header: impl Fn(&'static str) -> Option<&'h str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), WebhookError> {
        let required = |name| header(name).ok_or(WebhookError::MissingHeader(name));
        let timestamp = required(TIMESTAMP)?;
        let signature = required(SIGNATURE)?;
        // Documents from before the header existed do not have it.
        let known =
            |sign_type: &str| in_one_case(sign_type) && sign_type.eq_ignore_ascii_case(SHA256);
        if header(SIGN_TYPE).is_some_and(|sign_type| !known(sign_type)) {
            return Err(WebhookError::SignType);
        }

        let signature = Some(signature)
            .filter(|signature| in_one_case(signature))
            .and_then(|signature| {
                let mut bytes = [0; SIGNATURE_BYTES];
                hex::decode_to_slice(signature, &mut bytes).ok()?;
                Some(bytes)
            })
            .ok_or(WebhookError::Signature)?;
        let proved = |secret: &WebhookSecret| {
            let mac = secret.mac(timestamp, body);
            mac.verify_slice(&signature).is_ok()
        };
        if !self.secrets.iter().any(proved) {
            return Err(WebhookError::Signature);
        }

        // Only now: somebody without the secret learns nothing about the clock.
        let signed_at = timestamp
            .parse()
            .ok()
            .and_then(|number| Timestamp::from_seconds_or_millis(number).ok())
            .ok_or(WebhookError::Timestamp)?;
        let distance = Duration::from_millis(now.as_millis().abs_diff(signed_at.as_millis()));
        if self.tolerance.is_some_and(|tolerance| distance > tolerance) {
            return Err(WebhookError::Stale);
        }
        Ok(())
    }
}

/// Whoever writes hexadecimal digits, or a name, writes it in one case. A mix of both is a letter
/// that was changed on the way.
fn in_one_case(text: &str) -> bool {
    let bytes = text.as_bytes();
    !(bytes.iter().any(u8::is_ascii_lowercase) && bytes.iter().any(u8::is_ascii_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_test"}"#;
    const GOLDEN: &str = "e07064a60193e751786c3f5a37fe7a5dc816bba53a2cb7781d0246b035dddfda";
    const AT: i64 = 1_700_000_000_000;

    fn secret(text: &str) -> WebhookSecret {
        WebhookSecret::new(text).unwrap()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn verifier() -> Verifier {
        Verifier::new(secret("test_webhook_signing_key"))
    }

    fn check(
        verifier: &Verifier,
        headers: [Option<&str>; 3],
        body: &[u8],
        now: i64,
    ) -> Result<(), WebhookError> {
        let header = |name| match name {
            TIMESTAMP => headers[0],
            SIGNATURE => headers[1],
            _ => headers[2],
        };
        verifier.check_at(header, body, at(now))
    }

    fn check_golden(signature: &str, now: i64) -> Result<(), WebhookError> {
        let headers = [Some("1700000000000"), Some(signature), Some("SHA256")];
        check(&verifier(), headers, BODY, now)
    }

    #[test]
    fn the_signature_is_the_published_one() {
        let signed = Signer::new(secret("test_webhook_signing_key")).sign(BODY, at(AT));
        let expected = [
            ("X-Clink-Timestamp", "1700000000000"),
            ("X-Clink-Signature", GOLDEN),
            ("X-Clink-SignType", "SHA256"),
        ];
        assert_eq!(signed.pairs(), expected);
        check_golden(GOLDEN, AT).unwrap();
    }

    #[test]
    fn one_bit_changed_anywhere_fails() {
        let flipped = |text: &[u8]| -> Vec<Vec<u8>> {
            (0..text.len() * 8)
                .map(|bit| {
                    let mut changed = text.to_vec();
                    changed[bit / 8] ^= 1 << (bit % 8);
                    changed
                })
                .collect()
        };

        for body in flipped(BODY) {
            let headers = [Some("1700000000000"), Some(GOLDEN), Some("SHA256")];
            let refused = check(&verifier(), headers, &body, AT);
            assert!(matches!(refused, Err(WebhookError::Signature)));
        }
        let golden = ["1700000000000", GOLDEN, "SHA256"];
        let mut changes = 0;
        for (place, value) in golden.iter().enumerate() {
            for changed in flipped(value.as_bytes()) {
                // A header that is no text is none, as every HTTP library tells it.
                let mut headers = golden.map(Some);
                headers[place] = str::from_utf8(&changed).ok();
                let no_sign_type = place == 2 && headers[place].is_none();
                // Nothing else of it is younger than the header, so its absence is allowed.
                let refused = check(&verifier(), headers, BODY, AT);
                assert_eq!(refused.is_ok(), no_sign_type, "{headers:?}");
                changes += 1;
            }
        }
        assert_eq!(changes, (13 + 64 + 6) * 8);
        for key in flipped(b"test_webhook_signing_key") {
            let Some(secret) = String::from_utf8(key)
                .ok()
                .and_then(|key| WebhookSecret::new(key).ok())
            else {
                continue;
            };
            let headers = [Some("1700000000000"), Some(GOLDEN), None];
            let refused = check(&Verifier::new(secret), headers, BODY, AT);
            assert!(matches!(refused, Err(WebhookError::Signature)));
        }
    }

    #[test]
    fn a_signature_that_is_cut_longer_or_not_hex_is_refused() {
        for signature in [
            "",
            &GOLDEN[..62],
            &GOLDEN[..63],
            &format!("{GOLDEN}00"),
            &format!(" {GOLDEN}"),
            "not hex",
        ] {
            assert!(
                matches!(check_golden(signature, AT), Err(WebhookError::Signature)),
                "{signature:?}"
            );
        }
    }

    #[test]
    fn capitals_are_as_good_as_small_letters_but_not_a_mix() {
        check_golden(&GOLDEN.to_ascii_uppercase(), AT).unwrap();
        for sign_type in ["SHA256", "sha256"] {
            let headers = [Some("1700000000000"), Some(GOLDEN), Some(sign_type)];
            check(&verifier(), headers, BODY, AT).unwrap();
        }
    }

    #[test]
    fn the_tolerance_is_300_seconds_both_ways_and_inclusive() {
        for now in [AT - 300_000, AT + 300_000] {
            check_golden(GOLDEN, now).unwrap();
        }
        for now in [AT - 300_001, AT + 300_001] {
            assert!(matches!(
                check_golden(GOLDEN, now),
                Err(WebhookError::Stale)
            ));
        }
    }

    #[test]
    fn the_tolerance_can_be_set_or_given_up() {
        let headers = [Some("1700000000000"), Some(GOLDEN), None];
        let strict = verifier().with_tolerance(Duration::ZERO);
        check(&strict, headers, BODY, AT).unwrap();
        assert!(check(&strict, headers, BODY, AT + 1).is_err());

        let timeless = verifier().without_tolerance();
        check(&timeless, headers, BODY, AT * 2).unwrap();
    }

    #[test]
    fn a_timestamp_in_seconds_is_understood() {
        let mac = secret("test_webhook_signing_key").mac("1700000000", BODY);
        let signature = hex::encode(mac.finalize().into_bytes());
        let headers = [Some("1700000000"), Some(signature.as_str()), None];
        check(&verifier(), headers, BODY, AT + 1_000).unwrap();
    }

    #[test]
    fn a_signed_timestamp_that_is_no_time_is_refused() {
        for timestamp in ["", "soon", "9223372036854775807", "1700000000000.5"] {
            let mac = secret("test_webhook_signing_key").mac(timestamp, BODY);
            let signature = hex::encode(mac.finalize().into_bytes());
            let headers = [Some(timestamp), Some(signature.as_str()), None];
            let refused = check(&verifier().without_tolerance(), headers, BODY, AT);
            assert!(
                matches!(refused, Err(WebhookError::Timestamp)),
                "{timestamp}"
            );
        }
    }

    #[test]
    fn any_of_several_secrets_will_do() {
        let rotating =
            Verifier::new(secret("whsec_next")).with_secret(secret("test_webhook_signing_key"));
        let headers = [Some("1700000000000"), Some(GOLDEN), None];
        check(&rotating, headers, BODY, AT).unwrap();
    }

    #[test]
    fn missing_headers_are_named_and_only_the_sign_type_may_be_missing() {
        let refused = check(&verifier(), [None, Some(GOLDEN), None], BODY, AT);
        assert!(matches!(
            refused,
            Err(WebhookError::MissingHeader(TIMESTAMP))
        ));
        let refused = check(&verifier(), [Some("1700000000000"), None, None], BODY, AT);
        assert!(matches!(
            refused,
            Err(WebhookError::MissingHeader(SIGNATURE))
        ));

        for sign_type in ["RSA", "", "SHA1"] {
            let headers = [Some("1700000000000"), Some(GOLDEN), Some(sign_type)];
            let refused = check(&verifier(), headers, BODY, AT);
            assert!(
                matches!(refused, Err(WebhookError::SignType)),
                "{sign_type}"
            );
        }
    }
}
