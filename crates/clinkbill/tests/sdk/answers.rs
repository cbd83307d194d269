//! Every shape an answer can have, and what the caller is told.

use std::time::Duration;

use clinkbill::{
    Error, InvoiceId, Money, OrderId, Outcome, PriceId, ProductId, SessionId, SessionStatus,
    SubscriptionId, WebhookEndpointId,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::{KEY, answering, client, json, purchase};

async fn create_error(answer: ResponseTemplate) -> Error {
    let (server, client) = answering(answer).await;
    let error = client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap_err();
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    let shown = format!("{error} {error:?} {error:#?} {:?}", error.message());
    assert!(!shown.contains("canary"), "{shown}");
    error
}

async fn retrieve_error(answer: ResponseTemplate) -> Error {
    let (_server, client) = answering(answer).await;
    let id = SessionId::from_wire("sess_1");
    client.checkout_sessions().retrieve(&id).await.unwrap_err()
}

#[tokio::test]
async fn a_refusal_under_status_200_carries_code_and_name() {
    let answer = r#"{"code":400,"msg":"CUSTOMER_IDENTIFIER_NOT_MATCHED: they differ","data":null}"#;
    let error = create_error(json(200, answer)).await;
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(error.http_status(), Some(200));
    assert_eq!(error.code(), Some(400));
    assert_eq!(error.name(), Some("CUSTOMER_IDENTIFIER_NOT_MATCHED"));
    assert_eq!(
        error.message(),
        Some("CUSTOMER_IDENTIFIER_NOT_MATCHED: they differ")
    );
    assert!(error.is_customer_identifier_not_matched());
}

#[tokio::test]
async fn a_refusal_stays_one_whatever_its_data() {
    for answer in [
        r#"{"code":80100263,"msg":"customer_not_found","data":"x"}"#,
        r#"{"code":9990100263000,"msg":"customer_not_found"}"#,
        r#"{"code":400,"msg":"CUSTOMER_NOT_FOUND","data":{"sessionId":"sess_1","url":null}}"#,
    ] {
        let error = create_error(json(200, answer)).await;
        assert_eq!(error.outcome(), Outcome::Rejected);
        assert!(error.is_customer_not_found());
    }
}

#[tokio::test]
async fn a_4xx_with_an_envelope_is_a_refusal() {
    let answer = r#"{"code":404,"msg":"SESSION_NOT_FOUND","data":null}"#;
    let error = retrieve_error(json(404, answer)).await;
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(error.http_status(), Some(404));
    assert!(error.is_not_found());
}

#[tokio::test]
async fn a_401_as_plain_text_says_so_without_the_key() {
    let text = format!("invalid apiKey={KEY} whsec_canary");
    let error = create_error(ResponseTemplate::new(401).set_body_string(text)).await;
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(error.code(), None);
    assert!(error.is_unauthorized());
    assert!(error.message().unwrap().starts_with("invalid apiKey="));
}

#[tokio::test]
async fn a_stale_timestamp_is_a_refusal_and_is_not_sent_again() {
    let answer = r#"{"code":80102212,"msg":"timestamp expired"}"#;
    let error = create_error(json(401, answer)).await;
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert!(error.is_stale_timestamp() && !error.is_unauthorized());
}

#[tokio::test]
async fn a_429_says_how_long_to_wait() {
    let answer = ResponseTemplate::new(429).insert_header("Retry-After", "7");
    let error = create_error(answer).await;
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(error.is_rate_limited());
}

#[tokio::test]
async fn what_may_have_taken_effect_is_unknown() {
    let page = "<!DOCTYPE html><html>canary</html>";
    let html = |status| ResponseTemplate::new(status).set_body_raw(page, "text/html");
    for answer in [
        ResponseTemplate::new(307).insert_header("Location", "http://127.0.0.1:1/"),
        json(500, r#"{"code":500,"msg":"系统异常"}"#),
        html(502),
        ResponseTemplate::new(503),
        json(504, r#"{"code":400,"msg":"CUSTOMER_NOT_FOUND"}"#),
        html(200),
        ResponseTemplate::new(200),
        ResponseTemplate::new(204),
        json(200, "{"),
        json(200, "null"),
        json(200, "[]"),
        json(200, r#"{"code":200,"msg":"success","data":null}"#),
        json(200, r#"{"code":200,"msg":"success","data":{"canary":1}}"#),
        json(200, r#"{"code":500,"msg":"failed"}"#),
        json(200, r#"{"code":599,"msg":"failed","data":7}"#),
    ] {
        let answer_shown = format!("{answer:?}");
        let error = create_error(answer).await;
        assert_eq!(error.outcome(), Outcome::Unknown, "{answer_shown}");
        assert!(error.http_status().is_some(), "{answer_shown}");
    }
}

#[tokio::test]
async fn nobody_listening_means_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = client(&format!("http://{address}/api/"));
    let task = async move { client.checkout_sessions().create(&purchase()).await };
    let error = tokio::spawn(task).await.unwrap().unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(error.is_connect());
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_leaves_the_outcome_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}/api/", listener.local_addr().unwrap()));
    let server = tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        while connection.try_read(&mut [0; 16]).is_err() {
            connection.readable().await.unwrap();
        }
    });
    let error = client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap_err();
    server.await.unwrap();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(!error.is_connect() && !error.is_timeout());
}

#[tokio::test]
async fn no_answer_in_time_leaves_the_outcome_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}/api/", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.read_u8().await.unwrap();
        // The request is here, and half a minute passes.
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(31)).await;
        tokio::time::resume();
        let _ = connection.read_to_end(&mut Vec::new()).await;
    });
    let error = client
        .checkout_sessions()
        .create(&purchase())
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(error.is_timeout());
}

