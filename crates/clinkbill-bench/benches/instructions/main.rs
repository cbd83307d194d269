//! What the SDK costs in instructions, beside a floor that does the same work without it:
//!
//! * to create a session, beside the same call by bare reqwest: no TLS, server in another process;
//! * to verify and read an event, beside a bare HMAC and plain derived structs.
//!
//! `cargo bench -p clinkbill-bench`; needs `valgrind`. Fails beyond a limit. Each figure is a row of
//! the table that `cargo xtask bench` writes.
//!
//! Callgrind is run on this program directly: the server has to be a process of its own, and what
//! is counted must not be, so that a harness around it would only stand in the way. Each program
//! is run at two lengths; their difference knows nothing of starting and ending.
//!
//! `clinkbill` has its default features here, and both sides send the same body and headers and
//! read the same fields.

#![expect(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark tells, and fails loudly"
)]

mod create;
mod event;

use std::process::{Child, Command, Stdio};

/// What neither ratio may be above.
const GOAL: f64 = 1.15;
/// The ratios as they were last measured (1.140 and 1.046) and 3 % more, though never above the
/// goal, so that a step back shows at once.
const CREATE_LIMIT: f64 = GOAL;
const EVENT_LIMIT: f64 = 1.077;

const SHORT: u64 = 200;
const LONG: u64 = 1200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve"] => create::serve(),
        ["create", by, api_url, key, count] => create::run(by, api_url, key, parsed(count)),
        ["event", by, count] => event::run(by, parsed(count)),
        _ => measure(),
    }
}

fn parsed(count: &str) -> u64 {
    count.parse().unwrap()
}

fn measure() {
    let (server, api_url, key) = serving();
    let create = |by| per_round(&["create", by, &api_url, &key]);
    let creating = tell(
        "create a session",
        create("sdk"),
        create("bare"),
        CREATE_LIMIT,
    );
    drop(server);

    let event = |by| per_round(&["event", by]);
    let reading = tell(
        "verify and read an event",
        event("sdk"),
        event("bare"),
        EVENT_LIMIT,
    );
    assert!(creating && reading, "beyond a limit");
}

fn tell(what: &str, ours: f64, floor: f64, limit: f64) -> bool {
    let ratio = ours / floor;
    println!(
        "| SDK: {what} | {ours:.0} instructions | at most {limit:.3} of the floor{} | \
         {floor:.0} instructions | {ratio:.3} |",
        if ratio <= limit { "" } else { ": missed" }
    );
    ratio <= limit
}

/// Instructions for each round of what these arguments run.
fn per_round(arguments: &[&str]) -> f64 {
    let (short, long) = (counted(arguments, SHORT), counted(arguments, LONG));
    (long - short) as f64 / (LONG - SHORT) as f64
}

fn counted(arguments: &[&str], rounds: u64) -> u64 {
    // Set it to have a profile for callgrind_annotate.
    let profile = std::env::var("CALLGRIND_OUT").unwrap_or_else(|_| "/dev/null".to_owned());
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={profile}"))
        .arg(std::env::current_exe().unwrap())
        .args(arguments)
        .arg(rounds.to_string())
        .output()
        .unwrap_or_else(|error| panic!("valgrind cannot be run ({error}); is it installed?"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    let collected = told
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .unwrap_or_else(|| panic!("callgrind counted nothing: {told}"));
    collected.1.trim().parse().unwrap()
}

/// Ends with its owner.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serving() -> (Server, String, String) {
    use std::io::BufRead as _;

    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let api_url = lines.next().unwrap().unwrap();
    let key = lines.next().unwrap().unwrap();
    (Server(child), api_url, key)
}
