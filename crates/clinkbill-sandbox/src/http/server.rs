//! The door on a real port.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request as AxumRequest, State};
use axum::response::Response;
use futures_core::Stream;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::engine::Engine;
use crate::request::{BODY_LIMIT, Body, Reply, Request};
use crate::webhook::courier::Courier;
use crate::{Merchant, Sandbox, StartError};

/// How much of a body that is too large is read and thrown away, so that its sender gets to read
/// the answer.
const DISCARD_LIMIT: usize = 64 << 20;

/// How long a sender may take over a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A sandbox on a port. It stops when it is dropped.
pub struct Server {
    sandbox: Sandbox,
    address: SocketAddr,
    base_url: String,
    accepting: JoinHandle<()>,
    _courier: Courier,
}

impl Sandbox {
    /// Serves the API and the checkout page on a free loopback port, and delivers webhooks.
    ///
    /// Must be called inside a tokio runtime.
    pub async fn serve(&self) -> Result<Server, StartError> {
        self.serve_on((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Like [`serve`](Self::serve), on an address of your choice. Requests are answered only
    /// when their `Host` is local.
    pub async fn serve_on(&self, address: SocketAddr) -> Result<Server, StartError> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let courier = Courier::start(&self.engine)?;
        let router = Router::new()
            .fallback(carry)
            .with_state(Arc::clone(&self.engine));
        let accepting = tokio::spawn(async move {
            // axum::serve returns only when it is told to shut down.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Server {
            sandbox: self.clone(),
            address,
            base_url: format!("http://{address}/api/"),
            accepting,
            _courier: courier,
        })
    }
}

impl Server {
    /// What a client takes as its base URL: `http://127.0.0.1:PORT/api/`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A secret key that this sandbox made up.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        self.sandbox.secret_key()
    }

    /// The merchant of [`secret_key`](Self::secret_key).
    #[must_use]
    pub fn merchant(&self) -> Merchant {
        self.sandbox.merchant()
    }

    /// The sandbox behind the port.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(State(engine): State<Arc<Engine>>, request: AxumRequest) -> Response {
    let received_at = engine.clock.now_millis();
    let (parts, body) = request.into_parts();
    let request = Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: read_body(body).await,
        received_at,
    };
    match super::handle(&engine, &request) {
        Reply::Answer(answer) => answer.map(axum::body::Body::from),
        Reply::Fault(fault) => match fault {},
    }
}

async fn read_body(body: axum::body::Body) -> Body {
    tokio::time::timeout(BODY_TIMEOUT, collect(body))
        .await
        .unwrap_or(Body::CutShort)
}

async fn collect(body: axum::body::Body) -> Body {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut seen = 0;
    loop {
        match poll_fn(|context| Pin::new(&mut chunks).poll_next(context)).await {
            Some(Ok(chunk)) => {
                seen += chunk.len();
                if seen > DISCARD_LIMIT {
                    return Body::TooLarge;
                }
                if seen <= BODY_LIMIT {
                    bytes.extend_from_slice(&chunk);
                }
            }
            Some(Err(_)) => return Body::CutShort,
            None if seen > BODY_LIMIT => return Body::TooLarge,
            None => return Body::Whole(bytes),
        }
    }
}
