//! `clinkbill sandbox`.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::command::{Ended, Running, clinkbill, exchange, file, file_with, signal};

const BODY: &str = r#"{"customerEmail":"customer@example.com","originalAmount":4.99,"originalCurrency":"USD","uiMode":"hostedPage","priceDataList":[{"name":"A one-time purchase","quantity":1,"unitAmount":4.99,"currency":"USD"}]}"#;

fn sandbox(arguments: &[&str]) -> Running {
    // What a merchant's environment holds for its own server changes nothing.
    let mut command = clinkbill(&[("CLINK_WEBHOOK_SECRET", "whsec_of_the_merchant")]);
    Running::start(command.arg("sandbox").args(arguments))
}

/// Runs a sandbox that cannot start, and has nothing to say on stdout.
fn refused(arguments: &[&str]) -> Output {
    let mut command = clinkbill(&[]);
    command.arg("sandbox").args(arguments).stdin(Stdio::null());
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // One that starts nevertheless says so, and would not end.
    let mut said = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut said).unwrap();
    if !said.is_empty() {
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(said, "", "{arguments:?}");
    output
}

/// What precedes the API in the base URL that a sandbox prints, without the scheme.
fn authority(base_url: &str) -> &str {
    let rest = base_url.strip_prefix("CLINK_BASE_URL=http://").unwrap();
    rest.strip_suffix("/api/").unwrap()
}

fn now_millis() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap().as_millis()
}

#[test]
fn two_lines_on_stdout_are_all_a_client_needs_until_ctrl_c() {
    let mut running = sandbox(&["--listen", "127.0.0.1:0"]);
    let base_url = running.line();
    let secret_key = running.line();
    let key = secret_key.strip_prefix("CLINK_SECRET_KEY=").unwrap();
    assert!(key.starts_with("sk_test_"), "{key}");
    let authority = authority(&base_url);

    let now = now_millis();
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
        page.contains("A one-time purchase") && page.contains("4.99\u{a0}USD"),
        "{page}"
    );

    signal(&running.child, "-INT");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    assert_eq!(
        running.line(),
        "",
        "nothing but the two lines stands on stdout"
    );
}

#[test]
fn sigterm_ends_it_as_ctrl_c_does() {
    let mut running = Running::heard(clinkbill(&[]).args(["sandbox", "--listen", "127.0.0.1:0"]));
    running.line();
    running.line();
    signal(&running.child, "-TERM");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    assert_eq!((running.line(), running.stderr_line()), Default::default());
}

#[test]
fn an_address_may_be_a_name_or_any_address_and_the_base_url_can_be_called() {
    for listen in ["localhost:0", "0.0.0.0:0"] {
        let mut running = sandbox(&["--listen", listen]);
        let line = running.line();
        let authority = authority(&line);
        let answer = exchange(
            authority,
            &format!("GET /pay/x HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"),
        );
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    }
}

#[test]
fn a_sandbox_that_others_can_reach_warns_that_it_has_no_login() {
    for (listen, warns) in [
        ("0.0.0.0:0", true),
        ("127.0.0.1:0", false),
        ("localhost:0", false),
    ] {
        let mut running = Running::heard(clinkbill(&[]).args(["sandbox", "--listen", listen]));
        running.line();
        running.line();
        running.child.kill().unwrap();
        let said = running.stderr_line();
        assert_eq!(!said.is_empty(), warns, "{listen}: {said}");
        if warns {
            assert!(
                said.starts_with("warning: others can reach 0.0.0.0:"),
                "{said}"
            );
            assert!(
                said.ends_with("neither its pages nor its API ask for a login"),
                "{said}"
            );
            assert_eq!(running.stderr_line(), "");
        }
    }
}

