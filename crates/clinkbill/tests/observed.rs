//! What a program sees of the SDK with every span and event captured, those of all crates below
//! included: each call and each attempt, and no secret.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

mod captured;

use std::fmt::Write as _;
use std::pin::Pin;
use std::time::Duration;

use captured::capture;
use clinkbill::webhook::WebhookSecret;
use clinkbill::{
    Client, Clock, Currency, CustomerRef, Environment, Hosted, Line, Lines, NewBillingSession,
    NewSession, SecretKey, SessionId,
};
use clinkbill_sandbox::{Fault, FaultKind, Sandbox, Server};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Stands in every secret of this file, and in no other text.
const CANARY: &str = "canary";

/// Nobody waits before a request is sent again.
struct Hasty;

impl Clock for Hasty {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }
}

fn client(api_url: &str, key: &str) -> Client {
    Client::builder(SecretKey::new(key).unwrap())
        .environment(Environment::custom(api_url).unwrap())
        .clock(Hasty)
        .build()
        .unwrap()
}

async fn sandbox() -> (Server, Client) {
    let server = Sandbox::new().serve().await.unwrap();
    let client = client(server.base_url(), "sk_test_canary_key");
    (server, client)
}

fn purchase() -> NewSession<CustomerRef, Hosted, Lines> {
    NewSession::hosted_without_return_urls()
        .customer(CustomerRef::email("customer@example.com").unwrap())
        .lines(Currency::USD, [Line::new("Mug", 1, "4.99")])
}

/// The lines about spans that have ended.
fn ended(text: &str, span: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.contains(&format!("{span}{{")) && line.contains(" close "))
        .map(str::to_owned)
        .collect()
}

fn assert_says(line: &str, fields: &[&str]) {
    for field in fields {
        assert!(line.contains(field), "{field} is missing: {line}");
    }
}

#[tokio::test]
async fn every_attempt_is_a_span_in_that_of_its_call() {
    let (captured, _guard) = capture();
    let (server, client) = sandbox().await;
    let created = client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap();
    let merchant = server.sandbox().merchant_of("sk_test_canary_key").unwrap();
    let busy = Fault::new(FaultKind::Unavailable { retry_after: 1 }).times(1);
    merchant.arm(busy).unwrap();
    let sessions = client.checkout_sessions();
    sessions.retrieve(&created.session_id).await.unwrap();

    let text = captured.text();
    let attempts = ended(&text, "clinkbill.attempt");
    assert_eq!(attempts.len(), 3, "{text}");
    let address = format!("server.port={}", server.address().port());
    assert_says(
        &attempts[0],
        &[
            "otel.name=POST /checkout/session",
            "otel.kind=\"client\"",
            "http.request.method=\"POST\"",
            "http.request.resend_count=0",
            "url.template=\"/checkout/session\"",
            "server.address=\"127.0.0.1\"",
            &address,
            "clinkbill.attempt=1",
            "http.response.status_code=200",
            "clinkbill.code=200",
            "clinkbill.elapsed_ms=",
        ],
    );
    assert!(!attempts[0].contains("error.type"), "{}", attempts[0]);
    assert_says(
        &attempts[1],
        &[
            "http.request.method=\"GET\"",
            "url.template=\"/checkout/session/{id}\"",
            "http.response.status_code=503",
            "error.type=503",
        ],
    );
    assert_says(
        &attempts[2],
        &[
            "http.request.resend_count=1",
            "clinkbill.attempt=2",
            "http.response.status_code=200",
        ],
    );

    let repeated: Vec<_> = text
        .lines()
        .filter(|it| it.contains("is repeated"))
        .collect();
    assert_eq!(repeated.len(), 1, "{text}");
    assert_says(
        repeated[0],
        &["INFO", "clinkbill.wait_ms=", "error.type=503"],
    );

    let calls = ended(&text, "clinkbill.call");
    let read = calls
        .iter()
        .rfind(|it| it.contains("GET /checkout/session/{id}"));
    assert_says(read.unwrap(), &["clinkbill.attempts=2"]);
}

