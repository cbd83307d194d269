//! `clinkbill conformance --webhook` as a shell script sees it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clinkbill_webhook::{Verifier, WebhookSecret};
use serde_json::Value;
use tokio::runtime::Runtime;

const SECRET: &str = "whsec_x7secret";

/// Nobody answers there.
const NOWHERE: &str = "http://127.0.0.1:1/hook";

/// Runs the command with `variable` set to the secret.
fn clinkbill(variable: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clinkbill"))
        .env_remove("CLINK_WEBHOOK_SECRET")
        .env_remove("CLINK_SECRET_KEY")
        .env(variable, SECRET)
        .arg("conformance")
        .args(arguments)
        .output()
        .unwrap()
}

fn judged(arguments: &[&str]) -> Output {
    clinkbill("CLINK_WEBHOOK_SECRET", arguments)
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A path for one test's file.
fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    path.to_str().unwrap().to_owned()
}

/// An endpoint that serves while the runtime lives: one that verifies, or one that takes all.
fn endpoint(refuses: bool) -> (Runtime, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let handler = move |headers: HeaderMap, body: Bytes| async move {
        let verifier = Verifier::new(WebhookSecret::new(SECRET).unwrap());
        match verifier.verify(|name| headers.get(name)?.to_str().ok(), &body) {
            Err(_) if refuses => StatusCode::BAD_REQUEST,
            _ => StatusCode::NO_CONTENT,
        }
    };
    let router = axum::Router::new().route("/hook", post(handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0");
    let listener = runtime.block_on(listener).unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    (runtime, url)
}

#[test]
fn a_sound_endpoint_conforms_and_its_report_is_saved() {
    let (_runtime, url) = endpoint(true);
    let saved = file("webhook.json");
    let output = judged(&["--webhook", &url, "--save", &saved]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert_eq!(stderr(&output), "");
    assert!(stdout(&output).contains("0 failed, 0 not judged"));

    let text = fs::read_to_string(saved).unwrap();
    assert!(!text.contains("x7secret") && !stdout(&output).contains("x7secret"));
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["cases"][0]["case"], "good");
    assert_eq!(report["cases"][0]["verdict"], "passed");
}

#[test]
fn an_endpoint_that_takes_everything_does_not_conform() {
    let (_runtime, url) = endpoint(false);
    let output = judged(&["--webhook", &url, "--json"]);
    assert_eq!(code(&output), 3);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let cases = report["cases"].as_array().unwrap();
    let stale = cases.iter().find(|case| case["case"] == "stale").unwrap();
    assert_eq!(stale["verdict"], "failed");
    assert_eq!(stale["expected"], "refused");
    assert_eq!(stale["seen"]["answer"]["status"], 204);
}

#[test]
fn the_secret_comes_from_another_variable_or_a_file() {
    let (_runtime, url) = endpoint(true);
    let other = ["--webhook", &url, "--webhook-secret-env", "HOOK_SECRET"];
    let output = clinkbill("HOOK_SECRET", &other);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));

    let path = file("webhook-secret");
    fs::write(&path, format!("{SECRET}\n")).unwrap();
    let kept = ["--webhook", &url, "--webhook-secret-file", &path];
    let output = clinkbill("UNRELATED", &kept);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn what_cannot_be_judged_says_why_and_has_its_own_status() {
    let missing = file("no-such-file");
    for (variable, arguments, status, word) in [
        (
            "UNRELATED",
            &["--webhook", NOWHERE][..],
            77,
            "set CLINK_WEBHOOK_SECRET",
        ),
        (
            "CLINK_WEBHOOK_SECRET",
            &["--webhook", NOWHERE, "--webhook-secret-file", &missing],
            66,
            "no-such-file",
        ),
        ("CLINK_WEBHOOK_SECRET", &["--webhook", "hook"], 64, "URL"),
        (
            "CLINK_WEBHOOK_SECRET",
            &["--webhook", "http://shop.example/hook"],
            78,
            "use https",
        ),
        (
            "CLINK_WEBHOOK_SECRET",
            &["--webhook", NOWHERE, "--base-url", NOWHERE],
            64,
            "--base-url",
        ),
        (
            "CLINK_WEBHOOK_SECRET",
            &["--webhook-timeout", "3"],
            64,
            "--webhook",
        ),
    ] {
        let output = clinkbill(variable, arguments);
        let said = stderr(&output);
        assert_eq!(code(&output), status, "{arguments:?}: {said}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert!(said.contains(word), "{arguments:?}: {said}");
        assert!(!said.contains("x7secret"), "{said}");
    }
}

#[test]
fn where_nobody_listens_the_status_says_unavailable() {
    let output = judged(&["--webhook", NOWHERE]);
    assert_eq!(code(&output), 69, "{}", stderr(&output));
    assert!(stdout(&output).contains("no connection"));
}
