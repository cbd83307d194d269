//! How long a sending waits for a connection.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
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

/// Cloned several times for each request, and called only for a new connection: so it is cheap to
/// clone, whatever the connector is.
#[derive(Clone)]
pub(crate) struct Patient<S> {
    connector: Arc<S>,
    patience: Duration,
}

impl<S> Layer<S> for Patience {
    type Service = Patient<S>;

    fn layer(&self, connector: S) -> Patient<S> {
        Patient {
            connector: Arc::new(connector),
            patience: self.0,
        }
    }
}

impl<S, R> Service<R> for Patient<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    /// The connector is asked when it is called.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    /// Is called while the sending is polled, so its patience is the one at hand.
    fn call(&mut self, to: R) -> Self::Future {
        let patience = PATIENCE.try_with(|it| *it).unwrap_or(self.patience);
        let mut connector = S::clone(&self.connector);
        Box::pin(async move {
            let connecting = async {
                poll_fn(|context| connector.poll_ready(context)).await?;
                connector.call(to).await
            };
            timeout(patience, connecting)
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        })
    }
}