#[tokio::test]
async fn a_call_that_failed_says_why_and_whether_it_took_effect() {
    let (captured, _guard) = capture();
    let (server, client) = sandbox().await;
    let merchant = server.sandbox().merchant_of("sk_test_canary_key").unwrap();
    merchant.arm(Fault::new(FaultKind::Reset).times(1)).unwrap();
    client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap_err();
    let nobody = SessionId::from_wire("sess_nobody");
    client
        .checkout_sessions()
        .retrieve(&nobody)
        .await
        .unwrap_err();

    let text = captured.text();
    let calls: Vec<_> = ended(&text, "clinkbill.call");
    let calls: Vec<_> = calls.iter().filter(|it| it.contains("outcome")).collect();
    assert_says(
        calls[0],
        &["clinkbill.outcome=Unknown", "error.type=interrupted"],
    );
    assert_says(
        calls[calls.len() - 1],
        &["clinkbill.outcome=Rejected", "error.type=404"],
    );

    let failed: Vec<_> = text.lines().filter(|it| it.contains("the call ")).collect();
    assert_eq!(failed.len(), 2, "{text}");
    assert_says(
        failed[0],
        &[
            "WARN",
            "the call failed",
            "clinkbill.operation=POST /checkout/session",
            "clinkbill.outcome=Unknown",
            "error.type=interrupted",
        ],
    );
    assert_says(
        failed[1],
        &["INFO", "the call was refused", "error.type=404"],
    );
}

#[tokio::test]
async fn a_key_with_an_unknown_prefix_is_warned_of_once() {
    let (captured, _guard) = capture();
    let server = Sandbox::new().serve().await.unwrap();
    let client = client(server.base_url(), "rk_canary");
    for _ in 0..3 {
        client
            .checkout_sessions()
            .create(&purchase())
            .await
            .unwrap_err();
    }
    let text = captured.text();
    let warnings: Vec<_> = text.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{text}");
    assert_says(warnings[0], &["server.address=\"127.0.0.1\"", "secret key"]);
    assert!(!text.contains(CANARY), "{text}");

    let (captured, _guard) = capture();
    self::client(server.base_url(), "sk_uat_canary");
    assert!(!captured.text().contains("WARN"));
}

#[tokio::test]
async fn no_key_secret_or_token_shows_at_trace_level_in_an_error_or_in_debug_output() {
    let (captured, _guard) = capture();
    let mut shown = String::new();

    // A way that goes well, with a token in every link.
    let (server, client) = sandbox().await;
    let created = client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap();
    let token = created.url.as_str().rsplit('/').next().unwrap().to_owned();
    let session = client
        .checkout_sessions()
        .retrieve(&created.session_id)
        .await
        .unwrap();
    let portal = NewBillingSession::new(created.customer_id.clone().unwrap());
    let portal = client.billing_sessions().create(&portal).await.unwrap();
    let door = portal.url.as_str().rsplit('/').next().unwrap().to_owned();
    let secret = WebhookSecret::new("whsec_canary_secret").unwrap();
    write!(
        shown,
        "{client:?} {created:#?} {session:?} {portal:?} {secret:?}"
    )
    .unwrap();

    // Answers that repeat what they should not, and connections that break.
    let echo = "invalid apiKey=sk_test_canary_key whsec_canary_secret \
                see https://checkout.clinkbill.com/pay/canary_token token=canary_token";
    for answer in [
        ResponseTemplate::new(401).set_body_string(echo),
        ResponseTemplate::new(401)
            .set_body_raw(format!(r#"{{"code":401,"msg":"{echo}"}}"#), "application/json"),
        ResponseTemplate::new(200)
            .set_body_raw(format!(r#"{{"code":400,"msg":"{echo}"}}"#), "application/json"),
        ResponseTemplate::new(200).set_body_string(format!("<html>{echo}")),
        ResponseTemplate::new(307)
            .insert_header("location", "http://localhost:1/pay/canary_token"),
        ResponseTemplate::new(200).set_body_raw(
            r#"{"code":200,"data":{"sessionId":"sess_1","token":"canary_token","url":"https://evil.example.com/pay/canary_token"}}"#,
            "application/json",
        ),
    ] {
        let echoing = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&echoing).await;
        let client = self::client(&format!("{}/api/", echoing.uri()), "sk_test_canary_key");
        let error = client.checkout_sessions().create(&purchase()).await;
        write!(shown, "{0} {0:#?}", error.unwrap_err()).unwrap();
    }
    let merchant = server.sandbox().merchant_of("sk_test_canary_key").unwrap();
    for kind in [FaultKind::Reset, FaultKind::Close, FaultKind::HalfBody] {
        merchant
            .arm(Fault::new(kind).times(1).after_commit())
            .unwrap();
        let error = client.checkout_sessions().create(&purchase()).await;
        let mut error: Option<&dyn std::error::Error> = Some(&error.unwrap_err());
        while let Some(cause) = error {
            write!(shown, "{cause} {cause:?}").unwrap();
            error = cause.source();
        }
    }

    let text = captured.text() + &shown;
    assert!(text.contains("clinkbill.attempt"), "nothing was captured");
    for secret in [CANARY, &token, &door] {
        let at = text.find(secret);
        assert_eq!(at.map(|at| &text[at.saturating_sub(200)..at]), None);
    }
}
