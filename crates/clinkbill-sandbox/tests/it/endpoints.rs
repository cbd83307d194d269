//! The documented API for webhook endpoints.

use clinkbill_sandbox::{Attempt, Sandbox};
use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, data, quick_start, text};
use crate::receiver::verifier;

const URL: &str = "http://localhost:4011/hook";

fn call(sandbox: &Sandbox, method: Method, path: &str, body: Value) -> Value {
    let call = Call::new(method, path).header("x-api-key", sandbox.secret_key());
    let call = match body {
        Value::Null => call,
        body => call.body(body.to_string()),
    };
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let answer = call
        .at(i64::try_from(now.as_millis()).unwrap())
        .send(sandbox);
    let mut value = crate::call::json(&answer);
    value["http"] = answer.status().as_u16().into();
    value
}

fn create(sandbox: &Sandbox, url: &str, events: &[&str]) -> Value {
    let body = json!({ "url": url, "events": events });
    call(sandbox, Method::POST, "/api/webhook/endpoints", body)
}

fn ensure(sandbox: &Sandbox, body: Value) -> Value {
    call(sandbox, Method::PUT, "/api/webhook/endpoints/ensure", body)["data"].take()
}

fn path(endpoint: &Value, action: &str) -> String {
    format!(
        "/api/webhook/endpoints/{}{action}",
        endpoint["id"].as_str().unwrap()
    )
}

fn pay_one(sandbox: &Sandbox) {
    let session_id = data(
        &sandbox.post_checkout_session(quick_start("4.99")),
        "sessionId",
    );
    sandbox
        .merchant()
        .pay(&session_id, Attempt::succeeded())
        .unwrap();
}

#[test]
fn a_secret_is_shown_when_it_is_made_and_never_again() {
    let sandbox = Sandbox::new();
    let created = create(&sandbox, URL, &["order.succeeded"])["data"].take();
    let secret = created["signingSecret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_") && secret.len() > 40);
    let masked = created["maskedSigningSecret"].as_str().unwrap();
    assert_eq!(masked, format!("whsec_****{}", &secret[secret.len() - 4..]));
    assert!(created["id"].as_str().unwrap().starts_with("whk_"));

    let read = call(&sandbox, Method::GET, &path(&created, ""), Value::Null)["data"].take();
    assert_eq!(read["signingSecret"], Value::Null);
    assert_eq!(read["events"], json!(["order.succeeded"]));
    assert_eq!(read["enabled"], true);
    assert_eq!(read["createdAt"], read["updatedAt"]);
    let list = call(&sandbox, Method::GET, "/api/webhook/endpoints", Value::Null);
    assert_eq!((&list["total"], &list["rows"][0]), (&json!(1), &read));
    assert!(list.get("data").is_none());

    pay_one(&sandbox);
    let due = sandbox.take_due_deliveries();
    assert_eq!(due.len(), 1);
    let header = |name: &str| {
        let pair = due[0].headers.iter().find(|(known, _)| *known == name);
        pair.map(|(_, value)| value.as_str())
    };
    verifier(&secret)
        .verify(header, due[0].body.as_bytes())
        .unwrap();
}

#[test]
fn a_rotated_secret_signs_at_once_and_the_old_one_no_more() {
    let sandbox = Sandbox::new();
    let created = create(&sandbox, URL, &["order.succeeded"])["data"].take();
    pay_one(&sandbox);
    let rotated = call(
        &sandbox,
        Method::POST,
        &path(&created, "/rotate-secret"),
        Value::Null,
    )["data"]
        .take();
    let (old, new) = (&created["signingSecret"], &rotated["signingSecret"]);
    assert_ne!(old, new);

    let due = sandbox.take_due_deliveries();
    let header = |name: &str| {
        let pair = due[0].headers.iter().find(|(known, _)| *known == name);
        pair.map(|(_, value)| value.as_str())
    };
    let verify =
        |secret: &Value| verifier(secret.as_str().unwrap()).verify(header, due[0].body.as_bytes());
    verify(new).unwrap();
    verify(old).unwrap_err();
}

