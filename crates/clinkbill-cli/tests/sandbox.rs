//! `clinkbill sandbox` as a shell script sees it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const BODY: &str = r#"{"customerEmail":"customer@example.com","originalAmount":4.99,"originalCurrency":"USD","uiMode":"hostedPage","priceDataList":[{"name":"A one-time purchase","quantity":1,"unitAmount":4.99,"currency":"USD"}]}"#;

/// A running command; killed when the test ends.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    fn start(listen: &str) -> Self {
        Self::start_with(&["--listen", listen])
    }

    fn start_with(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clinkbill"))
            .arg("sandbox")
            .args(arguments)
            // What a merchant's environment holds for its own server changes nothing.
            .env("CLINK_WEBHOOK_SECRET", "whsec_of_the_merchant")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end_matches('\n').to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn exchange(authority: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(authority).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn two_lines_on_stdout_are_all_a_client_needs_until_ctrl_c() {
    let mut running = Running::start("127.0.0.1:0");
    let base_url = running.line();
    let secret_key = running.line();
    let base_url = base_url.strip_prefix("CLINK_BASE_URL=").unwrap();
    let key = secret_key.strip_prefix("CLINK_SECRET_KEY=").unwrap();
    assert!(key.starts_with("sk_test_"), "{key}");
    let authority = base_url
        .strip_prefix("http://")
        .unwrap()
        .strip_suffix("/api/")
        .unwrap();

    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let created = exchange(
        authority,
        &format!(
            "POST /api/checkout/session HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
             X-API-Key: {key}\r\nX-Timestamp: {now}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{BODY}",
            BODY.len()
        ),
    );
    assert!(created.starts_with("HTTP/1.1 200 "), "{created}");
    assert!(created.contains(r#"{"code":200,"#), "{created}");

    let (_, rest) = created.split_once(r#""url":""#).unwrap();
    let (url, _) = rest.split_once('"').unwrap();
    let path = url.strip_prefix(&format!("http://{authority}")).unwrap();
    let page = exchange(
        authority,
        &format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"),
    );
    assert!(
        page.contains("A one-time purchase") && page.contains("4.99 USD"),
        "{page}"
    );

    let interrupted = Command::new("kill")
        .args(["-INT", &running.child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    assert!(running.child.wait().unwrap().success());
    assert_eq!(
        running.line(),
        "",
        "nothing but the two lines stands on stdout"
    );
}

#[test]
fn an_address_may_be_a_name_or_any_address_and_the_base_url_can_be_called() {
    for listen in ["localhost:0", "0.0.0.0:0"] {
        let mut running = Running::start(listen);
        let line = running.line();
        let base_url = line.strip_prefix("CLINK_BASE_URL=http://").unwrap();
        let authority = base_url.strip_suffix("/api/").unwrap();
        let answer = exchange(
            authority,
            &format!("GET /pay/x HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"),
        );
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    }
}

#[test]
fn a_webhook_url_without_a_secret_is_an_error_that_names_both_ways_to_give_one() {
    let output = Command::new(env!("CARGO_BIN_EXE_clinkbill"))
        .args(["sandbox", "--webhook-url", "http://127.0.0.1:9/hook"])
        .env_remove("CLINK_WEBHOOK_SECRET")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("--webhook-secret") && message.contains("CLINK_WEBHOOK_SECRET"));
}

#[test]
fn an_address_in_use_is_said_on_stderr() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_clinkbill"))
        .args(["sandbox", "--listen", &address])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains(&address), "{message}");
}

#[test]
fn a_catalogue_file_and_the_strict_mode_reach_the_sandbox() {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/catalogue.json");
    let catalogue = r#"{"products": [{"productId": "prd_mug", "name": "Mug"}]}"#;
    std::fs::write(file, catalogue).unwrap();
    let mut running =
        Running::start_with(&["--listen", "127.0.0.1:0", "--catalogue", file, "--strict"]);
    let base_url = running.line();
    let key = running.line();
    let key = key.strip_prefix("CLINK_SECRET_KEY=").unwrap();
    let authority = base_url
        .strip_prefix("CLINK_BASE_URL=http://")
        .unwrap()
        .strip_suffix("/api/")
        .unwrap();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let headers = format!(
        "Host: {authority}\r\nConnection: close\r\nX-API-Key: {key}\r\nX-Timestamp: {now}\r\n"
    );
    let product = exchange(
        authority,
        &format!("GET /api/product/prd_mug HTTP/1.1\r\n{headers}\r\n"),
    );
    assert!(product.contains(r#""name":"Mug""#), "{product}");
    let body = BODY.replacen("4.99", "5.99", 1);
    let refused = exchange(
        authority,
        &format!(
            "POST /api/checkout/session HTTP/1.1\r\n{headers}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    assert!(refused.contains("FR-07"), "{refused}");
}

#[test]
fn a_catalogue_that_cannot_be_used_is_said_to_be_so() {
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-catalogue.json");
    std::fs::write(file, r#"{"products": [{"productId": "prd_mug"}]}"#).unwrap();
    for (path, reason) in [
        (file, "missing field `name`"),
        ("/nowhere/catalogue.json", "failed to read"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_clinkbill"))
            .args(["sandbox", "--listen", "127.0.0.1:0", "--catalogue", path])
            .output()
            .unwrap();
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(path) && error.contains(reason), "{error}");
    }
}
