//! A shop in one process: it sells one mug, and delivers it when a webhook says that it was paid.
//!
//! It reads `CLINK_SECRET_KEY`, `CLINK_BASE_URL` and `CLINK_WEBHOOK_SECRET`, and listens where
//! `clinkbill sandbox --webhook-url http://127.0.0.1:3000/webhooks/clink` delivers.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Display;
use std::io;
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use clinkbill::webhook::{
    Account, AccountAnswer, Dedup as _, Event, EventKind, MemoryDedup, Once, VerifiedEvent,
    Verifier, WebhookSecret,
};
use clinkbill::{
    CheckoutUrl, Client, Currency, CustomerRef, Environment, Expectation, Fulfilment, Line, Money,
    NewSession, RedirectUrl, SecretKey,
};
use tokio::net::TcpListener;

/// What the shop wrote down of a purchase, under the merchant reference of its session.
struct Purchase {
    expected: Expectation,
    email: &'static str,
    delivered: bool,
}

/// What would be in a database, and outlive the process.
#[derive(Default)]
pub struct Books {
    purchases: HashMap<String, Purchase>,
    /// To whom a mug is to be sent.
    pub parcels: Vec<&'static str>,
}

#[derive(Clone)]
pub struct Shop {
    verifier: Verifier,
    seen: Arc<MemoryDedup>,
    books: Arc<Mutex<Books>>,
}

impl FromRef<Shop> for Verifier {
    fn from_ref(shop: &Shop) -> Self {
        shop.verifier.clone()
    }
}

/// What does not verify never comes here.
async fn receive(State(shop): State<Shop>, VerifiedEvent(event): VerifiedEvent) -> Response {
    match shop
        .seen
        .once(&event.id, || async { shop.act(&event) })
        .await
    {
        Ok(Once::Now(()) | Once::Before) => shop.answer(&event),
        Ok(Once::Elsewhere) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(error) => {
            alarm(&event, &error);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl Shop {
    /// A shop whose events are signed with this secret.
    #[must_use]
    pub fn new(secret: WebhookSecret) -> Self {
        Self {
            verifier: Verifier::new(secret),
            seen: Arc::default(),
            books: Arc::default(),
        }
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/webhooks/clink", post(receive))
            .with_state(self.clone())
    }

    /// Nothing is done about an event that tells of no purchase of this shop.
    fn act(&self, event: &Event) -> io::Result<()> {
        if matches!(event.kind, EventKind::Unreadable(_)) {
            alarm(event, &"it cannot be read, and may be about money");
        }
        let Books { purchases, parcels } = &mut *self.books();
        let told = reference(event).and_then(|reference| purchases.get_mut(reference));
        let Some(purchase) = told else { return Ok(()) };
        match purchase.expected.by_event(event) {
            // Two events tell of one payment.
            Fulfilment::Paid(_) if purchase.delivered => {}
            Fulfilment::Paid(_) => {
                writeln!(io::stdout(), "paid: a mug for {}", purchase.email)?;
                parcels.push(purchase.email);
                purchase.delivered = true;
            }
            Fulfilment::NotYet => {}
            Fulfilment::Mismatch(why) => alarm(event, &why),
        }
        Ok(())
    }

    /// `order.succeeded` wants to be told the account, and the same each time it comes.
    fn answer(&self, event: &Event) -> Response {
        let EventKind::OrderSucceeded(order) = &event.kind else {
            return StatusCode::OK.into_response();
        };
        let books = self.books();
        let purchase = reference(event).and_then(|reference| books.purchases.get(reference));
        let answer = purchase.and_then(|purchase| {
            let account = Account::new(purchase.email, "https://shop.example.com").ok()?;
            AccountAnswer::reloaded(&account.with_email(purchase.email), order).ok()
        });
        match answer {
            Some(answer) => Json(answer).into_response(),
            None => StatusCode::OK.into_response(),
        }
    }

    /// Writes the purchase down, asks for a session, and says where the buyer pays.
    pub async fn sell(&self, client: &Client, reference: &str) -> Result<CheckoutUrl, Failed> {
        let (email, price) = ("customer@example.com", Money::parse("4.99", Currency::USD)?);
        let purchase = |expected| Purchase {
            expected,
            email,
            delivered: false,
        };
        // Before the call: should its answer be lost, an event can still tell of it.
        let unknown = Expectation::of_unknown_session(reference, price.clone());
        let key = reference.to_owned();
        self.books()
            .purchases
            .insert(key.clone(), purchase(unknown));
        let new = NewSession::hosted(
            RedirectUrl::parse("https://shop.example.com/thanks")?,
            RedirectUrl::parse("https://shop.example.com/cart")?,
        )
        .customer(CustomerRef::email(email)?)
        .lines(Currency::USD, [Line::new("Mug", 1, "4.99")])
        .merchant_reference(reference);
        let created = client.checkout_sessions().create(&new).await?;
        let known = Expectation::new(reference, created.session_id, price);
        self.books().purchases.insert(key, purchase(known));
        Ok(created.url)
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The merchant reference of what an event says was paid.
fn reference(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::OrderSucceeded(order) => order.merchant_reference.as_deref(),
        EventKind::SessionComplete(session) => session.merchant_reference.as_deref(),
        _ => None,
    }
}

/// Somebody has to look.
fn alarm(event: &Event, why: &dyn Display) {
    let _ = writeln!(io::stderr(), "look at {}: {why}", event.id);
}

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let environment = Environment::from_env()?;
    if environment.is_production() {
        return Err("this example is not for production, where money moves".into());
    }
    let client = Client::builder(SecretKey::from_env()?)
        .environment(environment)
        .build()?;
    let shop = Shop::new(WebhookSecret::from_env()?);
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let url = shop.sell(&client, "order-1.1").await?;
    // A shop would lead the buyer's browser there, and print it nowhere.
    writeln!(io::stdout(), "To pay, open {}", url.as_str())?;
    Ok(axum::serve(listener, shop.router()).await?)
}
