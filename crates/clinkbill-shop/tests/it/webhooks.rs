//! The page about webhooks and fulfilment, followed by nodes with one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use clinkbill::EventId;
use clinkbill::webhook::{Claim, Dedup, REMEMBER_FOR, Settled, Signer, Verifier, WebhookSecret};
use clinkbill_shop::books::Books;
use clinkbill_shop::sql_dedup::{SqlDedup, Ticket};
use clinkbill_shop::webhook::{Receiver, receive};
use http_body_util::BodyExt;
use tempfile::TempDir;
use tokio::sync::Barrier;
use tower_service::Service;

use crate::visitor::advance;

const CLAIM: i64 = 60;
const SECRET: &str = "whsec_of_this_shop";

/// The database of a shop with one purchase, and its nodes.
struct Database {
    folder: TempDir,
    books: Books,
}

impl Database {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(&folder.path().join("shop.sqlite"))
            .await
            .unwrap();
        let database = Self { folder, books };
        database
            .run(
                "INSERT INTO purchase (token, email, name, quantity, unit_price, price, currency)
                 VALUES ('t', 'ada@example.com', 'Mug', 1, '4.90', '4.90', 'USD');
                 INSERT INTO checkout (reference, purchase, state, asked_at, session_id)
                 VALUES ('A-17', 1, 'open', 1000, 'sess_1')",
            )
            .await;
        database
    }

    async fn run(&self, sql: &str) {
        sqlx::raw_sql(sql).execute(self.books.pool()).await.unwrap();
    }

    /// Another process, with connections of its own.
    async fn connect(&self) -> Books {
        Books::open(&self.folder.path().join("shop.sqlite"))
            .await
            .unwrap()
    }

    async fn node(&self, now: fn() -> i64) -> SqlDedup {
        let books = self.connect().await;
        SqlDedup::new(books.pool().clone(), CLAIM, now)
            .await
            .unwrap()
    }

    async fn shop(&self) -> Receiver {
        let seen = self.node(|| 1_000).await;
        Receiver {
            verifier: Verifier::new(WebhookSecret::new(SECRET).unwrap()),
            seen,
            pool: self.connect().await.pool().clone(),
            site: "https://shop.example.com".into(),
        }
    }

    async fn delivered(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM parcel")
            .fetch_one(self.books.pool())
            .await
            .unwrap()
    }

    async fn alarms(&self) -> Vec<String> {
        let alarms = self.books.alarms().await.unwrap();
        alarms.into_iter().map(|(_, why)| why).collect()
    }
}

fn id(text: &str) -> EventId {
    EventId::from_wire(text)
}

fn granted(claim: sqlx::Result<Claim<Ticket>>) -> Ticket {
    match claim.unwrap() {
        Claim::Granted(ticket) => ticket,
        refused => panic!("{refused:?}"),
    }
}

/// The status a signed event is answered with.
async fn sent(shop: &Receiver, body: &str) -> StatusCode {
    answer(shop, body).await.status()
}

/// What a signed event is answered.
async fn answer(shop: &Receiver, body: &str) -> Response {
    let now = SystemTime::now().try_into().unwrap();
    let signed = Signer::new(WebhookSecret::new(SECRET).unwrap()).sign(body.as_bytes(), now);
    let mut request = Request::post("/webhooks/clink");
    for (name, value) in signed.pairs() {
        request = request.header(name, value);
    }
    answered(shop, request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn answered(shop: &Receiver, request: Request<Body>) -> Response {
    let mut router = Router::new()
        .route("/webhooks/clink", post(receive))
        .with_state(shop.clone());
    router.call(request).await.unwrap()
}

fn order_succeeded(event: &str, amount: &str) -> String {
    format!(
        r#"{{"id":"{event}","created":1785936114000,"type":"order.succeeded","data":{{"object":{{
        "orderId":"order_1","sessionId":"sess_1","merchantReferenceId":"A-17","status":"success",
        "type":"onetime","amountSubtotal":{amount},"originalCurrency":"USD"}}}}}}"#
    )
}

fn session_complete(event: &str) -> String {
    format!(
        r#"{{"id":"{event}","type":"session.complete","data":{{"object":{{"sessionId":"sess_1",
        "merchantReferenceId":"A-17","status":"completed","paymentStatus":"paid",
        "amountSubtotal":"4.90","originalCurrency":"USD","orderId":null}}}}}}"#
    )
}

#[tokio::test]
async fn a_purchase_is_delivered_once_by_whatever_event_and_node() {
    let database = Database::new().await;
    let nodes = [database.shop().await, database.shop().await];
    let paid = order_succeeded("event_1", "4.9");
    for node in nodes.iter().chain(&nodes) {
        assert_eq!(sent(node, &paid).await, StatusCode::OK);
        assert_eq!(database.delivered().await, 1);
    }
    assert_eq!(
        sent(&nodes[1], &session_complete("event_2")).await,
        StatusCode::OK
    );
    assert_eq!(database.delivered().await, 1);
    assert!(database.alarms().await.is_empty());
}

