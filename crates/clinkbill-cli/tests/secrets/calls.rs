//! The commands that call the API, and those that sign, verify, send and receive events.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use clinkbill_sandbox::{Attempt, Fault, FaultKind, Sandbox};
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{KEY, SECRET, assert_holds_none, command, file, runtime, tokens, told};

const NEW: [&str; 8] = [
    "checkout",
    "create",
    "--reference",
    "user-42",
    "--currency",
    "USD",
    "--line",
    "A mug:2:4.99",
];

/// Every call there is, about a session and an order that need not exist.
const CALLS: [&[&str]; 5] = [
    &NEW,
    &["checkout", "get", "sess_1"],
    &["order", "get", "order_1"],
    &["order", "list", "--merchant-reference", "order-17"],
    &["doctor"],
];

fn with<'a>(arguments: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [arguments, more].concat()
}

#[test]
fn calls_tell_no_key_and_a_link_only_to_who_asked_for_it() {
    let runtime = runtime();
    let sandbox = Sandbox::new();
    let server = runtime.block_on(sandbox.serve()).unwrap();
    let at = ["--base-url", server.base_url()];

    let mut links = String::new();
    for more in [&at[..], &[&at[..], &["--json"]].concat()] {
        let created = command(&with(&NEW, more)).output().unwrap();
        assert!(created.status.success());
        assert_eq!(created.stderr, b"");
        links.push_str(str::from_utf8(&created.stdout).unwrap());
    }
    let tokens = tokens::of(&sandbox, KEY);
    assert!(tokens.iter().any(|token| links.contains(token)), "{links}");
    assert_holds_none(&links, &[]);

    let merchant = sandbox.merchant_of(KEY).unwrap();
    let session = merchant.session_ids().remove(0);
    let order = merchant
        .pay(&session, Attempt::succeeded())
        .unwrap()
        .order_id;
    let mut seen = String::new();
    for call in [
        &["checkout", "get", session.as_str()],
        &["checkout", "get", "sess_canary"],
        &["order", "get", order.as_str()],
        &["order", "get", "order_canary"],
        &["order", "list"][..],
        &["doctor"],
    ] {
        for more in [&at[..], &[&at[..], &["--json"]].concat()] {
            seen.push_str(&told(&with(call, more), &[]));
        }
    }
    for call in [&NEW[..], &["checkout", "get", "sess_1"]] {
        for more in [&["--dry-run"][..], &["--dry-run", "--json"]] {
            seen.push_str(&told(&with(&with(call, more), &at), &[]));
        }
    }
    assert!(seen.contains(&order), "{seen}");
    let seen = seen.replace("sess_canary", "").replace("order_canary", "");
    assert_holds_none(&seen, &tokens);
}

#[test]
fn calls_that_fail_tell_no_secret() {
    let runtime = runtime();
    let sandbox = Sandbox::new();
    let server = runtime.block_on(sandbox.serve()).unwrap();
    let at = ["--base-url", server.base_url()];
    let merchant = sandbox.merchant_of(KEY).unwrap();
    let mut seen = String::new();
    for kind in [FaultKind::Close, FaultKind::HalfBody, FaultKind::EmptyBody] {
        merchant.arm(Fault::new(kind).after_commit()).unwrap();
        let output = command(&with(&NEW, &at)).output().unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"");
        seen.push_str(str::from_utf8(&output.stderr).unwrap());
        merchant.clear_faults();
    }
    for nowhere in [
        "http://127.0.0.1:1/api/",
        "http://canary:canary@127.0.0.1:1/api/",
        "canary",
    ] {
        for call in CALLS {
            let failed = told(&with(call, &["--base-url", nowhere]), &[]);
            assert!(!failed.is_empty());
            seen.push_str(&failed.replace(nowhere, ""));
        }
    }
    let tokens = tokens::of(&sandbox, KEY);
    assert!(
        !tokens.is_empty(),
        "a session was made before the answer was lost"
    );
    assert_holds_none(&seen, &tokens);
}

