//! Servers that are simply wrong: nothing passes there by accident, and nothing hangs.

#![expect(clippy::unwrap_used, reason = "a test ends where its set-up fails")]

use std::time::{Duration, Instant};

use clinkbill_conformance::{
    Catalogue, Elsewhere, Failure, Level, Phase, Report, RunError, Target, Verdict, run,
};
use serde_json::Value;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

const YES: &str = r#"{"code":200,"msg":"success","data":{
    "sessionId":"sess_1","customerId":"cus_1","tokenValue":"t","url":"https://checkout.example/pay/t",
    "originalAmount":4.99,"originalCurrency":"USD","uiMode":"hostedPage",
    "status":"open","paymentStatus":"unpaid","customer":{"customerId":"cus_1","email":null}}}"#;
const NO: &str = r#"{"code":400,"msg":"CUSTOMER_NOT_FOUND","data":null}"#;

/// Rules that a server without any state can follow, and why.
const NEED_NO_STATE: [(&str, &str); 0] = [];

#[tokio::test]
async fn on_a_server_that_says_yes_to_everything_no_rule_that_needs_state_passes() {
    let report = report_on_a_server_that_says(YES).await;
    assert_nothing_passes_by_accident(&report);
}

#[tokio::test]
async fn on_a_static_mock_of_the_contract_no_rule_that_needs_state_passes() {
    let server = mock_of_the_contract().await;
    let report = run_all(&target(&server).await).await;
    assert_nothing_passes_by_accident(&report);
    assert_eq!(report.axes().answers_matched, report.axes().answers_checked);
}

/// Whatever a server without state passes, it passes since the rule needs none; what the guide
/// leaves open is observed, and the target does not conform.
fn assert_nothing_passes_by_accident(report: &Report) {
    let needs_none = |rule: &str| NEED_NO_STATE.iter().any(|(id, _)| *id == rule);
    let by_accident: Vec<_> = report
        .rules()
        .iter()
        .filter(|rule| rule.level == Level::Must && rule.is_passed() && !needs_none(&rule.id))
        .map(|rule| rule.id.as_str())
        .collect();
    assert_eq!(by_accident, [""; 0]);
    let by_accident: Vec<_> = report
        .scenarios()
        .filter(|(_, verdict)| **verdict == Verdict::Passed)
        .filter(|(scenario, _)| !scenario.rules.iter().all(|rule| needs_none(rule)))
        .map(|(scenario, _)| scenario.name.as_str())
        .collect();
    assert_eq!(by_accident, [""; 0]);
    assert!(!report.conforms());
}

#[tokio::test]
async fn on_a_server_that_says_no_to_everything_nothing_passes() {
    let report = report_on_a_server_that_says(NO).await;
    assert_eq!(passed(&report), [""; 0]);
}

#[tokio::test]
async fn on_a_server_that_does_not_speak_json_nothing_passes() {
    let report = report_on_a_server_that_says("<html>").await;
    assert_eq!(passed(&report), [""; 0]);
}

