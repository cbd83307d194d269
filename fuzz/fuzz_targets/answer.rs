//! The SDK's reader of answers: any answer is a value or an error that says what became of the
//! call, and no error shows the key.
//!
//! `STATUS OPERATION RETRY-AFTER`, then the body.

#![no_main]

use std::cell::LazyCell;

use clinkbill::fuzzing::{Asked, read_answer};
use clinkbill::{Client, Environment, Outcome, SecretKey};
use clinkbill_fuzz::{Goal, Tally, mutate};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tokio::runtime::{Builder, Runtime};

const KEY: &str = "sk_test_canary";

static CREATED: Goal = Goal::new("a created session is read", 2);
static READ: Goal = Goal::new("another value is read", 15);
static REJECTED: Goal = Goal::new("an answer is a refusal", 40);
static UNKNOWN: Goal = Goal::new("an answer leaves the outcome unknown", 200);
static TALLY: Tally = Tally::new(&[&CREATED, &READ, &REJECTED, &UNKNOWN]);

thread_local! {
    static CLIENT: LazyCell<(Runtime, Client)> = LazyCell::new(|| {
        let environment = Environment::custom("http://127.0.0.1:4010/api/").unwrap();
        let client = Client::builder(SecretKey::new(KEY).unwrap())
            .environment(environment)
            .build()
            .unwrap();
        (Builder::new_current_thread().enable_time().build().unwrap(), client)
    });
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate("answer", data, size, max_size, seed)
});

fuzz_target!(init: TALLY.judge_at_exit(), |data: &[u8]| {
    TALLY.run();
    let Some((asked, status, response)) = read(data) else {
        return;
    };
    let result = CLIENT.with(|it| it.0.block_on(read_answer(&it.1, asked, response)));
    match result {
        Ok(()) => {
            assert!((200..300).contains(&status), "{status} is no success");
            if matches!(asked, Asked::Create) { &CREATED } else { &READ }.reached();
        }
        Err(error) => {
            let shown = format!("{error} {error:?} {error:#?} {:?}", error.message());
            assert!(!shown.contains(KEY), "{shown}");
            match error.outcome() {
                Outcome::Rejected => REJECTED.reached(),
                Outcome::Unknown => UNKNOWN.reached(),
                other => panic!("{other:?} of an answer: it was sent"),
            }
            if status >= 500 {
                assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
            }
        }
    }
});

fn read(data: &[u8]) -> Option<(Asked, u16, reqwest::Response)> {
    let line = data.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = (str::from_utf8(&data[..line]).ok()?, &data[line + 1..]);
    let mut words = head.splitn(3, ' ');
    let status: u16 = words.next()?.parse().ok()?;
    let asked = match words.next()? {
        "create" => Asked::Create,
        "session" => Asked::Session,
        "order" => Asked::Order,
        "orders" => Asked::Orders,
        "invoice" => Asked::Invoice,
        "subscription" => Asked::Subscription,
        "endpoint" => Asked::WebhookEndpoint,
        "delete" => Asked::Deletion,
        _ => return None,
    };
    let mut response = http::Response::builder().status(status);
    if let Some(wait) = words.next() {
        response = response.header("retry-after", wait);
    }
    let response = response.body(body.to_vec()).ok()?;
    Some((asked, status, response.into()))
}
