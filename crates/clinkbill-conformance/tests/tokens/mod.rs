//! What nobody may be shown of a sandbox's sessions.

use axum::http::{HeaderMap, HeaderValue, Method};
use clinkbill_sandbox::{Body, Request, Sandbox};
use serde_json::Value;

/// What opens the checkouts of every session of a merchant.
pub(crate) fn of(sandbox: &Sandbox, key: &'static str) -> Vec<String> {
    let merchant = sandbox.merchant_of(key).unwrap();
    let mut tokens = Vec::new();
    for id in merchant.session_ids() {
        let mut headers = HeaderMap::new();
        let now = merchant.now().as_millis();
        headers.insert("x-api-key", HeaderValue::from_static(key));
        headers.insert("x-timestamp", now.into());
        let asked = sandbox.handle(&Request {
            method: Method::GET,
            path: format!("/api/checkout/session/{id}"),
            query: String::new(),
            headers,
            body: Body::Whole(Vec::new()),
            received_at: now,
        });
        let read: Value = serde_json::from_slice(asked.into_answer().unwrap().body()).unwrap();
        for field in ["token", "url"] {
            let token = read["data"][field].as_str().unwrap_or_default();
            tokens.extend(token.rsplit('/').next().map(str::to_owned));
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}