#[test]
fn a_sandbox_that_cannot_start_says_why_what_to_do_and_with_which_status() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let missing = file("no-such-catalogue.json");
    let malformed = file_with(
        "no-catalogue.json",
        r#"{"products": [{"productId": "prd_mug"}]}"#,
    );
    let empty = file_with("empty-secret", "\n");
    let key = file_with("a-key", "sk_test_x7\n");
    let hook = "http://127.0.0.1:9/hook";
    for (arguments, status, words) in [
        (&["--listen", &taken][..], 69, [&taken[..], "port 0"]),
        (&["--listen", "nowhere"], 64, ["nowhere", "127.0.0.1:4010"]),
        (&["--listen", ":4010"], 64, ["no host", "127.0.0.1:4010"]),
        (
            &["--listen", "192.0.2.1:4010"],
            64,
            ["192.0.2.1", "no address of this machine"],
        ),
        (
            &["--webhook-url", "http://u:x7pw@127.0.0.1/"],
            64,
            ["--webhook-url: the webhook URL has a user", "http://127"],
        ),
        (
            &["--webhook-url", hook, "--webhook-secret", "sk_test_x7"],
            77,
            ["--webhook-secret: it is a secret key", "whsec_"],
        ),
        (
            &["--webhook-url", hook, "--webhook-secret", "whsec x7"],
            77,
            ["--webhook-secret: it cannot sign", "whsec_"],
        ),
        (
            &["--webhook-url", hook, "--webhook-secret-file", &key],
            77,
            ["a-key: it is a secret key", "whsec_"],
        ),
        (&["--nonsense"], 64, ["--nonsense", "--help"]),
        (&["--timestamp-tolerance", "soon"], 64, ["soon", "--help"]),
        (
            &["--webhook-url", hook],
            77,
            ["--webhook-secret", "CLINK_WEBHOOK_SECRET"],
        ),
        (
            &["--webhook-url", "hook", "--webhook-secret", "whsec_x7"],
            64,
            ["webhook URL", "http://"],
        ),
        (
            &["--webhook-secret", "whsec_x7"],
            64,
            ["--webhook-url", "--help"],
        ),
        (
            &["--webhook-secret-file", &empty],
            64,
            ["--webhook-url", "--help"],
        ),
        (
            &["--webhook-url", hook, "--webhook-secret-file", &empty],
            77,
            ["empty-secret", "is empty"],
        ),
        (
            &["--catalogue", &malformed],
            65,
            ["missing field `name`", "--catalogue-schema"],
        ),
        (
            &["--catalogue", &missing],
            66,
            [&missing, "--catalogue-schema"],
        ),
        (&["--allow-host", "http://x/"], 64, ["http://x/", "no URL"]),
        (&["--allow-host", "x:80"], 64, ["x:80", "no port"]),
    ] {
        let output = refused(arguments);
        let said = output.stderr();
        assert_eq!(output.code(), status, "{arguments:?}: {said}");
        for word in words {
            assert!(said.contains(word), "{arguments:?}: {said}");
        }
        assert!(!said.contains("panicked") && !said.contains("x7"), "{said}");
    }
}

#[test]
fn a_key_in_the_environment_signs_no_events() {
    let mut command = clinkbill(&[("CLINK_WEBHOOK_SECRET", "sk_test_x7")]);
    command.args(["sandbox", "--listen", "127.0.0.1:0"]);
    command.args(["--webhook-url", "http://127.0.0.1:9/hook"]);
    let mut running = Running::heard(&mut command);
    assert_eq!(running.line(), "", "it starts");
    assert_eq!(running.child.wait().unwrap().code(), Some(77));
    let said = running.stderr_line();
    assert!(
        said.ends_with("CLINK_WEBHOOK_SECRET: it is a secret key"),
        "{said}"
    );
}

#[test]
fn events_go_by_http_to_another_machine_too() {
    let mut command = clinkbill(&[("CLINK_WEBHOOK_SECRET", "whsec_x7")]);
    command.args(["sandbox", "--listen", "127.0.0.1:0"]);
    command.args(["--webhook-url", "http://shop:3000/hook"]);
    let mut running = Running::heard(&mut command);
    assert!(running.line().starts_with("CLINK_BASE_URL="));
}

#[test]
fn it_answers_by_the_names_that_it_was_given() {
    let mut running = sandbox(&["--listen", "127.0.0.1:0", "--allow-host", "Shop.Test"]);
    let line = running.line();
    for (host, status) in [("shop.test", "404"), ("shop.example", "403")] {
        let request = format!("GET /pay/x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = exchange(authority(&line), &request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}

#[test]
fn the_form_of_a_catalogue_is_printed_as_a_schema() {
    let schema = clinkbill(&[])
        .args(["sandbox", "--catalogue-schema"])
        .output()
        .unwrap();
    assert_eq!(schema.code(), 0, "{}", schema.stderr());
    let schema: Value = serde_json::from_str(schema.stdout()).unwrap();
    for (catalogue, fits) in [
        (
            r#"{"products": [{"productId": "prd_mug", "name": "Mug"}]}"#,
            true,
        ),
        (r#"{"products": [{"productId": "prd_mug"}]}"#, false),
        (r#"{"produce": []}"#, false),
    ] {
        let catalogue: Value = serde_json::from_str(catalogue).unwrap();
        assert_eq!(
            jsonschema::is_valid(&schema, &catalogue),
            fits,
            "{catalogue}"
        );
    }
}

#[test]
fn a_catalogue_file_and_the_strict_mode_reach_the_sandbox() {
    let file = file_with(
        "catalogue.json",
        r#"{"products": [{"productId": "prd_mug", "name": "Mug"}]}"#,
    );
    let mut running = sandbox(&["--listen", "127.0.0.1:0", "--catalogue", &file, "--strict"]);
    let base_url = running.line();
    let key = running.line();
    let key = key.strip_prefix("CLINK_SECRET_KEY=").unwrap();
    let authority = authority(&base_url);
    let now = now_millis();
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
