//! `clinkbill webhook listen`: events that processes of their own send and receive.

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};
use std::time::SystemTime;

use clinkbill_webhook::{Signer, WebhookSecret};
use serde_json::Value;

use crate::command::{Ended, Running, clinkbill, exchange, fits, sandbox};

pub(crate) const SECRET: (&str, &str) = ("CLINK_WEBHOOK_SECRET", "whsec_x7secret");

/// Runs `clinkbill webhook` to its end.
pub(crate) fn webhook(arguments: &[&str]) -> Output {
    let mut command = clinkbill(&[SECRET]);
    command.arg("webhook").args(arguments).output().unwrap()
}

/// A listener that speaks to programs, and the URL it listens at.
pub(crate) fn listen(arguments: &[&str]) -> (Running, String) {
    let mut command = clinkbill(&[SECRET]);
    let listen = ["webhook", "listen", "--listen", "127.0.0.1:0", "--json"];
    let mut running = Running::heard(command.args(listen).args(arguments));
    let start = fits("webhook_listen_start", &running.stderr_line());
    let url = start["url"].as_str().unwrap().to_owned();
    (running, url)
}

/// Runs a listener that cannot start, on a free port unless another is given.
pub(crate) fn refused(arguments: &[&str]) -> Output {
    let mut command = clinkbill(&[SECRET]);
    command.args(["webhook", "listen", "--json"]);
    if !arguments.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    let piped = command.args(arguments).stdin(Stdio::null());
    let piped = piped.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // One that starts nevertheless says where, and would not end.
    let mut said = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut said).unwrap();
    if said.starts_with(r#"{"url""#) {
        child.kill().unwrap();
    }
    let mut output = child.wait_with_output().unwrap();
    output.stderr = said.into_bytes();
    assert!(
        output.status.code().is_some(),
        "it listens: {}",
        output.stderr()
    );
    output
}

/// The host and port of a URL of [`listen`].
pub(crate) fn host_of(url: &str) -> &str {
    url.trim_start_matches("http://").trim_end_matches('/')
}

/// A request with this body, signed just now.
pub(crate) fn signed(host: &str, body: &str) -> String {
    let secret = WebhookSecret::new(SECRET.1).unwrap();
    let now = SystemTime::now().try_into().unwrap();
    let headers = Signer::new(secret).sign(body.as_bytes(), now);
    let proof = headers
        .pairs()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{body}",
        proof.concat(),
        body.len()
    )
}

pub(crate) fn trigger(url: &str, event: &str, secret: &str) -> Output {
    let mut command = clinkbill(&[("CLINK_WEBHOOK_SECRET", secret)]);
    let trigger = ["webhook", "trigger", event, "--to", url, "--json"];
    command.args(trigger).output().unwrap()
}

#[test]
fn a_listener_tells_what_is_genuine_from_what_is_not() {
    let (mut listener, url) = listen(&["--count", "2"]);
    let sent = trigger(&url, "order.succeeded", SECRET.1);
    assert_eq!(sent.code(), 0, "{}{}", sent.stdout(), sent.stderr());
    assert_eq!(fits("webhook_trigger", sent.stdout())["status"], 204);
    let heard = fits("webhook_listen", &listener.line());
    assert_eq!(
        (&heard["genuine"], &heard["answered"]),
        (&true.into(), &204.into())
    );
    assert_eq!(heard["event_type"], "order.succeeded");
    assert!(heard["body"].as_str().unwrap().contains("order.succeeded"));

    let forged = trigger(&url, "order.succeeded", "whsec_of_a_stranger");
    assert_eq!(forged.code(), 3, "{}", forged.stdout());
    let heard = fits("webhook_listen", &listener.line());
    assert_eq!(
        (&heard["genuine"], &heard["answered"]),
        (&false.into(), &400.into())
    );
    assert!(heard["body"].is_null());
    assert!(listener.child.wait().unwrap().success());

    let nobody = trigger(&url, "invoice.paid", SECRET.1);
    assert_eq!((nobody.code(), nobody.stdout()), (69, ""));
    let said = fits("failure", nobody.stderr());
    for (field, words) in [
        ("error", "invoice.paid to http"),
        ("hint", "webhook listen"),
    ] {
        assert!(said[field].as_str().unwrap().contains(words), "{said}");
    }
    let unknown = trigger(&url, "gift.sent", SECRET.1);
    assert_eq!(unknown.code(), 64);
    assert!(
        unknown.stderr().contains("session.complete"),
        "{}",
        unknown.stderr()
    );
}

