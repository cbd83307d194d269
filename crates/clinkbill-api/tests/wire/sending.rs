use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use clinkbill_api::Options;
use clinkbill_api::types::{
    CreateCheckoutSessionRequest, HistoricalPaymentInstrumentImport, PriceData,
};
use clinkbill_types::{Amount, Currency, PaymentMethodType, UiMode};
use serde_json::json;

use crate::{KEY, answering, client, client_with, header, header_names, id, millis, minimal};

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
    client.enable_webhook_endpoint(&id()).await.unwrap();

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
    assert_eq!(
        header_names(&requests[2]),
        [
            "accept",
            "content-length",
            "host",
            "x-api-key",
            "x-timestamp"
        ]
    );
    assert_eq!(header(&requests[2], "content-length"), "0");
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
        original_currency: Currency::USD,
        payment_method_type: Some(PaymentMethodType::CashApp),
        payment_method_type_black_list: Some(vec![PaymentMethodType::WeChat]),
        price_data_list: Some(vec![PriceData {
            currency: Some(Currency::USD),
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
