//! Every shape an answer can have, and what the caller is told.

use std::time::Duration;

use clinkbill::{Client, Environment, Error, Outcome, SecretKey, SessionId, SessionStatus};
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
    let api_url = format!("http://{}/api/", listener.local_addr().unwrap());
    let client = Client::builder(SecretKey::new(KEY).unwrap())
        .environment(Environment::custom(&api_url).unwrap())
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    // The connection is accepted by the system, and nobody ever reads from it.
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
