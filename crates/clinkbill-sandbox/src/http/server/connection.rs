//! One connection of the server: requests in, answers out, and failures acted out.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use http::Version;
use http::header::HOST;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::changes;
use super::held::{Held, refuse};

use crate::error::{ApiError, RefusalShape};
use crate::request::{Answer, BODY_LIMIT, Body, Reply, Request, TransportFault};
use crate::watch::Follow;
use crate::webhook::Settle;
use crate::webhook::courier::Settler;

/// How long a sender may take over the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a sender may take over a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of a body that is too large is read and thrown away, so that its sender gets to read
/// the answer.
pub(super) const DISCARD_LIMIT: usize = 64 << 20;

/// How long an answer waits for the deliveries that it made due.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a caller is kept waiting for an answer that never comes.
const LONGEST_STALL: Duration = Duration::from_secs(10 * 60);

/// Serves a connection until its caller leaves, a fault ends it, or the server stops.
pub(super) async fn serve(stream: TcpStream, settler: Settler, mut stopped: watch::Receiver<()>) {
    // Answers are written whole, so that waiting for more to send only costs time.
    let _ = stream.set_nodelay(true);
    let stop = stopped.clone();
    let service =
        service_fn(move |request| Box::pin(answer(settler.clone(), request, stop.clone())));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(Held::new(stream)), service);
    let mut stopping = false;
    let ended = loop {
        tokio::select! {
            ended = poll_fn(|context| connection.poll_without_shutdown(context)) => break ended,
            _ = stopped.changed(), if !stopping => {
                stopping = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    let error = ended.err();
    let held = connection.into_parts().io.into_inner();
    let (mut stream, refusal) = held.into_parts(error.as_ref());
    match (error.as_ref().and_then(Broken::from_hyper), refusal) {
        (Some(fault), _) => act_out(&fault, stream, stopped).await,
        (None, Some(answer)) => refuse(stream, &answer, stopped).await,
        (None, None) => drop(stream.shutdown().await),
    }
}

/// What is answered: whole, or a beginning that goes on.
type AnswerBody = Either<Full<Bytes>, UnsyncBoxBody<Bytes, Infallible>>;

/// Ends the service of a connection with a fault.
#[derive(Debug, thiserror::Error)]
#[error("the connection fails on demand")]
struct Broken(TransportFault);

impl Broken {
    fn from_hyper(error: &hyper::Error) -> Option<TransportFault> {
        let source = std::error::Error::source(error)?;
        Some(source.downcast_ref::<Self>()?.0.clone())
    }
}

async fn answer(
    settler: Settler,
    request: hyper::Request<Incoming>,
    stopped: watch::Receiver<()>,
) -> Result<http::Response<AnswerBody>, Broken> {
    let engine = settler.engine();
    let received_at = engine.clock.now_millis();
    let (parts, body) = request.into_parts();
    // RFC 9112, 3.2. Where the version is no longer known, a request may come without one.
    let lacks_host = parts.version == Version::HTTP_11 && !parts.headers.contains_key(HOST);
    let request = Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: read_body(body).await,
        received_at,
    };
    if lacks_host {
        let refusal = ApiError::NoHost.into_reply(RefusalShape::default());
        return Ok(refusal.map(whole));
    }
    match crate::http::handle(engine, &request) {
        Reply::Answer(answer) => {
            if let Some(wanted) = answer.extensions().get::<Settle>() {
                // The answer is true either way; what is still under way stands in the log.
                let _ = tokio::time::timeout(SETTLE_TIMEOUT, settler.settle(*wanted)).await;
            }
            let Some(follow) = answer.extensions().get::<Follow>().copied() else {
                return Ok(answer.map(whole));
            };
            Ok(answer.map(|beginning| {
                match changes::follow(engine, follow, Bytes::from(beginning), stopped) {
                    Ok(body) => Either::Right(body),
                    Err(beginning) => Either::Left(Full::new(beginning)),
                }
            }))
        }
        Reply::Fault(fault) => Err(Broken(fault)),
    }
}

fn whole(body: Vec<u8>) -> AnswerBody {
    Either::Left(Full::new(Bytes::from(body)))
}

async fn read_body(body: Incoming) -> Body {
    tokio::time::timeout(BODY_TIMEOUT, collect(body))
        .await
        .unwrap_or(Body::CutShort)
}

async fn collect(mut body: Incoming) -> Body {
    let mut bytes = Vec::new();
    let mut seen = 0;
    loop {
        match body.frame().await {
            Some(Ok(frame)) => {
                let Ok(chunk) = frame.into_data() else {
                    continue;
                };
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

/// Whatever goes wrong here, the caller has lost the connection, as it should.
async fn act_out(fault: &TransportFault, mut stream: TcpStream, stopped: watch::Receiver<()>) {
    match fault {
        TransportFault::Reset => {
            // Without lingering, closing is a reset.
            let _ = stream.set_zero_linger();
        }
        TransportFault::Close => drop(stream.shutdown().await),
        TransportFault::HalfBody(answer) => {
            let _ = stream.write_all(&head_and_half(answer)).await;
            let _ = stream.shutdown().await;
        }
        TransportFault::Stall => stall(stream, stopped).await,
    }
}

/// Says nothing until the caller gives up or the server stops.
async fn stall(mut stream: TcpStream, mut stopped: watch::Receiver<()>) {
    let mut ignored = [0; 1024];
    let caller_leaves = pin!(async { while matches!(stream.read(&mut ignored).await, Ok(1..)) {} });
    tokio::select! {
        () = caller_leaves => {}
        _ = stopped.changed() => {}
        () = tokio::time::sleep(LONGEST_STALL) => {}
    }
}

/// An answer that promises its whole length and stops in the middle.
fn head_and_half(answer: &Answer) -> Vec<u8> {
    let mut bytes = head(answer);
    let body = answer.body();
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body[..body.len() / 2]);
    bytes
}

/// The lines before the body, but for the empty one.
pub(super) fn head(answer: &Answer) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {}\r\n", answer.status()).into_bytes();
    for (name, value) in answer.headers() {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n", answer.body().len()).as_bytes());
    bytes
}