#[tokio::test]
async fn a_server_that_stops_to_answer_is_given_up_and_not_judged() {
    let server = MockServer::start().await;
    let never = ResponseTemplate::new(200).set_delay(Duration::from_secs(3600));
    Mock::given(matchers::method("POST"))
        .respond_with(never)
        .mount(&server)
        .await;

    let started = Instant::now();
    let target = target(&server).await;
    let hasty = target.with_patience(Duration::from_millis(20)).unwrap();
    let judged = run(&Catalogue::embedded().unwrap(), &hasty, |_| true).await;
    assert!(matches!(judged, Err(RunError::TargetGone)), "{judged:?}");
    // Not one patience for each of hundreds of scenarios.
    let asked = server.received_requests().await.unwrap();
    let asked = asked
        .iter()
        .filter(|request| request.method.as_str() == "POST")
        .count();
    assert!((5..20).contains(&asked), "{asked} requests");
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_failure_tells_the_step_and_what_was_said_without_the_secrets() {
    let server = server_that_says(YES).await;
    let target = target(&server).await;
    let catalogue = Catalogue::embedded().unwrap();
    let report = run(&catalogue, &target, |scenario| scenario.has_tag("CR-07"))
        .await
        .unwrap();

    let (_, verdict) = report.scenarios().next().expect("a scenario");
    let Verdict::Failed(failure) = verdict else {
        panic!("{verdict:?}");
    };
    let Failure {
        step,
        phase,
        message,
        exchanges,
        ..
    } = failure;
    assert_eq!(
        step,
        "Then Clink refuses with CUSTOMER_IDENTIFIER_NOT_MATCHED"
    );
    assert_eq!(
        (*phase, message.as_str()),
        (Phase::Then, "accepted: code 200")
    );
    assert_eq!(exchanges.len(), 3);
    assert!(exchanges[2].sent.contains("customerEmail"), "{failure}");
    for secret in ["hidden", "checkout.example", r#""t""#] {
        assert!(
            !format!("{failure} {failure:?}").contains(secret),
            "{secret} in {failure}"
        );
    }
}

#[tokio::test]
async fn what_needs_a_buyer_is_not_run_where_nobody_can_play_one() {
    let report = report_on_a_server_that_says(NO).await;
    for (scenario, verdict) in report.scenarios() {
        let needs = [
            "buyer",
            "dashboard",
            "time",
            "faults",
            "page",
            "second-merchant",
        ];
        let needs_more = needs.iter().any(|tag| scenario.has_tag(tag));
        let not_run = matches!(verdict, Verdict::NotRun(reason) if reason.starts_with("needs "));
        assert_eq!(needs_more, not_run, "{}: {verdict:?}", scenario.name);
    }
}

#[tokio::test]
async fn a_run_of_nothing_is_an_error() {
    let server = server_that_says(YES).await;
    let target = target(&server).await;
    let nothing = run(&Catalogue::embedded().unwrap(), &target, |_| false).await;
    assert!(matches!(nothing, Err(RunError::NothingSelected)));
}

async fn server_that_says(body: &str) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    Mock::given(matchers::any())
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

/// Answers each operation with the first example of success that the contract gives for it.
async fn mock_of_the_contract() -> MockServer {
    let contract = include_str!("../openapi/clinkbill.yaml");
    let contract: Value = yaml_serde::from_str(contract).unwrap();
    let server = MockServer::start().await;
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let media = &operation["responses"]["200"]["content"]["application/json"];
            let first = media["examples"].as_object().into_iter().flatten().next();
            let Some(example) = first
                .map(|(_, example)| &example["value"])
                .or(media.get("example"))
            else {
                continue;
            };
            let parts = path.split('/').map(|part| match part.strip_prefix('{') {
                Some(_) => "[^/]+",
                None => part,
            });
            let pattern = format!("^{}$", parts.collect::<Vec<_>>().join("/"));
            let answer = ResponseTemplate::new(200).set_body_json(example);
            Mock::given(matchers::method(method.to_ascii_uppercase().as_str()))
                .and(matchers::path_regex(pattern))
                .respond_with(answer)
                .mount(&server)
                .await;
        }
    }
    server
}

async fn report_on_a_server_that_says(body: &str) -> Report {
    let server = server_that_says(body).await;
    run_all(&target(&server).await).await
}

async fn target(server: &MockServer) -> Target {
    let elsewhere = Elsewhere::new(&server.uri(), "sk_test_hidden").unwrap();
    Target::elsewhere(&elsewhere).await.unwrap()
}

async fn run_all(target: &Target) -> Report {
    let catalogue = Catalogue::embedded().unwrap();
    run(&catalogue, target, |_| true).await.unwrap()
}

fn passed(report: &Report) -> Vec<&str> {
    report
        .scenarios()
        .filter(|(_, verdict)| **verdict == Verdict::Passed)
        .map(|(scenario, _)| scenario.name.as_str())
        .collect()
}
