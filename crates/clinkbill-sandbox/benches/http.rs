//! Sessions created over HTTP, beside a bare axum handler on the same runtime that parses the
//! body and answers as many bytes; and the rate at the 100,000th session beside the first.
//!
//! The client is a process of its own: this program again, told what to send where.

#![expect(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark tells, and fails loudly"
)]

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::http::header;
use axum::routing::post;
use clinkbill_sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CONNECTIONS: usize = 16;
const ROUND: usize = 20_000;
const ROUNDS: usize = 5;
const MANY: usize = 100_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    match arguments.iter().position(|argument| argument == "client") {
        Some(at) => {
            let (address, key) = (arguments[at + 1].parse().unwrap(), &arguments[at + 2]);
            let (from, count) = (
                arguments[at + 3].parse().unwrap(),
                arguments[at + 4].parse().unwrap(),
            );
            let took = runtime.block_on(client(address, key, from, count));
            println!("{}", took.as_nanos());
        }
        None => runtime.block_on(measure()),
    }
}

async fn measure() {
    let sandbox = Sandbox::builder().build();
    let server = sandbox.serve().await.unwrap();
    let length = sandbox.post_checkout_session(body(u64::MAX)).body().len();
    let floor = bare_handler(length).await;

    // In turns, so that what the machine does besides meets both alike.
    let (mut own, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let from = round * ROUND;
        let own_rate = rate(server.address(), server.secret_key(), from, ROUND).await;
        let bare_rate = rate(floor, server.secret_key(), from, ROUND).await;
        if round > 0 {
            own.push(own_rate);
            bare.push(bare_rate);
        }
    }
    let (own, bare) = (median(own), median(bare));
    println!(
        "create at {CONNECTIONS} connections: {own:.0}/s, bare axum handler {bare:.0}/s, ratio {:.2} (at least 0.60)",
        own / bare
    );

    let mut ratios = Vec::new();
    for _ in 0..3 {
        let sandbox = Sandbox::builder().build();
        let server = sandbox.serve().await.unwrap();
        let mut rates = Vec::new();
        for round in 0..MANY / ROUND {
            let from = round * ROUND;
            rates.push(rate(server.address(), server.secret_key(), from, ROUND).await);
        }
        ratios.push(rates[MANY / ROUND - 1] / rates[0]);
    }
    println!(
        "rate at the {MANY}th session beside the first, in {ROUND}s: ratio {:.2} (at least 0.95)",
        median(ratios)
    );
}

/// Sessions per second, as a client in another process sees them.
async fn rate(address: SocketAddr, key: &str, from: usize, count: usize) -> f64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg("client")
        .arg(address.to_string())
        .arg(key)
        .arg(from.to_string())
        .arg(count.to_string());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let nanos: u64 = String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    count as f64 / Duration::from_nanos(nanos).as_secs_f64()
}

async fn bare_handler(length: usize) -> SocketAddr {
    let answer = Bytes::from(vec![b' '; length]);
    let router = axum::Router::new().route(
        "/api/checkout/session",
        post(move |body: Bytes| async move {
            let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
            std::hint::black_box(value);
            ([(header::CONTENT_TYPE, "application/json")], answer)
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn client(address: SocketAddr, key: &str, from: usize, count: usize) -> Duration {
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        streams.push(stream);
    }
    let started = Instant::now();
    let share = count / CONNECTIONS;
    let tasks: Vec<_> = streams
        .into_iter()
        .enumerate()
        .map(|(number, stream)| {
            let key = key.to_owned();
            tokio::spawn(send(stream, address, key, from + number * share, share))
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    started.elapsed()
}

async fn send(mut stream: TcpStream, address: SocketAddr, key: String, from: usize, count: usize) {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let mut received = vec![0; 16 * 1024];
    for number in from..from + count {
        let body = body(number as u64);
        let request = format!(
            "POST /api/checkout/session HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\n\
             x-timestamp: {now}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut filled = 0;
        loop {
            let read = stream.read(&mut received[filled..]).await.unwrap();
            assert!(read > 0, "the connection was closed");
            filled += read;
            if is_whole(&received[..filled]) {
                break;
            }
        }
        assert!(received.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let length: usize = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap()
        .parse()
        .unwrap();
    answer.len() == head + 4 + length
}

/// The guide's quick-start body, of a customer of its own.
fn body(number: u64) -> String {
    format!(
        r#"{{"customerEmail":"customer{number:020}@example.com","originalAmount":4.99,"originalCurrency":"USD","uiMode":"hostedPage","successUrl":"https://shop.example/thanks","cancelUrl":"https://shop.example/cart","priceDataList":[{{"name":"A one-time purchase","quantity":1,"unitAmount":4.99,"currency":"USD"}}]}}"#
    )
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
