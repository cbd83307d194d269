//! What stands on the wire, and what is never sent.

use clinkbill::{
    Amount, CashApp, CheckoutUrl, CreatedSession, Currency, CustomerId, CustomerRef, Error, Line,
    Money, NewSession, OrderId, Outcome, PaymentMethodType, Plan, PromotionCodes, RedirectUrl,
    ScheduledPhase, SessionId, rules,
};

use crate::{KEY, answering, json, purchase};

/// The request body, exactly as it was sent.
async fn body_of<C, U, P>(new: NewSession<C, U, P>) -> String
where
    C: rules::CustomerKnown,
    U: rules::Rendered,
    P: rules::PurchaseComplete,
{
    let (server, client) = answering(json(503, "")).await;
    client
        .checkout_sessions()
        .create(&new)
        .await
        .err()
        .expect("the server is not available");
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    String::from_utf8(requests.remove(0).body).unwrap()
}

/// The error of a request that never left.
async fn never_sent<C, U, P>(new: NewSession<C, U, P>) -> Error
where
    C: rules::CustomerKnown,
    U: rules::Rendered,
    P: rules::PurchaseComplete,
{
    let (server, client) = answering(json(503, "")).await;
    let error = client.checkout_sessions().create(&new).await.err().unwrap();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(server.received_requests().await.unwrap().is_empty());
    error
}

fn customer() -> CustomerRef {
    CustomerRef::email("customer@example.com").unwrap()
}

fn url(text: &str) -> RedirectUrl {
    RedirectUrl::parse(text).unwrap()
}

fn lines(
    lines: impl IntoIterator<Item = Line>,
) -> NewSession<CustomerRef, clinkbill::Hosted, clinkbill::Lines> {
    NewSession::hosted_without_return_urls()
        .customer(customer())
        .lines(Currency::USD, lines)
}

#[tokio::test]
async fn the_quick_start_of_the_guide_is_sent_as_the_guide_writes_it() {
    let answer = r#"{"code":200,"msg":"success","data":{"sessionId":"sess_1","tokenValue":"canary",
        "customerId":"cus_1","originalAmount":4.990,"originalCurrency":"USD","uiMode":"hostedPage",
        "url":"ORIGIN/pay/canary","expireTime":"2025-01-15T11:45:00Z","merchantReferenceId":null}}"#;
    let server = wiremock::MockServer::start().await;
    let answer = answer.replace("ORIGIN", &server.uri());
    wiremock::Mock::given(wiremock::matchers::method("POST"))
        .and(wiremock::matchers::path("/api/checkout/session"))
        .and(wiremock::matchers::header("X-API-Key", KEY))
        .respond_with(json(200, &answer))
        .mount(&server)
        .await;
    let client = crate::client(&format!("{}/api/", server.uri()));

    let created: CreatedSession<CheckoutUrl> = client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap();

    assert_eq!(created.session_id.as_str(), "sess_1");
    assert_eq!(created.url.as_str(), format!("{}/pay/canary", server.uri()));
    assert_eq!(created.customer_id.as_ref().unwrap().as_str(), "cus_1");
    assert_eq!(created.total.as_ref().unwrap().to_string(), "4.990 USD");
    assert_eq!(
        created.expires_at.unwrap().to_string(),
        "2025-01-15T11:45:00Z"
    );
    assert_eq!(created.merchant_reference, None);
    assert!(!format!("{created:?} {client:?}").contains("canary"));

    let request = server.received_requests().await.unwrap().remove(0);
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        concat!(
            r#"{"allowPromotionCodes":false,"customerEmail":"customer@example.com","#,
            r#""originalAmount":4.99,"originalCurrency":"USD","priceDataList":[{"currency":"USD","#,
            r#""name":"A one-time purchase","quantity":1,"unitAmount":4.99}],"uiMode":"hostedPage"}"#
        )
    );
}

