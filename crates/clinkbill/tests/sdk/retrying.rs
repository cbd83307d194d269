//! What is sent again, when, and how long a call takes at most.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clinkbill::{
    CallOptions, Client, Clock, Environment, Error, OrderFilter, Outcome, RetryPolicy, SecretKey,
    Session, SessionId,
};
use tokio::net::TcpSocket;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{KEY, json, purchase};

const SESSION: &str = r#"{"code":200,"data":{"sessionId":"sess_1","status":"open"}}"#;

/// Time that passes only while somebody waits.
#[derive(Clone)]
struct Watch {
    began: Instant,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Watch {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            waits: Arc::default(),
        }
    }

    fn waited(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }

    fn passed(&self) -> Duration {
        self.waited().iter().sum()
    }
}

impl Clock for Watch {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_768_477_500) + self.passed()
    }

    fn instant(&self) -> Instant {
        self.began + self.passed()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.waits.lock().unwrap().push(wait);
        Box::pin(async {})
    }
}

fn watched_client(api_url: &str) -> (Client, Watch) {
    let watch = Watch::new();
    let client = Client::builder(SecretKey::new(KEY).unwrap())
        .environment(Environment::custom(api_url).unwrap())
        .clock(watch.clone())
        .jitter(|ceiling| ceiling)
        .build()
        .unwrap();
    (client, watch)
}

/// A server that gives these answers one after the other, the last of them for ever.
async fn answering_in_turn(answers: Vec<ResponseTemplate>) -> (MockServer, Client, Watch) {
    let server = MockServer::start().await;
    let last = answers.len() - 1;
    for (number, answer) in answers.into_iter().enumerate() {
        let mock = Mock::given(any()).respond_with(answer);
        let mock = if number == last {
            mock
        } else {
            mock.up_to_n_times(1)
        };
        mock.mount(&server).await;
    }
    let (client, watch) = watched_client(&format!("{}/api/", server.uri()));
    (server, client, watch)
}

