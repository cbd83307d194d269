//! What a shop holds, and its routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use clinkbill::Client;
use clinkbill::webhook::{Verifier, WebhookSecret};

use crate::books::Books;
use crate::pages;
use crate::sql_dedup::{Clock, SqlDedup};
use crate::webhook::{Receiver, receive};

/// How many seconds a webhook event may take. It takes milliseconds.
const CLAIM: i64 = 60;

/// Where buyers pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// On Clink's hosted page.
    Hosted,
    /// In a frame on a page of the shop.
    Embedded,
}

/// What a shop is opened with.
pub struct Settings {
    /// Where buyers pay.
    pub kind: Kind,
    /// Where buyers and Clink reach the shop, without a slash at the end.
    pub url: String,
    /// Who talks to Clink.
    pub client: Client,
    /// What Clink signs events with.
    pub secret: WebhookSecret,
    /// The database.
    pub books: Books,
    /// Seconds since the Unix epoch.
    pub now: Clock,
}

/// An open shop: the state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct Shop {
    pub(crate) kind: Kind,
    pub(crate) url: Arc<str>,
    pub(crate) client: Client,
    pub(crate) books: Books,
    pub(crate) now: Clock,
    receiver: Receiver,
}

impl Shop {
    /// Opens it.
    pub async fn open(settings: Settings) -> sqlx::Result<Self> {
        let pool = settings.books.pool().clone();
        let url: Arc<str> = settings.url.into();
        let receiver = Receiver {
            verifier: Verifier::new(settings.secret),
            seen: SqlDedup::new(pool.clone(), CLAIM, settings.now).await?,
            pool,
            site: Arc::clone(&url),
        };
        Ok(Self {
            kind: settings.kind,
            url,
            client: settings.client,
            books: settings.books,
            now: settings.now,
            receiver,
        })
    }

    /// Its pages, and where Clink sends events.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(pages::shelf))
            .route("/shop.css", get(pages::style))
            .route("/orders", post(pages::place))
            .route("/orders/{token}", get(pages::order))
            .route("/orders/{token}/cancelled", get(pages::cancelled))
            .route(
                "/orders/{token}/checkout",
                get(pages::embed).post(pages::pay),
            )
            .route("/thanks", get(pages::thanks))
            .route("/webhooks/clink", post(receive))
            .fallback(pages::nothing)
            .with_state(self.clone())
    }

    /// Its books.
    #[must_use]
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// What takes its webhooks.
    #[must_use]
    pub fn receiver(&self) -> &Receiver {
        &self.receiver
    }
}

impl FromRef<Shop> for Receiver {
    fn from_ref(shop: &Shop) -> Self {
        shop.receiver.clone()
    }
}

impl FromRef<Shop> for Verifier {
    fn from_ref(shop: &Shop) -> Self {
        shop.receiver.verifier.clone()
    }
}
