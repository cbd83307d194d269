//! The same request gets the same status, content type and bytes through every door.

use clinkbill_sandbox::{Body, ManualClock, Sandbox};
use http::Method;

use crate::call::{Call, quick_start};

fn sandbox() -> Sandbox {
    Sandbox::builder()
        .clock(ManualClock::at(1_700_000_000_000))
        .seed(42)
        .build()
}

fn calls() -> Vec<Call> {
    vec![
        Call::create(quick_start("4.990")),
        Call::create(r#"{"originalAmount":1,"originalCurrency":"USD"}"#),
        Call::create("[".repeat(20_000)),
        Call::create(b"\"\xff\"".to_vec()),
        Call::create(vec![b' '; 5 << 20]),
        Call::create(quick_start("0")),
        Call::create(quick_start("4.99")).without("x-api-key"),
        Call::create(quick_start("4.99")).without("x-timestamp"),
        Call::create(quick_start("4.99")).header("content-type", "text/plain"),
        Call::get("/api/checkout/session/sess_unknown"),
        Call::get("/api/order/order_unknown"),
        Call::get("/api/order?pageSize=1"),
        Call::get("/api/order?pageNum=0"),
        Call::get("/api/order?merchantReferenceId=%C3%A4+b"),
        Call::new(Method::POST, "/api/product").body(
            r#"{"name":"Mug","image":"oss_1","taxCategory":"ebook","priceList":[{"currency":"USD",
            "unitAmount":4.990,"priceType":"one_time"}]}"#,
        ),
        Call::get("/api/product?pageNum=1&pageSize=10"),
        Call::get("/api/price?productId=prd_x&active=true&pageNum=1&pageSize=10"),
        Call::new(Method::POST, "/api/billing/session").body(r#"{"customerId":"cus_x"}"#),
        Call::get("/api/webhook/events"),
        Call::new(Method::POST, "/api/webhook/endpoints")
            .body(r#"{"url":"http://localhost:4011/hook","events":[]}"#),
        Call::new(Method::PUT, "/api/webhook/endpoints/ensure").body(
            r#"{"url":"http://localhost:4011/hook","events":["refund.failed"],"rotateSecret":true}"#,
        ),
        Call::get("/api/webhook/endpoints?enabled=true&pageSize=1"),
        Call::new(Method::DELETE, "/api/webhook/endpoints/whk_unknown"),
        Call::new(Method::POST, "/_sandbox/webhooks/next").body(r#"{"kind":"reorder"}"#),
        Call::new(Method::POST, "/_sandbox/clock/freeze"),
        Call::new(Method::POST, "/_sandbox/clock/advance").body(r#"{"seconds":86400}"#),
        Call::new(Method::POST, "/_sandbox/clock/resume"),
        Call::get("/_sandbox/clock"),
        Call::new(Method::POST, "/_sandbox/events/event_unknown/resend"),
        Call::get("/_sandbox/observations"),
        Call::get("/_sandbox/sessions/sess_unknown?country=US"),
        Call::get("/portal/unknown"),
        Call::get("/api/nowhere"),
        Call::get("/pay/unknown"),
        Call::get("/"),
        Call::get("/books/unknown"),
        Call::new(Method::DELETE, "/api/checkout/session"),
        Call::get("/_sandbox/customers"),
        Call::get("/_sandbox/events"),
    ]
    .into_iter()
    // The checkout link names the host, so every door is called by the same name.
    .map(|call| call.header("host", "localhost:4010"))
    .collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    content_type: String,
    body: Vec<u8>,
}

async fn through(client: &reqwest::Client, origin: &str, call: &Call) -> Answer {
    let request = call.request();
    let Body::Whole(body) = request.body.clone() else {
        panic!("calls have whole bodies");
    };
    let separator = if request.query.is_empty() { "" } else { "?" };
    let response = client
        .request(
            request.method.clone(),
            format!("{origin}{}{separator}{}", request.path, request.query),
        )
        .headers(request.headers.clone())
        .body(body)
        .send()
        .await
        .unwrap();
    Answer {
        status: response.status().as_u16(),
        content_type: response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned(),
        body: response.bytes().await.unwrap().to_vec(),
    }
}

fn directly(sandbox: &Sandbox, call: &Call) -> Answer {
    let reply = call.send(sandbox);
    Answer {
        status: reply.status().as_u16(),
        content_type: reply.headers()["content-type"].to_str().unwrap().to_owned(),
        body: reply.into_body(),
    }
}

#[tokio::test]
async fn the_three_doors_answer_alike() {
    let client = client();
    let direct = sandbox();
    let server = sandbox().serve().await.unwrap();
    let wiremock = sandbox().wiremock().await.unwrap();
    for call in calls() {
        let expected = directly(&direct, &call);
        let origin = server.base_url().trim_end_matches("/api/").to_owned();
        assert_eq!(
            through(&client, &origin, &call).await,
            expected,
            "server: {}",
            call.request().path
        );
        let origin = wiremock.base_url().trim_end_matches("/api/").to_owned();
        assert_eq!(
            through(&client, &origin, &call).await,
            expected,
            "wiremock: {}",
            call.request().path
        );
    }
}

#[test]
fn the_same_seed_and_calls_give_the_same_answers() {
    let (first, second) = (sandbox(), sandbox());
    for call in calls() {
        assert_eq!(directly(&first, &call), directly(&second, &call));
    }
    assert_ne!(Sandbox::new().secret_key(), Sandbox::new().secret_key());
}

/// A client for plain HTTP
pub(crate) fn client() -> reqwest::Client {
    let tls = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_root_certificates(rustls::RootCertStore::empty())
    .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}
