//! The check of a webhook endpoint, against a sound one and against some that are wrong in one way.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use clinkbill_conformance::receiver::{Endpoint, PlainHttp, Report, Seen, Verdict};
use clinkbill_webhook::{Event, EventKind, Verifier, WebhookError, WebhookSecret};
use futures_util::stream;

const SECRET: &str = "whsec_of_the_test";

/// What is forged, changed or stale: every case a sound endpoint refuses.
const FORGED: [&str; 10] = [
    "unsigned",
    "bad-signature",
    "malformed-signature",
    "wrong-secret",
    "stale",
    "from-the-future",
    "no-timestamp",
    "refreshed-timestamp",
    "changed-body",
    "reserialised-body",
];

/// What is Clink's: every case a sound endpoint takes.
const CLINKS: [&str; 10] = [
    "good",
    "spaced-json",
    "duplicate",
    "out-of-order",
    "nulls",
    "string-money",
    "late-subscription",
    "unknown-fields",
    "unknown-type",
    "good-again",
];

fn secret() -> WebhookSecret {
    WebhookSecret::new(SECRET).unwrap()
}

fn verify(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> Result<Event, WebhookError> {
    verifier.verify(|name| headers.get(name)?.to_str().ok(), body)
}

/// What a handler built on `clinkbill-webhook` answers.
fn sound(headers: &HeaderMap, body: &[u8]) -> StatusCode {
    match verify(&Verifier::new(secret()), headers, body) {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// The URL of an endpoint with this handler.
async fn serving<A, F>(handler: A) -> String
where
    A: Fn(HeaderMap, Bytes) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let router = Router::new().route("/hook", post(handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint::new(url, secret(), PlainHttp::ToThisMachine).unwrap()
}

/// What becomes of an endpoint that answers at once.
async fn checked(
    answer: impl Fn(&HeaderMap, &[u8]) -> StatusCode + Clone + Send + Sync + 'static,
) -> Report {
    let url = serving(move |headers, body| {
        let status = answer(&headers, &body);
        async move { status.into_response() }
    });
    endpoint(&url.await).check().await.unwrap()
}

fn with(report: &Report, is: fn(&Verdict) -> bool) -> Vec<&str> {
    let cases = report.cases().iter().filter(|case| is(&case.verdict));
    cases.map(|case| case.case.as_ref()).collect()
}

#[track_caller]
fn assert_fails(report: &Report, expected: &[&str]) {
    let failed = with(report, |verdict| *verdict != Verdict::Passed);
    assert_eq!(sorted(&failed), sorted(expected), "{report}");
    assert_eq!(report.passed(), expected.is_empty());
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_sound_endpoint_passes_every_case() {
    let report = checked(sound).await;
    assert_fails(&report, &[]);
    let names: Vec<_> = report
        .cases()
        .iter()
        .map(|case| case.case.as_ref())
        .collect();
    assert_eq!(sorted(&names), sorted(&[&FORGED[..], &CLINKS[..]].concat()));
}

#[tokio::test]
async fn an_endpoint_that_accepts_everything_fails_whatever_is_forged() {
    assert_fails(&checked(|_, _| StatusCode::OK).await, &FORGED);
}

#[tokio::test]
async fn an_endpoint_that_never_checks_freshness_fails_the_stale_ones() {
    let ageless = |headers: &HeaderMap, body: &[u8]| {
        let verifier = Verifier::new(secret()).without_tolerance();
        match verify(&verifier, headers, body) {
            Ok(_) => StatusCode::OK,
            Err(_) => StatusCode::BAD_REQUEST,
        }
    };
    assert_fails(&checked(ageless).await, &["stale", "from-the-future"]);
}

#[tokio::test]
async fn an_endpoint_that_looks_at_one_side_of_the_window_fails_the_other() {
    let backwards =
        |headers: &HeaderMap, body: &[u8]| match verify(&Verifier::new(secret()), headers, body) {
            Err(WebhookError::Stale) if is_ahead(headers) => StatusCode::OK,
            Ok(_) => StatusCode::OK,
            Err(_) => StatusCode::BAD_REQUEST,
        };
    assert_fails(&checked(backwards).await, &["from-the-future"]);
}

fn is_ahead(headers: &HeaderMap) -> bool {
    let millis: u128 = headers["x-clink-timestamp"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap();
    millis > now.as_millis()
}

#[tokio::test]
async fn an_endpoint_that_takes_what_has_no_signature_fails_the_unsigned_one() {
    let trusting = |headers: &HeaderMap, body: &[u8]| match headers.get("x-clink-signature") {
        None => StatusCode::OK,
        Some(_) => sound(headers, body),
    };
    assert_fails(&checked(trusting).await, &["unsigned"]);
}

#[tokio::test]
async fn an_endpoint_that_breaks_over_nonsense_fails_the_nonsense() {
    let fragile = |headers: &HeaderMap, body: &[u8]| {
        let signature = headers.get("x-clink-signature");
        match signature.map(|value| value.to_str().unwrap().contains(' ')) {
            Some(true) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => sound(headers, body),
        }
    };
    assert_fails(&checked(fragile).await, &["malformed-signature"]);
}

#[tokio::test]
async fn an_endpoint_that_verifies_what_it_wrote_itself_fails_both_ways() {
    let reserialising = |headers: &HeaderMap, body: &[u8]| {
        let text = String::from_utf8_lossy(body);
        let compact = text.replace("\n  ", "").replace("\": ", "\":");
        sound(headers, compact.as_bytes())
    };
    let expected = ["reserialised-body", "spaced-json"];
    assert_fails(&checked(reserialising).await, &expected);
}

#[tokio::test]
async fn an_endpoint_that_refuses_what_it_has_seen_fails_the_duplicate() {
    let seen: Arc<Mutex<HashSet<String>>> = Arc::default();
    let forgetful_of_nothing = move |headers: &HeaderMap, body: &[u8]| match verify(
        &Verifier::new(secret()),
        headers,
        body,
    ) {
        Ok(event) if !seen.lock().unwrap().insert(event.id.to_string()) => StatusCode::CONFLICT,
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    };
    assert_fails(&checked(forgetful_of_nothing).await, &["duplicate"]);
}

#[tokio::test]
async fn an_endpoint_that_wants_events_in_order_fails_those_that_are_late() {
    let paid: Arc<Mutex<HashSet<String>>> = Arc::default();
    let orderly = move |headers: &HeaderMap, body: &[u8]| {
        let mut paid = paid.lock().unwrap();
        match verify(&Verifier::new(secret()), headers, body).map(|event| event.kind) {
            Ok(EventKind::OrderCreated(order)) if paid.contains(order.order_id.as_str()) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Ok(EventKind::OrderSucceeded(order)) => {
                paid.insert(order.order_id.to_string());
                StatusCode::OK
            }
            Ok(_) => StatusCode::OK,
            Err(_) => StatusCode::BAD_REQUEST,
        }
    };
    assert_fails(&checked(orderly).await, &["out-of-order"]);
}

#[tokio::test]
async fn an_endpoint_that_chokes_on_a_type_it_does_not_know_fails_that_one() {
    let choosy =
        |headers: &HeaderMap, body: &[u8]| match verify(&Verifier::new(secret()), headers, body) {
            Ok(event) if matches!(event.kind, EventKind::Other(_)) => StatusCode::NOT_IMPLEMENTED,
            Ok(_) => StatusCode::OK,
            Err(_) => StatusCode::BAD_REQUEST,
        };
    assert_fails(&checked(choosy).await, &["unknown-type"]);
}

#[tokio::test]
async fn an_endpoint_that_wants_numbers_fails_the_money_in_text() {
    let strict = |headers: &HeaderMap, body: &[u8]| {
        let is_text = String::from_utf8_lossy(body).contains(r#""originalAmount":""#);
        match sound(headers, body) {
            StatusCode::OK if is_text => StatusCode::BAD_REQUEST,
            answer => answer,
        }
    };
    assert_fails(&checked(strict).await, &["string-money"]);
}

#[tokio::test]
async fn an_endpoint_that_always_breaks_fails_everything() {
    let report = checked(|_, _| StatusCode::INTERNAL_SERVER_ERROR).await;
    assert_fails(&report, &[&FORGED[..], &CLINKS[..]].concat());
    let failed = with(&report, |verdict| *verdict == Verdict::Failed);
    assert_eq!(failed.len(), report.cases().len());
}

#[tokio::test]
async fn a_refusal_proves_nothing_of_an_endpoint_that_refuses_everything() {
    let report = checked(|_, _| StatusCode::UNAUTHORIZED).await;
    let failed = with(&report, |verdict| *verdict == Verdict::Failed);
    assert_eq!(sorted(&failed), sorted(&CLINKS), "{report}");
    let unknown = with(&report, |verdict| matches!(verdict, Verdict::NotJudged(_)));
    assert_eq!(sorted(&unknown), sorted(&FORGED), "{report}");
    assert!(!report.passed());
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let followed = Arc::new(AtomicUsize::new(0));
    let elsewhere = serving({
        let followed = Arc::clone(&followed);
        move |_, _| {
            followed.fetch_add(1, Ordering::SeqCst);
            async { StatusCode::OK.into_response() }
        }
    })
    .await;
    let url = serving(move |_, _| {
        let elsewhere = elsewhere.clone();
        async {
            (
                StatusCode::PERMANENT_REDIRECT,
                [(header::LOCATION, elsewhere)],
            )
                .into_response()
        }
    });
    let report = endpoint(&url.await).check().await.unwrap();
    assert_fails(&report, &[&FORGED[..], &CLINKS[..]].concat());
    assert!(matches!(
        report.cases()[0].seen,
        Seen::Answer { status: 308, .. }
    ));
    assert_eq!(followed.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_endpoint_that_hangs_is_left_alone_after_the_first_event() {
    let calls = Arc::new(AtomicUsize::new(0));
    let url = serving({
        let calls = Arc::clone(&calls);
        move |_, _| {
            calls.fetch_add(1, Ordering::SeqCst);
            std::future::pending()
        }
    });
    let endpoint = endpoint(&url.await).with_patience(Duration::from_millis(200));
    let report = endpoint.check().await.unwrap();

    assert_eq!(
        with(&report, |v| *v == Verdict::Failed),
        ["good"],
        "{report}"
    );
    assert_eq!(report.cases()[0].seen, Seen::TimedOut);
    assert!(
        report.cases()[1..]
            .iter()
            .all(|case| case.seen == Seen::NotSent)
    );
    assert!(!report.passed() && !report.answered());
    assert!(calls.load(Ordering::SeqCst) <= 1);
}

#[tokio::test]
async fn an_endpoint_that_hangs_over_one_event_fails_that_one() {
    let url = serving(|headers, body| async move {
        if String::from_utf8_lossy(&body).contains("gift_card") {
            return std::future::pending().await;
        }
        sound(&headers, &body).into_response()
    });
    let endpoint = endpoint(&url.await).with_patience(Duration::from_secs(3));
    let report = endpoint.check().await.unwrap();
    assert_fails(&report, &["unknown-type"]);
}

#[tokio::test]
async fn an_answer_without_an_end_is_read_up_to_a_bound() {
    let url = serving(|headers, body| async move {
        let chunk = || Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 4096]));
        let endless = stream::repeat_with(chunk);
        (sound(&headers, &body), Body::from_stream(endless)).into_response()
    });
    let report = endpoint(&url.await).check().await.unwrap();
    assert_fails(&report, &[]);
}

#[tokio::test]
async fn where_nobody_listens_nothing_answers() {
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}/hook", taken.local_addr().unwrap());
    let report = endpoint(&url).check().await.unwrap();
    assert_eq!(report.cases()[0].seen, Seen::Unreachable);
    assert!(!report.passed() && !report.answered());
}

#[tokio::test]
async fn the_report_shows_what_was_expected_and_no_secret() {
    let url = serving(|_, _| async { (StatusCode::OK, "canary").into_response() }).await;
    let endpoint = endpoint(&format!("{url}?token=canary"));
    let report = endpoint.check().await.unwrap();

    let text = report.to_string();
    let json = report.to_json().unwrap();
    let schema = schemars::schema_for!(Report).to_value();
    let value = serde_json::from_str(&json).unwrap();
    let fits = jsonschema::validate(&schema, &value);
    assert!(fits.is_ok(), "{fits:?}");
    for shown in [&text, &json, &format!("{report:?}")] {
        assert!(
            !shown.contains("canary") && !shown.contains(SECRET),
            "{shown}"
        );
    }
    let stale = text.lines().find(|line| line.contains(" stale ")).unwrap();
    assert!(stale.starts_with("FAILED stale"), "{stale}");
    assert!(stale.contains("expected 4xx, saw 200 after "), "{stale}");
    assert!(
        text.ends_with("10 passed, 10 failed, 0 not judged\n"),
        "{text}"
    );
}
