//! Two exported lines point a program at a server.

use std::process::Command;

use clinkbill::{Client, Environment, SecretKey};
use clinkbill_sandbox::Sandbox;

use crate::purchase;

#[tokio::test]
async fn the_two_lines_a_sandbox_prints_are_all_a_program_needs() {
    let server = Sandbox::new().serve().await.unwrap();
    let mut program = Command::new(std::env::current_exe().unwrap());
    program
        .args([
            "--ignored",
            "--exact",
            "exported::a_program_that_was_told_nothing",
        ])
        .env("CLINK_BASE_URL", server.base_url())
        .env("CLINK_SECRET_KEY", server.secret_key());
    let ended = tokio::task::spawn_blocking(move || program.output()).await;
    let output = ended.unwrap().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && shown.contains("1 passed"),
        "{shown}"
    );
}

#[tokio::test]
#[ignore = "run by the test above, in a process whose environment it may set"]
async fn a_program_that_was_told_nothing() {
    let client = Client::builder(SecretKey::from_env().unwrap())
        .environment(Environment::from_env().unwrap())
        .build()
        .unwrap();
    client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap();
}
