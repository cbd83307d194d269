//! Ctrl-C, and the signal that asks a program to end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;

use rustix::process::{Pid, Signal, kill_process};

use crate::command::{CREATE, Running, clinkbill, fits};

const KEY: (&str, &str) = ("CLINK_SECRET_KEY", "sk_test_x7key");

/// Starts a command against a server that never answers, waits until it asks, sends the signal;
/// its exit status and what it said.
fn interrupted(arguments: &[&str], signal: Signal) -> (Option<i32>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/api/", listener.local_addr().unwrap());
    let mut command = clinkbill(&[KEY]);
    let mut running = Running::heard(command.args(arguments).args(["--base-url", &base_url]));
    let mut asked = BufReader::new(listener.accept().unwrap().0);
    let mut line = String::new();
    asked.read_line(&mut line).unwrap();
    assert!(line.contains(" /"), "{line:?}");

    kill_process(Pid::from_child(&running.child), signal).unwrap();
    let mut said = String::new();
    running
        .stderr
        .as_mut()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    (running.child.wait().unwrap().code(), said)
}

#[test]
fn a_create_that_is_interrupted_says_that_a_session_may_exist() {
    let create = [&CREATE[..], &["--merchant-reference", "order-17"]].concat();
    for signal in [Signal::INT, Signal::TERM] {
        let (exit, said) = interrupted(&create, signal);
        assert_eq!(exit, Some(75), "{said}");
        assert!(said.contains("interrupted before an answer"), "{said}");
        assert!(said.contains("--merchant-reference order-17"), "{said}");
    }
}

#[test]
fn a_program_reads_that_the_outcome_of_what_was_interrupted_is_unknown() {
    let create = [&CREATE[..], &["--json"]].concat();
    let (exit, said) = interrupted(&create, Signal::INT);
    assert_eq!(exit, Some(75), "{said}");
    assert_eq!(fits("failure", &said)["outcome"], "unknown");
}

#[test]
fn a_judgement_that_is_interrupted_is_none() {
    let (exit, said) = interrupted(&["conformance"], Signal::INT);
    assert_eq!(exit, Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
}
