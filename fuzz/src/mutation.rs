//! Changes text by whole tokens, so that what comes out is often still JSON, a URL or a header.
//!
//! Bytes changed at random hardly ever leave a body readable, and what is found on the way is
//! mostly broken too; so a part of all inputs begins with a seed again. The rest is libFuzzer's.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzzer_mutate;

/// What may stand in the place of a token: the edges of numbers, of text, of times and of nesting.
const POOL: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "0.00",
    "4.99",
    "4.990",
    "1e2",
    "1E-2",
    "1e999",
    "200",
    "400",
    "599",
    "79228162514264337593543950335",
    "79228162514264337593543950336",
    "0.1234567890123456789012345678",
    "9223372036854775807",
    "9223372036854775808",
    "1700000000",
    "1700000000000",
    "1700000300001",
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "[[]]",
    "\"\"",
    "\" \"",
    "\"null\"",
    "\"4.99\"",
    "\"USD\"",
    "\"usd\"",
    "\"JPY\"",
    "\"complete\"",
    "\"completed\"",
    "\"open\"",
    "\"sess_1\"",
    "\"..\"",
    "\"a/b\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\u{fc}\"",
    "\"2025-01-15T11:45:00.000Z\"",
    "\"hostedPage\"",
    "\"elements\"",
    "\"card\"",
    "\"https://shop.example/x?a=1#b\"",
    "\"javascript:alert(1)\"",
    "\"customer@example.com\"",
    "https",
    "http",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "xn--a",
    "%7BELEMENTS_SESSION_ID%7D",
    "{ELEMENTS_SESSION_ID}",
    "sessionId",
    "session_id",
    "sess_1",
    "%",
    "%zz",
    "+",
    "&",
    "?",
    "#",
    "/",
    "//",
    "\\",
    "@",
    ":",
    ":80",
    ":99999",
    "=",
    "~",
    ",",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "\r\n",
    "\t",
    " ",
    "GET",
    "POST",
    "PUT",
    "DELETE",
];

/// Changes the first `size` bytes of `data` in place, and returns how many there are then. The
/// seeds are those of the target of this name.
pub fn mutate(target: &str, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = fastrand::Rng::with_seed(seed.into());
    let most = max_size.min(data.len());
    let (mut text, touch): (_, fn(&mut Vec<u8>, &mut fastrand::Rng)) = match random.u8(0..8) {
        0..3 => return fuzzer_mutate(data, size, most),
        3..5 => (data[..size].to_vec(), change),
        5 => (seed_of(target, &mut random), change),
        _ => (seed_of(target, &mut random), retouch),
    };
    for _ in 0..random.u8(1..4) {
        touch(&mut text, &mut random);
    }
    let size = text.len().min(most);
    data[..size].copy_from_slice(&text[..size]);
    size
}

fn seed_of(target: &str, random: &mut fastrand::Rng) -> Vec<u8> {
    random.choice(seeds(target)).cloned().unwrap_or_default()
}

/// In the order of their names, so that a run can be repeated.
fn seeds(target: &str) -> &'static [Vec<u8>] {
    static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("seeds")
            .join(target);
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().flat_map(fs::read).collect()
    })
}

fn change(text: &mut Vec<u8>, random: &mut fastrand::Rng) {
    let tokens = tokens(text);
    let Some(token) = random.choice(&tokens).cloned() else {
        text.extend_from_slice(pick(random));
        return;
    };
    match random.u8(0..10) {
        0 => drop(text.drain(token)),
        1 => {
            // A token of the same text: a key where a value stood, one id for another.
            let other = random.choice(&tokens).cloned().unwrap_or_default();
            let other = text[other].to_vec();
            text.splice(token, other);
        }
        2 => {
            let again = text[token.clone()].to_vec();
            text.splice(token.end..token.end, again);
        }
        3 => {
            text.splice(token.end..token.end, pick(random).iter().copied());
        }
        4 => {
            // A whole member, comma and all: what was required is missing.
            let end = text[token.end..].iter().position(|byte| *byte == b',');
            let end = end.map_or(token.end, |comma| token.end + comma + 1);
            text.drain(token.start..end);
        }
        5 => {
            text.splice(token, pick(random).iter().copied());
        }
        _ => retouch(text, random),
    }
}

/// A value stays one, and mostly one of its kind.
fn retouch(text: &mut Vec<u8>, random: &mut fastrand::Rng) {
    let tokens = tokens(text);
    let values: Vec<_> = tokens
        .iter()
        .filter(|token| is_value(text, token))
        .collect();
    let Some(value) = random.choice(&values).map(|token| (*token).clone()) else {
        text.extend_from_slice(pick(random));
        return;
    };
    let kind = kind(text[value.start]);
    let any_kind = random.u8(0..4) == 0;
    let pool: Vec<_> = POOL
        .iter()
        .map(|other| other.as_bytes())
        .filter(|other| is_value(other, &(0..other.len())))
        .filter(|other| any_kind || self::kind(other[0]) == kind)
        .collect();
    let other = random.choice(&pool).copied().unwrap_or_default();
    text.splice(value, other.iter().copied());
}

#[derive(PartialEq)]
enum Kind {
    Text,
    Number,
    Other,
}

fn kind(first: u8) -> Kind {
    match first {
        b'"' => Kind::Text,
        b'-' | b'0'..=b'9' => Kind::Number,
        _ => Kind::Other,
    }
}

/// A JSON text, number or word, and no key.
fn is_value(text: &[u8], token: &Range<usize>) -> bool {
    let is_key = text.get(token.end) == Some(&b':');
    let first = text[token.start];
    !is_key && (first == b'"' && token.len() > 1 || first == b'-' || first.is_ascii_digit())
        || matches!(
            &text[token.clone()],
            b"null" | b"true" | b"false" | b"[]" | b"{}"
        )
}

fn pick(random: &mut fastrand::Rng) -> &'static [u8] {
    random.choice(POOL).map_or(b"", |token| token.as_bytes())
}

/// Words, numbers, JSON strings with their quotes, and each other character by itself.
fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        at += match text[at] {
            b'"' => string(&text[at..]),
            byte if is_word(byte) => text[at..].iter().take_while(|byte| is_word(**byte)).count(),
            _ => 1,
        };
        tokens.push(start..at);
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80
}

fn string(text: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    1
}