/// The type and the text of an answer of status 200.
async fn told(answer: Response) -> (String, String) {
    assert_eq!(answer.status(), StatusCode::OK);
    let media_type = answer.headers().get(header::CONTENT_TYPE);
    let media_type = media_type.map_or("", |it| it.to_str().unwrap()).to_owned();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (media_type, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn an_order_that_succeeded_is_answered_with_the_account_each_time_it_comes() {
    let database = Database::new().await;
    let shop = database.shop().await;
    let paid = |event: &str, amount: &str| {
        let total = r#""status":"success","amountTotal":82000,"paymentCurrency":"IDR""#;
        order_succeeded(event, amount).replace(r#""status":"success""#, total)
    };
    let account = r#"{"object":"event","type":"account.reloaded","data":{"customerEmail":"ada@example.com","webSite":"https://shop.example.com","userId":"ada@example.com","amount":82000,"currency":"IDR"}}"#;
    for _ in 0..2 {
        let (media_type, body) = told(answer(&shop, &paid("event_1", "4.90")).await).await;
        assert_eq!((&*media_type, &*body), ("application/json", account));
    }
    let with_email = paid("event_2", "4.90").replace(
        r#""type":"onetime""#,
        r#""type":"onetime","customerEmail":"countess@example.com""#,
    );
    let (_, body) = told(answer(&shop, &with_email).await).await;
    assert!(
        body.contains(r#""customerEmail":"countess@example.com""#),
        "{body}"
    );
    assert!(body.contains(r#""userId":"ada@example.com""#), "{body}");
    for (body, why) in [
        (paid("event_3", "0.49"), "another price"),
        (
            paid("event_4", "4.90").replace("A-17", "A-18"),
            "nobody's purchase",
        ),
        (
            order_succeeded("event_5", "4.90"),
            "it does not say what was paid",
        ),
        (session_complete("event_6"), "of another type"),
    ] {
        let (_, body) = told(answer(&shop, &body).await).await;
        assert_eq!(body, "", "{why}");
    }
    assert_eq!(database.delivered().await, 1);
}

#[tokio::test]
async fn what_is_not_as_agreed_raises_an_alarm_and_delivers_nothing() {
    let database = Database::new().await;
    let shop = database.shop().await;
    for (event, body, why) in [
        (
            1,
            order_succeeded("event_1", "0.49"),
            "subtotal is another one: 0.49 USD",
        ),
        (
            2,
            order_succeeded("event_2", "4.90").replace("USD", "IDR"),
            "subtotal is in another currency: 4.90 IDR",
        ),
        (
            3,
            order_succeeded("event_3", "4.90").replace("sess_1", "sess_2"),
            "session_id is another one: sess_2",
        ),
        (
            4,
            order_succeeded("event_4", "4.90").replace("\"order_1\"", "null"),
            "unreadable",
        ),
    ] {
        assert_eq!(sent(&shop, &body).await, StatusCode::OK);
        let alarms = database.alarms().await;
        assert_eq!(
            (alarms.len(), alarms.last().unwrap().as_str()),
            (event, why)
        );
    }
    for body in [
        order_succeeded("event_5", "4.90").replace("A-17", "A-18"),
        order_succeeded("event_6", "4.90").replace("order.succeeded", "order.failed"),
        r#"{"id":"event_7","type":"gift_card.sold","data":{}}"#.to_owned(),
    ] {
        assert_eq!(sent(&shop, &body).await, StatusCode::OK);
    }
    assert_eq!(
        (database.delivered().await, database.alarms().await.len()),
        (0, 4)
    );
}

#[tokio::test]
async fn money_that_goes_back_names_the_purchase_by_the_order_that_paid() {
    let database = Database::new().await;
    let shop = database.shop().await;
    let about = |event: &str, kind: &str, order: &str| {
        format!(
            r#"{{"id":"{event}","type":"{kind}","data":{{"object":{{"refundId":"rfd_1",
            "chargeBackId":"cb_1","orderId":"{order}","status":"success",
            "refundAmount":4.90,"refundCurrency":"USD"}}}}}}"#
        )
    };
    for body in [
        session_complete("event_1"),
        order_succeeded("event_2", "4.9"),
        about("event_3", "refund.created", "order_1"),
        about("event_4", "refund.failed", "order_1"),
    ] {
        assert_eq!(sent(&shop, &body).await, StatusCode::OK);
    }
    assert!(database.alarms().await.is_empty());
    for (event, kind, order) in [
        ("event_5", "refund.succeeded", "order_1"),
        ("event_5", "refund.succeeded", "order_1"),
        ("event_6", "dispute.created", "order_1"),
        ("event_7", "dispute.lost", "order_1"),
        ("event_8", "refund.succeeded", "order_2"),
    ] {
        let body = about(event, kind, order);
        assert_eq!(sent(&shop, &body).await, StatusCode::OK);
    }
    assert_eq!(
        database.alarms().await,
        [
            "purchase 1 was refunded",
            "purchase 1 is disputed",
            "purchase 1 was lost to a dispute",
            "a purchase that is not known here was refunded",
        ]
    );
}

