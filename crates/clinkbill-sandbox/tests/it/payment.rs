//! From a session to its orders, redirects and end.

use clinkbill_sandbox::{Attempt, ManualClock, Sandbox};
use std::time::Duration;

use crate::call::{Call, data, json, quick_start, text};

const AMOUNTS: [&str; 7] = [
    "12.345678",
    "0.1",
    "4.990",
    "99999999999.99",
    "123456789012345678.1234567890",
    "0.1234567890123456789012345678",
    "1",
];

fn sandbox_at(millis: i64) -> Sandbox {
    Sandbox::builder()
        .clock(ManualClock::at(millis))
        .seed(7)
        .build()
}

fn hosted(sandbox: &Sandbox) -> String {
    let reply = Call::create(
        r#"{"customerEmail": "b@example.com", "originalAmount": 4.990, "originalCurrency": "USD",
            "merchantReferenceId": "A-17", "successUrl": "https://shop.example/thanks?x=1#top",
            "cancelUrl": "https://shop.example/cart?y=2"}"#,
    )
    .send(sandbox);
    data(&reply, "sessionId")
}

fn caller(sandbox: &Sandbox) -> clinkbill_sandbox::Merchant {
    sandbox.merchant_of("sk_test_caller").unwrap()
}

#[test]
fn every_digit_of_an_amount_survives_create_read_page_order_and_event() {
    for amount in AMOUNTS {
        let sandbox = sandbox_at(1_700_000_000_000);
        let created = Call::create(quick_start(amount)).send(&sandbox);
        assert!(
            text(&created).contains(&format!("\"originalAmount\":{amount},")),
            "{}",
            text(&created)
        );

        let session_id = data(&created, "sessionId");
        let read = Call::get(&format!("/api/checkout/session/{session_id}")).send(&sandbox);
        assert!(text(&read).contains(&format!("\"amountSubtotal\":{amount},")));
        assert!(text(&read).contains(&format!("\"unitAmount\":{amount},")));

        let url = data(&created, "url");
        let page = Call::get(url.strip_prefix("http://localhost").unwrap()).send(&sandbox);
        // A buyer reads at least two decimal places.
        let shown = match amount {
            "0.1" => "0.10",
            "1" => "1.00",
            amount => amount,
        };
        assert!(text(&page).contains(&format!("<td>{shown}\u{a0}USD</td>")));

        let paid = caller(&sandbox)
            .pay(&session_id, Attempt::succeeded())
            .unwrap();
        let order = Call::get(&format!("/api/order/{}", paid.order_id)).send(&sandbox);
        assert!(text(&order).contains(&format!("\"amountTotal\":{amount},")));
        let events = Call::get("/_sandbox/events").send(&sandbox);
        assert_eq!(
            text(&events)
                .matches(&format!("\"amountSubtotal\":{amount},"))
                .count(),
            3
        );
    }
}

#[test]
fn attempts_go_on_until_one_succeeds_and_each_makes_an_order_with_the_reference() {
    let sandbox = sandbox_at(1_700_000_000_000);
    let session_id = hosted(&sandbox);
    let merchant = caller(&sandbox);

    let failed = merchant.pay(&session_id, Attempt::failed()).unwrap();
    assert_eq!(failed.redirect_url, None);
    let session = json(&Call::get(&format!("/api/checkout/session/{session_id}")).send(&sandbox));
    assert_eq!(session["data"]["status"], "open");
    assert_eq!(session["data"]["paymentStatus"], "unpaid");
    assert_eq!(session["data"]["orderId"], serde_json::Value::Null);

    let paid = merchant.pay(&session_id, Attempt::succeeded()).unwrap();
    assert_eq!(
        paid.redirect_url.unwrap(),
        format!("https://shop.example/thanks?x=1&sessionId={session_id}#top")
    );
    let session = json(&Call::get(&format!("/api/checkout/session/{session_id}")).send(&sandbox));
    assert_eq!(session["data"]["status"], "completed");
    assert_eq!(session["data"]["paymentStatus"], "paid");
    assert_eq!(session["data"]["orderId"], paid.order_id);

    for (order_id, status) in [(&failed.order_id, "failed"), (&paid.order_id, "success")] {
        let order = json(&Call::get(&format!("/api/order/{order_id}")).send(&sandbox));
        assert_eq!(order["data"]["status"], status);
        assert_eq!(order["data"]["merchantReferenceId"], "A-17");
        assert_eq!(order["data"]["sessionId"], session_id);
        assert_eq!(order["data"]["createTime"], 1_700_000_000_000_i64);
    }
    let order = json(&Call::get(&format!("/api/order/{}", failed.order_id)).send(&sandbox));
    assert_eq!(order["data"]["failureCode"], "card_declined");

    let error = merchant.pay(&session_id, Attempt::succeeded()).unwrap_err();
    assert!(
        error.to_string().starts_with("SESSION_COMPLETED"),
        "{error}"
    );
}

#[test]
fn a_session_expires_at_its_time_and_takes_no_more_attempts() {
    let start = 1_700_000_000_000;
    let sandbox = Sandbox::builder()
        .clock(ManualClock::at(start + 60_000))
        .session_lifetime(Duration::from_secs(60))
        .build();
    let session_id = hosted(&sandbox);
    let read = |now| {
        let reply = Call::get(&format!("/api/checkout/session/{session_id}"))
            .at(now)
            .send(&sandbox);
        json(&reply)["data"]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(read(start + 59_999), "open");
    assert_eq!(read(start + 60_000), "expired");
    let error = caller(&sandbox)
        .pay(&session_id, Attempt::succeeded())
        .unwrap_err();
    assert!(error.to_string().starts_with("SESSION_EXPIRED"), "{error}");
    let events = json(&Call::get("/_sandbox/events").send(&sandbox));
    let names: Vec<&str> = events["data"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["event"]["type"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["session.expired"]);
}

#[test]
fn another_merchants_session_and_order_are_unknown() {
    let sandbox = sandbox_at(1_700_000_000_000);
    let session_id = hosted(&sandbox);
    let order_id = caller(&sandbox)
        .pay(&session_id, Attempt::succeeded())
        .unwrap()
        .order_id;
    let stranger = "sk_uat_stranger";
    for (path, name) in [
        (
            format!("/api/checkout/session/{session_id}"),
            "SESSION_NOT_FOUND",
        ),
        (format!("/api/order/{order_id}"), "ORDER_NOT_FOUND"),
    ] {
        let reply = Call::get(&path)
            .header("x-api-key", stranger)
            .send(&sandbox);
        assert_eq!(reply.status(), 404);
        assert!(text(&reply).contains(name));
    }
    assert!(
        sandbox
            .merchant_of(stranger)
            .unwrap()
            .pay(&session_id, Attempt::succeeded())
            .is_err()
    );
}

#[test]
fn a_checkout_link_follows_the_host_the_merchant_called() {
    let sandbox = Sandbox::new();
    let reply = Call::create(quick_start("1"))
        .header("host", "127.0.0.1:4010")
        .send(&sandbox);
    assert!(data(&reply, "url").starts_with("http://127.0.0.1:4010/pay/"));
}

#[test]
fn a_host_name_that_was_allowed_is_answered_and_named_in_the_link() {
    let sandbox = Sandbox::builder().allow_host("clink").build();
    let reply = Call::create(quick_start("1"))
        .header("host", "clink:4010")
        .send(&sandbox);
    assert!(data(&reply, "url").starts_with("http://clink:4010/pay/"));
    let foreign = Call::create(quick_start("1"))
        .header("host", "clink.evil")
        .send(&sandbox);
    assert_eq!(foreign.status(), 403);
}
