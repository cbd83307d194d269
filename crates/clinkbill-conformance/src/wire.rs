//! A client that takes nothing for granted: it sends any JSON and keeps whatever comes back.

mod answer;
mod pace;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinkbill_sandbox::{Body, Sandbox};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use url::Url;

pub(crate) use answer::{Answer, Data, Rows};
pub(crate) use pace::Presence;

use crate::exchange::Record;
use crate::schema::{Checked, Contract};
use pace::Pace;

/// How long a scenario waits for one answer, from connecting to the last byte.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// Where Clink has its API on a host.
const API: &str = "api/";
/// A checkout session is some kilobytes; what is longer is no answer to read.
const LARGEST_BODY: usize = 1 << 20;

/// A connection to one merchant's account on one server.
#[derive(Clone)]
pub(crate) struct Wire {
    client: Client,
    options: clinkbill_api::Options,
    base_url: Url,
    secret_key: HeaderValue,
    pace: Option<Pace>,
    presence: Presence,
    contract: Option<Arc<Contract>>,
    /// What the control API is held against.
    control: Option<Arc<Contract>>,
    /// The sandbox that is asked without a connection.
    engine: Option<Sandbox>,
}

/// The headers of a request to the merchant API.
#[derive(Clone)]
pub(crate) struct Head {
    key: Option<HeaderValue>,
    timestamp: Option<String>,
    content_type: &'static str,
}

