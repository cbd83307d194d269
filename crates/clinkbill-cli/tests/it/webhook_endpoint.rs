//! `clinkbill conformance --webhook`.

use std::fs;
use std::process::Output;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clinkbill_webhook::{Verifier, WebhookSecret};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::command::{self, Ended, NOWHERE, file, file_with, runtime};

const SECRET: &str = "whsec_x7secret";

/// Runs the command with `variable` set to the secret.
fn clinkbill(variable: &str, arguments: &[&str]) -> Output {
    command::clinkbill(&[(variable, SECRET)])
        .arg("conformance")
        .args(arguments)
        .output()
        .unwrap()
}

fn judged(arguments: &[&str]) -> Output {
    clinkbill("CLINK_WEBHOOK_SECRET", arguments)
}

/// An endpoint that serves while the runtime lives: one that verifies, or one that takes all.
fn endpoint(refuses: bool) -> (Runtime, String) {
    let runtime = runtime();
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
    assert_eq!(output.code(), 0, "{}{}", output.stdout(), output.stderr());
    assert_eq!(output.stderr(), "");
    assert!(output.stdout().contains("0 failed, 0 not judged"));

    let text = fs::read_to_string(saved).unwrap();
    assert!(!text.contains("x7secret") && !output.stdout().contains("x7secret"));
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["cases"][0]["case"], "good");
    assert_eq!(report["cases"][0]["verdict"], "passed");
}

#[test]
fn an_endpoint_that_takes_everything_does_not_conform() {
    let (_runtime, url) = endpoint(false);
    let output = judged(&["--webhook", &url, "--json"]);
    assert_eq!(output.code(), 3);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let cases = report["cases"].as_array().unwrap();
    let stale = cases.iter().find(|case| case["case"] == "stale").unwrap();
    assert_eq!(stale["verdict"], "failed");
    assert_eq!(stale["expected"], "refused");
    assert_eq!(stale["seen"]["answer"]["status"], 204);
}

#[test]
fn a_report_is_written_as_junit_and_compared_with_another() {
    let reports = [true, false].map(|refuses| {
        let (_runtime, url) = endpoint(refuses);
        let [saved, junit] = ["json", "xml"].map(|kind| file(&format!("hook-{refuses}.{kind}")));
        let output = judged(&["--webhook", &url, "--save", &saved, "--junit", &junit]);
        assert_eq!(
            output.code(),
            if refuses { 0 } else { 3 },
            "{}",
            output.stderr()
        );
        let junit = fs::read_to_string(junit).unwrap();
        assert!(junit.contains(r#"<testcase name="stale""#), "{junit}");
        assert_eq!(junit.contains("<failure"), !refuses, "{junit}");
        saved
    });
    let drift = |before: &str, after: &str| {
        let mut command = command::clinkbill(&[]);
        command
            .args(["drift", before, after, "--json"])
            .output()
            .unwrap()
    };
    let none = drift(&reports[0], &reports[0]);
    assert_eq!(none.code(), 0, "{}", none.stderr());
    let some = drift(&reports[0], &reports[1]);
    assert_eq!(some.code(), 3, "{}", some.stderr());
    let changes: Value = serde_json::from_str(some.stdout()).unwrap();
    assert_eq!(changes["after"]["target"]["kind"], "webhook_endpoint");
    let stale = changes["changes"].as_array().unwrap().iter();
    let stale: Vec<_> = stale
        .filter(|change| change["scenario"] == "stale")
        .collect();
    assert_eq!(stale.len(), 1, "{changes}");
    assert_eq!(
        (&stale[0]["before"], &stale[0]["after"]),
        (&"passed".into(), &"failed".into())
    );

    let server = file("beside-a-webhook.json");
    let run = ["--rule", "CR-06", "--save", &server];
    assert_eq!(judged(&run).code(), 0);
    let unlike = drift(&reports[0], &server);
    assert_eq!(unlike.code(), 65, "{}", unlike.stdout());
    assert!(
        unlike.stderr().contains("webhook endpoint"),
        "{}",
        unlike.stderr()
    );
}

#[test]
fn the_secret_comes_from_another_variable_or_a_file() {
    let (_runtime, url) = endpoint(true);
    let other = ["--webhook", &url, "--webhook-secret-env", "HOOK_SECRET"];
    let output = clinkbill("HOOK_SECRET", &other);
    assert_eq!(output.code(), 0, "{}{}", output.stdout(), output.stderr());

    let path = file_with("webhook-secret", &format!("{SECRET}\n"));
    let kept = ["--webhook", &url, "--webhook-secret-file", &path];
    let output = clinkbill("UNRELATED", &kept);
    assert_eq!(output.code(), 0, "{}{}", output.stdout(), output.stderr());
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
        let said = output.stderr();
        assert_eq!(output.code(), status, "{arguments:?}: {said}");
        assert_eq!(output.stdout(), "", "{arguments:?}");
        assert!(said.contains(word), "{arguments:?}: {said}");
        assert!(!said.contains("x7secret"), "{said}");
    }
}

#[test]
fn where_nobody_listens_the_status_says_unavailable() {
    let output = judged(&["--webhook", NOWHERE]);
    assert_eq!(output.code(), 69, "{}", output.stderr());
    assert!(output.stdout().contains("no connection"));
}
