//! The programs, as a person starts them.

use std::process::{Output, Stdio};
use std::time::Duration;

use clinkbill_sandbox::Sandbox;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};

const PROGRAMS: [&str; 2] = [
    env!("CARGO_BIN_EXE_hosted-shop"),
    env!("CARGO_BIN_EXE_embedded-shop"),
];

/// Stopped when it is dropped.
struct Program {
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("SHOP_ADDRESS", "127.0.0.1:0")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

fn started(command: &mut Command) -> Program {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    Program {
        lines: BufReader::new(child.stdout.take().unwrap()).lines(),
        _child: child,
    }
}

impl Program {
    async fn says(&mut self, begin: &str) -> String {
        let line = tokio::time::timeout(Duration::from_secs(60), self.lines.next_line());
        let line = line.await.unwrap().unwrap().unwrap();
        let rest = line.strip_prefix(begin);
        rest.unwrap_or_else(|| panic!("{line}")).to_owned()
    }
}

/// What is left of a program that does not start.
async fn ended(command: &mut Command) -> Output {
    let output = tokio::time::timeout(Duration::from_secs(60), command.output());
    let output = output.await;
    output
        .unwrap_or_else(|_| panic!("it opened a shop"))
        .unwrap()
}

/// What a program that cannot start says.
async fn refused(command: &mut Command) -> String {
    let output = ended(command).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn without_an_account_they_bring_a_sandbox_of_their_own() {
    for program in PROGRAMS {
        let mut shop = started(&mut command(program));
        assert!(
            shop.says("The shop is open at http://")
                .await
                .ends_with('/')
        );
        shop.says("Its sandbox shows its books at http://").await;
        shop.says("Pay with 4242 4242 4242 4242").await;
    }
}

#[tokio::test]
async fn they_explain_themselves_and_start_on_no_argument_they_do_not_know() {
    for program in PROGRAMS {
        let help = ended(command(program).arg("--help")).await;
        assert!(help.status.success());
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(help.starts_with("A shop to run and to copy from"), "{help}");
        assert!(help.contains("http://127.0.0.1:3000/"), "{help}");
        for variable in [
            "SHOP_ADDRESS",
            "SHOP_URL",
            "SHOP_DATABASE",
            "CLINK_SECRET_KEY",
            "CLINK_BASE_URL",
            "CLINK_WEBHOOK_SECRET",
        ] {
            assert!(
                help.contains(&format!("\n  {variable} ")),
                "{variable}: {help}"
            );
        }
        for argument in ["--port", "3000", "-v"] {
            let refused = ended(command(program).arg(argument)).await;
            assert_eq!(refused.status.code(), Some(2));
            assert!(refused.stdout.is_empty());
            let said = String::from_utf8(refused.stderr).unwrap();
            assert!(said.contains(argument) && said.contains("--help"), "{said}");
        }
    }
}

#[tokio::test]
async fn they_sell_at_the_server_the_environment_names() {
    let server = Sandbox::new().serve().await.unwrap();
    let mut command = command(PROGRAMS[0]);
    command
        .env("CLINK_BASE_URL", server.base_url())
        .env("CLINK_SECRET_KEY", server.secret_key())
        .env("CLINK_WEBHOOK_SECRET", "whsec_canary")
        .env("SHOP_URL", "https://shop.example.com/mugs/")
        .env("SHOP_DATABASE", "");
    let mut shop = started(&mut command);
    let open = shop.says("The shop is open at ").await;
    assert_eq!(open, "https://shop.example.com/mugs/");
    let at = shop.says("Sessions are made at ").await;
    assert_eq!(at, server.base_url());
    assert!(
        shop.says("It takes webhooks at ")
            .await
            .ends_with("/webhooks/clink")
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_environment_is_said_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let said = refused(command(PROGRAMS[0]).env("SHOP_ADDRESS", &taken)).await;
    assert!(
        said.starts_with(&format!(
            "error: cannot listen on {taken}; set SHOP_ADDRESS"
        )),
        "{said}"
    );

    for url in [
        "notaurl",
        "ftp://shop.example.com",
        "https://shop.example.com/?a=b",
    ] {
        let said = refused(command(PROGRAMS[0]).env("SHOP_URL", url)).await;
        let right = "SHOP_URL is not an absolute http or https URL";
        assert!(said.starts_with(&format!("error: {right}")), "{said}");
        assert!(
            said.contains("such as https://shop.example.com\n"),
            "{said}"
        );
    }

    let kept = concat!(env!("CARGO_TARGET_TMPDIR"), "/never.sqlite");
    let said = refused(command(PROGRAMS[0]).env("SHOP_DATABASE", kept)).await;
    assert!(
        said.starts_with("error: SHOP_DATABASE is set, but without CLINK_SECRET_KEY"),
        "{said}"
    );
    assert!(!std::path::Path::new(kept).exists());

    let with_key = |key: &str| {
        let mut command = command(PROGRAMS[0]);
        command.env("CLINK_SECRET_KEY", key);
        command
    };
    let said = refused(&mut with_key("sk_test_canary")).await;
    assert!(said.contains("CLINK_WEBHOOK_SECRET is not set"), "{said}");
    assert!(!said.contains("canary"));

    let mut production = with_key("sk_prod_canary");
    production.env("CLINK_BASE_URL", "https://api.clinkbill.com/api/");
    let said = refused(&mut production).await;
    assert!(said.contains("CLINK_BASE_URL is production"), "{said}");
    assert!(!said.contains("canary"));

    let said = refused(command(PROGRAMS[0]).env("CLINK_BASE_URL", "localhost")).await;
    assert!(said.contains("CLINK_BASE_URL"), "{said}");
}
