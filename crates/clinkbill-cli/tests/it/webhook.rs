//! `clinkbill webhook`: events signed, verified, sent and received by processes of their own.

use std::process::Output;

use serde_json::Value;

use crate::command::{Ended, Running, clinkbill, exchange, file_with, fits, sandbox};

const SECRET: (&str, &str) = ("CLINK_WEBHOOK_SECRET", "whsec_x7secret");
const EVENT: &str = r#"{"id":"event_1","object":"event","type":"gift.sent","created":1767225600000,"data":{"object":{}}}"#;

fn webhook(arguments: &[&str]) -> Output {
    let mut command = clinkbill(&[SECRET]);
    command.arg("webhook").args(arguments).output().unwrap()
}

/// A listener, and the URL it listens at.
fn listen(arguments: &[&str]) -> (Running, String) {
    let mut command = clinkbill(&[SECRET]);
    let listen = ["webhook", "listen", "--listen", "127.0.0.1:0", "--json"];
    let mut running = Running::heard(command.args(listen).args(arguments));
    let line = running.stderr_line();
    let url = line.strip_prefix("listening on ").unwrap().to_owned();
    (running, url)
}

fn trigger(url: &str, event: &str, secret: &str) -> Output {
    let mut command = clinkbill(&[("CLINK_WEBHOOK_SECRET", secret)]);
    let trigger = ["webhook", "trigger", event, "--to", url, "--json"];
    command.args(trigger).output().unwrap()
}

#[test]
fn what_is_signed_verifies_until_a_byte_or_the_time_changes() {
    let body = file_with("event.json", EVENT);
    let signed = webhook(&["sign", &body, "--json"]);
    assert_eq!(signed.code(), 0, "{}", signed.stderr());
    let headers = fits("webhook_sign", signed.stdout())["headers"].take();
    let header = |name: &str| headers[name].as_str().unwrap().to_owned();
    let (time, signature) = (header("X-Clink-Timestamp"), header("X-Clink-Signature"));

    let verify = |body: &str, time: &str, more: &[&str]| {
        let fixed = [
            "verify",
            body,
            "--timestamp",
            time,
            "--signature",
            &signature,
        ];
        webhook(&[&fixed[..], &["--json"], more].concat())
    };
    let genuine = verify(&body, &time, &[]);
    assert_eq!(genuine.code(), 0, "{}", genuine.stdout());
    let seen = fits("webhook_verify", genuine.stdout());
    assert_eq!(
        (&seen["genuine"], &seen["event_type"]),
        (&true.into(), &"gift.sent".into())
    );

    let changed = file_with("changed.json", &EVENT.replace("event_1", "event_2"));
    let forged = verify(&changed, &time, &[]);
    assert_eq!(forged.code(), 3, "{}", forged.stdout());
    assert_eq!(fits("webhook_verify", forged.stdout())["genuine"], false);

    let old = webhook(&["sign", &body, "--at", "1767225600000"]);
    let signature_line = old
        .stdout()
        .lines()
        .find(|line| line.starts_with("X-Clink-Signature"));
    let (_, signature) = signature_line.unwrap().split_once(": ").unwrap();
    let stale = [
        "verify",
        &body,
        "--timestamp",
        "1767225600000",
        "--signature",
        signature,
    ];
    assert_eq!(webhook(&stale).code(), 3);
    let aged = webhook(&[&stale[..], &["--any-age"]].concat());
    assert_eq!(aged.code(), 0, "{}", aged.stdout());

    let unsigned = clinkbill(&[])
        .args(["webhook", "sign", &body])
        .output()
        .unwrap();
    assert_eq!(unsigned.code(), 77);
    assert!(
        unsigned.stderr().contains("CLINK_WEBHOOK_SECRET"),
        "{}",
        unsigned.stderr()
    );
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
    let host = url.trim_start_matches("http://").trim_end_matches('/');
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
fn an_event_that_cannot_be_sent_is_one_sentence_a_hint_and_a_status() {
    let clear = "http://shop.example.com/hook";
    for (secret, url, status, words) in [
        (
            SECRET.1,
            "hook",
            64,
            ["absolute http or https URL", "127.0.0.1"],
        ),
        (SECRET.1, clear, 78, ["another machine", "--plain-http"]),
        (
            "sk_test_x7secret",
            clear,
            77,
            ["it is a secret key", "whsec_"],
        ),
        ("whsec x7secret", clear, 77, ["cannot sign", "whsec_"]),
    ] {
        let output = trigger(url, "order.succeeded", secret);
        assert_eq!((output.code(), output.stdout()), (status, ""));
        let said = fits("failure", output.stderr());
        for (field, words) in ["error", "hint"].into_iter().zip(words) {
            assert!(said[field].as_str().unwrap().contains(words), "{said}");
        }
        assert!(!output.stderr().contains("x7"), "{said}");
    }
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
            .contains("--forward-to"),
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
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let taken = webhook(&["listen", "--listen", address]);
    assert_eq!(taken.code(), 69, "{}", taken.stderr());
    assert!(taken.stderr().contains("port 0"), "{}", taken.stderr());
}
