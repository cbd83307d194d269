//! A server that does to a connection what no HTTP server can, with a sandbox behind it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinkbill_sandbox::{Body, Request, Sandbox};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::fault::Fault;

/// What the server has seen, and when it does something.
#[derive(Clone)]
pub(crate) struct Server(Arc<Inner>);

struct Inner {
    sandbox: Sandbox,
    /// Where a redirect leads.
    elsewhere: String,
    fault: Mutex<Option<Fault>>,
    /// How many more times it happens.
    times: AtomicUsize,
    connections: AtomicUsize,
    requests: AtomicUsize,
    idle_closed: Notify,
}

impl Server {
    pub(crate) fn new(elsewhere: String) -> Self {
        Self(Arc::new(Inner {
            sandbox: Sandbox::new(),
            elsewhere,
            fault: Mutex::new(None),
            times: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            idle_closed: Notify::new(),
        }))
    }

    pub(crate) fn key(&self) -> &str {
        self.0.sandbox.secret_key()
    }

    /// From now on, so many times.
    pub(crate) fn arm(&self, fault: Fault, times: usize) {
        *self.0.fault.lock().unwrap() = Some(fault);
        self.0.times.store(times, Ordering::SeqCst);
        self.0.requests.store(0, Ordering::SeqCst);
    }

    /// Requests since the fault was armed, whole or not.
    pub(crate) fn requests(&self) -> usize {
        self.0.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.0.connections.load(Ordering::SeqCst)
    }

    /// Sessions in the merchant's book, whether anybody heard of them or not.
    pub(crate) fn sessions(&self) -> usize {
        self.0.sandbox.merchant().session_ids().len()
    }

    /// Waits until the client has noticed that its idle connection is closed.
    pub(crate) async fn idle_connection_closed(&self) {
        self.0.idle_closed.notified().await;
    }

