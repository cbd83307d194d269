//! Every subcommand, on its good way and where it fails, with secrets that would be recognised:
//! nothing it prints or saves may hold one, but for the key that `sandbox` is asked for.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod broken;
mod calls;
mod tokens;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use broken::Broken;
use clinkbill_sandbox::Sandbox;
use tokio::runtime::Runtime;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "sk_test_canary_key";
const SECRET: &str = "whsec_canary_secret";
const CANARY: &str = "canary";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clinkbill"));
    command
        .env("CLINK_SECRET_KEY", KEY)
        .env("CLINK_WEBHOOK_SECRET", SECRET)
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::null())
        .args(arguments);
    command
}

/// What the command printed, and what stands in these files after it.
fn told(arguments: &[&str], files: &[&str]) -> String {
    let Output { stdout, stderr, .. } = command(arguments).output().unwrap();
    let mut told = [stdout, stderr].concat();
    for file in files {
        told.extend(fs::read(file).unwrap());
    }
    String::from_utf8(told).unwrap()
}

fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    path.to_str().unwrap().to_owned()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

#[track_caller]
fn assert_holds_none(told: &str, secrets: &[String]) {
    for secret in secrets.iter().map(String::as_str).chain([CANARY]) {
        let before = told.split_once(secret).map(|(before, _)| before);
        let line = before.map(|before| before.lines().next_back());
        assert_eq!(line, None, "a secret follows this");
    }
}

#[test]
fn a_report_of_failures_holds_neither_key_nor_token() {
    let runtime = runtime();
    let sandbox = Sandbox::builder().rulebook(Broken).build();
    let server = runtime.block_on(sandbox.serve()).unwrap();
    let base_url = server.base_url().trim_end_matches('/');
    let (saved, junit) = (file("secrets.json"), file("secrets.xml"));
    let judged = [
        "conformance",
        "--base-url",
        base_url,
        "--rule",
        "CR-07",
        "--rule",
        "RD-04",
    ];
    let told = told(
        &[&judged[..], &["--save", &saved, "--junit", &junit]].concat(),
        &[&saved, &junit],
    ) + &told(&[&judged[..], &["--json"]].concat(), &[])
        + &told(&["drift", &saved, &saved], &[])
        + &told(&["drift", "--json", &saved, &saved], &[]);

    assert!(told.contains("<failure"), "{told}");
    assert!(told.contains("POST http"), "exchanges are told: {told}");
    let tokens = tokens::of(&sandbox, KEY);
    assert!(!tokens.is_empty(), "the suite made sessions");
    assert_holds_none(&told, &tokens);
    assert!(!told.contains("whsec_"));
}

#[test]
fn a_server_that_repeats_secrets_gets_none_into_a_report() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let echo = format!("bad key {KEY}, {SECRET}, http://a.example/pay/canary_token");
    for (status, body, media_type) in [
        (401, echo.clone(), "text/plain"),
        (200, format!(r#"{{"code":400,"msg":"{echo}","data":null}}"#), "application/json"),
        (
            200,
            r#"{"code":200,"msg":"x","data":{"sessionId":"sess_1","tokenValue":"canary_token","url":"http://a.example/pay/canary_token"}}"#.to_owned(),
            "application/json",
        ),
    ] {
        let answer = ResponseTemplate::new(status).set_body_raw(body, media_type);
        runtime.block_on(async {
            server.reset().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
        });
        let (saved, junit) = (file("echoed.json"), file("echoed.xml"));
        // A server that accepts no key is not judged, and no report is written.
        fs::write(&saved, "").unwrap();
        fs::write(&junit, "").unwrap();
        let base_url = format!("{}/api", server.uri());
        let told = told(
            &["conformance", "--base-url", &base_url, "--rule", "CR-03", "--save", &saved, "--junit", &junit],
            &[&saved, &junit],
        );
        assert!(!told.is_empty());
        assert_holds_none(&told, &[]);
    }
}

#[test]
fn an_endpoint_that_repeats_what_it_got_gets_no_secret_into_a_report() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let answer = ResponseTemplate::new(500).set_body_string(format!("{KEY} {SECRET}"));
    runtime.block_on(Mock::given(any()).respond_with(answer).mount(&server));
    let url = format!("{}/hook?token=canary_token", server.uri());
    let saved = file("endpoint.json");
    let told = told(
        &["conformance", "--webhook", &url, "--save", &saved],
        &[&saved],
    ) + &told(&["conformance", "--webhook", &url, "--json"], &[])
        + &told(&["conformance", "--webhook", "http://canary@"], &[]);
    assert!(!told.is_empty());
    assert_holds_none(&told.replace("http://canary@", ""), &[]);
}

#[test]
fn a_file_that_is_no_report_is_not_repeated() {
    let path = file("no_report.json");
    fs::write(&path, format!(r#"{{"version":1,"{KEY}":"{SECRET}"}}"#)).unwrap();
    let told = told(&["drift", &path, &path], &[]);
    assert!(told.contains("error: "), "{told}");
    assert_holds_none(&told, &[]);
}

#[test]
fn the_sandbox_tells_the_key_it_made_and_no_other_secret() {
    let mut running = command(&["sandbox", "--listen", "127.0.0.1:0"])
        .args([
            "--webhook-url",
            "http://127.0.0.1:1/hook?token=canary_token",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(running.stdout.take().unwrap());
    let (mut told, mut key) = (String::new(), String::new());
    stdout.read_line(&mut told).unwrap();
    stdout.read_line(&mut key).unwrap();
    assert!(key.starts_with("CLINK_SECRET_KEY=sk_test_"), "{key}");

    let base_url = told
        .trim()
        .strip_prefix("CLINK_BASE_URL=")
        .unwrap()
        .to_owned();
    let origin = base_url
        .trim_end_matches("/api/")
        .trim_start_matches("http://");
    for key in [KEY, "sk_prod_canary", "odd canary"] {
        let mut stream = TcpStream::connect(origin).unwrap();
        let request = format!(
            "POST /api/checkout/session HTTP/1.1\r\nhost: {origin}\r\nx-api-key: {key}\r\n\
             content-length: 10\r\nconnection: close\r\n\r\n{{\"canary\":"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    running.kill().unwrap();
    stdout.read_to_string(&mut told).unwrap();
    let mut stderr = running.stderr.take().unwrap();
    stderr.read_to_string(&mut told).unwrap();
    running.wait().unwrap();
    assert_holds_none(&told, &[]);

    let refused = self::told(
        &[
            "sandbox",
            "--webhook-url",
            "mailto:canary",
            "--listen",
            "127.0.0.1:0",
        ],
        &[],
    );
    assert!(refused.contains("error: "), "{refused}");
    assert_holds_none(&refused, &[]);
}
