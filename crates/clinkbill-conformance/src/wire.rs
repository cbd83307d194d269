//! A client that takes nothing for granted: it sends any JSON and keeps whatever comes back.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinkbill_sandbox::{Body, Sandbox};
use clinkbill_types::Amount;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tokio::time::Instant;
use url::Url;

use crate::exchange::{Record, mask_keys};
use crate::schema::{Checked, Contract};

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
    contract: Option<Arc<Contract>>,
    /// What the control API is held against.
    control: Option<Arc<Contract>>,
    /// The sandbox that is asked without a connection.
    engine: Option<Sandbox>,
}

/// How closely requests may follow each other; shared by all that send to one target.
#[derive(Clone)]
struct Pace {
    pause: Duration,
    next: Arc<Mutex<Instant>>,
}

/// The headers of a request to the merchant API.
#[derive(Clone)]
pub(crate) struct Head {
    key: Option<HeaderValue>,
    timestamp: Option<String>,
    content_type: &'static str,
}

/// What came back, whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// The envelope said yes.
#[derive(Debug, Clone)]
pub(crate) struct Data(pub(crate) Map<String, Value>);

/// The envelope of a list said yes.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) total: u64,
    pub(crate) rows: Vec<Data>,
}

/// The envelope said no.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
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
        let next = Arc::new(Mutex::new(Instant::now()));
        Self {
            pace: (!pause.is_zero()).then_some(Pace { pause, next }),
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
        let path = "checkout/session/sess_nobody_has";
        let answer = self.call(Method::GET, path, None, &mut Vec::new()).await?;
        Ok(answer.status != 401)
    }

    /// Where the merchant API is instead, if it is not at the base URL but below it. Orders are
    /// asked for: a list is there even where it is empty.
    pub(crate) async fn api_below(&self) -> Result<Option<Url>, WireError> {
        let Ok(below) = self.base_url.join(API) else {
            return Ok(None);
        };
        if self.base_url.path().ends_with("/api/") || self.lists_orders().await? {
            return Ok(None);
        }
        let wire = Self {
            base_url: below.clone(),
            ..self.clone()
        };
        Ok(wire.lists_orders().await?.then_some(below))
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
        let mut response = request.send().await.map_err(WireError::Http)?;
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

impl Pace {
    async fn wait(&self) {
        tokio::time::sleep_until(self.turn(Instant::now())).await;
    }

    /// When the next request may be sent. Turns are given out in the order in which they are asked
    /// for.
    fn turn(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (*next).max(now);
        *next = turn + self.pause;
        turn
    }
}

impl Answer {
    /// The data of an answer that says yes: HTTP 200 and an envelope with `code` 200.
    pub(crate) fn data(&self) -> Result<Data, String> {
        match self.envelope()? {
            (200, mut envelope) if self.status == 200 => match envelope.remove("data") {
                Some(Value::Object(data)) => Ok(Data(data)),
                other => Err(format!(
                    "code 200 without data: {}",
                    other.unwrap_or_default()
                )),
            },
            (code, envelope) => {
                let message = envelope
                    .get("msg")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                Err(format!(
                    "refused: HTTP {}, code {code}, {message:?}",
                    self.status
                ))
            }
        }
    }

    /// The rows of an answer that says yes to a list.
    pub(crate) fn rows(&self) -> Result<Rows, String> {
        let (code, mut envelope) = self.envelope()?;
        if (self.status, code) != (200, 200) {
            return Err(format!("no list: HTTP {}, code {code}", self.status));
        }
        let total = envelope.get("total").and_then(Value::as_u64);
        let Some(Value::Array(rows)) = envelope.remove("rows") else {
            return Err("a list without rows".to_owned());
        };
        let rows = rows.into_iter().map(|row| match row {
            Value::Object(row) => Ok(Data(row)),
            other => Err(format!("a row that is {other}")),
        });
        Ok(Rows {
            total: total.ok_or("a list without total")?,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    /// An amount of the data, to the digit.
    pub(crate) fn amount(&self, field: &str) -> Option<Amount> {
        type Fields<'a> = BTreeMap<String, &'a RawValue>;
        let envelope: Fields<'_> = serde_json::from_slice(&self.body).ok()?;
        let data: Fields<'_> = serde_json::from_str(envelope.get("data")?.get()).ok()?;
        data.get(field)?.get().parse().ok()
    }

    /// The refusal of an answer that says no: an envelope with another `code` than 200 and no
    /// data, under HTTP 200 or 4xx (the guide does not say which). "Not now" (429) is no refusal.
    pub(crate) fn refusal(&self) -> Result<Refusal, String> {
        let (code, envelope) = self.envelope()?;
        if code == 200 {
            return Err("accepted: code 200".to_owned());
        }
        let may_refuse = self.status == 200 || (400..500).contains(&self.status);
        if !may_refuse || self.status == 429 {
            return Err(format!(
                "neither accepted nor refused: HTTP {}",
                self.status
            ));
        }
        if envelope.get("data").is_some_and(|data| !data.is_null()) {
            return Err(format!("refused with code {code}, and yet there is data"));
        }
        let message = envelope
            .get("msg")
            .and_then(Value::as_str)
            .ok_or("refused without msg")?;
        Ok(Refusal {
            status: self.status,
            message: message.to_owned(),
        })
    }

    /// The answer in few words.
    pub(crate) fn seen(&self) -> String {
        let Ok((code, envelope)) = self.envelope() else {
            return format!("HTTP {} without an envelope", self.status);
        };
        match envelope.get("msg").and_then(Value::as_str) {
            Some(message) if code != 200 => {
                format!("HTTP {}, code {code}, {}", self.status, mask_keys(message))
            }
            _ => format!("HTTP {}, code {code}", self.status),
        }
    }

    fn envelope(&self) -> Result<(i64, Map<String, Value>), String> {
        let value = serde_json::from_slice(&self.body)
            .map_err(|error| format!("HTTP {} without JSON: {error}", self.status))?;
        let Value::Object(envelope) = value else {
            return Err(format!("HTTP {} without an envelope", self.status));
        };
        let code = envelope
            .get("code")
            .and_then(Value::as_i64)
            .ok_or_else(|| format!("HTTP {} with an envelope without code", self.status))?;
        Ok((code, envelope))
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

impl Data {
    /// A text that is there and says something.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        let text = self.0.get(field)?.as_str()?;
        (!text.trim().is_empty()).then(|| text.to_owned())
    }
}

impl Refusal {
    /// Whether the message holds this symbolic name as a whole word, in any case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.message
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} (HTTP {})", self.message, self.status)
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

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_yes_is_http_200_with_code_200_and_data() {
        assert!(
            answer(200, r#"{"code":200,"msg":"success","data":{}}"#)
                .data()
                .is_ok()
        );
        for (status, body) in [
            (201, r#"{"code":200,"data":{}}"#),
            (200, r#"{"code":0,"data":{}}"#),
            (200, r#"{"code":200,"data":null}"#),
            (200, r#"{"code":200}"#),
            (200, r#"{"code":"200","data":{}}"#),
            (200, r#"{"data":{}}"#),
            (200, "[]"),
            (200, "<html>"),
        ] {
            assert!(answer(status, body).data().is_err(), "{status} {body}");
        }
    }

    #[test]
    fn a_no_is_an_envelope_with_another_code_and_no_data_under_200_or_4xx() {
        for (status, body) in [
            (200, r#"{"code":400,"msg":"no","data":null}"#),
            (422, r#"{"code":80100263,"msg":"no"}"#),
        ] {
            assert!(answer(status, body).refusal().is_ok(), "{status} {body}");
        }
        for (status, body) in [
            (200, r#"{"code":200,"msg":"no"}"#),
            (500, r#"{"code":500,"msg":"no"}"#),
            (302, r#"{"code":302,"msg":"no"}"#),
            (429, r#"{"code":429,"msg":"not now"}"#),
            (200, r#"{"code":400,"msg":"no","data":{}}"#),
            (200, r#"{"code":400}"#),
            (400, "no"),
        ] {
            assert!(answer(status, body).refusal().is_err(), "{status} {body}");
        }
    }

    #[test]
    fn a_refusal_is_called_by_a_whole_word_of_its_message() {
        let refusal = |message: &str| Refusal {
            status: 200,
            message: message.to_owned(),
        };
        for message in [
            "CUSTOMER_NOT_FOUND",
            "oh: customer_not_found.",
            "(CUSTOMER_NOT_FOUND)",
        ] {
            assert!(
                refusal(message).is_called("CUSTOMER_NOT_FOUND"),
                "{message}"
            );
        }
        for message in [
            "",
            "NO_CUSTOMER_NOT_FOUND",
            "CUSTOMER_NOT_FOUNDED",
            "CUSTOMER",
        ] {
            assert!(
                !refusal(message).is_called("CUSTOMER_NOT_FOUND"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_turn_comes_a_pause_after_the_one_before_and_at_once_after_a_lull() {
        let (start, pause) = (Instant::now(), Duration::from_secs(1));
        let pace = Pace {
            pause,
            next: Arc::new(Mutex::new(start)),
        };
        let turns = [start, start, start, start + pause * 9].map(|now| pace.turn(now) - start);
        assert_eq!(turns, [0, 1, 2, 9].map(Duration::from_secs));
    }

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
