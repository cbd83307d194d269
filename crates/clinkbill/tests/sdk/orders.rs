//! Orders by the page, subscriptions, invoices, and the way into the customer portal.

use clinkbill::{
    CustomerId, Error, InvoiceId, InvoiceStatus, NewBillingSession, OrderFilter, OrderStatus,
    Outcome, Paging, ProductId, RedirectUrl, SubscriptionId, SubscriptionStatus,
};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer};

use crate::{answering, client, json, only_request};

/// `count` orders from `first` on, as rows of a page.
fn rows(first: u32, count: u32, reference: &str) -> String {
    let rows: Vec<_> = (first..first + count)
        .map(|id| {
            format!(
                r#"{{"orderId":"order_{id}","status":"failed","merchantReferenceId":"{reference}"}}"#
            )
        })
        .collect();
    rows.join(",")
}

async fn page_of(server: &MockServer, number: u32, rows: &str, total: &str) {
    let body = format!(r#"{{"code":200,"msg":"success","total":{total},"rows":[{rows}]}}"#);
    Mock::given(method("GET"))
        .and(path("/api/order"))
        .and(query_param("pageNum", number.to_string()))
        .respond_with(json(200, &body))
        .expect(1)
        .mount(server)
        .await;
}

#[tokio::test]
async fn a_list_sends_what_was_asked_for_and_reads_a_page() {
    let answer = r#"{"total":52,"code":200,"msg":"success","rows":[
        {"orderId":"order_51","status":"success","merchantReferenceId":"A 17",
         "amountSubtotal":4.990,"originalCurrency":"USD"},
        {"orderId":"order_52","status":"brand_new"}]}"#;
    let (server, client) = answering(json(200, answer)).await;
    let filter = OrderFilter::new()
        .customer("cus_1".parse().unwrap())
        .subscription("sub_1".parse().unwrap())
        .merchant_reference("A 17")
        .paging(Paging::page(2).size(50));
    let page = client.orders().list(&filter).await.unwrap();

    assert_eq!(page.total, Some(52));
    let subtotal = page.rows[0].subtotal.as_ref().unwrap();
    assert_eq!(subtotal.to_string(), "4.990 USD");
    assert!(matches!(page.rows[1].status, OrderStatus::Unknown(_)));
    let request = only_request(&server).await;
    assert_eq!(request.url.path(), "/api/order");
    assert_eq!(
        request.url.query(),
        Some(
            "customerId=cus_1&merchantReferenceId=A+17&pageNum=2&pageSize=50&subscriptionId=sub_1"
        )
    );
}

#[tokio::test]
async fn no_odd_row_hides_the_order_beside_it() {
    for odd in [
        r#""createTime":"""#,
        r#""metadata":{"a":null,"b":17}"#,
        r#""amountTotal":"""#,
        r#""paymentTime":"2026-01-15 11:45:00""#,
        r#""failureCode":51"#,
        r#""status":null"#,
        r#""merchantReferenceId":17"#,
    ] {
        let answer = format!(
            r#"{{"code":200,"rows":[
            {{"orderId":"order_1","status":"success","merchantReferenceId":"A-17",
              "amountSubtotal":4.990,"originalCurrency":"USD"}},
            {{"orderId":"order_2",{odd}}}],"total":2}}"#
        );
        let (_server, client) = answering(json(200, &answer)).await;
        let found = client.orders().find_by_merchant_reference("A-17").await;
        let found = found.unwrap();
        assert_eq!(found[0].status, OrderStatus::Success, "{odd}");
        let subtotal = found[0].subtotal.as_ref().unwrap();
        assert_eq!(subtotal.to_string(), "4.990 USD");
    }
}