#[tokio::test]
async fn every_option_of_a_hosted_session_reaches_its_field() {
    let new = NewSession::hosted(url("https://a.example/s?x=1"), url("https://a.example/c"))
        .customer(
            CustomerRef::id("cus_1".parse().unwrap())
                .and_email("a@example.com")
                .unwrap()
                .and_reference("user-42")
                .unwrap(),
        )
        .lines(
            Currency::EUR,
            [
                Line::new("Mug", 3, "3.330").image_url("https://a.example/mug.png"),
                Line::new("Spoon", 1, "0.1".parse::<Amount>().unwrap()),
            ],
        )
        .merchant_reference("A-17")
        .metadata("cart", "17")
        .hide_payment_methods([PaymentMethodType::WeChat, PaymentMethodType::Alipay])
        .promotion_codes(PromotionCodes::Applied("WELCOME".to_owned()))
        .local_prices()
        .direct_qr_launch(CashApp);
    assert_eq!(
        body_of(new).await,
        concat!(
            r#"{"allowPromotionCodes":true,"cancelUrl":"https://a.example/c","#,
            r#""customerEmail":"a@example.com","customerId":"cus_1","#,
            r#""directPaymentQrCodePaymentMethodType":"CASHAPP","localPriceOnly":true,"#,
            r#""merchantReferenceId":"A-17","metadata":{"cart":"17"},"originalAmount":10.090,"#,
            r#""originalCurrency":"EUR","paymentMethodType":"CASHAPP","#,
            r#""paymentMethodTypeBlackList":["WECHAT","ALIPAY"],"priceDataList":["#,
            r#"{"currency":"EUR","imageUrl":"https://a.example/mug.png","name":"Mug","quantity":3,"unitAmount":3.330},"#,
            r#"{"currency":"EUR","name":"Spoon","quantity":1,"unitAmount":0.1}],"#,
            r#""promotionCode":"WELCOME","referenceCustomerId":"user-42","showPromotionCode":false,"#,
            r#""successUrl":"https://a.example/s?x=1","uiMode":"hostedPage"}"#
        )
    );
}

#[tokio::test]
async fn an_embedded_session_may_have_no_url() {
    let answer = r#"{"code":200,"data":{"sessionId":"sess_1","uiMode":"elements","url":null}}"#;
    let (_server, client) = answering(json(200, answer)).await;
    let new = NewSession::elements()
        .return_url(url("https://a.example/done"))
        .customer(customer())
        .lines(Currency::USD, [Line::new("Mug", 1, "1")]);
    let created: CreatedSession<Option<CheckoutUrl>> =
        client.checkout_sessions().create(&new).await.unwrap();
    assert!(created.url.is_none());
}

#[tokio::test]
async fn an_embedded_subscription_keeps_the_placeholder_to_the_letter() {
    let new = NewSession::elements()
        .return_url(url(
            "https://a.example/done?session_id={ELEMENTS_SESSION_ID}",
        ))
        .customer(CustomerRef::reference("user-42").unwrap())
        .subscription(
            Plan::new("prd_1".parse().unwrap(), "price_1".parse().unwrap())
                .then(ScheduledPhase::new(4, "snapshot_1", 2).metadata("why", "upgrade")),
        )
        .total(Money::new("20".parse().unwrap(), Currency::JPY))
        .promotion_codes(PromotionCodes::Prefilled("HELLO".to_owned()))
        .payment_method(PaymentMethodType::Card);
    assert_eq!(
        body_of(new).await,
        concat!(
            r#"{"allowPromotionCodes":true,"originalAmount":20,"originalCurrency":"JPY","#,
            r#""paymentMethodType":"CARD","priceId":"price_1","productId":"prd_1","#,
            r#""promotionCode":"HELLO","referenceCustomerId":"user-42","#,
            r#""returnUrl":"https://a.example/done?session_id={ELEMENTS_SESSION_ID}","#,
            r#""scheduledPhases":[{"effectiveCycle":4,"metadata":{"why":"upgrade"},"#,
            r#""priceSnapshotId":"snapshot_1","quantity":2,"sequence":1}],"uiMode":"elements"}"#
        )
    );
}

