//! The extractor lets through what verified, and answers the rest itself.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use clinkbill_types::Timestamp;
use clinkbill_webhook::{
    LARGEST_BODY, Signer, VerifiedEvent, Verifier, WebhookRejection, WebhookSecret,
};
use futures_util::stream;
use tower_service::Service;

const EVENT: &str =
    r#"{"id":"event_1","type":"order.created","data":{"object":{"orderId":"order_1"}}}"#;
const SECRET: &str = "whsec_canary";

#[derive(Clone)]
struct App {
    verifier: Verifier,
    seen: Arc<AtomicUsize>,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

/// What a signed request answers, and whether its handler ran.
async fn visited(headers: HeaderMap, body: impl Into<Body>) -> (StatusCode, String, bool) {
    let app = App {
        verifier: Verifier::new(WebhookSecret::new(SECRET).unwrap()),
        seen: Arc::default(),
    };
    let seen = app.seen.clone();
    let receive = {
        let seen = seen.clone();
        move |VerifiedEvent(event): VerifiedEvent| async move {
            seen.fetch_add(1, Ordering::SeqCst);
            event.id.to_string()
        }
    };
    let mut router = Router::new()
        .route("/", post(receive))
        .layer(DefaultBodyLimit::disable())
        .with_state(app);
    let mut request = Request::post("/").body(body.into()).unwrap();
    *request.headers_mut() = headers;
    let answer = router.call(request).await.unwrap();
    let status = answer.status();
    let shown = to_bytes(answer.into_body(), 10_000).await.unwrap();
    let shown = String::from_utf8(shown.to_vec()).unwrap();
    (status, shown, seen.load(Ordering::SeqCst) == 1)
}

fn signed(body: &[u8], age: Duration) -> HeaderMap {
    let at: Timestamp = (SystemTime::now() - age).try_into().unwrap();
    let signed = Signer::new(WebhookSecret::new(SECRET).unwrap()).sign(body, at);
    let mut headers = HeaderMap::new();
    for (name, value) in signed.pairs() {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn now(body: &[u8]) -> HeaderMap {
    signed(body, Duration::ZERO)
}

async fn refused(headers: HeaderMap, body: impl Into<Body>) -> (StatusCode, String) {
    let (status, shown, seen) = visited(headers, body).await;
    assert!(!seen, "{status}: {shown}");
    assert!(status.is_client_error(), "{status}");
    for secret in ["canary", "whsec", "order_1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    (status, shown)
}

#[tokio::test]
async fn what_verifies_reaches_the_handler() {
    let (status, shown, seen) = visited(now(EVENT.as_bytes()), EVENT).await;
    assert_eq!(
        (status, shown.as_str(), seen),
        (StatusCode::OK, "event_1", true)
    );
    // A body that arrives in pieces is the same body.
    let pieces: Vec<_> = EVENT
        .as_bytes()
        .chunks(7)
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    let (status, ..) = visited(
        now(EVENT.as_bytes()),
        Body::from_stream(stream::iter(pieces)),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn each_failure_has_its_status() {
    let body = EVENT.as_bytes();
    for name in ["x-clink-timestamp", "x-clink-signature"] {
        let mut headers = now(body);
        headers.remove(name);
        let (status, shown) = refused(headers, EVENT).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{shown}");
        assert!(shown.to_ascii_lowercase().contains(name), "{shown}");

        // Twice is as good as never, also with the right one first.
        let mut headers = now(body);
        headers.append(name, HeaderValue::from_static("00"));
        let (status, _) = refused(headers, EVENT).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    let mut headers = now(body);
    headers.insert("x-clink-signtype", HeaderValue::from_static("MD5"));
    let (status, _) = refused(headers, EVENT).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);

    let (status, _) = refused(now(body), EVENT.replace("order_1", "order_2")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = refused(signed(body, Duration::from_secs(400)), EVENT).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let (status, shown) = refused(now(b"[1]"), "[1]").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(shown, "the webhook body is not an event");
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_no_further() {
    let padded = |length: usize| EVENT.to_owned() + &" ".repeat(length - EVENT.len());
    let largest = padded(LARGEST_BODY);
    let (status, ..) = visited(now(largest.as_bytes()), largest).await;
    assert_eq!(status, StatusCode::OK);
    let larger = padded(LARGEST_BODY + 1);
    let (status, _) = refused(now(larger.as_bytes()), larger).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);

    // One without end, and without a length told ahead.
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 4096])));
    let (status, _) = refused(now(b""), Body::from_stream(endless)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let pieces = [
        Ok(Bytes::from_static(b"{")),
        Err(std::io::Error::other("canary")),
    ];
    let (status, shown) = refused(now(b"{"), Body::from_stream(stream::iter(pieces))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(shown, "the body could not be read");
}

#[tokio::test]
async fn a_handler_may_see_what_was_refused() {
    async fn receive(event: Result<VerifiedEvent, WebhookRejection>) -> StatusCode {
        assert!(event.is_err());
        StatusCode::IM_A_TEAPOT
    }
    let verifier = Verifier::new(WebhookSecret::new(SECRET).unwrap());
    let mut router = Router::new().route("/", post(receive)).with_state(verifier);
    let request = Request::post("/").body(Body::from(EVENT)).unwrap();
    let answer = router.call(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::IM_A_TEAPOT);
}

#[tokio::test]
async fn a_sign_type_that_is_there_and_unreadable_is_not_absent() {
    let body = EVENT.as_bytes();
    let mut twice = now(body);
    twice.append("x-clink-signtype", HeaderValue::from_static("SHA256"));
    let mut odd = now(body);
    let no_text = HeaderValue::from_bytes(b"\xff").unwrap();
    odd.insert("x-clink-signtype", no_text);
    for headers in [twice, odd] {
        let (status, shown) = refused(headers, EVENT).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{shown}");
        assert!(shown.contains("X-Clink-SignType"), "{shown}");
    }
    let mut absent = now(body);
    absent.remove("x-clink-signtype");
    assert_eq!(visited(absent, EVENT).await.0, StatusCode::OK);
}
