//! A purchase without a socket: create, pay and read, beside the mere reading and writing of the
//! same JSON; and the checkout page, with and without a QR code, beside the mere copying of its
//! bytes. Each figure is a row of the table that `cargo xtask bench` writes.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark tells, and fails loudly"
)]

use std::hint::black_box;
use std::time::Instant;

use clinkbill_sandbox::{Attempt, Body, Request, Sandbox};
use http::{HeaderMap, Method};
use serde_json::Value;

const PURCHASES: u32 = 20_000;
const PAGES: u32 = 5_000;
const ROUNDS: usize = 7;

fn main() {
    let (mut own, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        own.push(purchases());
        bare.push(mere_json());
    }
    let (own, bare) = (median(own), median(bare));
    println!(
        "| sandbox: create, pay and read in process | {own:.1} us | {} | the JSON alone: {bare:.1} us | {:.1} |",
        goal("under 15 us", own < 15.0),
        own / bare
    );
    for (name, query) in [("the methods", ""), ("a QR code", "with=CASHAPP")] {
        let page = page(query);
        let length = page(1).1;
        let times = (0..ROUNDS).map(|_| page(PAGES).0).collect();
        let copies = (0..ROUNDS).map(|_| copy(length)).collect();
        let (own, bare) = (median(times), median(copies));
        println!(
            "| sandbox: a checkout page with {name} served | {own:.1} us | {} | a copy of its {length} bytes: {bare:.2} us | {:.0} |",
            goal("under 1000 us", own < 1000.0),
            own / bare
        );
    }
}

fn goal(goal: &str, met: bool) -> String {
    format!("{goal}{}", if met { "" } else { ": missed" })
}

/// Serves the same page again and again: microseconds for each, and its length.
fn page(query: &str) -> impl Fn(u32) -> (f64, usize) {
    let sandbox = Sandbox::new();
    let created = sandbox.post_checkout_session(body(0));
    let created: Value = serde_json::from_slice(created.body()).unwrap();
    let url = created["data"]["url"].as_str().unwrap();
    let request = Request {
        method: Method::GET,
        path: url.strip_prefix("http://localhost").unwrap().to_owned(),
        query: query.to_owned(),
        headers: HeaderMap::new(),
        body: Body::Whole(Vec::new()),
        received_at: 1_700_000_000_000,
    };
    move |count| {
        let started = Instant::now();
        let mut length = 0;
        for _ in 0..count {
            let answer = sandbox.handle(&request).into_answer().unwrap();
            assert_eq!(answer.status(), 200);
            length = black_box(answer.body()).len();
        }
        (
            started.elapsed().as_secs_f64() * 1e6 / f64::from(count),
            length,
        )
    }
}

/// Microseconds for a copy of so many bytes.
fn copy(length: usize) -> f64 {
    let page = vec![b'x'; length];
    let started = Instant::now();
    for _ in 0..PAGES {
        black_box(black_box(&page).clone());
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(PAGES)
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
