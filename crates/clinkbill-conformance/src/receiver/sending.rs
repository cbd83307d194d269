//! One request, one answer, within bounds.

use std::time::{Duration, Instant};

use clinkbill_api::{ConnectError, Options};
use reqwest::header::{CONNECTION, CONTENT_TYPE};
use reqwest::{Client, Response};
use url::Url;

use super::cases::Sending;
use super::report::Seen;

/// How much of an answer is read, in bytes.
const MOST_READ: usize = 64 * 1024;

/// Sends to one endpoint.
pub(super) struct Sender {
    client: Client,
    url: Url,
    patience: Duration,
}

impl Sender {
    pub(super) fn to(
        url: &Url,
        options: Options,
        patience: Duration,
    ) -> Result<Self, ConnectError> {
        // Neither redirects nor second sendings; the time is kept here.
        let options = options.with_connect_timeout(patience).with_timeout(None);
        Ok(Self {
            client: clinkbill_api::http_client(url, &options)?,
            url: url.clone(),
            patience,
        })
    }

    pub(super) async fn send(&self, sending: Sending) -> Seen {
        let started = Instant::now();
        let exchange = tokio::time::timeout(self.patience, self.exchange(sending));
        match exchange.await {
            Ok(Ok(status)) => Seen::Answer {
                status,
                took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            },
            Ok(Err(error)) if error.is_timeout() => Seen::TimedOut,
            Ok(Err(error)) if error.is_connect() => Seen::Unreachable,
            Ok(Err(_)) => Seen::BrokeOff,
            Err(_) => Seen::TimedOut,
        }
    }

    async fn exchange(&self, sending: Sending) -> reqwest::Result<u16> {
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            // A kept connection may be closed at any time, which would look like a failure.
            .header(CONNECTION, "close");
        for (name, value) in sending.headers {
            request = request.header(name, value);
        }
        let mut answer = request.body(sending.body).send().await?;
        read_some(&mut answer).await?;
        Ok(answer.status().as_u16())
    }
}

/// Reads an answer to its end, or as much of it as anybody needs.
async fn read_some(answer: &mut Response) -> reqwest::Result<()> {
    let mut read = 0;
    while let Some(chunk) = answer.chunk().await? {
        read += chunk.len();
        if read > MOST_READ {
            break;
        }
    }
    Ok(())
}
