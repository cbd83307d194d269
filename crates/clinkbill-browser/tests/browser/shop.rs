//! A merchant's shop on a site of its own: where buyers come from and go to.

use axum::Router;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::{get, post};
use clinkbill_browser::Error;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) struct Shop {
    port: u16,
    serving: JoinHandle<()>,
}

#[derive(Deserialize)]
struct Checkout {
    url: String,
    #[serde(default)]
    token: String,
}

impl Shop {
    pub(crate) async fn open() -> Result<Self, Error> {
        let router = Router::new()
            .route("/thanks", get(async || Html("<h1>Thank you</h1>")))
            .route("/cart", get(async || Html("<h1>Your cart</h1>")))
            .route("/complete", get(async || Html("<h1>Complete</h1>")))
            .route("/events", post(async || "{}"))
            .route("/embed", get(embed))
            .route("/attack", get(attack));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let serving = tokio::spawn(async move {
            // It ends with the walk.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { port, serving })
    }

    /// By another name than the sandbox, which makes it another site.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The checkout in a frame. What it tells the shop is kept for the page after.
async fn embed(Query(Checkout { url, .. }): Query<Checkout>) -> Html<String> {
    Html(format!(
        "<h1>Checkout</h1><iframe title=Checkout src=\"{url}\" width=900 height=900></iframe>
        <script>addEventListener('message', event => sessionStorage.setItem('told',
            JSON.stringify({{...event.data, origin: event.origin}})))</script>"
    ))
}

/// A form that was found out, sent from here.
async fn attack(Query(Checkout { url, token }): Query<Checkout>) -> Html<String> {
    let fields = [
        ("token", token.as_str()),
        ("action", "pay"),
        ("method", "CARD"),
        ("number", "4242424242424242"),
        ("expiry", "12/40"),
        ("cvc", "123"),
    ]
    .map(|(name, value)| format!("<input name={name} value=\"{value}\">"))
    .concat();
    Html(format!(
        "<form method=post action=\"{url}\">{fields}<button>Win a prize</button></form>"
    ))
}
