//! Whether a purchase was paid, by each object that can tell.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do"
)]

use clinkbill_types::{Currency, Money, OrderStatus, SessionId};
use clinkbill_webhook::{
    Event, EventType, Expectation, Fulfilment, Invoice, Mismatch, Order, Session,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

fn money(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn expected() -> Expectation {
    Expectation::new("A-17", SessionId::from_wire("sess_1"), money("4.90"))
}

/// A paid object, with some fields set anew; null takes one away.
fn object(base: &str, changes: &str) -> String {
    let mut fields: Map<String, Value> = serde_json::from_str(base).unwrap();
    let changes: Map<String, Value> = serde_json::from_str(changes).unwrap();
    fields.extend(changes);
    Value::Object(fields).to_string()
}

fn order(changes: &str) -> String {
    object(
        r#"{"orderId":"order_1","sessionId":"sess_1","merchantReferenceId":"A-17","type":"onetime",
        "status":"success","amountSubtotal":"4.90","originalCurrency":"USD","amountTotal":"4.90",
        "paymentCurrency":"USD"}"#,
        changes,
    )
}

fn session(changes: &str) -> String {
    object(
        r#"{"sessionId":"sess_1","merchantReferenceId":"A-17","status":"completed",
        "paymentStatus":"paid","amountSubtotal":"4.90","originalCurrency":"USD"}"#,
        changes,
    )
}

fn invoice(changes: &str) -> String {
    object(
        r#"{"invoiceId":"inv_1","orderId":"order_1","merchantReference":"A-17","status":"paid",
        "originalAmount":"4.90","originalCurrency":"USD","paymentAmount":"4.90"}"#,
        changes,
    )
}

fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

fn by_order(changes: &str) -> Fulfilment {
    expected().by_order(&read::<Order>(&order(changes)))
}

fn by_session(changes: &str) -> Fulfilment {
    expected().by_session(&read::<Session>(&session(changes)))
}

fn by_invoice(changes: &str) -> Fulfilment {
    expected().by_invoice(&read::<Invoice>(&invoice(changes)))
}

