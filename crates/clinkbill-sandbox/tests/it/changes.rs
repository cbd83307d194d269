//! The stream by which a page follows its book.

use std::future::Future;
use std::time::Duration;

use clinkbill_sandbox::{Attempt, Fault, FaultKind, Merchant, Sandbox, Server};
use http::Method;
use reqwest::Response;

use crate::call::{Call, data, text};
use crate::doors::client;

const CHANGED: &str = "data: changed\n\n";

/// A sandbox on a port, with a book that has an open session.
struct Followed {
    server: Server,
    path: String,
    session_id: String,
}

impl Followed {
    async fn start() -> Self {
        let sandbox = Sandbox::new();
        let created = create(&sandbox);
        let list = Call::get("/").send(&sandbox);
        let name = text(&list).split_once("/books/").unwrap().1;
        let name = name.split_once('"').unwrap().0;
        Self {
            path: format!("/books/{name}/changes"),
            session_id: data(&created, "sessionId"),
            server: sandbox.serve().await.unwrap(),
        }
    }

    fn merchant(&self) -> Merchant {
        self.server.merchant()
    }

    async fn ask(&self) -> Response {
        let url = format!("http://{}{}", self.server.address(), self.path);
        soon(client().get(url).send()).await.unwrap()
    }

    /// A stream that has told its beginning.
    async fn follow(&self) -> Response {
        let mut stream = self.ask().await;
        assert_eq!(stream.status().as_u16(), 200);
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        assert_eq!(stream.headers()["cache-control"], "no-store");
        let beginning = format!("retry: 2000\n{CHANGED}");
        assert_eq!(next(&mut stream).await, Some(beginning));
        stream
    }
}

fn create(sandbox: &Sandbox) -> clinkbill_sandbox::Answer {
    sandbox.post_checkout_session(
        r#"{"customerEmail": "a@example.com", "originalAmount": 4.99, "originalCurrency": "USD"}"#,
    )
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    let patience = Duration::from_secs(30);
    tokio::time::timeout(patience, future).await.unwrap()
}

/// What is told next; nothing where the stream has ended.
async fn next(stream: &mut Response) -> Option<String> {
    let chunk = soon(stream.chunk()).await.unwrap()?;
    Some(String::from_utf8(chunk.to_vec()).unwrap())
}

/// Whether the stream comes to an end, whatever it tells before.
async fn ends(mut stream: Response) {
    while next(&mut stream).await.is_some() {}
}

#[tokio::test]
async fn whatever_changes_in_a_book_is_told() {
    type Act = fn(&Followed);
    let acts: [(&str, Act); 9] = [
        ("a request that makes something", |shop| {
            create(shop.server.sandbox());
        }),
        ("a request that only asks", |shop| {
            let _ = shop.server.sandbox().get("order");
        }),
        ("an attempt", |shop| {
            let paid = shop.merchant().pay(&shop.session_id, Attempt::failed());
            paid.unwrap();
        }),
        ("a clock that stops", |shop| shop.merchant().freeze()),
        ("a clock that moves", |shop| {
            shop.merchant().advance(Duration::from_secs(1)).unwrap();
        }),
        ("a session that ends", |shop| {
            let day = Duration::from_secs(366 * 24 * 60 * 60);
            shop.merchant().advance(day).unwrap();
        }),
        ("a fault that is armed", |shop| {
            let fault = Fault::new(FaultKind::InternalError).on("getOrder");
            shop.merchant().arm(fault).unwrap();
        }),
        ("faults that are cleared", |shop| {
            shop.merchant().clear_faults();
        }),
        ("a look at a session, at a later time", |shop| {
            let url = format!("/api/checkout/session/{}", shop.session_id);
            Call::get(&url)
                .header("x-api-key", shop.server.secret_key())
                .send(shop.server.sandbox());
        }),
    ];
    let shop = Followed::start().await;
    for (what, act) in acts {
        let mut stream = shop.follow().await;
        act(&shop);
        assert_eq!(next(&mut stream).await.as_deref(), Some(CHANGED), "{what}");
    }
}

#[tokio::test]
async fn a_delivery_is_told_when_it_is_answered() {
    let receiver = crate::receiver::Receiver::start().await;
    let shop = Followed::start().await;
    let body = format!(
        r#"{{"url": "{}", "events": ["order.succeeded"]}}"#,
        receiver.url()
    );
    let made = Call::new(Method::POST, "/api/webhook/endpoints")
        .body(body)
        .header("x-api-key", shop.server.secret_key())
        .send(shop.server.sandbox());
    assert_eq!(made.status(), 200, "{}", text(&made));
    let mut stream = shop.follow().await;
    shop.merchant()
        .pay(&shop.session_id, Attempt::succeeded())
        .unwrap();
    let is_answered = || {
        let log = shop.merchant().webhook_log();
        let mut deliveries = log.events.iter().flat_map(|event| &event.deliveries);
        deliveries.any(|delivery| !delivery.attempts.is_empty())
    };
    // The attempt itself may have been told before; the answer of the endpoint comes after it.
    let mut told = 0;
    while !is_answered() {
        next(&mut stream).await.unwrap();
        told += 1;
    }
    assert!(told > 0);
}