async fn seen(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

async fn retrieve(client: &Client) -> Result<Session, Error> {
    let id = SessionId::from_wire("sess_1");
    client.checkout_sessions().retrieve(&id).await
}

fn millis(waits: &[Duration]) -> Vec<u128> {
    waits.iter().map(Duration::as_millis).collect()
}

#[tokio::test]
async fn a_read_is_repeated_until_it_is_answered_each_time_with_a_fresh_timestamp() {
    let answers = vec![
        ResponseTemplate::new(503),
        json(401, r#"{"code":80102203,"msg":"timestamp expired"}"#),
        json(200, r#"{"code":500,"msg":"failed"}"#),
        json(200, SESSION),
    ];
    let (server, client, watch) = answering_in_turn(answers).await;
    let session = retrieve(&client).await.unwrap();
    assert_eq!(session.session_id.as_str(), "sess_1");
    assert_eq!(millis(&watch.waited()), [200, 400, 800]);

    let requests = server.received_requests().await.unwrap();
    let stamps: Vec<_> = requests
        .iter()
        .map(|it| &it.headers["x-timestamp"])
        .collect();
    assert_eq!(
        stamps,
        [
            "1768477500000",
            "1768477500200",
            "1768477500600",
            "1768477501400"
        ]
    );
}

#[tokio::test]
async fn a_read_that_fails_to_the_end_says_how_often_it_was_tried() {
    let (server, client, _) = answering_in_turn(vec![ResponseTemplate::new(502)]).await;
    let error = retrieve(&client).await.unwrap_err();
    assert_eq!((error.attempts(), seen(&server).await), (4, 4));
    assert_eq!(error.http_status(), Some(502));
}

#[tokio::test]
async fn a_server_that_says_how_long_is_waited_for_in_seconds_or_until_a_date() {
    let later = |until: &str| ResponseTemplate::new(429).insert_header("Retry-After", until);
    let answers = vec![
        later("7"),
        later("Thu, 15 Jan 2026 11:45:10 GMT"),
        later("Thu, 15 Jan 2026 11:45:00 GMT"),
        json(200, SESSION),
    ];
    let (_server, client, watch) = answering_in_turn(answers).await;
    retrieve(&client).await.unwrap();
    // 11:45:00 was the beginning: the third of them has passed, and leaves the usual wait.
    assert_eq!(millis(&watch.waited()), [7000, 3000, 800]);
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let later = ResponseTemplate::new(429).insert_header("Retry-After", "30");
    let (server, client, watch) = answering_in_turn(vec![later]).await;
    let error = retrieve(&client).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!((watch.waited().len(), seen(&server).await), (0, 1));
}

#[tokio::test]
async fn one_call_may_have_other_options_than_its_client() {
    let (server, client, watch) = answering_in_turn(vec![ResponseTemplate::new(503)]).await;
    let patient = RetryPolicy::default()
        .most_attempts(9)
        .backoff(Duration::from_secs(1), Duration::from_secs(2));
    let options = client.options().retry(patient);
    let error = retrieve(&client.with_options(options)).await.unwrap_err();
    assert_eq!((error.attempts(), seen(&server).await), (9, 9));
    assert_eq!(
        millis(&watch.waited()),
        [1000, 2000, 2000, 2000, 2000, 2000, 2000, 2000]
    );

    let options = options.deadline(Duration::from_secs(6));
    let error = retrieve(&client.with_options(options)).await.unwrap_err();
    assert_eq!(
        error.attempts(),
        4,
        "after 1, 2 and 2 seconds there is 1 left"
    );

    let once = client.options().retry(RetryPolicy::never());
    let error = retrieve(&client.with_options(once)).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_search_over_many_pages_has_one_deadline() {
    let busy = ResponseTemplate::new(503).insert_header("Retry-After", "12");
    let full: Vec<_> = (1..=50)
        .map(|number| {
            format!(
                r#"{{"orderId":"order_{number}","status":"success","merchantReferenceId":"A"}}"#
            )
        })
        .collect();
    let page = format!(r#"{{"code":200,"total":500,"rows":[{}]}}"#, full.join(","));
    let page = json(200, &page);
    let answers = vec![busy.clone(), page.clone(), busy.clone(), page, busy];
    let (server, client, watch) = answering_in_turn(answers).await;
    let error = client.orders().find_by_merchant_reference("A").await;
    assert_eq!(error.unwrap_err().http_status(), Some(503));
    assert_eq!(
        (millis(&watch.waited()), seen(&server).await),
        (vec![12_000, 12_000], 5)
    );
}

#[tokio::test]
async fn what_reached_the_server_is_never_created_again() {
    for answer in [
        ResponseTemplate::new(503).insert_header("Retry-After", "0"),
        ResponseTemplate::new(429).insert_header("Retry-After", "0"),
        json(401, r#"{"code":80102212,"msg":"timestamp expired"}"#),
    ] {
        let (server, client, watch) = answering_in_turn(vec![answer]).await;
        let error = client.checkout_sessions().create(&purchase()).await;
        assert_eq!(error.unwrap_err().attempts(), 1);
        assert_eq!((watch.waited().len(), seen(&server).await), (0, 1));
    }
}

#[tokio::test]
async fn what_found_nobody_to_connect_to_is_created_again() {
    // Bound and not listened on: nobody else gets the port, and nobody answers.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let (client, watch) = watched_client(&format!("http://{address}/api/"));
    let error = client.checkout_sessions().create(&purchase()).await;
    let error = error.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.attempts(), 4);
    assert_eq!(millis(&watch.waited()), [200, 400, 800]);
}

#[tokio::test]
async fn a_call_without_time_sends_nothing() {
    let (server, client, _) = answering_in_turn(vec![json(200, SESSION)]).await;
    let options = client.options().deadline(Duration::ZERO);
    let client = client.with_options(options);
    let error = client.checkout_sessions().create(&purchase()).await;
    let error = error.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(error.is_timeout() && error.is_connect(), "{error}");
    assert_eq!((error.attempts(), seen(&server).await), (0, 0));
}

#[tokio::test]
async fn a_deadline_may_lie_beyond_all_time() {
    let (_server, client, _) = answering_in_turn(vec![json(200, SESSION)]).await;
    let endless = CallOptions::default()
        .deadline(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .connect_timeout(Duration::MAX);
    let client = client.with_options(endless);
    retrieve(&client).await.unwrap();
    client.orders().list(&OrderFilter::new()).await.unwrap_err();
}

#[tokio::test]
async fn a_read_gives_one_attempt_up_and_asks_again() {
    let stalled = json(200, SESSION).set_delay(Duration::from_secs(600));
    let (server, client, watch) = answering_in_turn(vec![stalled, json(200, SESSION)]).await;
    // A slow machine may need more than two attempts; it will not need all of them.
    let options = client
        .options()
        .attempt_timeout(Duration::from_millis(50))
        .retry(
            RetryPolicy::default()
                .most_attempts(1000)
                .backoff(Duration::ZERO, Duration::ZERO),
        );
    retrieve(&client.with_options(options)).await.unwrap();
    assert!(!watch.waited().is_empty());
    assert!(seen(&server).await >= 2);
}

#[tokio::test]
async fn an_attempt_of_something_new_lasts_until_the_deadline() {
    let slow = json(200, SESSION).set_delay(Duration::from_millis(100));
    let (_server, client, _) = answering_in_turn(vec![slow]).await;
    let options = client.options().attempt_timeout(Duration::from_millis(1));
    let client = client.with_options(options);
    let error = client.checkout_sessions().create(&purchase()).await;
    // The answer was waited for; that it is one without a URL is another matter.
    assert_eq!(error.unwrap_err().session_id().unwrap().as_str(), "sess_1");
}