#[test]
fn a_server_that_repeats_secrets_gets_none_told_by_a_call() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let base_url = format!("{}/api/", server.uri());
    let echo = format!("bad key {KEY}, {SECRET}, http://a.example/pay/canary_token");
    for (status, body, media_type) in [
        (401, echo.clone(), "text/plain"),
        (502, format!("<html>{echo}</html>"), "text/html"),
        (
            200,
            format!(r#"{{"code":400,"msg":"{echo}","data":null}}"#),
            "application/json",
        ),
        (
            200,
            r#"{"code":200,"msg":"x","data":{"sessionId":"sess_1","tokenValue":"canary_token",
                "url":"http://a.example/pay/canary_token"}}"#
                .to_owned(),
            "application/json",
        ),
    ] {
        let answer = ResponseTemplate::new(status).set_body_raw(body, media_type);
        runtime.block_on(async {
            server.reset().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
        });
        for call in CALLS {
            let told = told(&with(call, &["--base-url", &base_url]), &[])
                + &told(&with(call, &["--base-url", &base_url, "--json"]), &[]);
            assert!(!told.is_empty());
            assert_holds_none(&told, &[]);
        }
    }
}

#[test]
fn what_is_signed_verified_and_sent_tells_no_secret() {
    let body = file("canary_event.json");
    let event = r#"{"id":"event_1","object":"event","type":"gift.sent","created":1,"data":{"object":{"token":"canary_token"}}}"#;
    std::fs::write(&body, event).unwrap();
    let forged = ["--timestamp", "canary", "--signature", "canary"];
    let mut seen = String::new();
    for more in [&[][..], &["--json"]] {
        seen.push_str(&told(&with(&["webhook", "sign", &body], more), &[]));
        let verify = with(&["webhook", "verify", &body], &forged);
        seen.push_str(&told(&with(&verify, more), &[]));
    }
    assert!(seen.contains("X-Clink-Signature"), "{seen}");

    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let echo = ResponseTemplate::new(500).set_body_string(format!("{KEY} {SECRET}"));
    runtime.block_on(Mock::given(any()).respond_with(echo).mount(&server));
    let echoing = format!("{}/hook?token=canary_token", server.uri());
    for url in [&*echoing, "http://127.0.0.1:1/hook?token=canary_token"] {
        for more in [&[][..], &["--json"]] {
            let trigger = ["webhook", "trigger", "order.succeeded", "--to", url];
            let told = told(&with(&trigger, more), &[]);
            assert!(!told.is_empty());
            seen.push_str(&told);
        }
    }
    assert_holds_none(&seen, &[]);
}

#[test]
fn who_listens_is_told_nothing_of_what_is_forged() {
    for more in [&[][..], &["--json"]] {
        let listen = [
            "webhook",
            "listen",
            "--listen",
            "127.0.0.1:0",
            "--count",
            "1",
        ];
        let mut running = command(&with(&listen, more))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(running.stderr.take().unwrap());
        let mut told = String::new();
        stderr.read_line(&mut told).unwrap();
        let said = told.trim();
        let url = match said.strip_prefix("listening on ") {
            Some(url) => url.to_owned(),
            None => serde_json::from_str::<Value>(said).unwrap()["url"]
                .as_str()
                .unwrap()
                .to_owned(),
        };
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        let forged = format!(
            "POST /canary?token=canary_token HTTP/1.1\r\nhost: {host}\r\n\
             x-clink-timestamp: canary\r\nx-clink-signature: canary\r\n\
             content-length: 15\r\nconnection: close\r\n\r\n{{\"id\":\"canary\"}}"
        );
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(forged.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert_holds_none(&answer, &[]);
        let mut stdout = running.stdout.take().unwrap();
        stdout.read_to_string(&mut told).unwrap();
        stderr.read_to_string(&mut told).unwrap();
        assert!(running.wait().unwrap().success());
        assert_holds_none(&told, &[]);
    }
}
