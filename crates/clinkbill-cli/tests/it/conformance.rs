//! `clinkbill conformance` and `clinkbill drift`.

use std::fs;
use std::net::TcpListener;
use std::process::Output;

use clinkbill_sandbox::{Sandbox, Server};
use serde_json::Value;
use tokio::runtime::Runtime;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use crate::command::{self, Ended, NOWHERE, file, file_with, runtime};
use crate::front::Front;

/// Runs the command to its end with this key in the environment.
fn clinkbill(key: Option<&str>, arguments: &[&str]) -> Output {
    // What a merchant's environment holds for its own server changes nothing.
    let mut command =
        command::clinkbill(&[("CLINK_BASE_URL", NOWHERE), ("CLINK_TARGET", "remote")]);
    command.envs(key.map(|key| ("CLINK_SECRET_KEY", key)));
    command.args(arguments).output().unwrap()
}

fn sandbox(runtime: &Runtime) -> Server {
    runtime.block_on(Sandbox::new().serve()).unwrap()
}

#[test]
fn without_a_base_url_the_sandbox_inside_the_program_is_judged_and_conforms() {
    let (saved, junit) = (file("embedded.json"), file("embedded.xml"));
    let output = clinkbill(
        Some("sk_prod_of_the_merchant"),
        &["conformance", "--save", &saved, "--junit", &junit],
    );
    assert_eq!(output.code(), 0, "{}", output.stderr());
    assert_eq!(output.stderr(), "");
    let summary = output.stdout();
    for part in ["against server", "rules passed", "the run took"] {
        assert!(summary.contains(part), "{summary}");
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(saved).unwrap()).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["axes"]["rules_failed"], 0);
    assert_eq!(
        report["axes"]["answers_checked"],
        report["axes"]["answers_matched"]
    );
    let junit = fs::read_to_string(junit).unwrap();
    assert!(junit.contains("<testsuite ") && !junit.contains("<failure"));
}

#[test]
fn a_remote_server_is_judged_twice_and_nothing_drifts() {
    let runtime = runtime();
    let front = runtime.block_on(Front::start(&Sandbox::new()));
    let ca = file("authority.pem");
    fs::write(&ca, &front.authority).unwrap();
    let reports = [file("first.json"), file("second.json")];
    for report in &reports {
        let output = clinkbill(
            Some(&front.secret_key),
            &[
                "conformance",
                "--base-url",
                &front.base_url,
                "--ca",
                &ca,
                "--concurrency",
                "8",
                "--rule",
                "CR-06",
                "--rule",
                "CR-43",
                "--rule",
                "RD-04",
                "--save",
                report,
            ],
        );
        assert_eq!(output.code(), 0, "{}{}", output.stdout(), output.stderr());
        assert_eq!(output.stderr(), "");
        for part in [
            "against remote",
            "observed, since",
            "as we read it",
            "because each needs a buyer",
        ] {
            assert!(output.stdout().contains(part), "{}", output.stdout());
        }
        assert!(!output.stdout().contains(&front.secret_key));
        assert!(
            !fs::read_to_string(report)
                .unwrap()
                .contains(&front.secret_key)
        );
    }
    let output = clinkbill(None, &["drift", &reports[0], &reports[1]]);
    assert_eq!(output.code(), 0, "{}", output.stdout());
    assert!(output.stdout().contains("nothing changed"));

    let untrusted = clinkbill(
        Some(&front.secret_key),
        &["conformance", "--base-url", &front.base_url],
    );
    assert_eq!(untrusted.code(), 69, "{}", untrusted.stderr());
}

#[test]
fn a_server_that_says_yes_to_everything_does_not_conform_and_is_told_so_on_stdout() {
    let runtime = runtime();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let yes = r#"{"code":200,"msg":"success","data":{"sessionId":"s","customerId":"c"}}"#;
        let answer = ResponseTemplate::new(200).set_body_raw(yes, "application/json");
        Mock::given(matchers::any())
            .respond_with(answer)
            .mount(&server)
            .await;
        server
    });
    let report = file("yes.json");
    let arguments = [
        "conformance",
        "--base-url",
        &server.uri(),
        "--save",
        &report,
    ];
    let output = clinkbill(Some("sk_test_x7key"), &arguments);
    assert_eq!(output.code(), 3, "{}", output.stderr());
    assert_eq!(output.stderr(), "");
    let summary = output.stdout();
    assert!(summary.contains("\nfailed: ") && summary.contains("accepted: code 200"));
    assert!(summary.contains("answers that break the contract"));
    assert!(!summary.contains("x7key"));

    let own_sandbox = sandbox(&runtime);
    let arguments = [
        "conformance",
        "--base-url",
        own_sandbox.base_url(),
        "--json",
    ];
    let output = clinkbill(Some(own_sandbox.secret_key()), &arguments);
    assert_eq!(output.code(), 0, "{}", output.stderr());
    let own = file("own.json");
    fs::write(&own, &output.stdout).unwrap();
    let drift = clinkbill(None, &["drift", &own, &report, "--json"]);
    assert_eq!(drift.code(), 3);
    let drift: Value = serde_json::from_str(drift.stdout()).unwrap();
    assert_eq!(drift["before"]["target"]["kind"], "server");
    assert_eq!(drift["after"]["target"]["kind"], "remote");
    assert!(drift["changes"].as_array().unwrap().len() > 100);
}

