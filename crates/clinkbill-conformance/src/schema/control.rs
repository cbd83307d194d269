//! The sandbox's control API answers what `openapi/sandbox-control.yaml` says, in every case that
//! it names.

use std::collections::BTreeSet;
use std::sync::Arc;

use clinkbill_sandbox::{Body, Catalogue, Request, Sandbox};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::Contract;
use crate::wire::{Wire, WireError};

/// A caller who holds every answer of the control API against its description.
struct Caller {
    sandbox: Sandbox,
    contract: Arc<Contract>,
    key: Option<HeaderValue>,
    seen: BTreeSet<String>,
}

impl Caller {
    fn of(sandbox: Sandbox) -> Self {
        Self {
            key: Some(HeaderValue::from_str(sandbox.secret_key()).unwrap()),
            contract: Contract::control().unwrap(),
            sandbox,
            seen: BTreeSet::new(),
        }
    }

    /// `data` of what is answered.
    #[track_caller]
    fn call(&mut self, method: &Method, path: &str, body: &str) -> Value {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        if let Some(key) = &self.key {
            headers.insert("x-api-key", key.clone());
        }
        let (route, query) = path.split_once('?').unwrap_or((path, ""));
        let answer = self.sandbox.handle(&Request {
            method: method.clone(),
            path: format!("/_sandbox{route}"),
            query: query.to_owned(),
            headers,
            body: Body::Whole(body.as_bytes().to_vec()),
            received_at: 1_700_000_000_000,
        });
        let answer = answer.into_answer().unwrap();
        let status = answer.status().as_u16();
        let checked = self
            .contract
            .check(method.as_str(), path, status, answer.body());
        assert!(checked.is_exact(), "{checked}");
        self.seen.insert(checked.answer);
        serde_json::from_slice::<Value>(answer.body()).unwrap()["data"].take()
    }

    #[track_caller]
    fn get(&mut self, path: &str) -> Value {
        self.call(&Method::GET, path, "")
    }

    #[track_caller]
    fn post(&mut self, path: &str, body: &str) -> Value {
        self.call(&Method::POST, path, body)
    }

