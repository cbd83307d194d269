//! A purchase without a socket: create, pay and read, beside the mere reading and writing of the
//! same JSON.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark tells, and fails loudly"
)]

use std::hint::black_box;
use std::time::Instant;

use clinkbill_sandbox::{Attempt, Sandbox};
use serde_json::Value;

const PURCHASES: u32 = 20_000;
const ROUNDS: usize = 7;

fn main() {
    let (mut own, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        own.push(purchases());
        bare.push(mere_json());
    }
    let (own, bare) = (median(own), median(bare));
    println!(
        "create, pay and read in process: {own:.1} us (under 15), the JSON alone {bare:.1} us, ratio {:.1}",
        own / bare
    );
}

/// Microseconds for one purchase.
fn purchases() -> f64 {
    let sandbox = Sandbox::new();
    let merchant = sandbox.merchant();
    let bodies: Vec<String> = (0..PURCHASES).map(body).collect();
    let started = Instant::now();
    for body in bodies {
        let created = sandbox.post_checkout_session(body);
        let id = session_id(created.body());
        merchant.pay(id, Attempt::succeeded()).unwrap();
        let read = sandbox.get(&format!("checkout/session/{id}"));
        assert_eq!(read.status(), 200);
        black_box(read);
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(PURCHASES)
}

/// Microseconds for the JSON of one purchase: a body in, three answers out.
fn mere_json() -> f64 {
    let sandbox = Sandbox::new();
    let created = sandbox.post_checkout_session(body(0));
    let id = session_id(created.body());
    let read = sandbox.get(&format!("checkout/session/{id}"));
    let answers: Vec<Value> = [created.body(), read.body(), read.body()]
        .into_iter()
        .map(|answer| serde_json::from_slice(answer).unwrap())
        .collect();
    let bodies: Vec<String> = (0..PURCHASES).map(body).collect();
    let started = Instant::now();
    for body in bodies {
        black_box(serde_json::from_str::<Value>(&body).unwrap());
        for answer in &answers {
            black_box(serde_json::to_vec(answer).unwrap());
        }
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(PURCHASES)
}

fn session_id(created: &[u8]) -> &str {
    let text = std::str::from_utf8(created).unwrap();
    let (_, rest) = text.split_once("\"sessionId\":\"").unwrap();
    rest.split_once('"').unwrap().0
}

/// The guide's quick-start body, of a customer of its own.
fn body(number: u32) -> String {
    format!(
        r#"{{"customerEmail":"customer{number:010}@example.com","originalAmount":4.99,"originalCurrency":"USD","uiMode":"hostedPage","successUrl":"https://shop.example/thanks","cancelUrl":"https://shop.example/cart","priceDataList":[{{"name":"A one-time purchase","quantity":1,"unitAmount":4.99,"currency":"USD"}}]}}"#
    )
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
