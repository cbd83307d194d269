//! A merchant's shop on a site of its own: where buyers come from and go to.

use axum::Router;
use axum::extract::Query;
use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use clinkbill_browser::Error;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const IPV6: &str = "[::1]:0";

pub(crate) struct Shop {
    router: Router,
    port: u16,
    serving: Vec<JoinHandle<()>>,
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
            .route("/attack", get(attack))
            .route("/elsewhere", get(elsewhere));
        let mut shop = Self {
            router,
            port: 0,
            serving: Vec::new(),
        };
        shop.port = shop.listen("127.0.0.1:0").await?;
        Ok(shop)
    }

    /// Opens a door more, and says on which port.
    async fn listen(&mut self, address: &str) -> Result<u16, Error> {
        let listener = TcpListener::bind(address).await?;
        let port = listener.local_addr()?.port();
        let router = self.router.clone();
        self.serving.push(tokio::spawn(async move {
            // It ends with the walk.
            let _ = axum::serve(listener, router).await;
        }));
        Ok(port)
    }

    /// By an address that no policy of a page can name.
    pub(crate) async fn url_by_ipv6(&mut self, path: &str) -> Result<String, Error> {
        let port = self.listen(IPV6).await?;
        Ok(format!("http://[::1]:{port}{path}"))
    }

    /// By another name than the sandbox, which makes it another site.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        for serving in &self.serving {
            serving.abort();
        }
    }
}

/// Why a walk cannot be gone for want of IPv6.
pub(crate) fn missing(walk: &str) -> Option<String> {
    let error = std::net::TcpListener::bind(IPV6).err()?;
    walk.contains("ipv6")
        .then(|| format!("this machine has no IPv6: {error}"))
}

/// The way to another site of the same shop.
async fn elsewhere(headers: HeaderMap, uri: Uri) -> Redirect {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default().replace("localhost", "127.0.0.1");
    let query = uri.query().unwrap_or_default();
    Redirect::to(&format!("http://{host}/thanks?{query}"))
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