    pub(crate) async fn serve(self, listener: TcpListener) {
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            self.0.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(self.clone().talk(connection));
        }
    }

    async fn talk(self, mut connection: TcpStream) {
        match self.armed() {
            Some(Fault::ConnectTimeout) => {
                // A handshake begins, and nobody answers it.
                let _ = connection.read_u8().await;
                pass(Duration::from_secs(6)).await;
                return;
            }
            Some(Fault::TlsRefused) => {
                const HANDSHAKE_FAILURE: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];
                let _ = connection.read_u8().await;
                let _ = connection.write_all(&HANDSHAKE_FAILURE).await;
                let _ = connection.shutdown().await;
                drain(connection).await;
                return;
            }
            _ => {}
        }
        for number in 0.. {
            if connection.readable().await.is_err() {
                return;
            }
            let fault = self.armed();
            let on_reuse = fault == Some(Fault::IdleConnectionDead);
            if fault == Some(Fault::ResetBeforeBody) || (on_reuse && number > 0) {
                let mut start = [0; 4];
                if connection.read_exact(&mut start).await.is_ok() {
                    self.0.requests.fetch_add(1, Ordering::SeqCst);
                    self.happened();
                }
                let _ = connection.set_zero_linger();
                return;
            }
            let Some(request) = read_request(&mut connection).await else {
                return;
            };
            self.0.requests.fetch_add(1, Ordering::SeqCst);
            let fault = if on_reuse { None } else { fault };
            if !self.answer(fault, &mut connection, &request).await {
                return;
            }
        }
    }

    /// Answers, and says whether the connection is kept.
    async fn answer(
        &self,
        fault: Option<Fault>,
        connection: &mut TcpStream,
        request: &Request,
    ) -> bool {
        let answer = match fault {
            Some(fault) if !fault.commits() => String::new(),
            _ => self.commit(request),
        };
        let Some(fault) = fault else {
            send(connection, 200, "", &answer).await;
            return true;
        };
        self.happened();
        match fault {
            Fault::ResetAfterBody => {
                let _ = connection.set_zero_linger();
                return false;
            }
            Fault::ClosedWithoutAnswer => return false,
            Fault::HalfAnswer => {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                    answer.len()
                );
                let half = &answer[..answer.len() / 2];
                let _ = connection
                    .write_all(format!("{head}{half}").as_bytes())
                    .await;
                return false;
            }
            Fault::Stall => {
                pass(Duration::from_secs(60)).await;
                return false;
            }
            Fault::IdleConnectionClosed => {
                send(connection, 200, "", &answer).await;
                let _ = connection.shutdown().await;
                let _ = connection.read_u8().await;
                self.0.idle_closed.notify_one();
                return false;
            }
            Fault::RedirectElsewhere => {
                let to = format!("location: {}\r\n", self.0.elsewhere);
                send(connection, 307, &to, "").await;
            }
            Fault::UnauthorizedText => send(connection, 401, "", "invalid apiKey").await,
            Fault::StaleTimestamp => {
                let text = r#"{"code":80102212,"msg":"timestamp expired","data":null}"#;
                send(connection, 401, "", text).await;
            }
            Fault::RateLimited => send(connection, 429, "retry-after: 2\r\n", "").await,
            Fault::InternalError => {
                let text = r#"{"code":500,"msg":"failed","data":null}"#;
                send(connection, 500, "", text).await;
            }
            Fault::BadGatewayPage => send(connection, 502, "", "<html>bad gateway</html>").await,
            Fault::Unavailable => send(connection, 503, "", "").await,
            Fault::RefusalEnvelope => {
                let text = r#"{"code":400,"msg":"CUSTOMER_NOT_FOUND","data":null}"#;
                send(connection, 200, "", text).await;
            }
            Fault::FailureEnvelope => {
                let text = r#"{"code":500,"msg":"failed","data":null}"#;
                send(connection, 200, "", text).await;
            }
            Fault::Page => send(connection, 200, "", "<!DOCTYPE html><p>hello</p>").await,
            Fault::Empty => send(connection, 200, "", "").await,
            Fault::UnknownValues => {
                let mut answer: Value = serde_json::from_str(&answer).unwrap();
                answer["trace"] = json!({"id": 1});
                answer["data"]["uiMode"] = json!("hologram");
                answer["data"]["brandNew"] = json!([1, 2]);
                if answer["data"].get("status").is_some() {
                    answer["data"]["status"] = json!("resting");
                }
                send(connection, 200, "", &answer.to_string()).await;
            }
            Fault::NameNotResolved
            | Fault::Refused
            | Fault::ConnectTimeout
            | Fault::TlsRefused
            | Fault::ResetBeforeBody
            | Fault::IdleConnectionDead => panic!("{fault:?} leads to no answer"),
        }
        true
    }

    /// Has the sandbox do what the request says.
    fn commit(&self, request: &Request) -> String {
        let answer = self.0.sandbox.handle(request).into_answer().unwrap();
        String::from_utf8(answer.into_body()).unwrap()
    }

    fn armed(&self) -> Option<Fault> {
        let left = self.0.times.load(Ordering::SeqCst);
        self.0.fault.lock().unwrap().filter(|_| left > 0)
    }

    fn happened(&self) {
        self.0.times.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Lets time pass that nobody waits for.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

async fn send(connection: &mut TcpStream, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status} Whatever\r\n{headers}content-length: {length}\r\n\r\n{body}");
    let _ = connection.write_all(answer.as_bytes()).await;
}

/// Reads on, so that what was said is not lost to a reset.
async fn drain(mut connection: TcpStream) {
    let mut rest = Vec::new();
    let _ = connection.read_to_end(&mut rest).await;
}

/// The next request on the connection, if a whole one comes.
async fn read_request(connection: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break at + 4;
        }
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let method: Method = first.next()?.parse().unwrap();
    let path = first.next()?.to_owned();
    let headers: HeaderMap = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        })
        .collect();
    let length = headers.get("content-length");
    let length: usize = length.map_or(0, |it| it.to_str().unwrap().parse().unwrap());
    while bytes.len() < end + length {
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Some(Request {
        method,
        path,
        query: String::new(),
        headers,
        body: Body::Whole(bytes[end..].to_vec()),
        received_at: now.as_millis().try_into().unwrap(),
    })
}
