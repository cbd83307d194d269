//! Sessions created over HTTP, beside a bare axum handler on the same runtime that parses the
//! body and answers as many bytes; the rate while buyers read pages beside the rate without; and the
//! rate at the 100,000th session beside the first.
//!
//! Each figure is a row of the table that `cargo xtask bench` writes.
//!
//! The client is a process of its own: this program again, told what to send where.

#![expect(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark tells, and fails loudly"
)]

use std::net::SocketAddr;
use std::process::{Child, Command};
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
/// A page every so often is a hundred a second.
const BETWEEN_PAGES: Duration = Duration::from_millis(10);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let place = |word: &str| arguments.iter().position(|argument| argument == word);
    match (place("client"), place("buyers")) {
        (_, Some(at)) => {
            let (address, path) = (arguments[at + 1].parse().unwrap(), &arguments[at + 2]);
            runtime.block_on(buyers(address, path));
        }
        (Some(at), None) => {
            let (address, key) = (arguments[at + 1].parse().unwrap(), &arguments[at + 2]);
            let (from, count) = (
                arguments[at + 3].parse().unwrap(),
                arguments[at + 4].parse().unwrap(),
            );
            let took = runtime.block_on(client(address, key, from, count));
            println!("{}", took.as_nanos());
        }
        (None, None) => runtime.block_on(measure()),
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
        "| sandbox: sessions created over HTTP, {CONNECTIONS} connections | {own:.0}/s | {} | bare axum handler: {bare:.0}/s | {:.2} |",
        goal("at least 0.60 of the floor", own / bare >= 0.60),
        own / bare
    );

    let created = sandbox.post_checkout_session(body(u64::MAX - 1));
    let created: serde_json::Value = serde_json::from_slice(created.body()).unwrap();
    let url = created["data"]["url"].as_str().unwrap();
    let url: http::Uri = url.parse().unwrap();
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let from = (2 * round + ROUNDS + 1) * ROUND;
        let buyers = Buyers::start(server.address(), url.path());
        let read_rate = rate(server.address(), server.secret_key(), from, ROUND).await;
        drop(buyers);
        let from = from + ROUND;
        let unread_rate = rate(server.address(), server.secret_key(), from, ROUND).await;
        if round > 0 {
            read.push(read_rate);
            unread.push(unread_rate);
        }
    }
    let (read, unread) = (median(read), median(unread));
    println!(
        "| sandbox: the same while buyers read 100 pages a second | {read:.0}/s | {} | without buyers: {unread:.0}/s | {:.2} |",
        goal("at least 0.95 of the floor", read / unread >= 0.95),
        read / unread
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
    let ratio = median(ratios);
    println!(
        "| sandbox: rate at the {MANY}th session | | {} | the first {ROUND} | {ratio:.2} |",
        goal("at least 0.95 of the floor", ratio >= 0.95)
    );
}

fn goal(goal: &str, met: bool) -> String {
    format!("{goal}{}", if met { "" } else { ": missed" })
}

/// A process that reads the same page again and again, until its owner ends.
struct Buyers(Child);

impl Buyers {
    fn start(address: SocketAddr, path: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("buyers").arg(address.to_string()).arg(path);
        Self(command.spawn().unwrap())
    }
}

impl Drop for Buyers {
    fn drop(&mut self) {
        // Who ended before did not read to the end.
        assert!(self.0.try_wait().unwrap().is_none());
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

async fn buyers(address: SocketAddr, path: &str) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let mut received = vec![0; 64 * 1024];
    loop {
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = answer(&mut stream, &mut received).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
        tokio::time::sleep(BETWEEN_PAGES).await;
    }
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
        let answer = answer(&mut stream, &mut received).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}

/// Reads one answer, whole.
async fn answer<'a>(stream: &mut TcpStream, received: &'a mut [u8]) -> &'a [u8] {
    let mut filled = 0;
    while !is_whole(&received[..filled]) {
        let read = stream.read(&mut received[filled..]).await.unwrap();
        assert!(read > 0, "the connection was closed");
        filled += read;
    }
    &received[..filled]
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