#[tokio::test]
async fn amounts_stand_on_the_wire_with_every_digit() {
    for amount in [
        "12.345678",
        "0.1",
        "4.990",
        "99999999999.99",
        "1234567890123456789012345678",
    ] {
        let body = body_of(lines([Line::new("Mug", 1, amount)])).await;
        assert!(
            body.contains(&format!(r#""originalAmount":{amount},"#)),
            "{body}"
        );
        assert!(
            body.contains(&format!(r#""unitAmount":{amount}}}"#)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_invalid_line_is_named_and_nothing_is_sent() {
    for (line, field) in [
        (Line::new(" ", 1, "1"), "lines[1].name"),
        (Line::new("Mug", 0, "1"), "lines[1].quantity"),
        (Line::new("Mug", u32::MAX, "1"), "lines[1].quantity"),
        (Line::new("Mug", 1, "0"), "lines[1].unit_amount"),
        (Line::new("Mug", 1, "0.00"), "lines[1].unit_amount"),
        (Line::new("Mug", 1, "-1"), "lines[1].unit_amount"),
        (Line::new("Mug", 1, "1,50"), "lines[1].unit_amount"),
        (Line::new("Mug", 1, "1e29"), "lines[1].unit_amount"),
        (Line::new("Mug", 1, "1").image_url(""), "lines[1].image_url"),
        (
            Line::new("Mug", 1, "1").image_url("javascript:alert(1)"),
            "lines[1].image_url",
        ),
        (
            Line::new("Mug", 1, "1").image_url("/mug.png"),
            "lines[1].image_url",
        ),
        (
            Line::new("Mug", 1, "1").image_url("https://a.example/mug .png"),
            "lines[1].image_url",
        ),
        (
            Line::new("Mug", 2, "79228162514264337593543950335"),
            "lines",
        ),
        (
            Line::new("Mug", 1, "0.1234567890123456789012345678"),
            "lines",
        ),
    ] {
        let shown = format!("{line:?}");
        let error = never_sent(lines([Line::new("Spoon", 1, "1000000"), line])).await;
        assert_eq!(error.field(), Some(field), "{shown}");
        assert!(error.is_invalid());
        assert!(error.to_string().starts_with(field), "{error}");
    }
    assert_eq!(never_sent(lines([])).await.field(), Some("lines"));
}

#[tokio::test]
async fn an_invalid_option_is_named_and_nothing_is_sent() {
    let one = || lines([Line::new("Mug", 1, "1")]);
    let named = async |new, field| assert_eq!(never_sent(new).await.field(), Some(field));

    named(one().merchant_reference(" "), "merchant_reference").await;
    named(one().metadata("k", "v".repeat(501)), "metadata").await;
    named(one().metadata("k".repeat(41), "v"), "metadata").await;
    named(one().metadata("", "v"), "metadata").await;
    let many = (0..21).fold(one(), |new, i| new.metadata(i.to_string(), "v"));
    named(many, "metadata").await;
    let blank = PromotionCodes::Applied(String::new());
    named(one().promotion_codes(blank), "promotion_codes").await;

    let nobody = CustomerRef::id(CustomerId::from_wire(" "));
    named(one().customer(nobody), "customer.id").await;

    let odd = NewSession::hosted_without_return_urls()
        .customer(customer())
        .lines(Currency::from_wire("usd"), [Line::new("Mug", 1, "1")]);
    named(odd, "currency").await;
}

#[tokio::test]
async fn an_invalid_registered_purchase_is_named_and_nothing_is_sent() {
    let registered = || NewSession::hosted_without_return_urls().customer(customer());
    let plan = || Plan::new("prd_1".parse().unwrap(), "price_1".parse().unwrap());
    let money = |text: &str| Money::new(text.parse().unwrap(), Currency::USD);

    let free = registered().subscription(plan()).total(money("0"));
    assert_eq!(never_sent(free).await.field(), Some("total"));

    let backwards = plan()
        .then(ScheduledPhase::new(3, "snapshot_1", 1))
        .then(ScheduledPhase::new(3, "snapshot_2", 1));
    let backwards = registered().subscription(backwards).total(money("1"));
    assert_eq!(
        never_sent(backwards).await.field(),
        Some("phases[1].effective_cycle")
    );
}

#[tokio::test]
async fn an_id_that_could_leave_its_path_is_never_sent() {
    let (server, client) = answering(json(200, "{}")).await;
    for id in ["..", "a/b", "", "a?b"] {
        let id = SessionId::from_wire(id);
        let error = client.checkout_sessions().retrieve(&id).await.unwrap_err();
        assert_eq!(error.field(), Some("session_id"));
        let id = OrderId::from_wire(id.as_str());
        let error = client.orders().retrieve(&id).await.unwrap_err();
        assert_eq!(error.field(), Some("order_id"));
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}
