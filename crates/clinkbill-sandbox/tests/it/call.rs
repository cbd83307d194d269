//! Calls through the direct door.

use clinkbill_sandbox::{Answer, Body, ManualClock, Request, Sandbox, SandboxBuilder};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;

/// The guide's quick-start body with an amount of your choice.
pub(crate) fn quick_start(amount: &str) -> String {
    format!(
        r#"{{
            "customerEmail": "customer@example.com",
            "originalAmount": {amount},
            "originalCurrency": "USD",
            "uiMode": "hostedPage",
            "priceDataList": [
                {{"name": "A one-time purchase", "quantity": 1, "unitAmount": {amount}, "currency": "USD"}}
            ]
        }}"#
    )
}

/// A request whose every part can be made wrong.
#[derive(Clone)]
pub(crate) struct Call {
    request: Request,
}

impl Call {
    pub(crate) fn new(method: Method, path: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", HeaderValue::from_static("sk_test_caller"));
        headers.insert("x-timestamp", HeaderValue::from_static("1700000000000"));
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            request: Request {
                method,
                path: path.to_owned(),
                query: query.to_owned(),
                headers,
                body: Body::Whole(Vec::new()),
                received_at: 1_700_000_000_000,
            },
        }
    }

    pub(crate) fn create(body: impl Into<Vec<u8>>) -> Self {
        Self::new(Method::POST, "/api/checkout/session").body(body)
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.request.body = Body::Whole(body.into());
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request
            .headers
            .insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// One more header of a name that may stand there already.
    pub(crate) fn and_header(mut self, name: &'static str, value: &str) -> Self {
        self.request
            .headers
            .append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.request.headers.remove(name);
        self
    }

    pub(crate) fn at(mut self, millis: i64) -> Self {
        self.request.received_at = millis;
        self.header("x-timestamp", &millis.to_string())
    }

    pub(crate) fn request(&self) -> &Request {
        &self.request
    }

    pub(crate) fn send(&self, sandbox: &Sandbox) -> Answer {
        sandbox.handle(&self.request).into_answer().unwrap()
    }
}

pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

pub(crate) fn text(answer: &Answer) -> &str {
    std::str::from_utf8(answer.body()).unwrap()
}

/// `data.<field>` of an answer, as text.
pub(crate) fn data(answer: &Answer, field: &str) -> String {
    json(answer)["data"][field]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

pub(crate) fn customers(sandbox: &Sandbox) -> Value {
    json(&Call::get("/_sandbox/customers").send(sandbox))["data"]["customers"].take()
}

/// The types of all events so far.
pub(crate) fn event_types(sandbox: &Sandbox) -> Vec<String> {
    let events = json(&Call::get("/_sandbox/events").send(sandbox));
    events["data"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["event"]["type"].as_str().unwrap().to_owned())
        .collect()
}

/// `data` of what stands at a path.
pub(crate) fn read(sandbox: &Sandbox, path: &str) -> Value {
    json(&Call::get(path).send(sandbox))["data"].take()
}

/// A sandbox whose clock stands at the time of [`Call`]s.
pub(crate) fn at_the_time_of_calls() -> SandboxBuilder {
    Sandbox::builder().clock(ManualClock::at(1_700_000_000_000))
}
