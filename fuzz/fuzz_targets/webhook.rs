//! The verifier of webhooks, beside a plain reading of how Clink signs.
//!
//! Three lines: timestamp, signature (`=` for the right one), signature type (`-` for none); then
//! the body. It is received at 1700000000000.

#![no_main]

use clinkbill_fuzz::{Goal, Tally, mutate};
use clinkbill_types::Timestamp;
use clinkbill_webhook::{Verifier, WebhookError, WebhookSecret};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use sha2::Sha256;

const SECRET: &str = "whsec_fuzz";
const NOW: i64 = 1_700_000_000_000;
const TOLERANCE: u64 = 300_000;

static VERIFIED: Goal = Goal::new("a body is verified and read", 40);
static PROVED: Goal = Goal::new("signature and age are proved", 200);
static STALE: Goal = Goal::new("a signed body is too old", 20);
static FORGED: Goal = Goal::new("a signature is refused", 30);
static TALLY: Tally = Tally::new(&[&VERIFIED, &PROVED, &STALE, &FORGED]);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate("webhook", data, size, max_size, seed)
});

fuzz_target!(init: TALLY.judge_at_exit(), |data: &[u8]| {
    TALLY.run();
    let mut parts = data.splitn(4, |byte| *byte == b'\n');
    let mut line = || parts.next().and_then(|line| str::from_utf8(line).ok());
    let (Some(timestamp), Some(signature), Some(sign_type)) = (line(), line(), line()) else {
        return;
    };
    let body = parts.next().unwrap_or_default();

    let right = signed(timestamp, body);
    let signature = if signature == "=" { &right } else { signature };
    let header = |name| match name {
        "X-Clink-Timestamp" => Some(timestamp),
        "X-Clink-Signature" => Some(signature),
        _ => (sign_type != "-").then_some(sign_type),
    };
    let verifier = Verifier::new(WebhookSecret::new(SECRET).unwrap());
    let now = Timestamp::from_millis(NOW).unwrap();

    let verdict = verifier.check_at(header, body, now);
    // Capitals or small letters, but no mix.
    let known_type = matches!(sign_type, "-" | "SHA256" | "sha256");
    let is_signed = *signature == right || *signature == right.to_ascii_uppercase();
    match &verdict {
        Ok(()) => PROVED.reached(),
        Err(WebhookError::Stale) => STALE.reached(),
        Err(WebhookError::Signature) => FORGED.reached(),
        Err(_) => {}
    }
    match verdict {
        Err(WebhookError::SignType) => assert!(!known_type),
        Err(WebhookError::Signature) => assert!(known_type && !is_signed),
        Ok(()) => assert!(known_type && is_signed && age(timestamp) <= Some(TOLERANCE)),
        Err(WebhookError::Stale) => assert!(is_signed && age(timestamp) > Some(TOLERANCE)),
        Err(WebhookError::Timestamp) => assert!(is_signed),
        Err(other) => panic!("{other} of complete headers"),
    }
    if verifier.verify_at(header, body, now).is_ok() {
        VERIFIED.reached();
    }
});

fn signed(timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&[timestamp.as_bytes(), b".", body].concat());
    hex::encode(mac.finalize().into_bytes())
}

/// How many milliseconds from now; what is below a hundred thousand million counts seconds.
fn age(timestamp: &str) -> Option<u64> {
    let number: i64 = timestamp.parse().ok()?;
    let millis = if number.abs() < 100_000_000_000 {
        number * 1000
    } else {
        number
    };
    Some(NOW.abs_diff(millis))
}
