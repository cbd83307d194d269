//! What every door that owns a port has in common.

use std::time::Duration;

use clinkbill_types::Timestamp;

use crate::webhook::courier::Courier;
use crate::{ControlError, Merchant, Sandbox};

/// A sandbox that can be called by its URL and delivers webhooks by itself.
pub struct Served {
    sandbox: Sandbox,
    base_url: String,
    courier: Courier,
}

impl Served {
    /// Starts to deliver. Must be called inside a tokio runtime.
    pub(crate) fn start(sandbox: &Sandbox, origin: &str) -> Self {
        Self {
            sandbox: sandbox.clone(),
            base_url: format!("{origin}/api/"),
            courier: Courier::start(&sandbox.engine),
        }
    }

    #[cfg(feature = "server")]
    pub(crate) fn settler(&self) -> &crate::webhook::courier::Settler {
        self.courier.settler()
    }

    /// What a client takes as its base URL: `http://127.0.0.1:PORT/api/`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
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

    /// Moves the time of [`merchant`](Self::merchant) forward, and waits until every delivery
    /// that became due on the way has been attempted, retries included.
    ///
    /// Fails if the time would be later than the year 9000.
    pub async fn advance(&self, by: Duration) -> Result<Timestamp, ControlError> {
        let now = self.merchant().advance(by)?;
        self.settled(&self.merchant()).await;
        Ok(now)
    }

    /// Waits until everything that is due to this merchant's endpoints by now has been attempted.
    pub async fn settled(&self, merchant: &Merchant) {
        self.courier.settler().settled(merchant).await;
    }

    /// The sandbox behind the port.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}
