//! Many calls at once, and calls that nobody waits for any longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use clinkbill::{Client, Environment, Error, Outcome, SecretKey, SessionId};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::{Barrier, mpsc};
use tokio::task::JoinSet;

use crate::{KEY, purchase};

const PLACES: usize = 256;

/// Who is being answered, and who ever was at once.
#[derive(Clone)]
struct Counter {
    answer: Arc<str>,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    seen: Arc<AtomicUsize>,
    /// The first wait here until every place is taken.
    full: Arc<Barrier>,
}

/// A server that answers nobody before it has `full` requests at once.
async fn crowded(full: usize) -> (String, Counter) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let answer =
        format!(r#"{{"code":200,"data":{{"sessionId":"sess_1","url":"{origin}/pay/canary"}}}}"#);
    let counter = Counter {
        answer: answer.into(),
        now: Arc::default(),
        most: Arc::default(),
        seen: Arc::default(),
        full: Arc::new(Barrier::new(full)),
    };
    let app = Router::new()
        .fallback(answer_counted)
        .with_state((counter.clone(), full));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (format!("{origin}/api/"), counter)
}

async fn answer_counted(State((counter, full)): State<(Counter, usize)>) -> String {
    let now = counter.now.fetch_add(1, Ordering::SeqCst) + 1;
    counter.most.fetch_max(now, Ordering::SeqCst);
    let seen = counter.seen.fetch_add(1, Ordering::SeqCst) + 1;
    if seen == full {
        // Whoever could still come has all the time to.
        for _ in 0..10_000 {
            tokio::task::yield_now().await;
        }
    }
    if seen <= full {
        counter.full.wait().await;
    }
    counter.now.fetch_sub(1, Ordering::SeqCst);
    counter.answer.to_string()
}

fn client(api_url: &str, places: usize) -> Client {
    Client::builder(SecretKey::new(KEY).unwrap())
        .environment(Environment::custom(api_url).unwrap())
        .max_in_flight(places)
        .build()
        .unwrap()
}

async fn create(client: Client) -> Result<(), Error> {
    let created = client.checkout_sessions().create(&purchase()).await;
    created.map(drop)
}

#[tokio::test]
async fn two_thousand_creates_at_once_finish_with_256_of_them_in_flight() {
    let (api_url, counter) = crowded(PLACES).await;
    let client = Client::builder(SecretKey::new(KEY).unwrap())
        .environment(Environment::custom(&api_url).unwrap())
        .build()
        .unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..2000 {
        calls.spawn(create(client.clone()));
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap().unwrap();
    }
    assert_eq!(counter.seen.load(Ordering::SeqCst), 2000);
    assert_eq!(counter.most.load(Ordering::SeqCst), PLACES);
}

/// A server that reads one request on each connection, and answers none.
struct Silent {
    api_url: String,
    /// A request came.
    came: mpsc::UnboundedReceiver<()>,
    /// A connection was closed by the client.
    left: mpsc::UnboundedReceiver<()>,
}

impl Silent {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}/api/", listener.local_addr().unwrap());
        let (comes, came) = mpsc::unbounded_channel();
        let (leaves, left) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                let (comes, leaves) = (comes.clone(), leaves.clone());
                tokio::spawn(async move {
                    connection.read_u8().await.unwrap();
                    comes.send(()).unwrap();
                    let _ = connection.read_to_end(&mut Vec::new()).await;
                    let _ = leaves.send(());
                });
            }
        });
        Self {
            api_url,
            came,
            left,
        }
    }
}

#[tokio::test]
async fn waiting_for_a_place_counts_towards_the_deadline_and_sends_nothing() {
    let mut server = Silent::start().await;
    let client = client(&server.api_url, 1);
    let under_way = tokio::spawn(create(client.clone()));
    server.came.recv().await.unwrap();

    let hurried = client.options().deadline(Duration::from_millis(20));
    let error = create(client.with_options(hurried)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(error.is_timeout());
    assert_eq!(error.attempts(), 0);
    let hurried = client.with_options(hurried);
    let id = SessionId::from_wire("sess_1");
    let error = hurried.checkout_sessions().retrieve(&id).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(server.came.try_recv().is_err(), "another request came");
    under_way.abort();
}

#[tokio::test]
async fn a_call_that_is_dropped_closes_its_connection_and_leaves_its_place() {
    const CALLS: usize = 8;
    let mut server = Silent::start().await;
    let client = client(&server.api_url, CALLS);
    // The calls of each round would wait for ever if the round before it had kept its places.
    for _ in 0..3 {
        let mut calls = JoinSet::new();
        for _ in 0..2 * CALLS {
            calls.spawn(create(client.clone()));
        }
        for _ in 0..CALLS {
            server.came.recv().await.unwrap();
        }
        calls.shutdown().await;
        for _ in 0..CALLS {
            server.left.recv().await.unwrap();
        }
        assert!(server.came.try_recv().is_err(), "who waited was sent");
    }
}

#[tokio::test]
async fn a_call_nobody_has_waited_for_sends_nothing() {
    let (api_url, counter) = crowded(1).await;
    let client = client(&api_url, 1);
    drop(create(client.clone()));
    create(client).await.unwrap();
    assert_eq!(counter.seen.load(Ordering::SeqCst), 1);
}

#[test]
fn a_client_without_a_place_is_refused() {
    let error = Client::builder(SecretKey::new(KEY).unwrap())
        .max_in_flight(0)
        .build()
        .unwrap_err();
    assert_eq!(error.field(), Some("max_in_flight"));
}