#[tokio::test]
async fn a_session_whose_url_leads_elsewhere_is_refused_but_named() {
    for url in ["\"https://example.com/pay/canary\"", "null", "\" \""] {
        let answer = format!(r#"{{"code":200,"data":{{"sessionId":"sess_1","url":{url}}}}}"#);
        let error = create_error(json(200, &answer)).await;
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(error.session_id().unwrap().as_str(), "sess_1");
    }
}

#[tokio::test]
async fn a_checkout_url_that_could_break_out_of_a_header_is_refused() {
    for end in [
        r"/canary\r\nX-Injected: y",
        r"/can\tary",
        "/canary ",
        r"\u0000",
    ] {
        let server = wiremock::MockServer::start().await;
        let answer = format!(
            r#"{{"code":200,"data":{{"sessionId":"sess_1","url":"{}{end}"}}}}"#,
            server.uri()
        );
        wiremock::Mock::given(wiremock::matchers::any())
            .respond_with(json(200, &answer))
            .mount(&server)
            .await;
        let client = client(&format!("{}/api/", server.uri()));
        let creating = client.checkout_sessions().create(&purchase()).await;
        let error = creating.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{end}");
        assert_eq!(error.session_id().unwrap().as_str(), "sess_1", "{end}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{end}");
    }
}

#[tokio::test]
async fn unknown_values_and_fields_never_fail_a_read() {
    let answer = r#"{"code":200,"msg":"Success","trace":{},"data":{"sessionId":"sess_1",
        "token":"canary","status":"paused","paymentStatus":"half","uiMode":"hologram",
        "amountSubtotal":"7.50","originalCurrency":"USD","amountTotal":139659,
        "paymentCurrency":"IDR","merchantReferenceId":"null","orderId":" ","locale":null,
        "created":1736941500000,"expire":"2025-01-15T11:45:00.000Z",
        "priceDataList":null,"metadata":null,"customer":{"customerId":"cus_1","email":null}}}"#;
    for status in [200, 201] {
        let (_server, client) = answering(json(status, answer)).await;
        let session = client
            .checkout_sessions()
            .retrieve(&SessionId::from_wire("sess_1"))
            .await
            .unwrap();
        assert!(matches!(session.status, SessionStatus::Unknown(_)));
        assert_eq!(session.subtotal.as_ref().unwrap().to_string(), "7.50 USD");
        assert_eq!(session.total.as_ref().unwrap().to_string(), "139659 IDR");
        assert_eq!(session.merchant_reference, None);
        assert_eq!(session.order_id, None);
        assert_eq!(session.created, session.expires);
        assert!(!format!("{session:?}").contains("canary"));
    }
}