#[tokio::test]
async fn an_event_that_failed_is_handled_when_it_comes_again() {
    let database = Database::new().await;
    let shop = database.shop().await;
    database.run("ALTER TABLE parcel RENAME TO mislaid").await;
    let paid = order_succeeded("event_1", "4.90");
    assert_eq!(sent(&shop, &paid).await, StatusCode::INTERNAL_SERVER_ERROR);
    database.run("ALTER TABLE mislaid RENAME TO parcel").await;
    assert_eq!(sent(&shop, &paid).await, StatusCode::OK);
    assert_eq!(database.delivered().await, 1);
}

#[tokio::test]
async fn an_event_that_another_node_holds_is_asked_for_again() {
    let database = Database::new().await;
    let (shop, other) = (database.shop().await, database.node(|| 1_000).await);
    let ticket = granted(other.claim(&id("event_1")).await);
    let paid = order_succeeded("event_1", "4.90");
    assert_eq!(sent(&shop, &paid).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(other.release(ticket).await.unwrap(), Settled::Recorded);
    assert_eq!(sent(&shop, &paid).await, StatusCode::OK);
    assert_eq!(database.delivered().await, 1);
}

#[tokio::test]
async fn what_nobody_signed_is_refused_and_claims_nothing() {
    let database = Database::new().await;
    let shop = database.shop().await;
    let paid = order_succeeded("event_1", "4.90");
    let forged = Request::post("/webhooks/clink")
        .header("X-Clink-Timestamp", "1785936114000")
        .header("X-Clink-Signature", "00".repeat(32))
        .body(Body::from(paid.clone()))
        .unwrap();
    assert_eq!(
        answered(&shop, forged).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(database.delivered().await, 0);
    assert_eq!(sent(&shop, &paid).await, StatusCode::OK);
}

/// Moved by one test alone.
static MOVED: AtomicI64 = AtomicI64::new(1_000);

#[tokio::test]
async fn a_claim_of_a_node_that_died_runs_out_and_its_ticket_is_worth_nothing() {
    let database = Database::new().await;
    let now = || MOVED.load(Ordering::SeqCst);
    let (dead, heir) = (database.node(now).await, database.node(now).await);
    let lost = granted(dead.claim(&id("event_1")).await);
    advance(&MOVED, CLAIM - 1);
    assert!(matches!(
        heir.claim(&id("event_1")).await.unwrap(),
        Claim::Busy
    ));
    advance(&MOVED, 1);

    // The heir fails, and a third has it: the lost ticket is still nobody's.
    let ticket = granted(heir.claim(&id("event_1")).await);
    assert_eq!(heir.release(ticket).await.unwrap(), Settled::Recorded);
    heir.tidy().await.unwrap();
    let ticket = granted(heir.claim(&id("event_1")).await);
    assert_eq!(dead.done(lost.clone()).await.unwrap(), Settled::Overtaken);
    assert_eq!(dead.release(lost).await.unwrap(), Settled::Overtaken);
    assert!(matches!(
        dead.claim(&id("event_1")).await.unwrap(),
        Claim::Busy
    ));
    assert_eq!(heir.done(ticket).await.unwrap(), Settled::Recorded);

    let hours: i64 = REMEMBER_FOR.as_secs().try_into().unwrap();
    advance(&MOVED, hours - 1);
    assert!(matches!(
        dead.claim(&id("event_1")).await.unwrap(),
        Claim::Done
    ));
    advance(&MOVED, 1 + hours);
    assert_eq!(heir.tidy().await.unwrap(), 0, "a ticket may still be out");
    advance(&MOVED, 1);
    assert_eq!(heir.tidy().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_four_nodes_that_claim_an_event_at_once_one_gets_it() {
    const NODES: usize = 4;
    let database = Database::new().await;
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        nodes.push(database.node(|| 1_000).await);
    }
    for round in 0..20 {
        let (gate, won) = (Arc::new(Barrier::new(NODES)), Arc::new(AtomicUsize::new(0)));
        let claims: Vec<_> = nodes
            .iter()
            .cloned()
            .map(|node| {
                let (gate, won) = (gate.clone(), won.clone());
                tokio::spawn(async move {
                    gate.wait().await;
                    let claim = node.claim(&id(&format!("event_{round}"))).await.unwrap();
                    won.fetch_add(matches!(claim, Claim::Granted(_)).into(), Ordering::SeqCst);
                })
            })
            .collect();
        for claim in claims {
            claim.await.unwrap();
        }
        assert_eq!(won.load(Ordering::SeqCst), 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_nodes_that_get_an_event_at_once_deliver_once() {
    let database = Database::new().await;
    let mut sending = Vec::new();
    for _ in 0..4 {
        let shop = database.shop().await;
        sending.push(tokio::spawn(async move {
            sent(&shop, &order_succeeded("event_1", "4.90")).await
        }));
    }
    let mut taken = 0;
    for answer in sending {
        let status = answer.await.unwrap();
        assert!(
            [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&status),
            "{status}"
        );
        taken += usize::from(status == StatusCode::OK);
    }
    assert!(taken >= 1);
    assert_eq!(database.delivered().await, 1);
}
