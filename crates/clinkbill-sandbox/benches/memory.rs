//! What a session costs to keep: bytes allocated and not freed, at 100,000 sessions of as many
//! customers with the log off, beside the bytes of their request bodies: a row of the table that
//! `cargo xtask bench` writes.

#![expect(
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a benchmark tells, and its numbers are small"
)]

use std::alloc::System;

use clinkbill_sandbox::Sandbox;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SESSIONS: u32 = 100_000;

fn main() {
    let sandbox = Sandbox::builder().request_log(0).build();
    let region = Region::new(ALLOCATOR);
    let mut sent = 0;
    for number in 0..SESSIONS {
        let body = body(number);
        sent += body.len();
        assert_eq!(sandbox.post_checkout_session(body).status(), 200);
    }
    let change = region.change();
    let kept = change.bytes_allocated - change.bytes_deallocated;
    let (kept, sent) = (kept / SESSIONS as usize, sent / SESSIONS as usize);
    println!(
        "| sandbox: kept for a session at the {SESSIONS}th | {kept} bytes | under 1536 bytes{} | its body: {sent} bytes | {:.1} |",
        if kept < 1536 { "" } else { ": missed" },
        kept as f64 / sent as f64
    );
    drop(sandbox);
}

/// The guide's quick-start body, of a customer of its own.
fn body(number: u32) -> String {
    format!(
        r#"{{"customerEmail":"customer{number:010}@example.com","originalAmount":4.99,"originalCurrency":"USD","uiMode":"hostedPage","successUrl":"https://shop.example/thanks","cancelUrl":"https://shop.example/cart","priceDataList":[{{"name":"A one-time purchase","quantity":1,"unitAmount":4.99,"currency":"USD"}}]}}"#
    )
}
