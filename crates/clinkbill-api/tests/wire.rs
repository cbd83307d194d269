//! What the client writes to the wire, and what it reads from it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinkbill_api::types::{
    CreateCheckoutSessionRequest, HistoricalPaymentInstrumentImport, PriceData,
};
use clinkbill_api::{Client, ConnectError, Error, Options, Secret};
use clinkbill_types::{
    Amount, OrderStatus, PathId, PaymentMethodType, RecurringInterval, SessionStatus, Timestamp,
    UiMode,
};
use serde_json::json;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const KEY: &str = "sk_test_wire";

#[tokio::test]
async fn each_sending_carries_the_key_and_a_fresh_timestamp() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    let ticks = AtomicU64::new(1_768_477_500_000);
    let clock = move || UNIX_EPOCH + Duration::from_millis(ticks.fetch_add(7, Ordering::Relaxed));
    let client = client_with(&server.uri(), Options::default().with_clock(clock));

    client.create_checkout_session(&minimal()).await.unwrap();
    client.get_checkout_session(&id()).await.unwrap();
    client.get_order(&id()).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let stamps: Vec<_> = requests.iter().map(|r| header(r, "x-timestamp")).collect();
    assert_eq!(stamps, ["1768477500000", "1768477500007", "1768477500014"]);
    assert!(requests.iter().all(|r| header(r, "x-api-key") == KEY));
}

#[tokio::test]
async fn the_timestamp_is_the_time_of_sending_in_milliseconds() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    let client = client(&server.uri());

    let before = millis();
    client.get_order(&id()).await.unwrap();
    let after = millis();

    let requests = server.received_requests().await.unwrap();
    let stamp: u128 = header(&requests[0], "x-timestamp").parse().unwrap();
    assert!(
        (before..=after).contains(&stamp),
        "{before} {stamp} {after}"
    );
}

#[tokio::test]
async fn no_header_outside_the_contract_is_sent() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    let client = client(&server.uri());

    client.create_checkout_session(&minimal()).await.unwrap();
    client.get_checkout_session(&id()).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        header_names(&requests[0]),
        [
            "accept",
            "content-length",
            "content-type",
            "host",
            "x-api-key",
            "x-timestamp"
        ]
    );
    assert_eq!(header(&requests[0], "content-type"), "application/json");
    assert_eq!(
        header_names(&requests[1]),
        ["accept", "host", "x-api-key", "x-timestamp"]
    );
}

#[tokio::test]
async fn amounts_are_written_as_json_numbers_with_the_digits_they_were_given() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    let client = client(&server.uri());
    let amounts = [
        "4.990",
        "12.345678",
        "0.1",
        "99999999999.99",
        "1234567890123456789012345678",
        "0.1234567890123456789012345678",
    ];

    for text in amounts {
        let amount: Amount = text.parse().unwrap();
        let request = CreateCheckoutSessionRequest {
            price_data_list: Some(vec![PriceData::new("Mug", amount)]),
            ..CreateCheckoutSessionRequest::new(amount, "USD")
        };
        client.create_checkout_session(&request).await.unwrap();
    }

    let requests = server.received_requests().await.unwrap();
    for (request, text) in requests.iter().zip(amounts) {
        assert_eq!(
            String::from_utf8_lossy(&request.body),
            format!(
                r#"{{"originalAmount":{text},"originalCurrency":"USD","priceDataList":[{{"name":"Mug","unitAmount":{text}}}]}}"#
            )
        );
    }
}

#[tokio::test]
async fn fields_that_are_not_set_are_not_sent() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    client(&server.uri())
        .create_checkout_session(&minimal())
        .await
        .unwrap();

    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        String::from_utf8_lossy(&requests[0].body),
        r#"{"originalAmount":4.99,"originalCurrency":"USD"}"#
    );
}

