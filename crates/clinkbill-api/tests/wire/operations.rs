//! One call of each kind beside the creation and the read of a session.

use clinkbill_api::Client;
use clinkbill_api::types::{
    CreatePriceRequest, EmptyEnvelope, EnsureWebhookEndpointRequest, UpdateWebhookEndpointRequest,
};
use clinkbill_types::{
    Currency, EventType, InvoiceStatus, OrderStatus, PriceType, SubscriptionStatus, Timestamp,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::{KEY, answering, client, header_names, id};

#[tokio::test]
async fn a_filter_that_is_not_given_is_not_sent() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    let client = client(&server.uri());

    client
        .list_orders(None, None, None, None, None)
        .await
        .unwrap();
    client
        .list_orders(Some("cus_1"), Some("A 17&b=c"), Some(2), Some(50), None)
        .await
        .unwrap();
    client.list_prices(true, 1, 100, "prd_1").await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let sent: Vec<_> = requests.iter().map(|r| r.url.query()).collect();
    assert_eq!(
        sent,
        [
            None,
            Some("customerId=cus_1&merchantReferenceId=A+17%26b%3Dc&pageNum=2&pageSize=50"),
            Some("active=true&pageNum=1&pageSize=100&productId=prd_1"),
        ]
    );
    assert_eq!(
        header_names(&requests[1]),
        ["accept", "host", "x-api-key", "x-timestamp"]
    );
}

#[tokio::test]
async fn a_page_is_read_with_its_rows_and_their_number() {
    let server = answering(
        200,
        json!({"total": 1_234_567_890_123_i64, "code": 200, "msg": "success", "rows": [
            {"orderId": "order_1", "status": "success"},
            {"orderId": "order_2", "status": "brand_new", "rows": null},
        ]}),
    )
    .await;
    let page = client(&server.uri())
        .list_orders(None, None, None, None, None)
        .await
        .unwrap()
        .into_inner();

    assert_eq!(page.total, Some(1_234_567_890_123));
    let rows = page.rows.unwrap();
    assert_eq!(rows[0].status, OrderStatus::Success);
    assert!(matches!(rows[1].status, OrderStatus::Unknown(_)));
}

#[tokio::test]
async fn a_page_without_rows_is_an_answer() {
    for body in [
        json!({"code": 400, "msg": "PRODUCT_NOT_FOUND", "data": null}),
        json!({"code": 200, "msg": "success", "total": null, "rows": null}),
        json!({}),
    ] {
        let server = answering(200, body).await;
        let page = client(&server.uri())
            .list_prices(true, 1, 20, "prd_1")
            .await;
        assert_eq!(page.unwrap().into_inner().rows, None);
    }
}

#[tokio::test]
async fn what_shall_be_is_put() {
    let server = answering(
        200,
        json!({"code": 200, "msg": "Success", "data": {
            "source": "created", "signingSecretAvailable": true,
            "endpoint": {"id": "whk_1", "signingSecret": "whsec_hidden", "events": ["later.event"]},
        }}),
    )
    .await;
    let request = EnsureWebhookEndpointRequest {
        rotate_secret: Some(false),
        ..EnsureWebhookEndpointRequest::new(
            "https://shop.example.com/webhooks",
            [EventType::OrderSucceeded],
        )
    };
    let answer = client(&server.uri())
        .ensure_webhook_endpoint(&request)
        .await
        .unwrap();

    let shown = format!("{answer:?}");
    assert!(!shown.contains("hidden") && !shown.contains(KEY), "{shown}");
    let endpoint = answer.into_inner().data.unwrap().endpoint.unwrap();
    assert_eq!(endpoint.signing_secret.unwrap().expose(), "whsec_hidden");
    assert!(matches!(endpoint.events.unwrap()[0], EventType::Unknown(_)));

    let sent = only_request(&server).await;
    assert_eq!(sent.method.as_str(), "PUT");
    assert_eq!(sent.url.path(), "/webhook/endpoints/ensure");
    assert_eq!(
        body(&sent),
        json!({
            "url": "https://shop.example.com/webhooks",
            "events": ["order.succeeded"],
            "rotateSecret": false,
        })
    );
}

