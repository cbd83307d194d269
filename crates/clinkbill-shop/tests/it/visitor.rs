//! A shop on a port, and who visits it: a browser without pictures.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use clinkbill::SessionId;
use clinkbill_sandbox::{Attempt, Merchant, Paid};
use clinkbill_shop::Kind;
use clinkbill_shop::books::{Checkout, Purchase};
use clinkbill_shop::sql_dedup::Clock;
use clinkbill_shop::start::{Local, machine_time};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use url::form_urlencoded::Serializer;

/// A shop that is open, its sandbox, and a browser.
pub(crate) struct Visit {
    pub(crate) local: Local,
    http: Client<HttpConnector, Full<Bytes>>,
}

/// What the shop answered.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    /// Where it leads.
    pub(crate) location: String,
    pub(crate) policy: String,
    pub(crate) body: String,
}

impl Visit {
    pub(crate) async fn to(kind: Kind) -> Self {
        Self::at(kind, machine_time).await
    }

    pub(crate) async fn at(kind: Kind, now: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let local = Local::open(kind, listener, &url, now).await.unwrap();
        let http = Client::builder(TokioExecutor::new()).build_http();
        Self { local, http }
    }

    /// Opens a page, by its path or its URL.
    pub(crate) async fn get(&self, path: &str) -> Page {
        let request = Request::get(self.url(path));
        self.sent(request.body(Full::default()).unwrap()).await
    }

    /// Sends a form.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(self.url(path))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.sent(request.body(Full::from(form)).unwrap()).await
    }

    pub(crate) async fn sent(&self, request: Request<Full<Bytes>>) -> Page {
        let answer = self.http.request(request).await.unwrap();
        let text = |name| {
            let value = answer.headers().get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let (location, policy) = (
            text(header::LOCATION),
            text(header::CONTENT_SECURITY_POLICY),
        );
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        Page {
            status,
            location,
            policy,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Orders two mugs.
    pub(crate) async fn order(&self) -> Page {
        let fields = [
            ("good", "mug"),
            ("quantity", "2"),
            ("email", "ada@example.com"),
        ];
        self.post("/orders", &fields).await
    }

    /// The order of the session that was made last.
    pub(crate) async fn purchase(&self) -> Purchase {
        let token = "SELECT token FROM purchase ORDER BY number DESC LIMIT 1";
        let pool = self.local.shop.books().pool();
        let token: String = sqlx::query_scalar(token).fetch_one(pool).await.unwrap();
        self.local.shop.books().find(&token).await.unwrap().unwrap()
    }

    pub(crate) async fn checkouts(&self) -> Vec<Checkout> {
        let purchase = self.purchase().await;
        let books = self.local.shop.books();
        books.checkouts(purchase.number).await.unwrap()
    }

    /// The page of the only order.
    pub(crate) async fn order_page(&self) -> Page {
        let token = self.purchase().await.token;
        self.get(&format!("/orders/{token}")).await
    }

    /// Presses the button of the order's page.
    pub(crate) async fn try_again(&self) -> Page {
        let token = self.purchase().await.token;
        self.post(&format!("/orders/{token}/checkout"), &[]).await
    }

    pub(crate) fn merchant(&self) -> Merchant {
        self.local.sandbox.merchant()
    }

    /// The session with this number, counted from 0.
    pub(crate) fn session(&self, number: usize) -> String {
        self.merchant().session_ids().remove(number)
    }

    /// The buyer pays in this session; every webhook has been delivered after it.
    pub(crate) async fn pay(&self, session: &str) -> Paid {
        let paid = self.merchant().pay(session, Attempt::succeeded()).unwrap();
        self.local.sandbox.settled(&self.merchant()).await;
        paid
    }

    pub(crate) async fn is_packed(&self) -> bool {
        let purchase = self.purchase().await;
        let books = self.local.shop.books();
        assert_eq!(
            books.is_packed(purchase.number).await.unwrap(),
            purchase.is_paid()
        );
        purchase.is_paid()
    }

    pub(crate) async fn alarms(&self) -> Vec<String> {
        let alarms = self.local.shop.books().alarms().await.unwrap();
        alarms.into_iter().map(|(_, why)| why).collect()
    }

    /// The reference a session was made with.
    pub(crate) async fn reference_of(&self, session: &str) -> Option<String> {
        let id = SessionId::from_wire(session);
        let found = self.local.shop.books().by_session(&id).await.unwrap();
        found.map(|(_, reference)| reference)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        if path.starts_with('/') {
            format!("{}{path}", self.local.url)
        } else {
            path.to_owned()
        }
    }
}

/// Moves the clock of one test.
pub(crate) fn advance(clock: &AtomicI64, seconds: i64) {
    clock.fetch_add(seconds, Ordering::SeqCst);
}
