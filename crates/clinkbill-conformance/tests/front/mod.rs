//! The sandbox's server as a stranger's: over TLS, under a certificate authority of its own, and
//! with no control API.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use axum::response::{IntoResponse as _, Response};
use clinkbill_sandbox::{BODY_LIMIT, Sandbox, Server};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

/// A sandbox behind TLS, as long as it and its runtime live.
pub(crate) struct Front {
    pub(crate) base_url: String,
    pub(crate) secret_key: String,
    /// The authority to trust, as PEM text.
    pub(crate) authority: String,
    _server: Server,
}

impl Front {
    pub(crate) async fn start(sandbox: &Sandbox) -> Self {
        let server = sandbox.serve().await.unwrap();
        let (authority, acceptor) = certificates();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let base_url = format!("https://{}/api", listener.local_addr().unwrap());
        let behind = Behind {
            origin: server.base_url().trim_end_matches("/api/").to_owned(),
            client: client(server.base_url()),
        };
        let app = Router::new().fallback(forward).with_state(behind);
        tokio::spawn(async move { axum::serve(Tls { listener, acceptor }, app).await });
        Self {
            base_url,
            secret_key: server.secret_key().to_owned(),
            authority,
            _server: server,
        }
    }
}

#[derive(Clone)]
struct Behind {
    origin: String,
    client: reqwest::Client,
}

async fn forward(State(behind): State<Behind>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str();
    if path.starts_with("/_sandbox") {
        return (StatusCode::NOT_FOUND, "Not Found").into_response();
    }
    let body = to_bytes(body, BODY_LIMIT + 1).await.unwrap();
    let mut headers = parts.headers;
    headers.remove(HOST);
    headers.remove(CONTENT_LENGTH);
    let answer = behind
        .client
        .request(parts.method, format!("{}{path}", behind.origin))
        .headers(headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let mut response = Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get(CONTENT_TYPE) {
        response = response.header(CONTENT_TYPE, kind);
    }
    let body = Body::from(answer.bytes().await.unwrap());
    response.body(body).unwrap()
}

fn client(base_url: &str) -> reqwest::Client {
    let options = clinkbill_api::Options::default();
    clinkbill_api::http_client(&base_url.parse().unwrap(), &options).unwrap()
}

struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            // Whoever does not trust the authority hangs up here.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// An authority, as PEM text, and what speaks for a server on this machine that it vouches for.
fn certificates() -> (String, TlsAcceptor) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();

    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec![Ipv4Addr::LOCALHOST.to_string()]).unwrap();
    let server = server.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.into()], key)
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}
