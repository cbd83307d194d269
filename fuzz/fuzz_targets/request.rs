//! The sandbox's reader of requests: any request gets an answer of the contract, what is refused
//! leaves nothing behind, and what is created can be read back.
//!
//! `METHOD TARGET`, header lines, an empty line, the body. It is received at 1700000000000.

#![no_main]

use clinkbill_fuzz::{Goal, Tally, mutate};
use clinkbill_sandbox::{Answer, Body, ManualClock, Request, Sandbox};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;

const NOW: i64 = 1_700_000_000_000;

static CREATED: Goal = Goal::new("a session is created", 3);
static RULED_OUT: Goal = Goal::new("a rule refuses", 4);
static MALFORMED: Goal = Goal::new("the schema refuses", 80);
static OTHER: Goal = Goal::new("another operation answers", 2);
static TALLY: Tally = Tally::new(&[&CREATED, &RULED_OUT, &MALFORMED, &OTHER]);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate("request", data, size, max_size, seed)
});

fuzz_target!(init: TALLY.judge_at_exit(), |data: &[u8]| {
    TALLY.run();
    let Some(request) = read(data) else {
        return;
    };
    let sandbox = Sandbox::builder().seed(1).clock(ManualClock::at(NOW)).build();
    let Some(answer) = sandbox.handle(&request).into_answer() else {
        return;
    };
    let status = answer.status().as_u16();
    if !request.path.starts_with("/api/") {
        assert_ne!(status, 500);
        return;
    }
    assert!(
        matches!(status, 200 | 400 | 401 | 403 | 404 | 405 | 413 | 415),
        "status {status} is not of the contract"
    );
    let envelope: Value = serde_json::from_slice(answer.body()).expect("an answer is JSON");
    let succeeded = status == 200 && envelope["code"] == 200;
    if request.path == "/api/checkout/session" && request.method == Method::POST {
        match status {
            200 if succeeded => created(&sandbox, &request, &envelope),
            200 => RULED_OUT.reached(),
            400 => MALFORMED.reached(),
            _ => {}
        }
        if !succeeded {
            assert!(envelope["msg"].as_str().is_some_and(|msg| !msg.is_empty()));
            assert_eq!(envelope["data"], Value::Null);
            let left = get(&sandbox, &request, "/_sandbox/customers");
            let left: Value = serde_json::from_slice(left.body()).unwrap();
            // A key that is none has no customers either.
            assert!(left["data"]["customers"].as_array().is_none_or(Vec::is_empty), "{left}");
        }
    } else if succeeded {
        OTHER.reached();
    }
});

fn created(sandbox: &Sandbox, request: &Request, envelope: &Value) {
    CREATED.reached();
    let id = envelope["data"]["sessionId"]
        .as_str()
        .expect("a session has an id");
    let answer = get(sandbox, request, &format!("/api/checkout/session/{id}"));
    let read: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(read["code"], 200, "{read}");
    assert_eq!(read["data"]["sessionId"], id);
    assert_eq!(read["data"]["status"], "open");
}

/// As the merchant who sent `by`.
fn get(sandbox: &Sandbox, by: &Request, path: &str) -> Answer {
    let mut headers = HeaderMap::new();
    if let Some(key) = by.headers.get("x-api-key") {
        headers.insert("x-api-key", key.clone());
    }
    headers.insert("x-timestamp", NOW.into());
    let request = Request {
        method: Method::GET,
        path: path.to_owned(),
        query: String::new(),
        headers,
        body: Body::Whole(Vec::new()),
        received_at: NOW,
    };
    sandbox.handle(&request).into_answer().unwrap()
}

fn read(data: &[u8]) -> Option<Request> {
    let end = data.windows(2).position(|two| two == b"\n\n");
    let (head, body) = match end {
        Some(end) => (&data[..end], &data[end + 2..]),
        None => (data, &b""[..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let (method, target) = str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = HeaderMap::new();
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        headers.append(
            HeaderName::from_bytes(&line[..colon]).ok()?,
            HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?,
        );
    }
    Some(Request {
        method: method.parse().ok()?,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Body::Whole(body.to_vec()),
        received_at: NOW,
    })
}