    /// The id of a new session.
    fn session(&self) -> String {
        let created = self.sandbox.post_checkout_session(
            r#"{"customerEmail": "customer@example.com", "originalAmount": 5,
                "originalCurrency": "USD", "uiMode": "hostedPage",
                "successUrl": "https://shop.example.com/thanks",
                "priceDataList": [{"name": "A mug", "quantity": 1, "unitAmount": 4.99,
                    "currency": "USD"}]}"#,
        );
        let created: Value = serde_json::from_slice(created.body()).unwrap();
        created["data"]["sessionId"].as_str().unwrap().to_owned()
    }

    /// Mischief of every kind, one there is not, and none any more.
    fn mischief(&mut self) {
        let next = "/webhooks/next";
        for kind in [
            "duplicate",
            "reorder",
            "delay",
            "stale_timestamp",
            "wrong_key",
        ] {
            self.post(
                next,
                &format!(r#"{{"kind": "{kind}", "count": 2, "seconds": 60}}"#),
            );
        }
        self.post(next, r#"{"kind": "kindness"}"#);
        self.get(next);
        self.call(&Method::DELETE, next, "");
    }

    /// Faults of every shape, one there is not, and none any more.
    fn faults(&mut self) {
        for fault in [
            r#"{"kind": "unauthorized", "operation": "createCheckoutSession", "times": 1}"#,
            r#"{"kind": "tooManyRequests", "retryAfter": 2}"#,
            r#"{"kind": "envelopeError", "code": 500, "msg": "no", "when": "after"}"#,
            r#"{"kind": "proxyPage", "status": 502}"#,
            r#"{"kind": "reset"}"#,
            r#"{"kind": "rust"}"#,
        ] {
            self.post("/faults", fault);
        }
        assert!(self.get("/faults")["faults"].as_array().unwrap().len() >= 4);
        self.call(&Method::DELETE, "/faults", "");
    }
}

/// Every status that the description names, for every operation; but for what comes only where a
/// state file cannot be written, which a test of the sandbox's state brings about.
fn described() -> BTreeSet<String> {
    let contract = Contract::control().unwrap();
    let operations = contract.operations.iter();
    let answers = operations.flat_map(|operation| {
        let statuses = operation.answers.keys();
        let statuses = statuses.filter(|status| status.as_str() != "500");
        statuses.map(|status| format!("{} {} {status}", operation.method, operation.path))
    });
    answers.collect()
}

// A delivery is attempted where there is a port to send from.
#[tokio::test]
async fn every_described_answer_is_given_and_is_as_it_is_described() {
    let nowhere = "http://127.0.0.1:1/hook";
    let sandbox = Sandbox::builder()
        .webhook(nowhere, "whsec_control")
        .unwrap()
        .catalogue(
            Catalogue::from_json(r#"{"products": [{"productId": "prd_mug", "name": "Mug"}]}"#)
                .unwrap(),
        )
        .build();
    let mut caller = Caller::of(sandbox.clone());

    let session = caller.session();
    caller.get("/");
    assert_eq!(
        caller.get("/customers")["customers"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let observed = caller.get("/observations");
    assert!(!observed["observations"].as_array().unwrap().is_empty());
    caller.get(&format!("/sessions/{session}"));
    caller.get(&format!("/sessions/{session}?country=nowhere"));
    caller.get("/sessions/unknown");

    let pay = format!("/sessions/{session}/pay");
    caller.post(
        &pay,
        r#"{"outcome": "failed", "failureCode": "card_declined"}"#,
    );
    caller.post(&pay, r#"{"outcome": "perhaps"}"#);
    caller.post("/sessions/unknown/pay", r#"{"outcome": "failed"}"#);
    let under_way = caller.post(&pay, r#"{"outcome": "processing"}"#);
    let settle = format!("/orders/{}/settle", under_way["orderId"].as_str().unwrap());
    caller.post(&settle, r#"{"outcome": "perhaps"}"#);
    caller.post("/orders/unknown/settle", r#"{"outcome": "failed"}"#);
    caller.post(&settle, r#"{"outcome": "succeeded"}"#);
    caller.post(&settle, r#"{"outcome": "succeeded"}"#);
    caller.post(&format!("/sessions/{}/cancel", caller.session()), "");
    caller.post("/sessions/unknown/cancel", "");

    let served = sandbox.serve().await.unwrap();
    let base_url = served.base_url().parse().unwrap();
    let wire = Wire::new(&base_url, sandbox.secret_key(), None).unwrap();
    let wire = wire.checked_against(Contract::embedded().unwrap(), Contract::control().unwrap());
    let body = Some(r#"{"seconds": 1}"#.to_owned());
    let mut log = Vec::new();
    let advanced = wire.control(Method::POST, "clock/advance", body, &mut log);
    assert_eq!(advanced.await.unwrap().status, 200);
    let undescribed = wire.control(Method::PUT, "clock", None, &mut log).await;
    assert!(matches!(undescribed, Err(WireError::Control(_))));
    let events = caller.get("/events");
    let first = &events["events"][0];
    assert_eq!(first["deliveries"][0]["attempts"][0]["status"], Value::Null);
    let id = first["event"]["id"].as_str().unwrap();
    caller.post(&format!("/events/{id}/resend"), "");
    caller.post(&format!("/events/{id}/resend"), r#"{"endpointId": 1}"#);
    caller.post("/events/unknown/resend", "");

    let retired = caller.post("/products/prd_mug/retire", "");
    assert_eq!(retired["active"], false);
    caller.post("/products/unknown/retire", "");

    caller.get("/clock");
    caller.post("/clock/freeze", "");
    caller.post("/clock/advance", r#"{"seconds": 60}"#);
    caller.post("/clock/advance", r#"{"seconds": -1}"#);
    caller.post("/clock/resume", "");

    caller.mischief();
    caller.faults();
    caller.session();
    assert!(
        !caller.get("/requests")["requests"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    caller.post("/reset", "");

    caller.key = None;
    for operation in &Contract::control().unwrap().operations {
        let method: Method = operation.method.parse().unwrap();
        caller.call(&method, &operation.path.replace("{id}", "unknown"), "");
    }
    assert_eq!(caller.seen, described());
}
