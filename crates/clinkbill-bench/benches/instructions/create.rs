//! A session is created, by the SDK and by bare reqwest.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinkbill::{
    Client, Currency, CustomerRef, Environment, Hosted, Line, Lines, NewSession, RedirectUrl,
    SecretKey,
};
use clinkbill_sandbox::Sandbox;
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};

const EMAIL: &str = "customer@example.com";
const SUCCESS: &str = "https://shop.example/thanks";
const CANCEL: &str = "https://shop.example/cart";
const REFERENCE: &str = "order-17";

/// A sandbox, until this process is ended.
pub(crate) fn serve() {
    let runtime = runtime();
    runtime.block_on(async {
        let server = Sandbox::builder().seed(1).build().serve().await.unwrap();
        println!("{}\n{}", server.base_url(), server.secret_key());
        std::future::pending::<()>().await;
    });
}

pub(crate) fn run(by: &str, api_url: &str, key: &str, count: u64) {
    let runtime = runtime();
    match by {
        "sdk" => runtime.block_on(by_sdk(api_url, key, count)),
        "bare" => runtime.block_on(bare(api_url, key, count)),
        _ => panic!("by sdk or bare"),
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn by_sdk(api_url: &str, key: &str, count: u64) {
    let client = Client::builder(SecretKey::new(key).unwrap())
        .environment(Environment::custom(api_url).unwrap())
        .build()
        .unwrap();
    let new: NewSession<CustomerRef, Hosted, Lines> = NewSession::hosted(
        RedirectUrl::parse(SUCCESS).unwrap(),
        RedirectUrl::parse(CANCEL).unwrap(),
    )
    .customer(CustomerRef::email(EMAIL).unwrap())
    .lines(Currency::USD, [Line::new("A one-time purchase", 1, "4.99")])
    .merchant_reference(REFERENCE);
    for _ in 0..count {
        let created = client.checkout_sessions().create(&new).await.unwrap();
        assert!(created.url.as_str().starts_with("http"));
    }
}

/// What anybody would write who knows the documentation, and nothing that looks at what comes.
async fn bare(api_url: &str, key: &str, count: u64) {
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(no_tls())
        .http1_only()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    let url = format!("{}checkout/session", with_slash(api_url));
    let new = New {
        customer_email: EMAIL.to_owned(),
        original_amount: 4.99,
        original_currency: "USD".to_owned(),
        ui_mode: "hostedPage".to_owned(),
        allow_promotion_codes: false,
        success_url: SUCCESS.to_owned(),
        cancel_url: CANCEL.to_owned(),
        merchant_reference_id: REFERENCE.to_owned(),
        price_data_list: vec![Item {
            name: "A one-time purchase".to_owned(),
            quantity: 1,
            unit_amount: 4.99,
            currency: "USD".to_owned(),
        }],
    };
    for _ in 0..count {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let answer = client
            .post(&url)
            .header("X-API-KEY", key)
            .header("X-Timestamp", now.as_millis().to_string())
            .header(reqwest::header::ACCEPT, "application/json")
            .json(&new)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
        let answer: Envelope = answer.json().await.unwrap();
        assert_eq!(answer.code, 200, "{}", answer.msg);
        assert!(answer.data.unwrap().url.starts_with("http"));
    }
}

fn with_slash(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}

/// Without TLS in the URL there is none to set up, and reqwest has to be told so.
fn no_tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct New {
    customer_email: String,
    original_amount: f64,
    original_currency: String,
    ui_mode: String,
    allow_promotion_codes: bool,
    success_url: String,
    cancel_url: String,
    merchant_reference_id: String,
    price_data_list: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    name: String,
    quantity: u32,
    unit_amount: f64,
    currency: String,
}

#[derive(Deserialize)]
struct Envelope {
    code: i64,
    msg: String,
    data: Option<Created>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, and that is what it is for")]
struct Created {
    session_id: String,
    url: String,
    token_value: Option<String>,
    customer_id: Option<String>,
    expire_time: Option<String>,
    merchant_reference_id: Option<String>,
    original_amount: Option<f64>,
    original_currency: Option<String>,
    return_url: Option<String>,
    ui_mode: Option<String>,
}