#[tokio::test]
async fn every_field_of_a_request_is_sent_under_its_documented_name() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    let request = CreateCheckoutSessionRequest {
        allow_promotion_codes: Some(true),
        cancel_url: Some("https://shop.example.com/cart".to_owned()),
        customer_email: Some("customer@example.com".to_owned()),
        customer_id: Some("cus_1".to_owned()),
        direct_payment_qr_code_payment_method_type: Some(PaymentMethodType::CashApp),
        historical_payment_instrument_import: Some(HistoricalPaymentInstrumentImport {
            channel_alias: "a".to_owned(),
            channel_customer_reference: "r".to_owned(),
            payment_method_types: Some(vec![PaymentMethodType::Card]),
        }),
        local_price_only: Some(false),
        merchant_reference_id: Some("A-17".to_owned()),
        metadata: Some([("plan".to_owned(), "pro".to_owned())].into()),
        original_amount: 5u32.into(),
        original_currency: "USD".to_owned(),
        payment_method_type: Some(PaymentMethodType::CashApp),
        payment_method_type_black_list: Some(vec![PaymentMethodType::WeChat]),
        price_data_list: Some(vec![PriceData {
            currency: Some("USD".to_owned()),
            image_url: Some("https://shop.example.com/mug.png".to_owned()),
            quantity: Some(1),
            ..PriceData::new("Mug", 5u32.into())
        }]),
        price_id: Some("price_1".to_owned()),
        product_id: Some("prd_1".to_owned()),
        promotion_code: Some("SAVE".to_owned()),
        reference_customer_id: Some("user-42".to_owned()),
        return_url: Some("https://shop.example.com/?s={ELEMENTS_SESSION_ID}".to_owned()),
        scheduled_phases: Some(Vec::new()),
        show_promotion_code: Some(true),
        success_url: Some("https://shop.example.com/thanks".to_owned()),
        ui_mode: Some(UiMode::Elements),
    };

    client(&server.uri())
        .create_checkout_session(&request)
        .await
        .unwrap();

    let requests = server.received_requests().await.unwrap();
    let sent: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(
        sent,
        json!({
            "allowPromotionCodes": true,
            "cancelUrl": "https://shop.example.com/cart",
            "customerEmail": "customer@example.com",
            "customerId": "cus_1",
            "directPaymentQrCodePaymentMethodType": "CASHAPP",
            "historicalPaymentInstrumentImport": {
                "channelAlias": "a",
                "channelCustomerReference": "r",
                "paymentMethodTypes": ["CARD"],
            },
            "localPriceOnly": false,
            "merchantReferenceId": "A-17",
            "metadata": {"plan": "pro"},
            "originalAmount": 5,
            "originalCurrency": "USD",
            "paymentMethodType": "CASHAPP",
            "paymentMethodTypeBlackList": ["WECHAT"],
            "priceDataList": [{
                "currency": "USD",
                "imageUrl": "https://shop.example.com/mug.png",
                "name": "Mug",
                "quantity": 1,
                "unitAmount": 5,
            }],
            "priceId": "price_1",
            "productId": "prd_1",
            "promotionCode": "SAVE",
            "referenceCustomerId": "user-42",
            "returnUrl": "https://shop.example.com/?s={ELEMENTS_SESSION_ID}",
            "scheduledPhases": [],
            "showPromotionCode": true,
            "successUrl": "https://shop.example.com/thanks",
            "uiMode": "elements",
        })
    );
}

