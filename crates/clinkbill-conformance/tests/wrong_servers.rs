//! Servers that are simply wrong: nothing passes there by accident, and nothing hangs.

#![expect(clippy::unwrap_used, reason = "a test ends where its set-up fails")]

use std::time::{Duration, Instant};

use clinkbill_conformance::{Catalogue, Failure, Phase, Report, RunError, Target, Verdict, run};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

const YES: &str = r#"{"code":200,"msg":"success","data":{
    "sessionId":"sess_1","customerId":"cus_1","tokenValue":"t","url":"https://checkout.example/pay/t",
    "originalAmount":4.99,"originalCurrency":"USD","uiMode":"hostedPage",
    "status":"open","paymentStatus":"unpaid","customer":{"customerId":"cus_1","email":null}}}"#;
const NO: &str = r#"{"code":400,"msg":"CUSTOMER_NOT_FOUND","data":null}"#;

#[tokio::test]
async fn on_a_server_that_says_yes_to_everything_every_customer_scenario_fails() {
    let report = report_on_a_server_that_says(YES).await;

    let not_failed: Vec<_> = report
        .scenarios()
        .filter(|(scenario, _)| scenario.file == "customer-resolution.feature")
        .filter(|(_, verdict)| !matches!(verdict, Verdict::Failed(_) | Verdict::NotRun(_)))
        .map(|(scenario, _)| scenario.name.as_str())
        .collect();
    assert_eq!(not_failed, [""; 0]);
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
async fn on_a_server_that_never_answers_nothing_passes_and_nothing_hangs() {
    let server = MockServer::start().await;
    let never = ResponseTemplate::new(200).set_delay(Duration::from_secs(3600));
    Mock::given(matchers::method("POST"))
        .respond_with(never)
        .mount(&server)
        .await;

    let started = Instant::now();
    let target = target(&server).await;
    let hasty = target.with_patience(Duration::from_millis(20)).unwrap();
    let report = run_all(&hasty).await;
    assert_eq!(passed(&report), [""; 0]);
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
        let needs_more = scenario.has_tag("buyer") || scenario.has_tag("second-merchant");
        let not_run = matches!(verdict, Verdict::NotRun(reason) if reason.contains("needs a"));
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

async fn report_on_a_server_that_says(body: &str) -> Report {
    let server = server_that_says(body).await;
    run_all(&target(&server).await).await
}

async fn target(server: &MockServer) -> Target {
    Target::server(&server.uri(), "sk_test_hidden")
        .await
        .unwrap()
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