#[test]
fn what_is_too_large_is_refused_told_in_a_line_and_counted() {
    const LARGEST: usize = 2 * 1024 * 1024;
    // A third one, so that a line that is missing is seen and not waited for.
    let sent = [(LARGEST, 400), (LARGEST + 1, 413), (1, 400)];
    let (mut listener, url) = listen(&["--count", "3"]);
    let host = host_of(&url);
    for (length, status) in sent {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n{}",
            "x".repeat(length)
        );
        let answer = exchange(host, &request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
    for (_, status) in sent {
        let told = listener.line();
        assert!(told.len() < 500, "{told}");
        let told = fits("webhook_listen", &told);
        assert_eq!(told["answered"], status);
        assert_eq!(
            (&told["genuine"], &told["body"]),
            (&false.into(), &Value::Null)
        );
        let problem = told["problem"].as_str().unwrap();
        assert_eq!(problem.contains("2097152 bytes"), status == 413, "{told}");
    }
    assert!(listener.child.wait().unwrap().success());
}

#[test]
fn genuine_events_are_passed_on_unchanged_and_the_answer_comes_back() {
    let (mut behind, url) = listen(&["--count", "1"]);
    let (mut before, front) = listen(&["--forward-to", &url]);
    assert_eq!(trigger(&front, "session.complete", SECRET.1).code(), 0);
    let told = fits("webhook_listen", &before.line());
    let heard = fits("webhook_listen", &behind.line());
    assert_eq!(heard["genuine"], true);
    assert_eq!(heard["body"], told["body"]);
    assert!(behind.child.wait().unwrap().success());

    assert_eq!(trigger(&front, "session.complete", SECRET.1).code(), 3);
    let told = fits("webhook_listen", &before.line());
    assert_eq!(
        (&told["genuine"], &told["answered"]),
        (&true.into(), &502.into())
    );
    assert!(
        told["not_forwarded"]
            .as_str()
            .unwrap()
            .ends_with("refuses connections"),
        "{told}"
    );
}

#[test]
fn the_events_of_a_sandbox_are_genuine() {
    let (mut listener, url) = listen(&[]);
    let shop = sandbox(&["--webhook-url", &url], &[SECRET]);
    let created = shop.run(&[
        "checkout",
        "create",
        "--email",
        "customer@example.com",
        "--currency",
        "USD",
        "--line",
        "A mug:1:4.99",
        "--json",
    ]);
    let created = fits("checkout_create", created.stdout());
    shop.pay(created["session_id"].as_str().unwrap());
    let mut heard = Vec::new();
    while !heard.contains(&"order.succeeded".to_owned()) {
        let event = fits("webhook_listen", &listener.line());
        assert_eq!(event["genuine"], true, "{event}");
        heard.push(event["event_type"].as_str().unwrap().to_owned());
    }
}

#[test]
fn an_address_that_is_taken_is_said_to_be_so() {
    let (_listener, url) = listen(&[]);
    let taken = refused(&["--listen", host_of(&url)]);
    assert_eq!(taken.code(), 69, "{}", taken.stderr());
    assert!(taken.stderr().contains("port 0"), "{}", taken.stderr());
}

#[test]
fn people_are_told_each_request_in_one_line_whatever_stands_in_it() {
    let mut command = clinkbill(&[SECRET]);
    let listen = [
        "webhook",
        "listen",
        "--listen",
        "127.0.0.1:0",
        "--count",
        "3",
    ];
    let mut listener = Running::heard(command.args(listen));
    let line = listener.stderr_line();
    let url = line.strip_prefix("listening on ").unwrap();
    for (body, status) in [
        (
            r#"{"id":"event_1\n2026 not genuine","type":"a.b\u001b[31m","data":{}}"#,
            204,
        ),
        (r#"{"id":"event_2","type":"a.b"}"#, 400),
        (r#"{"id":"event_3","type":"a.b","data":{}}"#, 204),
    ] {
        let answer = exchange(host_of(url), &signed(host_of(url), body));
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
    let lines = [(); 3].map(|()| listener.line());
    for (line, told) in lines.iter().zip([
        r"a.b\u{1b}[31m event_1\n2026 not genuine -> 204",
        "genuine, but no event -> 400: the signature is right, but the body is not an event: \
         missing field `data`",
        "a.b event_3 -> 204",
    ]) {
        let (at, rest) = line.split_once(' ').unwrap();
        assert_eq!(rest, told);
        // To the millisecond, as all times are.
        let fraction = at.trim_end_matches('Z').split_once('.');
        assert!(fraction.is_none_or(|(_, digits)| digits.len() == 3), "{at}");
    }
    assert!(listener.child.wait().unwrap().success());
}

#[test]
fn a_genuine_body_that_is_no_event_is_told_whole_and_refused() {
    let (mut listener, url) = listen(&["--count", "1"]);
    let body = r#"{"id":"event_1"}"#;
    let answer = exchange(host_of(&url), &signed(host_of(&url), body));
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let told = fits("webhook_listen", &listener.line());
    assert_eq!(
        (&told["genuine"], &told["body"]),
        (&true.into(), &body.into())
    );
    assert!(
        told["problem"].as_str().unwrap().contains("`type`"),
        "{told}"
    );
}

#[test]
fn what_cannot_be_listened_for_is_one_sentence_a_hint_and_a_status() {
    for (arguments, status, words) in [
        (
            vec!["--forward-to", "foo"],
            64,
            ["absolute http or https", "such as http://"],
        ),
        (
            vec!["--forward-to", "ftp://x/"],
            64,
            ["absolute http or https", "such as http://"],
        ),
        (
            vec!["--forward-to", "http://shop:x7pw@127.0.0.1/"],
            64,
            [
                "--forward-to: the webhook URL has a user",
                "such as http://",
            ],
        ),
        (
            vec!["--forward-to", "http://shop.example.com/"],
            78,
            ["another machine", "--plain-http"],
        ),
        (vec!["--plain-http"], 64, ["--forward-to", "Usage"]),
        (vec!["--count", "0"], 64, ["at least 1", "--help"]),
        (vec!["--count", "-1"], 64, ["'-1'", "--help"]),
    ] {
        let refused = refused(&arguments);
        assert_eq!(
            refused.code(),
            status,
            "{arguments:?}: {}",
            refused.stderr()
        );
        let said = fits("failure", refused.stderr());
        for (field, words) in ["error", "hint"].into_iter().zip(words) {
            assert!(said[field].as_str().unwrap().contains(words), "{said}");
        }
        assert!(!refused.stderr().contains("x7"), "{said}");
    }
    for (listen, status, hint) in [
        (":4242", 64, "127.0.0.1:4242 is for this machine"),
        // An address of a network that is for documents alone.
        ("192.0.2.1:4242", 64, "no address of this machine"),
        ("nowhere", 64, "a host and a port"),
        ("127.0.0.1:https", 64, "a host and a port"),
    ] {
        let refused = refused(&["--listen", listen]);
        assert_eq!(refused.code(), status, "{}", refused.stderr());
        assert!(refused.stderr().contains(hint), "{}", refused.stderr());
    }
}