#[test]
fn only_an_enabled_endpoint_that_is_subscribed_gets_an_event() {
    let sandbox = Sandbox::new();
    let created = create(&sandbox, URL, &["order.succeeded", "session.complete"])["data"].take();
    let receives = || {
        pay_one(&sandbox);
        sandbox.take_due_deliveries().len()
    };
    assert_eq!(receives(), 2);
    call(
        &sandbox,
        Method::POST,
        &path(&created, "/disable"),
        Value::Null,
    );
    assert_eq!(receives(), 0);
    let last = sandbox.merchant().webhook_log().events.pop().unwrap();
    assert!(last.deliveries.is_empty());
    call(
        &sandbox,
        Method::POST,
        &path(&created, "/enable"),
        Value::Null,
    );
    assert_eq!(receives(), 2);
    let one = json!({ "events": ["order.succeeded"] });
    let patched = call(&sandbox, Method::PATCH, &path(&created, ""), one);
    assert_eq!(patched["data"]["signingSecret"], Value::Null);
    assert_eq!(receives(), 1);
    let deleted = call(&sandbox, Method::DELETE, &path(&created, ""), Value::Null);
    assert_eq!(
        (&deleted["code"], &deleted["data"]),
        (&json!(200), &Value::Null)
    );
    assert_eq!(receives(), 0);
}