#[tokio::test]
async fn a_base_url_may_end_in_a_slash_or_not() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/api/checkout/session"))
        .respond_with(json_body(200, json!({"code": 200, "msg": "success"})))
        .expect(3)
        .mount(&server)
        .await;
    for end in ["/api", "/api/", "/api//"] {
        let client = client(&format!("{}{end}", server.uri()));
        client.create_checkout_session(&minimal()).await.unwrap();
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_key_along() {
    let elsewhere = answering(200, json!({"code": 200, "msg": "success"})).await;
    for status in [301, 302, 303, 307, 308] {
        let server = MockServer::start().await;
        let to = elsewhere.uri().replace("127.0.0.1", "localhost");
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status).insert_header("location", to))
            .mount(&server)
            .await;
        let client = client(&server.uri());

        let created = client.create_checkout_session(&minimal()).await;
        let read = client.get_order(&id()).await.map(|answer| answer.code);

        assert_eq!(unexpected(created.unwrap_err()), status);
        assert_eq!(unexpected(read.unwrap_err()), status);
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unavailable_server_is_asked_once() {
    let server = answering(503, json!({"code": 503, "msg": "later"})).await;
    let client = client(&server.uri());

    let created = client.create_checkout_session(&minimal()).await;
    assert_eq!(unexpected(created.unwrap_err()), 503);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_that_is_dropped_is_sent_once() {
    let server = Hangup::start(0);
    let client = client(&server.url);

    let created = client.create_checkout_session(&minimal()).await;
    assert!(matches!(created, Err(Error::CommunicationError(_))));
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_request_that_is_dropped_on_a_kept_connection_is_sent_once() {
    let server = Hangup::start(1);
    let client = client(&server.url);

    client.create_checkout_session(&minimal()).await.unwrap();
    let second = client.create_checkout_session(&minimal()).await;
    assert!(matches!(second, Err(Error::CommunicationError(_))));
    assert_eq!(server.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for_longer_than_asked() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(json_body(200, json!({})).set_delay(Duration::from_secs(60)))
        .mount(&server)
        .await;
    let options = Options::default().with_timeout(Duration::from_millis(50));

    let error = client_with(&server.uri(), options)
        .get_order(&id())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::CommunicationError(error) if error.is_timeout()));
}

#[tokio::test]
async fn what_this_version_does_not_know_is_read_all_the_same() {
    let server = answering(
        200,
        json!({"code": 200, "msg": "Success", "requestId": "r-1", "data": {
            "sessionId": "sess_1", "status": "paused", "brandNew": {"deep": [1]},
            "uiMode": "hologram", "priceDataList": null, "metadata": null, "price": {
                "priceList": null, "recurring": {"interval": "fortnight", "freeTrialDays": null},
            },
        }}),
    )
    .await;

    let envelope = client(&server.uri()).get_checkout_session(&id()).await;
    let session = envelope.unwrap().into_inner().data.unwrap();

    assert!(matches!(&session.status, SessionStatus::Unknown(word) if word.as_str() == "paused"));
    assert!(matches!(session.ui_mode, Some(UiMode::Unknown(_))));
    assert_eq!(session.price_data_list, None);
    assert_eq!(session.metadata, None);
    let recurring = session.price.unwrap().recurring.unwrap();
    assert!(matches!(
        recurring.interval,
        Some(RecurringInterval::Unknown(_))
    ));
}

#[tokio::test]
async fn a_session_with_everything_null_is_read() {
    let body = r#"{"code":200,"msg":"success","data":{"sessionId":"sess_1","status":"open",
        "token":null,"paymentStatus":null,"amountSubtotal":null,"amountTotal":null,
        "originalCurrency":null,"paymentCurrency":null,"subscriptionId":null,"invoiceId":null,
        "orderId":null,"merchantReferenceId":null,"locale":null,"uiMode":null,"returnUrl":null,
        "cancelUrl":null,"successUrl":null,"created":null,"expire":null,"price":null,
        "product":null,"customer":null,"priceDataList":null,"metadata":null,
        "showPromotionCode":null}}"#;
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_string(body))
        .mount(&server)
        .await;

    let envelope = client(&server.uri()).get_checkout_session(&id()).await;
    assert_eq!(
        envelope.unwrap().into_inner().data.unwrap().status,
        SessionStatus::Open
    );
}

#[tokio::test]
async fn amounts_and_times_are_read_exactly_and_in_each_spelling() {
    let body = r#"{"code":200,"msg":"success","data":{"orderId":"order_1","status":"success",
        "amountSubtotal":4.990,"amountTotal":"0.1234567890123456789012345678",
        "createTime":1768477500000,"paymentTime":"2026-01-15T11:46:01.250Z"}}"#;
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_raw(body, "application/json"))
        .mount(&server)
        .await;

    let envelope = client(&server.uri()).get_order(&id()).await.unwrap();
    let order = envelope.into_inner().data.unwrap();

    assert_eq!(order.status, OrderStatus::Success);
    assert_eq!(order.amount_subtotal.unwrap().to_string(), "4.990");
    assert_eq!(
        order.amount_total.unwrap().to_string(),
        "0.1234567890123456789012345678"
    );
    assert_eq!(
        order.create_time.map(Timestamp::as_millis),
        Some(1_768_477_500_000)
    );
    assert_eq!(
        order.payment_time.map(Timestamp::as_millis),
        Some(1_768_477_561_250)
    );
}

#[tokio::test]
async fn an_envelope_without_code_message_or_data_is_an_answer() {
    let server = answering(200, json!({})).await;
    let envelope = client(&server.uri()).get_order(&id()).await.unwrap();
    assert_eq!(
        envelope.into_inner(),
        clinkbill_api::types::OrderEnvelope::default()
    );
}