#[test]
fn scenarios_are_listed_and_selected_by_rule_and_by_name() {
    let all = clinkbill(None, &["conformance", "--list"]);
    assert_eq!(all.code(), 0);
    let some = clinkbill(
        None,
        &[
            "conformance",
            "--list",
            "--rule",
            "CR-06",
            "--rule",
            "CR-08",
        ],
    );
    let lines: Vec<_> = some.stdout().lines().collect();
    assert!(!lines.is_empty() && lines.len() < all.stdout().lines().count());
    for line in &lines {
        assert!(line.contains("CR-06") || line.contains("CR-08"), "{line}");
    }
    let twin = clinkbill(None, &["conformance", "--list", "--rule", "FR-01"]);
    let own = clinkbill(None, &["conformance", "--list", "--rule", "CR-01"]);
    assert_eq!(twin.stdout(), own.stdout(), "both rules say one thing");
    let name = lines[0];
    let one = clinkbill(None, &["conformance", "--name", name, "--json"]);
    let report: Value = serde_json::from_str(one.stdout()).unwrap();
    assert_eq!(report["scenarios"].as_array().unwrap().len(), 1);
    assert_eq!(report["scenarios"][0]["name"], name);
    assert_eq!(report["scenarios"][0]["verdict"], "passed");
}

#[test]
fn each_kind_of_trouble_has_its_own_exit_status_and_says_why_on_stderr() {
    let runtime = runtime();
    let front = runtime.block_on(Front::start(&Sandbox::new()));
    let ca = file("of_the_front.pem");
    fs::write(&ca, &front.authority).unwrap();
    let no_certificate = file("no_certificate.pem");
    fs::write(&no_certificate, "no certificate").unwrap();
    let key = Some("sk_test_x7key");
    let at = |url| ["conformance", "--base-url", url];
    let clink = "https://api.clinkbill.com/api/";
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}/api", taken.local_addr().unwrap());
    drop(taken);
    for (expected, key, arguments, word) in [
        (64, key, &["conformance", "--nonsense"][..], "--nonsense"),
        (64, key, &["nonsense"], "nonsense"),
        (64, key, &["conformance", "--rule", "CR-99"], "CR-99"),
        (
            64,
            key,
            &["conformance", "--name", "nothing is so"],
            "selected",
        ),
        (
            64,
            key,
            &["conformance", "--concurrency", "0"],
            "concurrency",
        ),
        (64, key, &["conformance", "--ca", &ca], "--base-url"),
        (64, key, &at("nowhere"), "base URL"),
        (
            66,
            key,
            &[&at(NOWHERE)[..], &["--ca", "/nowhere.pem"]].concat(),
            "/nowhere.pem",
        ),
        (69, key, &at(NOWHERE), "does not answer"),
        (69, key, &at(&silent), "does not answer"),
        (
            73,
            None,
            &[
                "conformance",
                "--rule",
                "CR-06",
                "--save",
                "/nowhere/r.json",
            ],
            "/nowhere",
        ),
        (77, None, &at(NOWHERE), "CLINK_SECRET_KEY"),
        (77, Some(" "), &at(NOWHERE), "CLINK_SECRET_KEY"),
        (77, Some("sk_prod_1"), &at(NOWHERE), "production"),
        (
            77,
            Some("sk_x7key"),
            &[&at(&front.base_url)[..], &["--ca", &ca]].concat(),
            "401",
        ),
        (77, Some("x7key"), &at(&front.base_url), "sk_test_"),
        (
            78,
            key,
            &at("http://shop.example.com/api/"),
            "hint: use https, or make a tunnel",
        ),
        (78, key, &at(clink), "production"),
        (
            65,
            key,
            &[&at(&front.base_url)[..], &["--ca", &no_certificate]].concat(),
            "no_certificate.pem",
        ),
        (65, None, &["drift", &ca, &ca], "not a report"),
        (
            66,
            None,
            &["drift", "/nowhere.json", "/nowhere.json"],
            "hint: `clinkbill conformance --save FILE`",
        ),
        (64, None, &["drift", "one"], "AFTER"),
    ] {
        let output = clinkbill(key, arguments);
        assert_eq!(
            output.code(),
            expected,
            "{arguments:?}: {}",
            output.stderr()
        );
        assert_eq!(output.stdout(), "", "{arguments:?}");
        assert!(
            output.stderr().contains(word),
            "{arguments:?}: {}",
            output.stderr()
        );
        assert!(!output.stderr().contains("x7key"), "{}", output.stderr());
    }
}

