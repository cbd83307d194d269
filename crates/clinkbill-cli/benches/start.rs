//! `clinkbill sandbox`: how long until it serves, beside a start that does nothing; and what it
//! holds when idle, beside a process that sleeps; and how large the program is, built and stripped as
//! for a release. Each figure is a row of the table that `cargo xtask bench` writes.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark tells, and fails loudly"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const STARTS: usize = 20;
/// The program to measure. The one beside this benchmark is built with what the tests of the crate
/// depend on, which makes it larger than the one that ships.
const PROGRAM: &str = "CLINKBILL_PROGRAM";

fn main() {
    let ready = median((0..STARTS).map(|_| start_and_stop()).collect());
    let nothing = median((0..STARTS).map(|_| until_told()).collect());
    println!(
        "| command: start of a sandbox until it answers | {:.2} ms | {} | --version: {:.2} ms | {:.1} |",
        millis(ready),
        goal("at most 5 ms", millis(ready) <= 5.0),
        millis(nothing),
        millis(ready) / millis(nothing)
    );

    let size = program_megabytes();
    println!(
        "| command: the program, stripped | {size:.1} MB | {} | | |",
        goal("at most 12 MB", size <= 12.0)
    );

    let (_, mut sandbox) = until_ready();
    let mut sleeper = Command::new("sleep").arg("60").spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    if let (Some(own), Some(bare)) = (resident_kib(&sandbox), resident_kib(&sleeper)) {
        println!(
            "| command: idle sandbox, resident | {:.1} MB | {} | a sleeping process: {:.1} MB | {:.1} |",
            own / 1024.0,
            goal("at most 8 MB", own / 1024.0 <= 8.0),
            bare / 1024.0,
            own / bare
        );
    }
    for child in [&mut sandbox, &mut sleeper] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

fn program() -> String {
    let beside = env!("CARGO_BIN_EXE_clinkbill");
    std::env::var(PROGRAM).unwrap_or_else(|_| beside.to_owned())
}

/// Megabytes, not mebibytes, as downloads are told.
fn program_megabytes() -> f64 {
    let bytes = std::fs::metadata(program()).unwrap().len();
    f64::from(u32::try_from(bytes).unwrap()) / 1e6
}

fn goal(goal: &str, met: bool) -> String {
    format!("{goal}{}", if met { "" } else { ": missed" })
}

fn start_and_stop() -> Duration {
    let (took, mut child) = until_ready();
    child.kill().unwrap();
    child.wait().unwrap();
    took
}

/// From the start of the process to an answer; the process runs on.
fn until_ready() -> (Duration, Child) {
    let started = Instant::now();
    let mut child = Command::new(program())
        .args(["sandbox", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let (_, authority) = line.trim_end().split_once("http://").unwrap();
    let authority = authority.trim_end_matches("/api/");
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "GET /_sandbox/ HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let took = started.elapsed();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    (took, child)
}

fn until_told() -> Duration {
    let started = Instant::now();
    let output = Command::new(program()).arg("--version").output().unwrap();
    assert!(output.status.success());
    started.elapsed()
}

/// Resident memory, where the system tells.
fn resident_kib(child: &Child) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations[durations.len() / 2]
}