/// Nothing came back, or nothing that could be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    #[error("the key has characters no header can hold")]
    BadKey,
    #[error("the clock is before 1970")]
    Clock,
    #[error("{0}")]
    SetUp(#[source] clinkbill_api::ConnectError),
    #[error("no answer: {}", causes(.0))]
    Http(#[source] reqwest::Error),
    #[error("the answer is longer than {LARGEST_BODY} bytes")]
    TooLong,
    #[error("the connection broke, and there was none")]
    Broken,
    #[error("the control API is not as it is described: {0}")]
    Control(String),
    #[error("not asked: the server has stopped to answer")]
    Gone,
}

impl Wire {
    /// A connection that trusts the certificate authorities of this PEM text, if any, as well as
    /// those of the system.
    pub(crate) fn new(
        base_url: &Url,
        secret_key: &str,
        extra_roots: Option<&[u8]>,
    ) -> Result<Self, WireError> {
        let mut base_url = base_url.clone();
        if !base_url.path().ends_with('/') {
            base_url.set_path(&format!("{}/", base_url.path()));
        }
        let options = patient(clinkbill_api::Options::default(), PATIENCE);
        let options = match extra_roots {
            Some(pem) => options.with_extra_roots(pem).map_err(WireError::SetUp)?,
            None => options,
        };
        Ok(Self {
            client: client(&base_url, &options)?,
            options,
            base_url,
            secret_key: header(secret_key)?,
            pace: None,
            presence: Presence::default(),
            contract: None,
            control: None,
            engine: None,
        })
    }

    /// The same, waiting at most this long for an answer.
    pub(crate) fn with_patience(&self, patience: Duration) -> Result<Self, WireError> {
        let options = patient(self.options.clone(), patience);
        Ok(Self {
            client: client(&self.base_url, &options)?,
            options,
            ..self.clone()
        })
    }

    /// The same, sending no two requests closer together than this.
    pub(crate) fn with_pause(&self, pause: Duration) -> Self {
        Self {
            pace: (!pause.is_zero()).then(|| Pace::new(pause)),
            ..self.clone()
        }
    }

    /// The same, holding every answer of the merchant API, and of the control API, against what
    /// describes it.
    pub(crate) fn checked_against(&self, contract: Arc<Contract>, control: Arc<Contract>) -> Self {
        if self.engine.is_some() {
            // What no connection carries is asked about rules only, and many times over.
            return self.clone();
        }
        Self {
            contract: Some(contract),
            control: Some(control),
            ..self.clone()
        }
    }

    /// The same, asking this sandbox without a connection between.
    pub(crate) fn straight_to(&self, engine: &Sandbox) -> Self {
        Self {
            engine: Some(engine.clone()),
            ..self.clone()
        }
    }

    /// The same server with another merchant's key.
    pub(crate) fn with_key(&self, secret_key: &str) -> Result<Self, WireError> {
        let secret_key = header(secret_key)?;
        Ok(Self {
            secret_key,
            ..self.clone()
        })
    }

    /// Whether the server still answers.
    pub(crate) fn presence(&self) -> &Presence {
        &self.presence
    }

    /// The base URL, with a slash at its end.
    pub(crate) fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Sends one request to the merchant API and keeps it with its answer in `log`.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        log: &mut Vec<Record>,
    ) -> Result<Answer, WireError> {
        let url = format!("{}{path}", self.base_url);
        self.send(method, &url, self.head()?, body, log).await
    }

    /// Asks for a session with other headers than a merchant should send.
    pub(crate) async fn create_with_head(
        &self,
        head: Head,
        body: String,
        log: &mut Vec<Record>,
    ) -> Result<Answer, WireError> {
        let url = format!("{}checkout/session", self.base_url);
        self.send(Method::POST, &url, head, Some(body), log).await
    }

    /// The headers of a request as they should be.
    pub(crate) fn head(&self) -> Result<Head, WireError> {
        Ok(Head {
            key: Some(self.secret_key.clone()),
            timestamp: Some(now_in_milliseconds()?.to_string()),
            content_type: "application/json",
        })
    }

    /// Opens a checkout page as a browser does: without a key. The link is a secret, so the log
    /// does not have it.
    pub(crate) async fn open_page(
        &self,
        url: Url,
        log: &mut Vec<Record>,
    ) -> Result<Answer, WireError> {
        let answer = self.receive(self.client.get(url)).await;
        let request = "GET (the checkout page)".to_owned();
        log.push(record(request, None, &answer, None));
        answer
    }

    /// Sends one request to the sandbox's control API, which plays the buyer. It is our own: an
    /// answer that is not as described is no answer.
    pub(crate) async fn control(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        log: &mut Vec<Record>,
    ) -> Result<Answer, WireError> {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let mut url = self.base_url.clone();
        url.set_path(&format!("/_sandbox/{path}"));
        url.set_query(query);
        let named = method.to_string();
        let answer = self
            .send(method, url.as_str(), self.head()?, body, log)
            .await?;
        if let Some(control) = &self.control {
            let checked = control.check(&named, path, answer.status, &answer.body);
            if !checked.is_exact() {
                return Err(WireError::Control(checked.to_string()));
            }
        }
        Ok(answer)
    }

    /// Whether the server is a sandbox of ours, with a control API.
    pub(crate) async fn is_sandbox(&self) -> Result<bool, WireError> {
        let answer = self.control(Method::GET, "", None, &mut Vec::new()).await?;
        let name = answer.data().ok().and_then(|data| data.text("name"));
        Ok(name.as_deref() == Some("clinkbill-sandbox"))
    }

    /// Whether the merchant API knows the key: it says 401 if not.
    pub(crate) async fn accepts_key(&self) -> Result<bool, WireError> {
        let answer = self.nobodys_session().await?;
        Ok(answer.status != 401)
    }

    /// Where the merchant API is instead, if it is not at the base URL. Orders are asked for: a
    /// list is there even where it is empty.
    pub(crate) async fn api_elsewhere(&self) -> Result<Option<Url>, WireError> {
        if self.lists_orders().await? {
            return Ok(None);
        }
        let below_and_at_the_top = [API, &format!("/{API}")];
        for place in below_and_at_the_top.map(|place| self.base_url.join(place)) {
            let Ok(base_url) = place else { continue };
            let wire = Self {
                base_url: base_url.clone(),
                ..self.clone()
            };
            if base_url != self.base_url && wire.lists_orders().await? {
                return Ok(Some(base_url));
            }
        }
        Ok(None)
    }

    /// Whether what answers at the base URL does so as the API does, if only to refuse.
    pub(crate) async fn speaks(&self) -> Result<bool, WireError> {
        Ok(self.lists_orders().await? || self.nobodys_session().await?.envelope().is_ok())
    }

    async fn nobodys_session(&self) -> Result<Answer, WireError> {
        let path = "checkout/session/sess_nobody_has";
        self.call(Method::GET, path, None, &mut Vec::new()).await
    }

    async fn lists_orders(&self) -> Result<bool, WireError> {
        let mut log = Vec::new();
        let answer = self.call(Method::GET, "order", None, &mut log).await?;
        Ok(answer.status != 404 && answer.envelope().is_ok())
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        head: Head,
        body: Option<String>,
        log: &mut Vec<Record>,
    ) -> Result<Answer, WireError> {
        if let Some(pace) = &self.pace {
            pace.wait().await;
        }
        let answer = self.attempt(&method, url, head, body.clone()).await;
        let path = url.strip_prefix(self.base_url.as_str());
        let checked = answer.as_ref().ok().and_then(|answer| {
            let (contract, path) = self.contract.as_ref().zip(path)?;
            Some(contract.check(method.as_str(), path, answer.status, &answer.body))
        });
        let request = format!("{method} {url}");
        log.push(record(request, body, &answer, checked));
        answer
    }

    async fn attempt(
        &self,
        method: &Method,
        url: &str,
        head: Head,
        body: Option<String>,
    ) -> Result<Answer, WireError> {
        let mut headers = HeaderMap::new();
        if let Some(key) = head.key {
            headers.insert("x-api-key", key);
        }
        if let Some(timestamp) = head.timestamp {
            headers.insert("x-timestamp", header(&timestamp)?);
        }
        let mut request = self.client.request(method.clone(), url).headers(headers);
        if let Some(body) = body {
            request = request.header("content-type", head.content_type).body(body);
        }
        self.receive(request).await
    }

    /// Sends a request and keeps what comes back.
    async fn receive(&self, request: RequestBuilder) -> Result<Answer, WireError> {
        if let Some(engine) = &self.engine {
            return ask(engine, &request.build().map_err(WireError::Http)?);
        }
        if self.presence.is_gone() {
            return Err(WireError::Gone);
        }
        let response = request.send().await;
        let is_silent = |error: &reqwest::Error| error.is_connect() || error.is_timeout();
        self.presence.note(!response.as_ref().is_err_and(is_silent));
        let mut response = response.map_err(WireError::Http)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(WireError::Http)? {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(WireError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }
}

/// What a sandbox answers to a request that no connection carries.
fn ask(engine: &Sandbox, request: &reqwest::Request) -> Result<Answer, WireError> {
    let url = request.url();
    let mut headers = request.headers().clone();
    headers.insert("host", header(url.authority())?);
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let answer = engine.handle(&clinkbill_sandbox::Request {
        method: request.method().clone(),
        path: url.path().to_owned(),
        query: url.query().unwrap_or_default().to_owned(),
        headers,
        body: Body::Whole(body.unwrap_or_default().to_vec()),
        received_at: i64::try_from(now_in_milliseconds()?).map_err(|_| WireError::Clock)?,
    });
    let answer = answer.into_answer().ok_or(WireError::Broken)?;
    Ok(Answer {
        status: answer.status().as_u16(),
        body: answer.into_body(),
    })
}

fn record(
    request: String,
    body: Option<String>,
    answer: &Result<Answer, WireError>,
    checked: Option<Checked>,
) -> Record {
    Record::Raw {
        request,
        body,
        received: match answer {
            Ok(answer) => Ok((answer.status, answer.body.clone())),
            Err(error) => Err(error.to_string()),
        },
        checked,
    }
}

impl Head {
    pub(crate) fn without_key(self) -> Self {
        Self { key: None, ..self }
    }

    pub(crate) fn with_key(self, key: &str) -> Result<Self, WireError> {
        Ok(Self {
            key: Some(header(key)?),
            ..self
        })
    }

    pub(crate) fn with_timestamp(self, timestamp: Option<String>) -> Self {
        Self { timestamp, ..self }
    }

    pub(crate) fn with_content_type(self, content_type: &'static str) -> Self {
        Self {
            content_type,
            ..self
        }
    }
}

/// A client that follows no redirect and sends nothing twice: the key stays with the target.
fn client(base_url: &Url, options: &clinkbill_api::Options) -> Result<Client, WireError> {
    clinkbill_api::http_client(base_url, options).map_err(WireError::SetUp)
}

fn patient(options: clinkbill_api::Options, patience: Duration) -> clinkbill_api::Options {
    options
        .with_connect_timeout(patience)
        .with_timeout(patience)
}

fn header(secret_key: &str) -> Result<HeaderValue, WireError> {
    let mut value = HeaderValue::from_str(secret_key).map_err(|_| WireError::BadKey)?;
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn now_in_milliseconds() -> Result<u64, WireError> {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| WireError::Clock)?;
    u64::try_from(since_1970.as_millis()).map_err(|_| WireError::Clock)
}

/// An error and what is behind it; reqwest's own message stops at the URL.
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_not_there_is_no_answer_and_its_key_is_not_shown() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let nowhere = Url::parse("http://127.0.0.1:1/api").unwrap();
        let wire = Wire::new(&nowhere, "sk_test_hidden", None).unwrap();
        let mut log = Vec::new();
        let answer = runtime.block_on(wire.call(Method::GET, "order/o", None, &mut log));
        assert!(matches!(answer, Err(WireError::Http(_))));
        let exchange = log.remove(0).masked();
        assert_eq!(exchange.sent, "GET http://127.0.0.1:1/api/order/o");
        assert!(!format!("{exchange:?}").contains("hidden"));
    }
}
