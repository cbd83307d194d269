//! Webhook endpoints: what is sent, and that a signing secret is shown once and never printed.

use clinkbill::webhook::EventType;
use clinkbill::webhook_endpoint::{
    NewWebhookEndpoint, SecretPolicy, WebhookEndpointChange, WebhookEndpointFilter,
};
use clinkbill::{Outcome, Paging, WebhookEndpointId, WebhookEndpointSource};

use crate::{answering, json, only_request};

const SHOP: &str = "https://shop.example.com/webhooks/clink";
const ENDPOINT: &str = r#"{"code":200,"msg":"Success","data":{"id":"whk_1","url":"SHOP",
    "events":["order.succeeded","later.event"],"enabled":true,"signingSecret":"whsec_canary",
    "maskedSigningSecret":"whsec_****","description":"","createdAt":1768477500000}}"#;

fn shop() -> NewWebhookEndpoint {
    NewWebhookEndpoint::new(SHOP, [EventType::OrderSucceeded])
}

fn id() -> WebhookEndpointId {
    "whk_1".parse().unwrap()
}

#[tokio::test]
async fn a_created_endpoint_shows_its_secret_to_whoever_asks_and_to_no_log() {
    let (server, client) = answering(json(200, ENDPOINT)).await;
    let endpoint = client.webhook_endpoints().create(&shop()).await.unwrap();

    assert!(!format!("{endpoint:?} {endpoint:#?}").contains("canary"));
    let secret = endpoint.signing_secret.unwrap();
    assert_eq!(secret.as_str(), "whsec_canary");
    secret.to_webhook_secret().unwrap();
    assert_eq!(endpoint.endpoint_id, id());
    assert_eq!(endpoint.events[0], EventType::OrderSucceeded);
    assert_eq!(endpoint.events[1].as_str(), "later.event");
    assert_eq!(endpoint.description, None);
    assert_eq!(
        String::from_utf8_lossy(&only_request(&server).await.body),
        format!(r#"{{"events":["order.succeeded"],"url":"{SHOP}"}}"#)
    );
}

#[tokio::test]
async fn each_policy_asks_for_what_it_says() {
    let answer = r#"{"code":200,"data":{"source":"updated","signingSecretAvailable":false,
        "signingSecretUnavailableReason":"EXISTING_SECRET_NOT_RETURNABLE","nextAction":"rotate",
        "endpoint":{"id":"whk_1","signingSecret":null,"events":null}}}"#;
    for (policy, asked) in [
        (SecretPolicy::Keep, ""),
        (SecretPolicy::Show, r#""returnSigningSecret":true,"#),
        (
            SecretPolicy::ShowOrRotate,
            r#""returnSigningSecret":true,"rotateSecretIfUnavailable":true,"#,
        ),
        (SecretPolicy::Rotate, r#""rotateSecret":true,"#),
    ] {
        let (server, client) = answering(json(200, answer)).await;
        let new = shop().description("Shop").enabled(false);
        let ensured = client.webhook_endpoints().ensure(&new, policy).await;
        let ensured = ensured.unwrap();
        assert_eq!(ensured.source, WebhookEndpointSource::Updated);
        assert!(ensured.endpoint.signing_secret.is_none());
        assert_eq!(
            ensured.secret_unavailable_reason.as_deref(),
            Some("EXISTING_SECRET_NOT_RETURNABLE")
        );
        let sent = only_request(&server).await;
        assert_eq!(sent.method.as_str(), "PUT");
        assert_eq!(
            String::from_utf8_lossy(&sent.body),
            format!(
                r#"{{"description":"Shop","enabled":false,"events":["order.succeeded"],{asked}"url":"{SHOP}"}}"#
            )
        );
    }
}

#[tokio::test]
async fn a_change_sends_only_what_changes() {
    let (server, client) = answering(json(200, ENDPOINT)).await;
    let change = WebhookEndpointChange::new().description("");
    client
        .webhook_endpoints()
        .update(&id(), &change)
        .await
        .unwrap();
    let sent = only_request(&server).await;
    assert_eq!(sent.method.as_str(), "PATCH");
    assert_eq!(sent.url.path(), "/api/webhook/endpoints/whk_1");
    assert_eq!(String::from_utf8_lossy(&sent.body), r#"{"description":""}"#);
}

#[tokio::test]
async fn each_command_goes_where_it_belongs() {
    let (server, client) = answering(json(200, ENDPOINT)).await;
    let endpoints = client.webhook_endpoints();
    endpoints.retrieve(&id()).await.unwrap();
    endpoints.enable(&id()).await.unwrap();
    endpoints.disable(&id()).await.unwrap();
    endpoints.rotate_secret(&id()).await.unwrap();
    endpoints.delete(&id()).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let sent: Vec<_> = requests
        .iter()
        .map(|request| format!("{} {}", request.method, request.url.path()))
        .collect();
    assert_eq!(
        sent,
        [
            "GET /api/webhook/endpoints/whk_1",
            "POST /api/webhook/endpoints/whk_1/enable",
            "POST /api/webhook/endpoints/whk_1/disable",
            "POST /api/webhook/endpoints/whk_1/rotate-secret",
            "DELETE /api/webhook/endpoints/whk_1",
        ]
    );
}

#[tokio::test]
async fn a_delete_succeeds_without_data_and_fails_like_any_call() {
    let (_server, client) =
        answering(json(200, r#"{"code":200,"msg":"Success","data":null}"#)).await;
    client.webhook_endpoints().delete(&id()).await.unwrap();

    let answer = r#"{"code":404,"msg":"WEBHOOK_ENDPOINT_NOT_FOUND","data":null}"#;
    for status in [200, 404] {
        let (_server, client) = answering(json(status, answer)).await;
        let error = client.webhook_endpoints().delete(&id()).await.unwrap_err();
        assert!(error.is_not_found());
        assert_eq!(error.outcome(), Outcome::Rejected);
    }
    let (_server, client) = answering(json(503, "")).await;
    let error = client.webhook_endpoints().delete(&id()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test]
async fn endpoints_are_listed_by_what_is_asked_for() {
    let answer = r#"{"code":200,"msg":"Success","total":1,"rows":[{"id":"whk_1"}]}"#;
    let (server, client) = answering(json(200, answer)).await;
    let filter = WebhookEndpointFilter::new()
        .enabled(true)
        .url(SHOP)
        .paging(Paging::page(1).size(100));
    let page = client.webhook_endpoints().list(&filter).await.unwrap();
    assert_eq!(page.rows[0].endpoint_id, id());
    let sent = only_request(&server).await;
    let sent: Vec<_> = sent.url.query_pairs().collect();
    let sent: Vec<_> = sent.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(
        sent,
        [
            "enabled=true",
            "pageNum=1",
            "pageSize=100",
            &format!("url={SHOP}")
        ]
    );
}

#[tokio::test]
async fn the_catalogue_of_events_keeps_what_this_version_does_not_know() {
    let answer = r#"{"code":200,"data":{"events":[{"name":"order.succeeded","code":5,
        "description":null},{"name":"later.event"}],"aliases":{"all":["later.event"],"core":null}}}"#;
    let (_server, client) = answering(json(200, answer)).await;
    let catalogue = client.webhook_endpoints().events().await.unwrap();
    assert_eq!(catalogue.events[0].event_type, EventType::OrderSucceeded);
    assert_eq!(catalogue.events[0].code, Some(5));
    assert_eq!(catalogue.all[0].as_str(), "later.event");
    assert!(catalogue.core.is_empty());
}

#[tokio::test]
async fn what_nobody_could_deliver_to_is_never_sent() {
    let (server, client) = answering(json(200, ENDPOINT)).await;
    let endpoints = client.webhook_endpoints();
    for url in [
        "http://shop.example.com/",
        "shop.example.com",
        "ftp://x/",
        "",
    ] {
        let new = NewWebhookEndpoint::new(url, [EventType::OrderFailed]);
        let error = endpoints.create(&new).await.unwrap_err();
        assert_eq!(error.field(), Some("url"), "{url}");
        let change = WebhookEndpointChange::new().url(url);
        let error = endpoints.update(&id(), &change).await.unwrap_err();
        assert_eq!(error.field(), Some("url"), "{url}");
    }
    let none = NewWebhookEndpoint::new(SHOP, []);
    let error = endpoints.ensure(&none, SecretPolicy::Keep).await;
    assert_eq!(error.unwrap_err().field(), Some("events"));
    let error = endpoints
        .delete(&WebhookEndpointId::from_wire("../x"))
        .await;
    assert_eq!(error.unwrap_err().field(), Some("webhook_endpoint_id"));
    assert!(server.received_requests().await.unwrap().is_empty());

    let local = NewWebhookEndpoint::new("http://127.0.0.1:3000/hook", [EventType::OrderFailed]);
    endpoints.create(&local).await.unwrap();
}

#[tokio::test]
async fn a_refused_endpoint_is_rejected_whichever_status_the_refusal_has() {
    let taken = r#"{"code":80100263,"msg":"url: another endpoint has it","data":null}"#;
    let bad = r#"{"code":400,"msg":"url: must be an absolute http or https URL","data":null}"#;
    for (status, answer, code) in [
        (200, taken, 80_100_263),
        (400, taken, 80_100_263),
        (400, bad, 400),
    ] {
        let (server, client) = answering(json(status, answer)).await;
        let endpoints = client.webhook_endpoints();
        let change = WebhookEndpointChange::new().url(SHOP);
        for error in [
            endpoints.create(&shop()).await.unwrap_err(),
            endpoints
                .ensure(&shop(), SecretPolicy::Keep)
                .await
                .unwrap_err(),
            endpoints.update(&id(), &change).await.unwrap_err(),
        ] {
            assert_eq!(error.outcome(), Outcome::Rejected, "{status} {code}");
            assert_eq!(error.code(), Some(code));
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 3);
    }
}