#[tokio::test]
async fn no_secret_of_a_session_shows_in_debug() {
    let server = answering(
        200,
        json!({"code": 200, "msg": "success", "data": {
            "sessionId": "sess_1", "tokenValue": "tok_hidden",
            "url": "https://uat-checkout.clinkbill.com/pay/hidden",
        }}),
    )
    .await;
    let client = client(&server.uri());

    let answer = client.create_checkout_session(&minimal()).await.unwrap();
    let shown = format!("{client:?} {answer:?} {answer:#?}");
    assert!(!shown.contains("hidden") && !shown.contains(KEY), "{shown}");

    let session = answer.into_inner().data.unwrap();
    assert_eq!(session.token_value, Some(Secret::from("tok_hidden")));
}

#[test]
fn a_key_that_no_header_can_carry_is_refused_without_being_shown() {
    for key in ["", "  ", "sk_test_line\nbreak", "sk_test_\0"] {
        let error = Client::connect("http://127.0.0.1/", &key.into(), Options::default());
        let error = error.unwrap_err();
        assert!(matches!(error, ConnectError::Key), "{key:?}");
        assert!(!format!("{error} {error:?}").contains("sk_"), "{error:?}");
    }
}

#[test]
fn what_is_no_base_url_is_refused() {
    for url in [
        "",
        "api.clinkbill.com/api",
        "/api",
        "ftp://api.clinkbill.com/",
        "https://user:secret@api.clinkbill.com/api",
        "https://api.clinkbill.com/api?x=1",
        "https://api.clinkbill.com/api#x",
        "data:text/plain,x",
    ] {
        let refused = Client::connect(url, &KEY.into(), Options::default());
        assert!(matches!(refused, Err(ConnectError::BaseUrl)), "{url}");
    }
}

/// A system without certificates may refuse, but nothing panics and nothing is installed.
#[test]
fn a_client_for_https_needs_no_provider_installed_for_the_process() {
    let client = Client::connect("https://127.0.0.1/api", &KEY.into(), Options::default());
    assert!(matches!(client, Ok(_) | Err(ConnectError::Tls(_))));
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

/// Runs itself again with proxies in its environment, which a test cannot set for itself.
#[tokio::test]
async fn a_plain_http_server_is_reached_without_the_proxy_of_the_environment() {
    const NAME: &str = "a_plain_http_server_is_reached_without_the_proxy_of_the_environment";
    if std::env::var_os("http_proxy").is_none_or(|proxy| proxy != "http://127.0.0.1:9") {
        let run = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .envs([
                ("http_proxy", "http://127.0.0.1:9"),
                ("HTTP_PROXY", "http://127.0.0.1:9"),
                ("all_proxy", "http://127.0.0.1:9"),
                ("no_proxy", ""),
                ("NO_PROXY", ""),
            ])
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stdout)
        );
        return;
    }
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    client(&server.uri()).get_order(&id()).await.unwrap();
}

/// A server that answers the first requests on a connection, and hangs up after reading the next.
struct Hangup {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Hangup {
    fn start(answered: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                for number in 0.. {
                    if !read_request(&mut stream) {
                        break;
                    }
                    seen.fetch_add(1, Ordering::SeqCst);
                    if number == answered {
                        break;
                    }
                    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"code\":200}";
                    stream.write_all(answer.as_bytes()).unwrap();
                }
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        Self { url, requests }
    }
}

/// Whether a whole request came: it is short, and its body ends in a brace.
fn read_request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(b"}") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return false,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
        }
    }
    true
}

async fn answering(status: u16, body: serde_json::Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(json_body(status, body))
        .mount(&server)
        .await;
    server
}

fn json_body(status: u16, body: serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

fn client(base_url: &str) -> Client {
    client_with(base_url, Options::default())
}

fn client_with(base_url: &str, options: Options) -> Client {
    Client::connect(base_url, &KEY.into(), options).unwrap()
}

fn minimal() -> CreateCheckoutSessionRequest {
    CreateCheckoutSessionRequest::new("4.99".parse().unwrap(), "USD")
}

fn id() -> PathId {
    "sess_1".parse().unwrap()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers[name].to_str().unwrap()
}

fn header_names(request: &Request) -> Vec<&str> {
    let mut names: Vec<_> = request.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    names
}

fn unexpected(error: Error<()>) -> u16 {
    match error {
        Error::UnexpectedResponse(response) => response.status().as_u16(),
        other => panic!("not an unexpected response: {}", other.status().is_some()),
    }
}

fn millis() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis()
}
