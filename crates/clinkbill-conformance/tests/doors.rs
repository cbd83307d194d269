//! Every request of a run, and what becomes of it when it is spoilt, gets the same answer through
//! every door of the sandbox.

#![expect(clippy::unwrap_used, reason = "a test ends where its set-up fails")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinkbill_conformance::{Catalogue, Elsewhere, Target, Verdict, run};
use clinkbill_sandbox::{Answer, Body, ManualClock, Request, Sandbox};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use url::Url;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate, matchers};

/// How many of the recorded requests are also sent spoilt.
const SPOILT: usize = 40;

/// What is compared: status, content type, body.
type Seen = (u16, String, String);

/// A sandbox that remembers, in the order in which it answered.
#[derive(Clone)]
struct Recorder {
    sandbox: Sandbox,
    exchanges: Arc<Mutex<Vec<(Request, Seen)>>>,
    received_at: i64,
}

impl Respond for Recorder {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let request = Request {
            method: request.method.clone(),
            path: request.url.path().to_owned(),
            query: request.url.query().unwrap_or_default().to_owned(),
            headers: request.headers.clone(),
            body: Body::Whole(request.body.clone()),
            received_at: self.received_at,
        };
        let mut exchanges = self.exchanges.lock().unwrap();
        let answer = self.sandbox.handle(&request).into_answer().unwrap();
        let (status, content_type, body) = seen(&answer);
        exchanges.push((request, (status, content_type.clone(), body.clone())));
        ResponseTemplate::new(status).set_body_raw(body, &content_type)
    }
}

#[tokio::test]
async fn what_a_run_asks_is_answered_alike_through_every_door() {
    let now = now();
    let recorded = record(now).await;
    assert!(recorded.len() > 400, "{} requests", recorded.len());

    let direct = sandbox(now);
    let served = sandbox(now).serve().await.unwrap();
    let mocked = sandbox(now).wiremock().await.unwrap();
    let doors = [
        ("server", Door::to(served.base_url())),
        ("wiremock", Door::to(mocked.base_url())),
    ];
    let spoilt = recorded
        .iter()
        .take(SPOILT)
        .flat_map(|(request, _)| spoil(request))
        .collect::<Vec<_>>();
    assert!(spoilt.len() > 4 * SPOILT);
    let requests = recorded
        .into_iter()
        .map(|(request, answer)| (request, Some(answer)))
        .chain(spoilt.into_iter().map(|request| (request, None)));
    for (number, (request, recorded)) in requests.enumerate() {
        let label = format!("{number}: {} {}", request.method, request.path);
        let expected = seen(&direct.handle(&request).into_answer().unwrap());
        if let Some(recorded) = recorded {
            assert_eq!(expected, recorded, "directly {label}");
        }
        for (name, door) in &doors {
            assert_eq!(door.send(&request).await, expected, "{name} {label}");
        }
    }
}

/// A whole run, as the server saw it.
async fn record(now: i64) -> Vec<(Request, Seen)> {
    let recorder = Recorder {
        sandbox: sandbox(now),
        exchanges: Arc::default(),
        received_at: now,
    };
    let server = MockServer::builder()
        .disable_request_recording()
        .start()
        .await;
    Mock::given(matchers::any())
        .respond_with(recorder.clone())
        .mount(&server)
        .await;
    let base_url = format!("{}/api/", server.uri());
    let elsewhere = Elsewhere::new(&base_url, recorder.sandbox.secret_key()).unwrap();
    let target = Target::elsewhere(&elsewhere).await.unwrap();
    let report = run(&Catalogue::embedded().unwrap(), &target, |_| true)
        .await
        .unwrap();
    for (scenario, verdict) in report.scenarios() {
        assert!(
            matches!(verdict, Verdict::Passed),
            "{}: {verdict:?}",
            scenario.name
        );
    }
    std::mem::take(&mut *recorder.exchanges.lock().unwrap())
}

/// The same request, wrong in one way each.
fn spoil(request: &Request) -> Vec<Request> {
    let with = |change: &dyn Fn(&mut Request)| {
        let mut spoilt = request.clone();
        change(&mut spoilt);
        spoilt
    };
    let header = |name: &'static str, value: &'static str| {
        move |request: &mut Request| {
            let name = HeaderName::from_static(name);
            request
                .headers
                .insert(name, HeaderValue::from_static(value));
        }
    };
    let body = |body: &[u8]| {
        let body = body.to_vec();
        move |request: &mut Request| {
            request.method = Method::POST;
            "/api/checkout/session".clone_into(&mut request.path);
            request
                .headers
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            request.body = Body::Whole(body.clone());
        }
    };
    vec![
        with(&|request| {
            request.headers.remove("x-api-key");
        }),
        with(&header("x-api-key", "sk_live_1")),
        with(&|request| {
            request.headers.remove("x-timestamp");
        }),
        with(&header("x-timestamp", "1")),
        with(&header("x-timestamp", "yesterday")),
        with(&header("content-type", "text/plain")),
        with(&header("host", "shop.example")),
        with(&|request| request.method = Method::DELETE),
        with(&|request| request.path.push_str("/%2e%2e/nowhere")),
        with(&|request| "a=1&a=%00&%ff".clone_into(&mut request.query)),
        with(&|request| {
            if let Body::Whole(bytes) = &mut request.body {
                bytes.truncate(bytes.len() / 2);
            }
        }),
        with(&body(b"")),
        with(&body(b"null")),
        with(&body(b"[]")),
        with(&body(b"\"\xff\"")),
        with(&body(
            b"{\"originalAmount\":1e999,\"originalCurrency\":\"USD\"}",
        )),
        with(&body(&[b'['; 20_000])),
        with(&body(&vec![b' '; clinkbill_sandbox::BODY_LIMIT + 1])),
    ]
}

/// A door with a port.
struct Door {
    origin: Url,
    client: reqwest::Client,
}

impl Door {
    fn to(base_url: &str) -> Self {
        let base_url = Url::parse(base_url).unwrap();
        let patience = Duration::from_secs(10);
        let options = clinkbill_api::Options::default()
            .with_connect_timeout(patience)
            .with_timeout(patience);
        Self {
            client: clinkbill_api::http_client(&base_url, &options).unwrap(),
            origin: base_url.join("/").unwrap(),
        }
    }

    /// The recorded host is kept: checkout links name it.
    async fn send(&self, request: &Request) -> Seen {
        let Body::Whole(body) = request.body.clone() else {
            unreachable!("recorded bodies are whole");
        };
        let origin = self.origin.as_str().trim_end_matches('/');
        let query = if request.query.is_empty() { "" } else { "?" };
        let mut headers = request.headers.clone();
        headers.remove("content-length");
        let response = self
            .client
            .request(
                request.method.clone(),
                format!("{origin}{}{query}{}", request.path, request.query),
            )
            .headers(headers)
            .body(body)
            .send()
            .await
            .unwrap();
        let content_type = response.headers().get(CONTENT_TYPE).cloned();
        (
            response.status().as_u16(),
            text(content_type.as_ref()),
            response.text().await.unwrap(),
        )
    }
}

fn sandbox(now: i64) -> Sandbox {
    Sandbox::builder()
        .clock(ManualClock::at(now))
        .seed(7)
        .build()
}

fn seen(answer: &Answer) -> Seen {
    (
        answer.status().as_u16(),
        text(answer.headers().get(CONTENT_TYPE)),
        String::from_utf8(answer.body().clone()).unwrap(),
    )
}

fn text(header: Option<&HeaderValue>) -> String {
    header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn now() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since_1970.as_millis()).unwrap()
}
