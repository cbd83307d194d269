//! What is asked for in the wrong way, or no longer wanted.

use std::fs::File;
use std::process::Stdio;

use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::command::{CREATE, Ended, NOWHERE, clinkbill, fits, runtime, sandbox_without_events};

const KEY: (&str, &str) = ("CLINK_SECRET_KEY", "sk_test_x7key");

#[test]
fn programs_are_told_of_a_wrong_command_line_in_the_shape_of_every_failure() {
    for (arguments, error, hint) in [
        (
            &["order", "list", "--nonsense"][..],
            "unexpected argument '--nonsense' found",
            "Usage: clinkbill order list",
        ),
        (
            &["nonsense"],
            "unrecognized subcommand 'nonsense'",
            "--help",
        ),
        (&["checkout"], "was not provided", "--help"),
        (
            &["order", "list", "--size", "0"],
            "0 is not in 1..=50",
            "--help",
        ),
        (
            &["checkout", "create", "--line", "a mug"],
            "name:quantity:price",
            "--help",
        ),
        (&["checkout", "create"], "--currency <CODE>", "--help"),
        (
            &["sandbox", "--listn", "x"],
            "'--listn' found",
            "similar argument exists: '--listen'",
        ),
    ] {
        for arguments in [
            [arguments, &["--json"]].concat(),
            [&["--json"], arguments].concat(),
        ] {
            let output = clinkbill(&[]).args(&arguments).output().unwrap();
            assert_eq!(output.code(), 64, "{arguments:?}: {}", output.stderr());
            assert_eq!(output.stdout(), "");
            let said = fits("failure", output.stderr());
            assert_eq!(said["exit"], 64);
            let text = |field: &str| said[field].as_str().unwrap().to_owned();
            assert!(text("error").contains(error), "{said}");
            assert!(text("hint").contains(hint), "{said}");
            assert!(!text("error").starts_with("error"), "{said}");
            assert!(!output.stderr().contains("\\n"), "{said}");
        }
    }
    // People are told in words, also of what stands after the end of all options.
    for arguments in [&["order", "get", "a/b"][..], &["order", "--", "--json"]] {
        let output = clinkbill(&[]).args(arguments).output().unwrap();
        assert_eq!(output.code(), 64);
        assert!(
            output.stderr().starts_with("error: "),
            "{}",
            output.stderr()
        );
    }
}

#[test]
fn who_stops_reading_gets_no_message_and_no_success() {
    let shop = sandbox_without_events();
    let list = ["order", "list", "--json"];
    for (variables, arguments) in [
        (
            &[
                ("CLINK_BASE_URL", &shop.base_url[..]),
                ("CLINK_SECRET_KEY", &shop.key),
            ][..],
            &list[..],
        ),
        (&[], &["conformance", "--rule", "CR-06"]),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = clinkbill(variables);
        let output = command.args(arguments).stdout(writer).output().unwrap();
        assert_eq!(output.stderr(), "", "{arguments:?}");
        assert_eq!(output.code(), 141, "{arguments:?}");
    }
}

#[test]
fn a_session_that_was_made_is_named_though_stdout_cannot_be_written() {
    let shop = sandbox_without_events();
    let variables = [
        ("CLINK_BASE_URL", &shop.base_url[..]),
        ("CLINK_SECRET_KEY", &shop.key),
    ];
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    let mut ends = vec![(Stdio::from(closed), 141)];
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        ends.push((full.into(), 1));
    }
    for (stdout, exit) in ends {
        let mut create = clinkbill(&variables);
        create.args(CREATE).args(["--base-url", &shop.base_url]);
        let output = create.stdout(stdout).output().unwrap();
        assert_eq!(output.code(), exit);
        let told = output.stderr();
        assert!(told.contains("session sess_"), "{told}");
        // What the hint says leads to the session.
        let (_, again) = told.split_once("hint: clinkbill ").unwrap();
        let again = shlex::split(again).unwrap();
        let read = clinkbill(&variables[1..]).args(again).output().unwrap();
        assert!(read.stdout().contains("open"), "{}", read.stderr());
    }
}

#[test]
fn the_hint_after_an_unknown_outcome_leads_to_the_same_server_whatever_the_reference() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let failing = ResponseTemplate::new(502);
    runtime.block_on(Mock::given(any()).respond_with(failing).mount(&server));
    let base_url = format!("{}/api/", server.uri());
    for (reference, given) in [
        ("A 17'; id #", &["--merchant-reference", "A 17'; id #"][..]),
        ("-r 1", &["--merchant-reference=-r 1"]),
    ] {
        let output = clinkbill(&[KEY])
            .args(CREATE)
            .arg(format!("--merchant-reference={reference}"))
            .args(["--base-url", &base_url])
            .output()
            .unwrap();
        assert_eq!(output.code(), 75);
        let told = output.stderr();
        let (_, command) = told.split_once("its orders: clinkbill ").unwrap();
        let list = ["order", "list"].iter().chain(given);
        let list: Vec<_> = list.copied().chain(["--base-url", &base_url]).collect();
        assert_eq!(shlex::split(command).unwrap(), list);
    }
}

#[test]
fn what_is_read_from_a_server_that_is_not_the_api_is_nothing_to_wait_for() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let base_url = format!("{}/api/", server.uri());
    let create = CREATE;
    let read = ["order", "list"];
    for (status, arguments, exit, hint) in [
        (200, &read[..], 78, "ends in /api/"),
        (302, &read, 78, "ends in /api/"),
        (200, &create, 75, "a session may exist"),
        (502, &create, 75, "a session may exist"),
    ] {
        let answer = ResponseTemplate::new(status).set_body_raw("<html>hello</html>", "text/html");
        runtime.block_on(async {
            server.reset().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
        });
        let at = ["--base-url", &base_url, "--json"];
        let output = clinkbill(&[KEY]).args(arguments).args(at).output().unwrap();
        let said: Value = fits("failure", output.stderr());
        assert_eq!(said["exit"], exit, "{status}: {said}");
        assert_eq!(output.code(), exit);
        assert!(said["hint"].as_str().unwrap().contains(hint), "{said}");
    }
}

#[test]
fn a_read_that_nobody_answers_may_be_tried_again() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let base_url = format!("{}/api/", server.uri());
    runtime.block_on(
        Mock::given(any())
            .respond_with(ResponseTemplate::new(503))
            .mount(&server),
    );
    for (base_url, words) in [(&base_url[..], "try again"), (NOWHERE, "doctor")] {
        let read = ["checkout", "get", "sess_1", "--base-url", base_url];
        let output = clinkbill(&[KEY]).args(read).output().unwrap();
        assert_eq!(output.code(), 69, "{}", output.stderr());
        assert!(output.stderr().contains(words), "{}", output.stderr());
    }
}
