//! An event is verified and read, by the SDK and by an HMAC and derived structs.

use std::collections::BTreeMap;
use std::hint::black_box;

use clinkbill::webhook::{SignedHeaders, Signer, Verifier, WebhookSecret};
use clinkbill::{
    Amount, Currency, CustomerId, EventId, InvoiceId, OrderId, OrderStatus, OrderType,
    PaymentMethodType, PriceId, ProductId, SessionId, Timestamp,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

const SECRET: &str = "whsec_of_a_benchmark";
const NOW: i64 = 1_785_936_114_000;

/// As Clink sends it after a card was charged.
const BODY: &str = r#"{"id":"event_5f0c6b7d","object":"event","created":1785936114000,"type":"order.succeeded","data":{"object":{"orderId":"order_8Jx2mQ","type":"onetime","sessionId":"sess_8Jx2mQ","merchantReferenceId":"order-17","invoiceId":null,"customerId":"cus_8Jx2mQ","customerEmail":"customer@example.com","productId":null,"priceId":null,"priceDataList":[{"name":"A one-time purchase","quantity":1,"unitAmount":4.99,"currency":"USD","imageUrl":null}],"paymentMethod":{"paymentMethodType":"card","paymentInstrumentId":"pi_8Jx2mQ","cardScheme":"Visa","cardLastFour":"4242","issuerRegion":"US","issuerBank":null,"wallet":null},"paymentExecutionDetails":null,"amountSubtotal":4.99,"originalCurrency":"USD","amountTotal":4.99,"paymentCurrency":"USD","status":"success","createTime":1785936110000,"paymentTime":1785936113600,"failureCode":null,"failureMessage":null,"riskLevel":"LOW","metadata":{"cart":"17"}}}}"#;

pub(crate) fn run(by: &str, count: u64) {
    let now = Timestamp::from_millis(NOW).unwrap();
    let secret = WebhookSecret::new(SECRET).unwrap();
    let headers = Signer::new(secret.clone()).sign(BODY.as_bytes(), now);
    match by {
        "sdk" => {
            let verifier = Verifier::new(secret);
            for _ in 0..count {
                let header = |name| headers.get(name);
                let event = verifier.verify_at(header, black_box(BODY.as_bytes()), now);
                black_box(event.unwrap());
            }
        }
        "bare" => {
            let key = Hmac::new_from_slice(SECRET.as_bytes()).unwrap();
            for _ in 0..count {
                black_box(bare(&key, &headers, black_box(BODY.as_bytes())));
            }
        }
        _ => panic!("by sdk or bare"),
    }
}

fn bare(key: &Hmac<Sha256>, headers: &SignedHeaders, body: &[u8]) -> Event {
    let mut mac = key.clone();
    mac.update(headers.get("X-Clink-Timestamp").unwrap().as_bytes());
    mac.update(b".");
    mac.update(body);
    let signature = hex::decode(headers.get("X-Clink-Signature").unwrap()).unwrap();
    mac.verify_slice(&signature).unwrap();
    serde_json::from_slice(body).unwrap()
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, and that is what it is for")]
struct Event {
    id: EventId,
    created: Option<Timestamp>,
    r#type: String,
    data: Data,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read, and that is what it is for")]
struct Data {
    object: Order,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, and that is what it is for")]
struct Order {
    order_id: OrderId,
    status: OrderStatus,
    r#type: Option<OrderType>,
    session_id: Option<SessionId>,
    merchant_reference_id: Option<String>,
    amount_subtotal: Option<Amount>,
    amount_total: Option<Amount>,
    original_currency: Option<Currency>,
    payment_currency: Option<Currency>,
    customer_id: Option<CustomerId>,
    customer_email: Option<String>,
    invoice_id: Option<InvoiceId>,
    product_id: Option<ProductId>,
    price_id: Option<PriceId>,
    price_data_list: Option<Vec<LineItem>>,
    payment_method: Option<PaymentMethod>,
    payment_execution_details: Option<Vec<PaymentExecution>>,
    create_time: Option<Timestamp>,
    payment_time: Option<Timestamp>,
    failure_code: Option<String>,
    failure_message: Option<String>,
    risk_level: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, and that is what it is for")]
struct LineItem {
    name: Option<String>,
    quantity: Option<u32>,
    unit_amount: Option<Amount>,
    currency: Option<Currency>,
    image_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, and that is what it is for")]
struct PaymentMethod {
    payment_method_type: Option<PaymentMethodType>,
    payment_instrument_id: Option<String>,
    card_scheme: Option<String>,
    card_last_four: Option<String>,
    issuer_region: Option<String>,
    issuer_bank: Option<String>,
    wallet: Option<Wallet>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, and that is what it is for")]
struct Wallet {
    account_tag: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read, and that is what it is for")]
struct PaymentExecution {
    channel_code: Option<String>,
    channel_transaction_id: Option<String>,
    original_failure_code: Option<String>,
    original_failure_message: Option<String>,
}