#[tokio::test]
async fn an_answer_without_a_code_is_a_success() {
    let answer = r#"{"data":{"sessionId":"sess_1","status":"open"}}"#;
    let (_server, client) = answering(json(200, answer)).await;
    let back = "/thanks?sessionId=sess_1";
    let session = client
        .checkout_sessions()
        .retrieve_from_redirect(back)
        .await
        .unwrap();
    assert_eq!(session.status, SessionStatus::Open);
}

#[tokio::test]
async fn an_answer_without_an_end_leaves_the_outcome_of_a_write_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}/api/", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let (mut visitor, _) = listener.accept().await.unwrap();
        visitor.read_exact(&mut [0; 16]).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 300000000\r\n\r\n";
        visitor.write_all(head.as_bytes()).await.unwrap();
        while visitor.write_all(&[b' '; 0x1000]).await.is_ok() {}
    });
    let creating = client.checkout_sessions().create(&purchase()).await;
    let error = creating.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(
        error.to_string().starts_with("the answer is too long"),
        "{error}"
    );
}

#[tokio::test]
async fn a_read_that_fails_never_says_that_it_took_effect() {
    let html = ResponseTemplate::new(502).set_body_raw("<html></html>", "text/html");
    for answer in [
        html,
        json(200, "{"),
        json(200, r#"{"code":500,"msg":"failed"}"#),
        json(200, r#"{"code":200,"data":{"status":"open"}}"#),
        json(200, r#"{"code":200,"data":null}"#),
        ResponseTemplate::new(408),
    ] {
        let shown = format!("{answer:?}");
        let error = retrieve_error(answer).await;
        assert_eq!(error.outcome(), Outcome::Unknown, "{shown}");
        assert!(!error.to_string().contains("taken effect"), "{error}");
        assert!(error.to_string().contains("may be repeated"), "{error}");
    }
}

#[tokio::test]
async fn a_404_that_clink_did_not_send_is_no_missing_session() {
    let page = ResponseTemplate::new(404).set_body_raw("<html>nginx</html>", "text/html");
    for answer in [
        page,
        ResponseTemplate::new(404),
        ResponseTemplate::new(404).set_body_string("not found"),
        json(404, r#"{"error":"no route"}"#),
    ] {
        let shown = format!("{answer:?}");
        let error = retrieve_error(answer).await;
        assert!(!error.is_not_found(), "{shown}");
        assert!(error.to_string().contains("end in /api/"), "{error}");
    }
    for answer in [
        json(404, r#"{"code":404,"msg":"gone"}"#),
        json(200, r#"{"code":404,"msg":"gone"}"#),
        json(200, r#"{"code":400,"msg":"session_not_found"}"#),
        ResponseTemplate::new(404).set_body_string("SESSION_NOT_FOUND"),
    ] {
        let error = retrieve_error(answer).await;
        assert!(error.is_not_found(), "{error}");
        assert!(!error.to_string().contains("/api/"), "{error}");
    }
}

#[tokio::test]
async fn a_408_leaves_the_outcome_unknown() {
    for answer in [
        ResponseTemplate::new(408),
        json(408, r#"{"code":408,"msg":"timeout"}"#),
        json(200, r#"{"code":408,"msg":"timeout"}"#),
    ] {
        assert_eq!(create_error(answer).await.outcome(), Outcome::Unknown);
    }
}

/// What becomes of a session that was made, when the answer says this of it.
async fn created_as(data: &str) -> Result<Option<Money>, Error> {
    let server = wiremock::MockServer::start().await;
    let answer = format!(
        r#"{{"code":200,"data":{{"url":"{}/pay/canary",{data}}}}}"#,
        server.uri()
    );
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(json(200, &answer))
        .mount(&server)
        .await;
    let client = client(&format!("{}/api/", server.uri()));
    let creating = client.checkout_sessions().create(&purchase()).await;
    creating.map(|created| created.total)
}

#[tokio::test]
async fn an_amount_that_was_not_sent_is_an_error_that_names_the_session() {
    for (echo, wrong) in [
        (
            r#""originalAmount":5.00,"originalCurrency":"USD""#,
            "5.00 USD",
        ),
        (
            r#""originalAmount":499,"originalCurrency":"USD""#,
            "499 USD",
        ),
        (r#""originalAmount":5.00"#, "5.00"),
        (
            r#""originalAmount":4.99,"originalCurrency":"EUR""#,
            "4.99 EUR",
        ),
        (r#""originalCurrency":"EUR""#, "EUR"),
    ] {
        let error = created_as(&format!(r#""sessionId":"sess_1",{echo}"#))
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{echo}");
        assert_eq!(error.session_id().unwrap().as_str(), "sess_1", "{echo}");
        assert!(error.to_string().contains(wrong), "{error}");
        assert!(error.to_string().contains("4.99 USD"), "{error}");
    }
    for echo in [
        r#""originalAmount":4.990,"originalCurrency":"USD""#,
        r#""originalAmount":"4.99","originalCurrency":"usd""#,
        r#""originalAmount":null,"originalCurrency":" ""#,
    ] {
        created_as(&format!(r#""sessionId":"sess_1",{echo}"#))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn another_merchant_reference_than_was_sent_is_an_error_that_names_the_session() {
    let error = created_as(r#""sessionId":"sess_1","merchantReferenceId":"canary""#)
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.session_id().unwrap().as_str(), "sess_1");
    assert!(error.to_string().contains("another merchant reference"));
    assert!(!format!("{error} {error:?}").contains("canary"));
    for nothing in ["null", "\" \"", "\"null\""] {
        let echo = format!(r#""sessionId":"sess_1","merchantReferenceId":{nothing}"#);
        created_as(&echo).await.unwrap();
    }
}

#[tokio::test]
async fn a_failure_that_names_a_session_has_it() {
    let answer = r#"{"code":500,"msg":"later","data":{"sessionId":"sess_1"}}"#;
    let error = create_error(json(500, answer)).await;
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(error.session_id().unwrap().as_str(), "sess_1");
}

#[tokio::test]
async fn an_odd_envelope_hides_neither_its_refusal_nor_its_session() {
    let refused = r#"{"code":"400","msg":"CUSTOMER_NOT_FOUND","data":null}"#;
    let error = create_error(json(200, refused)).await;
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(error.code(), Some(400));
    assert!(error.is_customer_not_found());

    let data = r#""data":{"sessionId":"sess_1"}"#;
    for odd in [
        format!(r#"{{"code":"200","msg":"success",{data}}}"#),
        format!(r#"{{"code":200,"code":200,"msg":"success",{data}}}"#),
        format!(r#"{{"code":200,"msg":{{}},{data}}}"#),
        format!(r#"{{"code":[],"msg":"success",{data}}}"#),
        r#"{"code":200,"msg":"success","data":{"sessionId":"sess_0","sessionId":"sess_1"}}"#
            .to_owned(),
    ] {
        let error = create_error(json(200, &odd)).await;
        assert_eq!(error.outcome(), Outcome::Unknown, "{odd}");
        assert_eq!(error.session_id().unwrap().as_str(), "sess_1", "{odd}");
    }
    let error = create_error(json(200, "[]")).await;
    assert!(error.to_string().contains("is no JSON object"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_said_to_be_one() {
    let elsewhere = ResponseTemplate::new(307).insert_header("Location", "http://127.0.0.1:1/");
    let error = create_error(elsewhere).await;
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(error.to_string().contains("elsewhere"), "{error}");
}

#[tokio::test]
async fn a_session_is_named_though_the_rest_of_the_answer_is_odd() {
    for odd in [
        r#""expireTime":"""#,
        r#""expireTime":[]"#,
        r#""customerId":17"#,
        r#""originalAmount":"""#,
        r#""uiMode":{}"#,
    ] {
        let error = created_as(&format!(r#""sessionId":"sess_1",{odd}"#))
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{odd}");
        assert_eq!(error.session_id().unwrap().as_str(), "sess_1", "{odd}");
        assert_eq!(error.attempts(), 1, "{odd}");
    }
    let error = created_as(r#""sessionId":"sess_1","expireTime":-9223372036854775808"#)
        .await
        .unwrap_err();
    assert_eq!(error.session_id().unwrap().as_str(), "sess_1");
}

#[tokio::test]
async fn what_is_refused_after_it_was_answered_was_attempted() {
    let other = created_as(r#""sessionId":"sess_1","originalAmount":5"#).await;
    assert_eq!(other.unwrap_err().attempts(), 1);
    let answer = r#"{"code":200,"data":{"sessionId":"sess_2","status":"open"}}"#;
    assert_eq!(retrieve_error(json(200, answer)).await.attempts(), 1);
}

#[tokio::test]
async fn a_session_is_read_though_a_field_of_it_is_odd() {
    for odd in [
        r#""created":"""#,
        r#""metadata":{"a":null,"b":17}"#,
        r#""metadata":"{}""#,
        r#""priceDataList":[{"name":"Mug","quantity":"1"}]"#,
        r#""expire":{}"#,
    ] {
        let answer =
            format!(r#"{{"code":200,"data":{{"sessionId":"sess_1","status":"open",{odd}}}}}"#);
        let (_server, client) = answering(json(200, &answer)).await;
        let id = SessionId::from_wire("sess_1");
        let read = client.checkout_sessions().retrieve(&id).await;
        assert_eq!(read.unwrap().status, SessionStatus::Open, "{odd}");
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_used_is_no_created_session() {
    for id in [
        "",
        " ",
        "null/",
        "../../order/canary",
        "canary?x",
        "canary\u{1b}[2J",
    ] {
        let error = created_as(&format!(r#""sessionId":{id:?}"#).replace("\\u{1b}", "\\u001b"))
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{id}");
        assert!(error.session_id().is_none(), "{id}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("has no usable session id"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn an_answer_about_something_else_is_no_answer() {
    let answer = r#"{"code":200,"data":{"id":"x_2","sessionId":"x_2","orderId":"x_2",
        "subscriptionId":"x_2","invoiceId":"x_2","productId":"x_2","priceId":"x_2","name":"Mug",
        "url":"https://a.example/","events":[],"enabled":true,"status":"open"}}"#;
    let (_server, client) = answering(json(200, answer)).await;
    let id = "x_1";
    for error in [
        client
            .checkout_sessions()
            .retrieve(&SessionId::from_wire(id))
            .await
            .err(),
        client
            .orders()
            .retrieve(&OrderId::from_wire(id))
            .await
            .err(),
        client
            .subscriptions()
            .retrieve(&SubscriptionId::from_wire(id))
            .await
            .err(),
        client
            .invoices()
            .retrieve(&InvoiceId::from_wire(id))
            .await
            .err(),
        client
            .products()
            .retrieve(&ProductId::from_wire(id))
            .await
            .err(),
        client
            .prices()
            .retrieve(&PriceId::from_wire(id))
            .await
            .err(),
        client
            .webhook_endpoints()
            .retrieve(&WebhookEndpointId::from_wire(id))
            .await
            .err(),
    ] {
        let error = error.unwrap();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert!(error.to_string().contains("about another id"), "{error}");
        assert!(error.to_string().contains("may be repeated"), "{error}");
    }
}

#[tokio::test]
async fn no_link_and_no_token_of_a_refusal_is_shown() {
    for text in [
        "open https://checkout.clinkbill.com/p/canary",
        "session sess_1#canary is open",
        "token tok_canary is used",
    ] {
        let error = create_error(json(200, &format!(r#"{{"code":400,"msg":"{text}"}}"#))).await;
        assert!(error.message().unwrap().contains("[redacted]"), "{error}");
        create_error(ResponseTemplate::new(400).set_body_string(text)).await;
    }
}
