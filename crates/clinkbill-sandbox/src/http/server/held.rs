//! What is no request at all, and still answered with the documented envelope.
//!
//! hyper answers a head that it cannot read by itself, with a bare status. That answer is held
//! back, and ours is written in its place.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::connection::{DISCARD_LIMIT, head};
use crate::error::{ApiError, RefusalShape};
use crate::request::Answer;

/// How long a caller may go on sending what nobody will look at.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);

/// The statuses with which hyper answers a head by itself. No answer of ours has one of them and
/// no body.
const BARE_STATUSES: [&[u8; 3]; 3] = [b"400", b"414", b"431"];

/// A caller's connection, but for what hyper says on it by itself.
pub(super) struct Held {
    stream: TcpStream,
    /// The status of the answer that was held back.
    withheld: Option<[u8; 3]>,
}

impl Held {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            withheld: None,
        }
    }

    /// The connection, and what is to be said on it about a head that could not be read.
    pub(super) fn into_parts(self, error: Option<&hyper::Error>) -> (TcpStream, Option<Answer>) {
        let is_http2 = error.is_some_and(hyper::Error::is_parse_version_h2);
        let refusal = match self.withheld {
            Some([b'4', b'1', b'4']) => Some(ApiError::TargetTooLong),
            Some([b'4', b'3', b'1']) => Some(ApiError::HeadTooLarge),
            Some(_) => Some(ApiError::NotHttp),
            None => is_http2.then_some(ApiError::NotHttp),
        };
        let answer = refusal.map(|refusal| refusal.into_reply(RefusalShape::default()));
        (self.stream, answer)
    }

    /// Whether hyper is about to say this by itself: then it is held back.
    fn withholds(&mut self, bytes: &[u8]) -> bool {
        let status = bare_status(bytes);
        self.withheld = self.withheld.or(status);
        status.is_some()
    }
}

/// Refuses what could not be read. The rest of it is thrown away first, since a connection that
/// is closed before is reset, and its caller never reads the answer.
pub(super) async fn refuse(
    mut stream: TcpStream,
    answer: &Answer,
    mut stopped: watch::Receiver<()>,
) {
    let mut bytes = head(answer);
    bytes.extend_from_slice(b"connection: close\r\n\r\n");
    bytes.extend_from_slice(answer.body());
    // Whatever goes wrong here, the caller has left.
    if stream.write_all(&bytes).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let discarded = async {
        let mut ignored = vec![0; 16 << 10];
        let mut seen = 0;
        while let Ok(read @ 1..) = stream.read(&mut ignored).await {
            seen += read;
            if seen > DISCARD_LIMIT {
                return;
            }
        }
    };
    tokio::select! {
        () = discarded => {}
        _ = stopped.changed() => {}
        () = tokio::time::sleep(DISCARD_TIMEOUT) => {}
    }
}

/// The status of a whole answer that is one of hyper's own.
fn bare_status(bytes: &[u8]) -> Option<[u8; 3]> {
    let head = bytes.strip_suffix(b"\r\n\r\n")?;
    let rest = ["HTTP/1.1 ", "HTTP/1.0 "]
        .iter()
        .find_map(|version| head.strip_prefix(version.as_bytes()))?;
    let status = BARE_STATUSES
        .into_iter()
        .find(|status| rest.starts_with(*status))?;
    let mut lines = rest.split(|byte| *byte == b'\n');
    lines
        .any(|line| line.trim_ascii() == b"content-length: 0")
        .then_some(*status)
}

impl AsyncRead for Held {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Held {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let held = self.get_mut();
        if held.withholds(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut held.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let held = self.get_mut();
        // An answer of ours is a head and a body.
        if let [bytes] = slices
            && held.withholds(bytes)
        {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut held.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
