//! However many calls wait, they cost no more than their requests: connections, buffers and
//! bodies are for those in flight.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

use std::alloc::System;
use std::sync::Arc;

use clinkbill::{Client, Currency, CustomerRef, Environment, Error, Line, NewSession, SecretKey};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const PLACES: u32 = 256;

/// How many bytes are in use while so many calls have been begun and none is answered.
async fn in_use(calls: u32) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api_url = format!("http://{}/api/", listener.local_addr().unwrap());
    let client = Client::builder(SecretKey::new("sk_test_1").unwrap())
        .environment(Environment::custom(&api_url).unwrap())
        .build()
        .unwrap();
    let came = Arc::new(Semaphore::new(0));
    let coming = Arc::clone(&came);
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let coming = Arc::clone(&coming);
            tokio::spawn(async move {
                let _ = connection.read_u8().await;
                coming.add_permits(1);
                let _ = connection.read_u8().await;
                std::future::pending::<()>().await;
            });
        }
    });

    let before = Region::new(ALLOCATOR);
    let mut begun = JoinSet::new();
    for _ in 0..calls {
        begun.spawn(create(client.clone()));
    }
    let _all = came.acquire_many(PLACES).await.unwrap();
    let change = before.change();
    change.bytes_allocated - change.bytes_deallocated
}

async fn create(client: Client) -> Result<(), Error> {
    let new = NewSession::hosted_without_return_urls()
        .customer(CustomerRef::email("customer@example.com").unwrap())
        .lines(Currency::USD, [Line::new("A one-time purchase", 1, "4.99")]);
    client.checkout_sessions().create(&new).await.map(drop)
}

#[test]
fn a_call_that_waits_costs_little_more_than_its_request() {
    // A runtime each, so that none frees what another has used.
    let measured = |calls| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(in_use(calls))
    };
    measured(PLACES);
    let full = measured(PLACES);
    let crowded = measured(2000);
    let in_flight = full / PLACES as usize;
    let waiting = (crowded - full) / (2000 - PLACES) as usize;
    println!(
        "in flight: {in_flight} bytes a call; waiting: {waiting} bytes a call; 2,000 calls: {crowded} bytes"
    );
    assert!(waiting < 16 * 1024, "{waiting} bytes for a call that waits");
    assert!(
        in_flight < 64 * 1024,
        "{in_flight} bytes for a call in flight"
    );
}
