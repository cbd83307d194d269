//! How long a sending waits for a connection.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;
use tower_layer::Layer;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

tokio::task_local! {
    static PATIENCE: Duration;
}

/// Runs a sending that waits so long for a connection, whatever its client would do.
pub(crate) async fn waiting<F: Future>(patience: Option<Duration>, sending: F) -> F::Output {
    match patience {
        Some(patience) => PATIENCE.scope(patience, sending).await,
        None => sending.await,
    }
}

/// Gives connecting up when the sending that asked for it, or else the client, has no patience
/// left.
#[derive(Clone)]
pub(crate) struct Patience(pub(crate) Duration);

#[derive(Clone)]
pub(crate) struct Patient<S> {
    connector: S,
    patience: Duration,
}

impl<S> Layer<S> for Patience {
    type Service = Patient<S>;

    fn layer(&self, connector: S) -> Patient<S> {
        Patient {
            connector,
            patience: self.0,
        }
    }
}

impl<S, R> Service<R> for Patient<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context)
    }

    /// Is called while the sending is polled, so its patience is the one at hand.
    fn call(&mut self, to: R) -> Self::Future {
        let patience = PATIENCE.try_with(|it| *it).unwrap_or(self.patience);
        let connecting = self.connector.call(to);
        Box::pin(async move {
            timeout(patience, connecting)
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        })
    }
}