#[test]
fn a_base_url_beside_the_api_is_told_where_the_api_is_and_nothing_is_run() {
    let runtime = runtime();
    let own = sandbox(&runtime);
    let front = runtime.block_on(Front::start(&Sandbox::new()));
    let ca = file_with("above.pem", &front.authority);
    let key = file_with("above.key", &format!("{}\n", own.secret_key()));
    for (base_url, more) in [
        (own.base_url(), ["--key-file", &key]),
        (&front.base_url, ["--ca", &ca]),
    ] {
        let above = base_url.trim_end_matches('/').trim_end_matches("/api");
        let beside = [
            above.to_owned(),
            format!("{above}/"),
            format!("{above}/api/api"),
        ];
        for beside in beside {
            let arguments = [&["conformance", "--base-url", &beside][..], &more].concat();
            let output = clinkbill(Some(&front.secret_key), &arguments);
            let said = output.stderr();
            assert_eq!(output.code(), 78, "{said}");
            assert_eq!(output.stdout(), "");
            assert!(said.len() < 300 && said.contains("/api/"), "{said}");
            assert!(said.contains("hint: --base-url "), "{said}");
        }
    }
}

#[test]
fn what_is_not_the_api_is_told_so_and_nothing_is_run() {
    let runtime = runtime();
    let pages = runtime.block_on(MockServer::start());
    let page = ResponseTemplate::new(404).set_body_raw("<html>File not found</html>", "text/html");
    runtime.block_on(
        Mock::given(matchers::any())
            .respond_with(page)
            .mount(&pages),
    );
    let base_url = format!("{}/api", pages.uri());
    let output = clinkbill(
        Some("sk_test_x7key"),
        &["conformance", "--base-url", &base_url],
    );
    let said = output.stderr();
    assert_eq!(output.code(), 78, "{said}");
    assert!(
        said.contains("is not the API") && said.len() < 300,
        "{said}"
    );
    assert_eq!(output.stdout(), "");
    let asked = runtime.block_on(pages.received_requests()).unwrap();
    assert!(asked.len() < 8, "{} requests", asked.len());
}

#[test]
fn a_report_that_cannot_be_written_is_no_reason_to_run_and_is_still_shown() {
    let one = ["conformance", "--rule", "CR-06"];
    // Nothing is judged, and what stood there before stays.
    let saved = file_with("stays.json", "before");
    let nowhere = clinkbill(
        None,
        &[&one[..], &["--save", &saved, "--junit", "/nowhere/r"]].concat(),
    );
    assert_eq!(nowhere.code(), 73, "{}", nowhere.stderr());
    assert!(nowhere.stderr().contains("hint: "), "{}", nowhere.stderr());
    assert_eq!(nowhere.stdout(), "");
    assert_eq!(fs::read_to_string(&saved).unwrap(), "before");
    // A file that was made for nothing is gone.
    let needless = file("needless.json");
    let _ = fs::remove_file(&needless);
    let nobody = ["conformance", "--base-url", NOWHERE, "--save", &needless];
    assert_eq!(clinkbill(Some("sk_test_x7key"), &nobody).code(), 69);
    assert!(fs::metadata(&needless).is_err());
    // A disk that is full shows only after the run.
    if fs::metadata("/dev/full").is_ok() {
        let full = clinkbill(
            None,
            &[&one[..], &["--junit", "/dev/full", "--save", &saved]].concat(),
        );
        assert_eq!(full.code(), 73, "{}", full.stderr());
        assert!(
            full.stdout().contains("rules exercised"),
            "{}",
            full.stdout()
        );
        assert!(fs::read_to_string(&saved).unwrap().starts_with('{'));
    }
}

#[test]
fn a_webhook_endpoint_under_an_authority_of_its_own_answers_who_trusts_it() {
    let runtime = runtime();
    let front = runtime.block_on(Front::start(&Sandbox::new()));
    let (ca, secret) = (
        file("webhook-authority.pem"),
        file("webhook-secret-of-the-front"),
    );
    fs::write(&ca, &front.authority).unwrap();
    fs::write(&secret, "whsec_x7secret").unwrap();
    let url = format!("{}/hook", front.base_url);
    let judge = [
        "conformance",
        "--webhook",
        &url,
        "--webhook-secret-file",
        &secret,
    ];

    let stranger = clinkbill(None, &judge);
    assert_eq!(stranger.code(), 69, "{}", stranger.stderr());
    // The sandbox has nothing there, and says so.
    let trusting = clinkbill(None, &[&judge[..], &["--ca", &ca]].concat());
    assert_eq!(trusting.code(), 3, "{}", trusting.stderr());
    assert!(
        trusting.stdout().contains("saw 404"),
        "{}",
        trusting.stdout()
    );
}

#[test]
fn help_tells_every_exit_status_on_stdout() {
    for task in ["conformance", "drift", "sandbox"] {
        let output = clinkbill(None, &[task, "--help"]);
        assert_eq!(output.code(), 0);
        for status in ["0 ", "3 ", "64 ", "69 ", "75 ", "77 ", "78 ", "141 "] {
            assert!(output.stdout().contains(&format!(" {status}")), "{status}");
        }
    }
}
