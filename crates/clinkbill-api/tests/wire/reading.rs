use clinkbill_api::Secret;
use clinkbill_types::{OrderStatus, RecurringInterval, SessionStatus, Timestamp, UiMode};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{KEY, answering, client, id, minimal};

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