#[tokio::test]
async fn a_list_without_a_filter_sends_none() {
    let (server, client) = answering(json(200, r#"{"code":200,"rows":[]}"#)).await;
    let page = client.orders().list(&OrderFilter::new()).await.unwrap();
    assert_eq!((page.rows.len(), page.total), (0, None));
    assert_eq!(only_request(&server).await.url.query(), None);
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_never_sent() {
    let (server, client) = answering(json(200, r#"{"code":200,"rows":[]}"#)).await;
    for (filter, field) in [
        (
            OrderFilter::new().merchant_reference(" "),
            "merchant_reference",
        ),
        (
            OrderFilter::new().merchant_reference("null"),
            "merchant_reference",
        ),
        (OrderFilter::new().paging(Paging::page(0)), "page"),
        (
            OrderFilter::new().paging(Paging::page(1).size(51)),
            "page_size",
        ),
    ] {
        let error = client.orders().list(&filter).await.unwrap_err();
        assert_eq!(error.field(), Some(field));
        assert_eq!(error.outcome(), Outcome::NotSent);
    }
    let error = client.orders().find_by_merchant_reference("").await;
    assert_eq!(error.unwrap_err().field(), Some("merchant_reference"));
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_search_reads_every_page_and_each_order_once() {
    let server = MockServer::start().await;
    page_of(&server, 1, &rows(1, 50, "A-17"), "90").await;
    // An order made in between has moved the 50th to this page.
    page_of(&server, 2, &rows(50, 40, "A-17"), "90").await;
    let client = client(&format!("{}/api/", server.uri()));

    let found = client.orders().find_by_merchant_reference("A-17").await;
    let found = found.unwrap();
    assert_eq!(found.len(), 89);
    assert_eq!(found[88].order_id.as_str(), "order_89");
}

#[tokio::test]
async fn a_search_without_a_total_ends_with_the_first_short_page() {
    let server = MockServer::start().await;
    page_of(&server, 1, &rows(1, 50, "A-17"), "null").await;
    page_of(&server, 2, &rows(51, 1, "A-17"), "null").await;
    let client = client(&format!("{}/api/", server.uri()));
    let found = client.orders().find_by_merchant_reference("A-17").await;
    assert_eq!(found.unwrap().len(), 51);
}

#[tokio::test]
async fn a_server_that_does_not_know_the_filter_finds_no_strangers() {
    let mixed = format!("{},{}", rows(1, 2, "A-18"), rows(3, 1, "A-17"));
    let server = MockServer::start().await;
    page_of(&server, 1, &mixed, "3").await;
    let client = client(&format!("{}/api/", server.uri()));
    let found = client.orders().find_by_merchant_reference("A-17").await;
    let found = found.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].order_id.as_str(), "order_3");
}

#[tokio::test]
async fn a_search_without_an_end_says_so() {
    let full = rows(1, 50, "A-17");
    let body = format!(r#"{{"code":200,"total":5000,"rows":[{full}]}}"#);
    let (server, client) = answering(json(200, &body)).await;
    let error: Error = client
        .orders()
        .find_by_merchant_reference("A-17")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there are more than 1000: list them page by page"
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 20);
}

#[tokio::test]
async fn a_subscription_and_its_invoice_are_read_by_their_ids() {
    let answer = r#"{"code":200,"msg":"success","data":{"subscriptionId":"sub_1","status":"active",
        "recurringInvoiceItem":{"amount":20.00,"currency":"USD"}}}"#;
    let (server, client) = answering(json(200, answer)).await;
    let id: SubscriptionId = "sub_1".parse().unwrap();
    let subscription = client.subscriptions().retrieve(&id).await.unwrap();
    assert_eq!(subscription.status, SubscriptionStatus::Active);
    let current = subscription.current.unwrap();
    assert_eq!(current.amount.unwrap().to_string(), "20.00 USD");
    assert_eq!(
        only_request(&server).await.url.path(),
        "/api/subscription/sub_1"
    );

    let answer = r#"{"code":200,"msg":"success","data":{"invoiceId":"inv_1","status":"paid",
        "originalAmount":20.00,"originalCurrency":"USD"}}"#;
    let (server, client) = answering(json(200, answer)).await;
    let id: InvoiceId = "inv_1".parse().unwrap();
    let invoice = client.invoices().retrieve(&id).await.unwrap();
    assert_eq!(invoice.status, InvoiceStatus::Paid);
    assert_eq!(invoice.amount.unwrap().to_string(), "20.00 USD");
    assert_eq!(
        only_request(&server).await.url.path(),
        "/api/subscription/invoice/inv_1"
    );
}

#[tokio::test]
async fn an_id_that_is_unknown_or_no_id_is_told_apart() {
    let answer = r#"{"code":404,"msg":"SUBSCRIPTION_NOT_FOUND","data":null}"#;
    let (server, client) = answering(json(404, answer)).await;
    let id = SubscriptionId::from_wire("sub_1");
    let error = client.subscriptions().retrieve(&id).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.name(), Some("SUBSCRIPTION_NOT_FOUND"));

    let id = SubscriptionId::from_wire("../order/1");
    let error = client.subscriptions().retrieve(&id).await.unwrap_err();
    assert_eq!(error.field(), Some("subscription_id"));
    let error = client.invoices().retrieve(&InvoiceId::from_wire("")).await;
    assert_eq!(error.unwrap_err().field(), Some("invoice_id"));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

fn customer() -> CustomerId {
    "cus_1".parse().unwrap()
}

#[tokio::test]
async fn a_portal_link_leads_to_the_portal_and_is_never_printed() {
    let server = MockServer::start().await;
    let answer = format!(
        r#"{{"code":200,"msg":"success","data":{{"url":"{}/session/canary","expiresAt":1768481161250}}}}"#,
        server.uri()
    );
    Mock::given(method("POST"))
        .and(path("/api/billing/session"))
        .respond_with(json(200, &answer))
        .mount(&server)
        .await;
    let client = client(&format!("{}/api/", server.uri()));
    let new = NewBillingSession::new(customer())
        .return_url(RedirectUrl::parse("https://shop.example.com/account").unwrap())
        .products([ProductId::from_wire("prd_1")]);
    let session = client.billing_sessions().create(&new).await.unwrap();

    assert!(session.url.as_str().ends_with("/session/canary"));
    assert!(!format!("{session:?} {session:#?}").contains("canary"));
    assert_eq!(session.expires_at.unwrap().as_millis(), 1_768_481_161_250);
    assert_eq!(
        String::from_utf8_lossy(&only_request(&server).await.body),
        r#"{"customerId":"cus_1","returnUrl":"https://shop.example.com/account","subscriptionUpdateProductIds":["prd_1"]}"#
    );
}

#[tokio::test]
async fn a_portal_link_to_a_stranger_is_not_handed_out() {
    for url in ["https://evil.example.com/session/canary", "canary", ""] {
        let answer = format!(r#"{{"code":200,"data":{{"url":"{url}"}}}}"#);
        let (_server, client) = answering(json(200, &answer)).await;
        let new = NewBillingSession::new(customer());
        let error = client.billing_sessions().create(&new).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn a_portal_for_a_customer_nobody_knows_is_refused_by_name() {
    let answer = r#"{"code":400,"msg":"CUSTOMER_NOT_FOUND","data":null}"#;
    let (server, client) = answering(json(200, answer)).await;
    let new = NewBillingSession::new(customer());
    let error = client.billing_sessions().create(&new).await.unwrap_err();
    assert!(error.is_customer_not_found());
    assert_eq!(error.outcome(), Outcome::Rejected);

    let blank = NewBillingSession::new(CustomerId::from_wire(" "));
    let error = client.billing_sessions().create(&blank).await.unwrap_err();
    assert_eq!(error.field(), Some("customer"));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}