#[tokio::test]
async fn a_stream_ends_with_its_book_and_with_the_server() {
    let shop = Followed::start().await;
    let stream = shop.follow().await;
    shop.merchant().reset();
    ends(stream).await;
    // The book that is there now can be followed as well.
    let stream = shop.follow().await;
    let Followed { server, .. } = shop;
    drop(server);
    ends(stream).await;
}

#[tokio::test]
async fn a_book_that_leaves_ends_its_stream() {
    let sandbox = Sandbox::builder().books(1).build();
    create(&sandbox);
    let list = Call::get("/").send(&sandbox);
    let name = text(&list).split_once("/books/").unwrap().1;
    let path = format!("/books/{}/changes", name.split_once('"').unwrap().0);
    let shop = Followed {
        path,
        session_id: String::new(),
        server: sandbox.serve().await.unwrap(),
    };
    let stream = shop.follow().await;
    let other = Call::get("/api/order").header("x-api-key", "sk_test_another");
    other.send(&sandbox);
    ends(stream).await;
    assert_eq!(shop.ask().await.status().as_u16(), 404);
}

/// Also where no request is remembered.
#[tokio::test]
async fn the_list_of_books_is_told_of_books_that_come_change_and_leave() {
    type Act = fn(&Sandbox);
    let acts: [(&str, Act); 5] = [
        ("a book that comes", |sandbox| {
            let asks = Call::get("/api/order").header("x-api-key", "sk_test_first");
            asks.send(sandbox);
        }),
        ("a session", |sandbox| {
            create(sandbox);
        }),
        ("a book that leaves for another", |sandbox| {
            let asks = Call::get("/api/order").header("x-api-key", "sk_test_another");
            asks.send(sandbox);
        }),
        ("a book that is emptied", |sandbox| {
            sandbox.merchant().reset();
        }),
        ("what comes after that", |sandbox| {
            create(sandbox);
        }),
    ];
    let sandbox = Sandbox::builder().books(2).request_log(0).build();
    let shop = Followed {
        path: "/changes".to_owned(),
        session_id: String::new(),
        server: sandbox.serve().await.unwrap(),
    };
    let beginning = shop.follow().await;
    for (what, act) in acts {
        let mut stream = shop.follow().await;
        act(&sandbox);
        assert_eq!(next(&mut stream).await.as_deref(), Some(CHANGED), "{what}");
    }
    let Followed { server, .. } = shop;
    drop(server);
    ends(beginning).await;
}

#[tokio::test]
async fn so_many_follow_and_no_more_until_one_is_gone() {
    let shop = Followed::start().await;
    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(shop.follow().await);
    }
    // One too many is told how things stand, and to come again.
    let mut late = shop.follow().await;
    assert_eq!(next(&mut late).await, None);
    for stream in &mut streams {
        create(shop.server.sandbox());
        assert_eq!(next(stream).await.as_deref(), Some(CHANGED));
    }
    drop(streams);
    for _ in 0..1_000 {
        let mut stream = shop.follow().await;
        create(shop.server.sandbox());
        if next(&mut stream).await.as_deref() == Some(CHANGED) {
            return;
        }
    }
    panic!("nobody can follow any more");
}

#[tokio::test]
async fn a_door_that_cannot_go_on_tells_the_beginning_and_ends() {
    let shop = Followed::start().await;
    let answer = Call::get(&shop.path).send(shop.server.sandbox());
    assert_eq!(text(&answer), format!("retry: 2000\n{CHANGED}"));
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
}

#[tokio::test]
async fn only_the_books_own_page_is_told() {
    let shop = Followed::start().await;
    let sandbox = shop.server.sandbox();
    let own = Call::get(&shop.path)
        .header("origin", "http://localhost")
        .header("sec-fetch-site", "same-origin");
    assert_eq!(own.send(sandbox).status(), 200);
    for (name, value) in [
        ("host", "evil.example"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let foreign = Call::get(&shop.path).header(name, value).send(sandbox);
        assert_eq!(foreign.status(), 403, "{name}: {value}");
    }
    let unknown = Call::get("/books/0000000000000000/changes").send(sandbox);
    assert_eq!(unknown.status(), 404);
    let post = Call::new(Method::POST, &shop.path).send(sandbox);
    assert_eq!(post.status(), 405);
}
