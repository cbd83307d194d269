//! The suite itself, watched at TRACE while a broken server fails it: neither key nor token may
//! stand in what a program that runs it could be shown.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod broken;
mod captured;
mod tokens;

use broken::Broken;
use captured::capture;
use clinkbill_conformance::{Catalogue, Elsewhere, Target, run};
use clinkbill_sandbox::Sandbox;

const KEY: &str = "sk_test_canary_key";

#[tokio::test]
async fn neither_key_nor_token_is_traced_or_reported() {
    let sandbox = Sandbox::builder().rulebook(Broken).build();
    let server = sandbox.serve().await.unwrap();
    let elsewhere = Elsewhere::new(server.base_url(), KEY).unwrap();
    let catalogue = Catalogue::embedded().unwrap();

    let (captured, guard) = capture();
    let target = Target::elsewhere(&elsewhere).await.unwrap();
    let report = run(&catalogue, &target, |_| true).await.unwrap();
    let shown = [
        report.to_string(),
        format!("{elsewhere:?}"),
        report.to_json().unwrap(),
        report.to_junit().unwrap(),
    ];
    drop(guard);
    assert!(!report.conforms());
    let traced = captured.text();
    assert!(traced.contains("TRACE"), "the suite was watched");

    let mut secrets = tokens::of(&sandbox, KEY);
    assert!(secrets.len() > 100, "{} tokens", secrets.len());
    secrets.push("canary".to_owned());
    for text in shown.iter().chain([&traced]) {
        for secret in &secrets {
            let line = text
                .split_once(secret)
                .map(|(before, _)| before.lines().next_back());
            assert_eq!(line, None, "a secret follows this");
        }
    }
}