fn by_event(name: &str, object: &str) -> Fulfilment {
    let body = format!(r#"{{"id":"event_1","type":"{name}","data":{{"object":{object}}}}}"#);
    expected().by_event(&Event::from_json(body.as_bytes()).unwrap())
}

fn is_paid(fulfilment: &Fulfilment) -> bool {
    matches!(fulfilment, Fulfilment::Paid(_))
}

fn why(fulfilment: Fulfilment) -> Mismatch {
    let Fulfilment::Mismatch(why) = fulfilment else {
        panic!("{fulfilment:?} is no mismatch");
    };
    why
}

#[test]
fn an_amount_is_compared_by_value_and_exactly() {
    for same in ["4.9", "4.90", "4.900000", "\"4.9\""] {
        let changes = format!(r#"{{"amountSubtotal":{same}}}"#);
        assert!(is_paid(&by_order(&changes)), "{same}");
        assert!(is_paid(&by_session(&changes)), "{same}");
        let changes = format!(r#"{{"originalAmount":{same}}}"#);
        assert!(is_paid(&by_invoice(&changes)), "{same}");
    }
    for other in [
        "4.89",
        "4.91",
        "490",
        "0",
        "-4.9",
        "\"4.9000000000000000000000000001\"",
    ] {
        let changes = format!(r#"{{"amountSubtotal":{other}}}"#);
        let found = Some(money(other.trim_matches('"')));
        assert_eq!(
            why(by_order(&changes)),
            Mismatch::Amount {
                found: found.clone()
            }
        );
        assert_eq!(
            why(by_session(&changes)),
            Mismatch::Amount {
                found: found.clone()
            }
        );
        let changes = format!(r#"{{"originalAmount":{other}}}"#);
        assert_eq!(why(by_invoice(&changes)), Mismatch::Amount { found });
    }
    for odd in ["null", "\"\"", "[]", "\"4,90\""] {
        let changes = format!(r#"{{"amountSubtotal":{odd}}}"#);
        assert_eq!(why(by_order(&changes)), Mismatch::Amount { found: None });
        assert_eq!(why(by_session(&changes)), Mismatch::Amount { found: None });
    }
}

#[test]
fn the_price_counts_and_not_what_the_buyer_paid_in_a_currency_of_their_own() {
    for changes in [
        r#"{"amountTotal":80000,"paymentCurrency":"IDR"}"#,
        r#"{"amountTotal":"5.39","paymentCurrency":"USD"}"#,
        r#"{"amountTotal":null,"paymentCurrency":null}"#,
        r#"{"originalCurrency":"usd"}"#,
    ] {
        assert!(is_paid(&by_order(changes)), "{changes}");
        assert!(is_paid(&by_session(changes)), "{changes}");
    }
    // The right number in the buyer's currency is another price.
    let changes = r#"{"amountSubtotal":"0.04","amountTotal":"4.90","paymentCurrency":"USD"}"#;
    assert!(matches!(why(by_order(changes)), Mismatch::Amount { .. }));
    let changes = r#"{"originalCurrency":"IDR","amountTotal":"4.90","paymentCurrency":"USD"}"#;
    for fulfilment in [by_order(changes), by_session(changes), by_invoice(changes)] {
        let shown = why(fulfilment).to_string();
        assert_eq!(shown, "subtotal is in another currency: 4.90 IDR");
    }
}

#[test]
fn reference_and_session_must_both_be_the_purchases_own() {
    for status in ["success", "failed"] {
        let changes = format!(r#"{{"status":"{status}","merchantReferenceId":"A-18"}}"#);
        let found = Some("A-18".to_owned());
        assert_eq!(why(by_order(&changes)), Mismatch::Reference { found });
        let changes = format!(r#"{{"status":"{status}","sessionId":"sess_2"}}"#);
        let found = Some(SessionId::from_wire("sess_2"));
        assert_eq!(why(by_order(&changes)), Mismatch::Session { found });
    }
    for missing in ["null", "\"null\"", "\" \"", "\"\""] {
        let changes = format!(r#"{{"merchantReferenceId":{missing}}}"#);
        assert_eq!(why(by_order(&changes)), Mismatch::Reference { found: None });
        assert_eq!(
            why(by_session(&changes)),
            Mismatch::Reference { found: None }
        );
        let changes = format!(r#"{{"sessionId":{missing}}}"#);
        assert_eq!(why(by_order(&changes)), Mismatch::Session { found: None });
        // A failed attempt that does not say whose it was is still only a failed attempt.
        let changes = format!(r#"{{"status":"failed","merchantReferenceId":{missing}}}"#);
        assert_eq!(by_order(&changes), Fulfilment::NotYet);
    }
    assert!(matches!(
        why(by_session(r#"{"sessionId":"sess_2"}"#)),
        Mismatch::Session { .. }
    ));
    assert!(matches!(
        why(by_invoice(r#"{"merchantReference":"a-17"}"#)),
        Mismatch::Reference { .. }
    ));
}

#[test]
fn a_session_nobody_knows_is_told_by_its_reference_alone() {
    let expected = Expectation::of_unknown_session("A-17", money("4.90"));
    let told: Order = read(&order(r#"{"sessionId":"sess_2"}"#));
    assert!(is_paid(&expected.by_order(&told)));
    let told: Order = read(&order(r#"{"merchantReferenceId":null}"#));
    assert!(!is_paid(&expected.by_order(&told)));
}

#[test]
fn only_a_successful_order_is_paid() {
    for status in [
        "created",
        "pending",
        "requires_action",
        "failed",
        "on_its_way",
        "",
    ] {
        let changes = format!(r#"{{"status":"{status}"}}"#);
        assert_eq!(by_order(&changes), Fulfilment::NotYet, "{status}");
    }
    for (status, found) in [
        ("refunded", OrderStatus::Refunded),
        ("partial_refunded", OrderStatus::PartialRefunded),
    ] {
        let changes = format!(r#"{{"status":"{status}"}}"#);
        assert_eq!(why(by_order(&changes)), Mismatch::Refunded { found });
    }
}

#[test]
fn only_a_completed_session_is_paid() {
    for changes in [
        r#"{"status":"open"}"#,
        r#"{"status":"expired"}"#,
        r#"{"status":"expired","paymentStatus":"processing"}"#,
        r#"{"status":"open","paymentStatus":"paid"}"#,
        r#"{"paymentStatus":"processing"}"#,
        r#"{"paymentStatus":"unpaid"}"#,
        r#"{"paymentStatus":"half"}"#,
        r#"{"status":"paused"}"#,
        r#"{"status":null}"#,
    ] {
        assert_eq!(by_session(changes), Fulfilment::NotYet, "{changes}");
    }
    for changes in [r#"{"status":"Complete"}"#, r#"{"paymentStatus":null}"#] {
        assert!(is_paid(&by_session(changes)), "{changes}");
    }
}

#[test]
fn a_subscription_waits_for_the_invoice_it_is_delivered_by() {
    for kind in [
        r#""recurring""#,
        r#"" recurring ""#,
        r#"["recurring"]"#,
        "{}",
    ] {
        let changes = format!(r#"{{"type":{kind}}}"#);
        assert_eq!(by_order(&changes), Fulfilment::NotYet, "{changes}");
    }
    for changes in [
        r#"{"subscriptionId":"sub_1"}"#,
        r#"{"price":{"recurring":{"interval":"month"}}}"#,
        r#"{"price":{"recurring":"month"}}"#,
        r#"{"price":{"recurring":[{"interval":"month"}]}}"#,
    ] {
        assert_eq!(by_session(changes), Fulfilment::NotYet, "{changes}");
    }
    let invoices = [
        by_order(r#"{"type":"recurring","invoiceId":"inv_1"}"#),
        by_session(r#"{"subscriptionId":"sub_1","invoiceId":"inv_1"}"#),
        by_invoice("{}"),
        by_event("invoice.paid", &invoice("{}")),
    ];
    for fulfilment in invoices {
        let Fulfilment::Paid(payment) = fulfilment else {
            panic!("{fulfilment:?}");
        };
        assert_eq!(payment.invoice_id.unwrap().as_str(), "inv_1");
    }
    for status in ["open", "void", "uncollectible"] {
        let changes = format!(r#"{{"status":"{status}"}}"#);
        assert_eq!(by_invoice(&changes), Fulfilment::NotYet, "{status}");
    }
}

#[test]
fn three_events_can_say_that_it_was_paid_and_no_other() {
    for name in EventType::KNOWN {
        let object = match name.split('.').next().unwrap() {
            "session" => session(r#"{"status":null}"#),
            "order" => order(r#"{"status":null}"#),
            "invoice" => invoice(r#"{"status":null}"#),
            _ => object(
                r#"{"id":"x","refundId":"x","chargeBackId":"x","subscriptionId":"x"}"#,
                "{}",
            ),
        };
        let pays = ["session.complete", "order.succeeded", "invoice.paid"].contains(name);
        let fulfilment = by_event(name, &object);
        assert_eq!(is_paid(&fulfilment), pays, "{name}");
        assert!(
            pays || fulfilment == Fulfilment::NotYet,
            "{name}: {fulfilment:?}"
        );

        let unreadable = by_event(name, "{}");
        let alarm = Fulfilment::Mismatch(Mismatch::Unreadable);
        assert_eq!(
            unreadable,
            if pays { alarm } else { Fulfilment::NotYet },
            "{name}"
        );
    }
}

#[test]
fn a_status_nobody_knows_is_for_somebody_to_look_at() {
    for (status, found) in [
        (r#""charged_back""#, "charged_back"),
        ("false", "false"),
        ("0", "0"),
        (r#"{"code":"failed"}"#, "unreadable"),
        (r#"["failed"]"#, "unreadable"),
    ] {
        let changes = format!(r#"{{"status":{status}}}"#);
        for (name, object) in [
            ("order.succeeded", order(&changes)),
            ("session.complete", session(&changes)),
            ("invoice.paid", invoice(&changes)),
        ] {
            let found = found.to_owned();
            assert_eq!(
                why(by_event(name, &object)),
                Mismatch::Status { found },
                "{name}"
            );
        }
        assert_eq!(by_order(&changes), Fulfilment::NotYet);
    }
    for status in [r#"{"state":"unpaid"}"#, r#"["unpaid"]"#] {
        let changes = format!(r#"{{"paymentStatus":{status}}}"#);
        assert_eq!(by_session(&changes), Fulfilment::NotYet, "{status}");
        let told = by_event("session.complete", &session(&changes));
        assert_eq!(told, Fulfilment::NotYet, "{status}");
    }
}

#[test]
fn the_status_of_an_object_is_believed_before_the_name_of_the_event() {
    let failed = order(r#"{"status":"failed"}"#);
    assert_eq!(by_event("order.succeeded", &failed), Fulfilment::NotYet);
    let refunded = order(r#"{"status":"refunded"}"#);
    let why = why(by_event("order.succeeded", &refunded));
    assert_eq!(why.to_string(), "the order is refunded");
    for name in ["order.created", "order.next_action", "order.failed"] {
        assert_eq!(by_event(name, &order("{}")), Fulfilment::NotYet, "{name}");
    }
    let other = order(r#"{"merchantReferenceId":"A-18"}"#);
    assert!(matches!(
        by_event("order.failed", &other),
        Fulfilment::Mismatch(Mismatch::Reference { .. })
    ));
    assert_eq!(
        by_event("session.expired", &session("{}")),
        Fulfilment::NotYet
    );
}

#[test]
fn what_was_paid_goes_with_it() {
    let Fulfilment::Paid(payment) =
        by_order(r#"{"amountTotal":"80000.00","paymentCurrency":"IDR"}"#)
    else {
        panic!("paid");
    };
    assert_eq!(payment.order_id.unwrap().as_str(), "order_1");
    assert_eq!(payment.invoice_id, None);
    assert_eq!(payment.total.unwrap().to_string(), "80000.00 IDR");
}