#[test]
fn a_deleted_endpoint_gets_no_retry_and_no_waiting_delivery() {
    let sandbox = Sandbox::new();
    let created = create(&sandbox, URL, &["order.succeeded", "order.created"])["data"].take();
    pay_one(&sandbox);
    let due = sandbox.take_due_deliveries();
    sandbox.report_delivery(&due[0], Ok(500));
    call(&sandbox, Method::DELETE, &path(&created, ""), Value::Null);
    sandbox.report_delivery(&due[1], Ok(500));
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    sandbox.merchant().advance(day).unwrap();
    assert!(sandbox.take_due_deliveries().is_empty());
    let states: Vec<_> = sandbox
        .merchant()
        .webhook_log()
        .events
        .iter()
        .flat_map(|event| event.deliveries.clone())
        .map(|delivery| {
            format!(
                "{:?} {}",
                delivery.state,
                delivery.reason.unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(states, ["Cancelled the endpoint was deleted"; 2]);
}

#[test]
fn ensure_says_what_had_to_be_done_and_whether_the_secret_is_shown() {
    let sandbox = Sandbox::new();
    let wish = |more: Value| {
        let mut body = json!({ "url": URL, "events": ["order.succeeded", "order.failed"] });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let said = |ensured: &Value| {
        (
            ensured["source"].as_str().unwrap().to_owned(),
            ensured["signingSecretAvailable"].as_bool().unwrap(),
        )
    };
    let first = ensure(&sandbox, wish(json!({})));
    assert_eq!(said(&first), ("created".into(), true));
    assert_eq!(first["signingSecretUnavailableReason"], Value::Null);
    assert_eq!(first["nextAction"], Value::Null);

    let same =
        wish(json!({ "events": ["order.failed", "order.succeeded"], "returnSigningSecret": true }));
    let again = ensure(&sandbox, same);
    assert_eq!(said(&again), ("existing".into(), false));
    assert_eq!(again["endpoint"]["id"], first["endpoint"]["id"]);
    assert_eq!(again["endpoint"]["signingSecret"], Value::Null);
    assert_eq!(
        (
            &again["signingSecretUnavailableReason"],
            &again["nextAction"]
        ),
        (
            &json!("EXISTING_SECRET_NOT_RETURNABLE"),
            &json!("CALL_ROTATE_SECRET_OR_RETRY_ENSURE_WITH_ROTATE_SECRET_IF_UNAVAILABLE")
        )
    );

    let updated = ensure(&sandbox, wish(json!({ "enabled": false })));
    assert_eq!(said(&updated), ("updated".into(), false));
    let rotated = ensure(&sandbox, wish(json!({ "rotateSecretIfUnavailable": true })));
    assert_eq!(said(&rotated), ("rotated".into(), true));
    assert_eq!(rotated["endpoint"]["enabled"], false);
    let both = wish(json!({ "rotateSecret": true, "description": "Tells the shop" }));
    let both = ensure(&sandbox, both);
    assert_eq!(said(&both), ("updated_rotated".into(), true));
    assert_ne!(
        both["endpoint"]["signingSecret"],
        rotated["endpoint"]["signingSecret"]
    );
    let list = call(&sandbox, Method::GET, "/api/webhook/endpoints", Value::Null);
    assert_eq!(list["total"], 1);
}

#[test]
fn what_an_endpoint_cannot_be_is_refused_and_changes_nothing() {
    let sandbox = Sandbox::new();
    create(&sandbox, URL, &["order.succeeded"]);
    let other = create(&sandbox, "http://localhost:4012/", &[])["data"].take();
    let long = format!("http://localhost/{}", "a".repeat(2_048));
    let long_note = "n".repeat(1_001);
    let forbidden = [
        json!({ "url": "ftp://shop.example/hook" }),
        json!({ "url": "javascript:alert(1)" }),
        json!({ "url": "shop.example/hook" }),
        json!({ "url": "http://user:secret@shop.example/hook" }),
        json!({ "url": "http://shop.example/a b" }),
        json!({ "url": "" }),
        json!({ "url": long }),
        json!({ "url": null }),
        json!({ "description": long_note }),
        json!({ "events": ["order.refunded"] }),
        json!({ "events": ["ORDER.SUCCEEDED"] }),
        json!({ "events": ["core"] }),
        json!({ "events": [2] }),
        json!({ "events": "order.succeeded" }),
    ];
    let by_a_rule = [
        (json!({ "url": URL }), 80_100_263),
        (json!({ "url": "http://localhost:70000/" }), 400),
        (json!({ "url": "http://[::::]/" }), 400),
        (json!({ "url": "http://1.2.3.4.5/" }), 400),
    ];
    let forbidden = forbidden.map(|wrong| (wrong, 400, 400));
    let by_a_rule = by_a_rule.map(|(wrong, code)| (wrong, 200, code));
    for (wrong, http, code) in forbidden.into_iter().chain(by_a_rule) {
        let mut body = json!({ "url": "http://localhost/a", "events": ["order.succeeded"] });
        for (name, value) in wrong.as_object().unwrap() {
            body[name] = value.clone();
        }
        for (method, path) in [
            (Method::POST, "/api/webhook/endpoints".to_owned()),
            (Method::PATCH, path(&other, "")),
        ] {
            let refused = call(&sandbox, method, &path, body.clone());
            assert_eq!(
                (&refused["http"], &refused["code"]),
                (&json!(http), &json!(code)),
                "{body}"
            );
        }
    }
    let list = call(&sandbox, Method::GET, "/api/webhook/endpoints", Value::Null);
    assert_eq!(list["rows"][1]["url"], "http://localhost:4012/");
    assert_eq!(list["total"], 2);
    // Its own URL is no duplicate.
    let same = json!({ "url": "http://localhost:4012/" });
    assert_eq!(
        call(&sandbox, Method::PATCH, &path(&other, ""), same)["http"],
        200
    );
}

#[test]
fn an_unknown_endpoint_is_not_found_by_any_operation() {
    let sandbox = Sandbox::new();
    // Another merchant's endpoint is as unknown as none.
    let foreign = Call::new(Method::POST, "/api/webhook/endpoints")
        .body(json!({ "url": URL, "events": [] }).to_string())
        .send(&sandbox);
    let foreign = data(&foreign, "id");
    for id in ["whk_unknown", &foreign] {
        for (method, action, body) in [
            (Method::GET, "", Value::Null),
            (Method::PATCH, "", json!({})),
            (Method::DELETE, "", Value::Null),
            (Method::POST, "/enable", Value::Null),
            (Method::POST, "/disable", Value::Null),
            (Method::POST, "/rotate-secret", Value::Null),
        ] {
            let path = format!("/api/webhook/endpoints/{id}{action}");
            let refused = call(&sandbox, method, &path, body);
            assert_eq!(
                (&refused["http"], &refused["code"]),
                (&json!(404), &json!(404))
            );
            let msg = refused["msg"].as_str().unwrap();
            assert!(msg.starts_with("WEBHOOK_ENDPOINT_NOT_FOUND"), "{msg}");
        }
    }
}

#[test]
fn a_list_is_filtered_and_cut_into_pages() {
    let sandbox = Sandbox::new();
    for number in 0..5 {
        let body = json!({
            "url": format!("http://localhost/{number}"), "events": [], "enabled": number % 2 == 0,
        });
        call(&sandbox, Method::POST, "/api/webhook/endpoints", body);
    }
    let urls = |query: &str| {
        let path = format!("/api/webhook/endpoints?{query}");
        let page = call(&sandbox, Method::GET, &path, Value::Null);
        let rows = page["rows"].as_array().unwrap();
        let urls: Vec<char> = rows
            .iter()
            .map(|row| row["url"].as_str().unwrap().chars().last().unwrap())
            .collect();
        (
            page["total"].as_u64().unwrap(),
            urls.iter().collect::<String>(),
        )
    };
    assert_eq!(urls(""), (5, "01234".into()));
    assert_eq!(urls("pageSize=2&pageNum=2"), (5, "23".into()));
    assert_eq!(urls("pageSize=2&pageNum=4"), (5, String::new()));
    assert_eq!(urls("enabled=true"), (3, "024".into()));
    assert_eq!(urls("enabled=false&pageSize=1"), (2, "1".into()));
    assert_eq!(urls("url=http%3A%2F%2Flocalhost%2F3"), (1, "3".into()));
    assert_eq!(urls("url=http%3A%2F%2Flocalhost"), (0, String::new()));
    for query in [
        "pageNum=0",
        "pageSize=101",
        "pageSize=",
        "pageNum=x",
        "enabled=1",
        "pageNum=%2B1",
    ] {
        let path = format!("/api/webhook/endpoints?{query}");
        let refused = call(&sandbox, Method::GET, &path, Value::Null);
        assert_eq!(refused["http"], 400, "{query}");
    }
}

#[test]
fn the_catalogue_names_every_event_and_two_groups() {
    let sandbox = Sandbox::new();
    let catalogue = call(&sandbox, Method::GET, "/api/webhook/events", Value::Null)["data"].take();
    assert_eq!(catalogue["events"].as_array().unwrap().len(), 44);
    assert_eq!(catalogue["aliases"]["all"].as_array().unwrap().len(), 44);
    assert_eq!(catalogue["aliases"]["core"].as_array().unwrap().len(), 6);
    assert_eq!(catalogue["events"][21]["name"], "session.complete");
    assert_eq!(catalogue["events"][21]["code"], 22);
}

#[test]
fn no_answer_but_the_first_and_no_log_holds_a_secret() {
    let sandbox = Sandbox::new();
    let created = create(&sandbox, URL, &["order.succeeded"])["data"].take();
    let secret = created["signingSecret"].as_str().unwrap();
    pay_one(&sandbox);
    let _ = sandbox.take_due_deliveries();
    for path in [
        "/api/webhook/endpoints",
        "/_sandbox/events",
        "/_sandbox/webhooks/next",
    ] {
        let answer = Call::get(path)
            .header("x-api-key", sandbox.secret_key())
            .send(&sandbox);
        assert!(!text(&answer).contains(secret), "{path}");
    }
    assert!(!format!("{:?}", sandbox.merchant().webhook_log()).contains(secret));
}

#[test]
fn a_merchant_has_128_endpoints_at_most() {
    let sandbox = Sandbox::new();
    for number in 0..128 {
        let created = create(&sandbox, &format!("http://localhost/{number}"), &[]);
        assert_eq!(created["http"], 200);
    }
    let refused = create(&sandbox, "http://localhost/128", &[]);
    assert_eq!(
        (&refused["http"], &refused["code"]),
        (&json!(200), &json!(400))
    );
    assert!(refused["msg"].as_str().unwrap().contains("128"));
}

#[test]
fn a_sandbox_does_not_start_with_two_endpoints_of_one_url() {
    let builder = Sandbox::builder().webhook(URL, "whsec_1").unwrap();
    let refused = builder.webhook(URL, "whsec_2").err().unwrap();
    assert!(
        matches!(refused, clinkbill_sandbox::StartError::WebhookUrlTaken),
        "{refused}"
    );
}