#[tokio::test]
async fn a_patch_holds_only_what_changes() {
    let server = answering(200, json!({"code": 200, "msg": "Success"})).await;
    let change = UpdateWebhookEndpointRequest {
        description: Some(String::new()),
        ..UpdateWebhookEndpointRequest::default()
    };
    client(&server.uri())
        .update_webhook_endpoint(&id(), &change)
        .await
        .unwrap();

    let sent = only_request(&server).await;
    assert_eq!(sent.method.as_str(), "PATCH");
    assert_eq!(sent.url.path(), "/webhook/endpoints/sess_1");
    assert_eq!(body(&sent), json!({"description": ""}));
}

#[tokio::test]
async fn a_delete_has_no_body_and_is_answered_without_data() {
    let server = answering(200, json!({"code": 200, "msg": "Success", "data": null})).await;
    let answer = client(&server.uri())
        .delete_webhook_endpoint(&id())
        .await
        .unwrap();
    assert_eq!(
        answer.into_inner(),
        EmptyEnvelope {
            code: Some(200),
            msg: Some("Success".to_owned()),
        }
    );

    let sent = only_request(&server).await;
    assert_eq!(sent.method.as_str(), "DELETE");
    assert!(sent.body.is_empty());
}

#[tokio::test]
async fn a_command_is_posted_without_a_body() {
    let server = answering(200, json!({"code": 200, "msg": "Success"})).await;
    let client = client(&server.uri());
    client.enable_webhook_endpoint(&id()).await.unwrap();
    client.disable_webhook_endpoint(&id()).await.unwrap();
    client.rotate_webhook_endpoint_secret(&id()).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let sent: Vec<_> = requests
        .iter()
        .map(|r| (r.method.as_str(), r.url.path()))
        .collect();
    assert_eq!(
        sent,
        [
            ("POST", "/webhook/endpoints/sess_1/enable"),
            ("POST", "/webhook/endpoints/sess_1/disable"),
            ("POST", "/webhook/endpoints/sess_1/rotate-secret"),
        ]
    );
    assert!(requests.iter().all(|request| request.body.is_empty()));
}

#[tokio::test]
async fn the_amount_of_a_price_is_sent_with_the_digits_it_was_given() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    let request = CreatePriceRequest::new(
        "prd_1",
        "4.990".parse().unwrap(),
        Currency::USD,
        PriceType::OneTime,
    );
    client(&server.uri()).create_price(&request).await.unwrap();

    let sent = only_request(&server).await;
    assert_eq!(
        String::from_utf8_lossy(&sent.body),
        r#"{"currency":"USD","priceType":"one_time","productId":"prd_1","unitAmount":4.990}"#
    );
}

#[tokio::test]
async fn subscriptions_and_invoices_are_read_with_money_in_either_spelling() {
    let subscription = r#"{"code":200,"msg":"success","data":{"subscriptionId":"sub_1",
        "status":"free_trial","trialEnd":1769082361250,"metadata":null,"scheduledPhases":null,
        "paymentMethodType":"paypal","recurringInvoiceItem":{"amount":"20.00","paymentAmount":20.0,
        "price":{"recurring":{"interval":"fortnight","tiersMode":null}}}}}"#;
    let (_server, client) = reading(subscription).await;
    let read = client.get_subscription(&id()).await;
    let read = read.unwrap().into_inner().data.unwrap();
    assert_eq!(read.status, SubscriptionStatus::FreeTrial);
    assert_eq!(
        read.trial_end.map(Timestamp::as_millis),
        Some(1_769_082_361_250)
    );
    let item = read.recurring_invoice_item.unwrap();
    assert_eq!(item.amount.unwrap().to_string(), "20.00");
    assert_eq!(item.payment_amount.unwrap().to_string(), "20.0");

    let invoice = r#"{"code":200,"msg":"success","data":{"invoiceId":"inv_1","status":"paid",
        "originalAmount":"0.00","items":null,"discount":{"discountAmount":0.10}}}"#;
    let (_server, client) = reading(invoice).await;
    let read = client.get_invoice(&id()).await;
    let read = read.unwrap().into_inner().data.unwrap();
    assert_eq!(read.status, InvoiceStatus::Paid);
    assert_eq!(read.original_amount.unwrap().to_string(), "0.00");
    assert_eq!(
        read.discount.unwrap().discount_amount.unwrap().to_string(),
        "0.10"
    );
}

/// A client of a server that answers everything with these bytes.
async fn reading(answer: &str) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_raw(answer, "application/json"))
        .mount(&server)
        .await;
    let client = client(&server.uri());
    (server, client)
}

async fn only_request(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}
