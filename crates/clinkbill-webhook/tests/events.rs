//! Every event a checkout leads to, in each shape it may come in.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use clinkbill_types::{
    Currency, DisputeStatus, Money, OrderStatus, PaymentMethodType, RefundReason, RefundStatus,
};
use clinkbill_webhook::{
    Dispute, Event, EventKind, EventType, Invoice, Order, PaymentInstrument, Refund, Session,
    Subscription,
};

/// Each type of object: its event types, the name of its id, and its fields.
const OBJECTS: [(&str, &str, &[&str]); 7] = [
    ("session.", "sessionId", SESSION),
    ("order.", "orderId", ORDER),
    ("refund.", "refundId", REFUND),
    ("subscription.", "subscriptionId", SUBSCRIPTION),
    ("invoice.", "invoiceId", INVOICE),
    ("dispute.", "chargeBackId", DISPUTE),
    ("payment_method.", "id", INSTRUMENT),
];

const SESSION: &[&str] = &[
    "status",
    "paymentStatus",
    "amountSubtotal",
    "amountTotal",
    "originalCurrency",
    "paymentCurrency",
    "orderId",
    "invoiceId",
    "subscriptionId",
    "merchantReferenceId",
    "customer",
    "priceDataList",
    "product",
    "price",
    "uiMode",
    "successUrl",
    "cancelUrl",
    "returnUrl",
    "created",
    "expire",
    "locale",
    "showPromotionCode",
    "metadata",
    "token",
];
const ORDER: &[&str] = &[
    "status",
    "type",
    "sessionId",
    "merchantReferenceId",
    "amountSubtotal",
    "amountTotal",
    "originalCurrency",
    "paymentCurrency",
    "customerId",
    "customerEmail",
    "invoiceId",
    "productId",
    "priceId",
    "priceDataList",
    "paymentMethod",
    "paymentExecutionDetails",
    "createTime",
    "paymentTime",
    "failureCode",
    "failureMessage",
    "riskLevel",
    "metadata",
];
const REFUND: &[&str] = &[
    "status",
    "orderId",
    "refundMerchantOrderId",
    "merchantReferenceId",
    "refundAmount",
    "refundCurrency",
    "customerId",
    "paymentInstrumentId",
    "refundReason",
    "failureCode",
    "failureMessage",
    "createTime",
    "metadata",
];
const SUBSCRIPTION: &[&str] = &[
    "status",
    "merchantReference",
    "sessionId",
    "customerId",
    "productId",
    "priceId",
    "priceSnapshotId",
    "quantity",
    "currency",
    "billing",
    "paymentMethodType",
    "paymentInstrumentId",
    "createTime",
    "currentPeriodStart",
    "currentPeriodEnd",
    "trialStart",
    "trialEnd",
    "cancelAt",
    "cancelAtPeriodEnd",
    "canceledAt",
    "cancelReason",
    "recurringInvoiceItem",
    "upcomingInvoiceItem",
    "scheduledPhases",
    "elapsedCycles",
    "metadata",
];
const INVOICE: &[&str] = &[
    "status",
    "subscriptionId",
    "orderId",
    "customerId",
    "merchantId",
    "merchantReference",
    "originalAmount",
    "paymentAmount",
    "originalCurrency",
    "billing",
    "items",
    "lineItems",
    "discount",
    "createTime",
    "currentPeriodStart",
    "currentPeriodEnd",
    "metadata",
];
const DISPUTE: &[&str] = &[
    "status",
    "orderId",
    "merchantReferenceId",
    "merchantId",
    "customerId",
    "disputeAmount",
    "disputeCurrency",
    "originalAmount",
    "originalCurrency",
    "reasonCode",
    "reasonDescription",
    "networkReasonCode",
    "evidenceDeadline",
    "channelDisputeTime",
    "metadata",
];
const INSTRUMENT: &[&str] = &[
    "customerId",
    "type",
    "paymentInstrumentType",
    "paymentMethodType",
    "card",
    "wallet",
    "isDefault",
    "created",
    "visaRegistrationSucceeded",
    "metadata",
];

/// What no document says, and what a service may send all the same.
const ODD_VALUES: [&str; 29] = [
    "null",
    "\"null\"",
    "\"NULL\"",
    "\"\"",
    "\" \"",
    "true",
    "false",
    "\"true\"",
    "0",
    "-1",
    "17",
    "1.5",
    "1785936114000",
    "1785936114000.0",
    "1e400000",
    "123456789012345678901234567890123456789",
    "\"20.00\"",
    "\"1,234.50\"",
    "\"2025-01-15T11:45:00.000Z\"",
    "\"2025-01-15 11:45:00\"",
    "[]",
    "[null,1,\"x\",{}]",
    "{}",
    "{\"amount\":{\"deep\":[[[]]]},\"price\":7,\"card\":[]}",
    "[{\"amount\":[],\"quantity\":{},\"unitAmount\":\"x\",\"metadata\":[1],\"currency\":5}]",
    "\"{\\\"arn\\\":\\\"1\\\"}\"",
    "\"\\u0000\\ud83d\\ude00\"",
    "\"CaRd\"",
    "\"half a \\ud83d\"",
];

/// The names of the catalogue that are about an object of this kind.
fn names(prefix: &str) -> impl Iterator<Item = &'static str> {
    let names = EventType::KNOWN.iter().copied();
    let prefix = prefix.to_owned();
    names.filter(move |name| name.starts_with(&prefix))
}

fn event(name: &str, object: &str) -> Event {
    let body = format!(
        r#"{{"id":"event_1","object":"event","created":1785936114000,"type":"{name}","data":{{"object":{object}}}}}"#
    );
    Event::from_json(body.as_bytes()).unwrap()
}

fn is_typed(event: &Event) -> bool {
    !matches!(event.kind, EventKind::Other(_) | EventKind::Unreadable(_))
}

macro_rules! read {
    ($name:literal, $variant:ident($object:ty), $json:expr) => {{
        let EventKind::$variant(object) = event($name, $json).kind else {
            panic!("{} is read as something else", $name);
        };
        let object: $object = *object;
        object
    }};
}

#[test]
fn every_name_a_checkout_leads_to_is_typed_and_no_other() {
    let mut typed = 0;
    for name in EventType::KNOWN {
        let about = OBJECTS.iter().find(|(prefix, ..)| name.starts_with(prefix));
        let id = about.map_or("id", |(_, id, _)| id);
        let event = event(name, &format!(r#"{{"{id}":"x_1"}}"#));
        assert_eq!(event.event_type().as_str(), *name);
        assert_eq!(is_typed(&event), about.is_some(), "{name}");
        typed += usize::from(is_typed(&event));
    }
    assert_eq!(typed, 31);
}

#[test]
fn no_field_of_any_shape_fails_an_event_or_is_lost() {
    for (prefix, id, fields) in OBJECTS {
        for name in names(prefix) {
            for field in fields {
                for value in ODD_VALUES {
                    let object = format!(r#"{{"{id}":"x_1", "{field}": {value} ,"later":[1.10]}}"#);
                    let event = event(name, &object);
                    assert!(is_typed(&event), "{name}: {object}");
                    assert_eq!(event.object(), object);
                }
            }
        }
    }
}

#[test]
fn all_fields_at_once_may_be_odd() {
    for (prefix, id, fields) in OBJECTS {
        for value in ODD_VALUES {
            let fields: Vec<_> = fields
                .iter()
                .map(|field| format!(r#","{field}":{value}"#))
                .collect();
            let object = format!(r#"{{"{id}":42{}}}"#, fields.concat());
            for name in names(prefix) {
                assert!(is_typed(&event(name, &object)), "{name}: {object}");
            }
        }
    }
}

#[test]
fn a_field_nobody_can_read_or_that_stands_twice_costs_no_other() {
    for odd in [
        r#""failureMessage":"half a \ud83d""#,
        r#""riskLevel":1e999,"priceDataList":[{"name":"\udead"}]"#,
        r#""status":"failed""#,
    ] {
        let order = read!(
            "order.succeeded",
            OrderSucceeded(Order),
            &format!(
                r#"{{"orderId":"order_1",{odd},"amountSubtotal":7.50,"originalCurrency":"USD","status":"success"}}"#
            )
        );
        assert_eq!(order.status, OrderStatus::Success, "{odd}");
        assert_eq!(order.subtotal.unwrap().to_string(), "7.50 USD");
    }
}

#[test]
fn an_object_without_an_id_of_its_own_is_kept_whole_and_told_apart() {
    for (prefix, id, _) in OBJECTS {
        for object in [
            "{}".to_owned(),
            format!(r#"{{"{id}":null,"amountSubtotal":1.10}}"#),
            format!(r#"{{"{id}":" "}}"#),
            format!(r#"{{"{id}":{{"id":1}}}}"#),
        ] {
            for name in names(prefix) {
                let event = event(name, &object);
                assert!(
                    matches!(event.kind, EventKind::Unreadable(_)),
                    "{name}: {object}"
                );
                assert_eq!(event.event_type().as_str(), name);
                assert_eq!(event.object(), object);
            }
        }
    }
}

#[test]
fn both_generations_of_the_envelope_carry_the_same_object() {
    let fields =
        r#""refundId":"rfd_1","status":"success","refundAmount":"10.460","refundCurrency":"usd""#;
    for (data, created) in [
        (format!(r#"{{"object":{{{fields}}}}}"#), "1785936114000"),
        (format!("{{{fields}}}"), r#""2026-08-05T13:21:54Z""#),
        (
            format!(r#"{{"object":"refund",{fields}}}"#),
            r#""2026-08-05T13:21:54.000Z""#,
        ),
        (format!(r#"{{"object":null,{fields}}}"#), "1785936114"),
    ] {
        let body = format!(
            r#"{{"id":"evt_1","created":{created},"livemode":false,"type":"refund.succeeded","data":{data}}}"#
        );
        let event = Event::from_json(body.as_bytes()).unwrap();
        assert_eq!(
            event.created.unwrap().as_millis(),
            1_785_936_114_000,
            "{body}"
        );
        let EventKind::RefundSucceeded(refund) = event.kind else {
            panic!("a refund: {body}");
        };
        assert_eq!(refund.amount.unwrap().to_string(), "10.460 USD");
    }
}

#[test]
fn the_envelope_itself_may_be_odd() {
    for (id, created) in [
        ("17", "null"),
        ("\"e\"", "{}"),
        ("\"e\"", "\"soon\""),
        ("\"e\"", "[1]"),
    ] {
        let body = format!(
            r#"{{"data":{{"object":{{"orderId":"order_1"}}}},"created":{created},"type":"ORDER.SUCCEEDED","id":{id}}}"#
        );
        let event = Event::from_json(body.as_bytes()).unwrap();
        assert_eq!(event.event_type(), &EventType::OrderSucceeded);
        assert_eq!(event.created, None);
    }
}

#[test]
fn a_name_that_stands_twice_in_the_envelope_counts_the_last_time() {
    let body = r#"{"id":"evt_0","id":"evt_1","type":"order.failed","type":"order.succeeded",
        "data":{},"data":{"object":{"orderId":"order_0"},"object":{"orderId":"order_1"}}}"#;
    let event = Event::from_json(body.as_bytes()).unwrap();
    assert_eq!(event.id.as_str(), "evt_1");
    assert_eq!(event.object(), r#"{"orderId":"order_1"}"#);
    let EventKind::OrderSucceeded(order) = event.kind else {
        panic!("an order");
    };
    assert_eq!(order.order_id.as_str(), "order_1");
}

#[test]
fn a_number_that_stands_for_text_keeps_every_digit() {
    for number in ["12345678901234567890123", "18446744073709551615", "1.10"] {
        let order = format!(r#"{{"orderId":{number},"riskLevel":{number}}}"#);
        let order = read!("order.failed", OrderFailed(Order), &order);
        assert_eq!(order.order_id.as_str(), number);
        assert_eq!(order.risk_level.as_deref(), Some(number));
    }
}

#[test]
fn no_number_passes_through_a_float() {
    for (number, amount, quantity) in [
        ("4.990000000000000000000000000001", None, None),
        ("4.9899999999999999999999999999999", None, None),
        ("12345678901234567890.1234567890123", None, None),
        ("4.99e-400", None, None),
        ("1e30", None, None),
        (
            "2.00000000000000000001",
            Some("2.00000000000000000001"),
            None,
        ),
        ("2.0", Some("2.0"), Some(2)),
        ("2e0", Some("2"), Some(2)),
        ("20e-1", Some("2.0"), Some(2)),
        ("4294967296.0", Some("4294967296.0"), None),
    ] {
        for written in [number.to_owned(), format!("\"{number}\"")] {
            let json = format!(
                r#"{{"orderId":"order_1","amountSubtotal":{written},"originalCurrency":"USD",
                "priceDataList":[{{"quantity":{written},"unitAmount":{written}}}]}}"#
            );
            let order = read!("order.succeeded", OrderSucceeded(Order), &json);
            let line = &order.lines[0];
            let unit = line.unit_amount.map(|amount| amount.to_string());
            assert_eq!(unit.as_deref(), amount, "{json}");
            assert_eq!(line.quantity, quantity, "{json}");
            let subtotal = order.subtotal.map(|money| money.amount().to_string());
            assert_eq!(subtotal.as_deref(), amount, "{json}");
        }
    }
}

#[test]
fn what_is_no_json_is_no_event() {
    let order = r#"{"orderId":"order_1","status":"success"}"#;
    for body in [
        format!("{{\"id\":\"evt_1\",\"type\":\"order.succeeded\",\"a\nb\":1,\"data\":{{\"object\":{order}}}}}"),
        format!("{{\"id\":\"evt_1\",\"type\":\"order.succeeded\",\"data\":{{\"a\u{0}b\":1.5,\"object\":{order}}}}}"),
        format!("{{\"id\":\"evt_1\",\"type\":\"order.succeeded\",\"data\":{{\"object\":{order}}}}} x"),
        "{\"id\":\"evt_1\",\"type\":\"order.succeeded\",\"data\":{\"object\":{\"orderId\":\"order_1\",\"a\nb\":1}}}".to_owned(),
    ] {
        assert!(Event::from_json(body.as_bytes()).is_err(), "{body:?}");
    }
    let half = r#"{"id":"evt_1","type":"order.succeeded","data":{"object":{"half a \ud83d":1,"orderId":"order_1"}}}"#;
    let event = Event::from_json(half.as_bytes()).unwrap();
    assert!(is_typed(&event));
    assert!(event.object().starts_with(r#"{"half"#));
}

#[test]
fn data_that_is_no_object_is_kept_whole_and_no_data_is_no_event() {
    for data in ["null", "7", "\"order\"", "[{\"orderId\":\"order_1\"}]"] {
        let body = format!(r#"{{"id":"evt_1","type":"order.succeeded","data":{data}}}"#);
        let event = Event::from_json(body.as_bytes()).unwrap();
        assert!(matches!(event.kind, EventKind::Unreadable(_)), "{data}");
        assert_eq!(event.object(), data);
    }
    for body in [
        r#"{"id":"evt_1","type":"order.succeeded"}"#,
        r#"[{"id":"evt_1","type":"order.succeeded","data":{}}]"#,
        "",
    ] {
        assert!(Event::from_json(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn a_status_that_is_no_text_is_not_one_that_was_not_said() {
    for status in ["{}", "[]", "\"half a \\ud83d\""] {
        let order = format!(r#"{{"orderId":"order_1","status":{status}}}"#);
        let order = read!("order.succeeded", OrderSucceeded(Order), &order);
        assert_eq!(order.status.as_str(), "unreadable", "{status}");
    }
}

#[test]
fn a_refund_reads_without_loss() {
    for (amount, reason, metadata) in [
        (
            "227.91",
            "\"Customer Initiated Refund\"",
            r#"{"arn":"74","merchantReferenceId":"A-17"}"#,
        ),
        (
            "\"227.91\"",
            "2",
            r#""{\"arn\":\"74\",\"merchantReferenceId\":\"A-17\"}""#,
        ),
    ] {
        let refund = read!(
            "refund.created",
            RefundCreated(Refund),
            &format!(
                r#"{{"refundId":"rfd_1","refundMerchantOrderId":"back-17","orderId":"order_1",
            "customerId":"cus_1","refundAmount":{amount},"refundCurrency":"USD","status":"SUCCEEDED",
            "failureCode":null,"refundReason":{reason},"createTime":1785936113600,
            "paymentInstrumentId":"pi_1","metadata":{metadata}}}"#
            )
        );
        assert_eq!(refund.refund_id.as_str(), "rfd_1");
        assert_eq!(refund.status, RefundStatus::Success);
        assert_eq!(refund.order_id.unwrap().as_str(), "order_1");
        assert_eq!(refund.merchant_refund_id.as_deref(), Some("back-17"));
        assert_eq!(refund.merchant_reference.as_deref(), Some("A-17"));
        assert_eq!(refund.amount.unwrap().to_string(), "227.91 USD");
        assert_eq!(refund.reason, Some(RefundReason::CustomerRequest));
        assert_eq!(refund.created.unwrap().as_millis(), 1_785_936_113_600);
        assert_eq!(refund.payment_instrument_id.unwrap().as_str(), "pi_1");
        assert_eq!(refund.metadata["arn"], "74");
    }
}

#[test]
fn a_dispute_reads_without_loss() {
    for (status, deadline) in [
        ("1", "1787680800000"),
        ("\"1\"", "\"2026-08-25T18:00:00Z\""),
    ] {
        let dispute = read!(
            "dispute.updated",
            DisputeUpdated(Dispute),
            &format!(
                r#"{{"chargeBackId":"cb_1","orderId":"order_1","merchantReferenceId":" ","merchantId":88,
            "customerId":"cus_1","disputeAmount":10.46,"disputeCurrency":"usd","originalAmount":"9.00",
            "originalCurrency":"EUR","reasonCode":10.4,"reasonDescription":"Fraud","status":{status},
            "evidenceDeadline":{deadline},"channelDisputeTime":{deadline},"networkReasonCode":"4853"}}"#
            )
        );
        assert_eq!(dispute.dispute_id.as_str(), "cb_1");
        assert_eq!(dispute.status, DisputeStatus::Pending);
        assert_eq!(dispute.merchant_reference, None);
        assert_eq!(dispute.merchant_id.as_deref(), Some("88"));
        assert_eq!(dispute.amount.unwrap().to_string(), "10.46 USD");
        assert_eq!(dispute.original_amount.unwrap().to_string(), "9.00 EUR");
        assert_eq!(dispute.reason_code.as_deref(), Some("10.4"));
        assert_eq!(
            dispute.evidence_deadline.unwrap().as_millis(),
            1_787_680_800_000
        );
        assert_eq!(dispute.evidence_deadline, dispute.opened);
    }
}

#[test]
fn a_payment_instrument_reads_without_loss_by_each_of_its_names() {
    for (id, kind) in [("id", "type"), ("paymentInstrumentId", "paymentMethodType")] {
        let instrument = read!(
            "payment_method.update",
            PaymentMethodUpdate(PaymentInstrument),
            &format!(
                r#"{{"{id}":"pi_1","customerId":"cus_1","{kind}":"card","card":{{"last4":4242,
            "expiryYear":"2031","expiryMonth":"07","scheme":"Visa","issuerBank":null,
            "billingAddress":{{"city":"X"}}}},"wallet":null,"created":1785936113600,
            "isDefault":"true","visaRegistrationSucceeded":true}}"#
            )
        );
        assert_eq!(instrument.payment_instrument_id.as_str(), "pi_1");
        assert_eq!(
            instrument.payment_method_type,
            Some(PaymentMethodType::Card)
        );
        let card = instrument.card.unwrap();
        assert_eq!(card.last4.as_deref(), Some("4242"));
        assert_eq!((card.expiry_month, card.expiry_year), (Some(7), Some(2031)));
        assert_eq!(instrument.wallet, None);
        assert_eq!(instrument.is_default, Some(true));
        assert_eq!(instrument.created.unwrap().as_millis(), 1_785_936_113_600);
        assert_eq!(instrument.visa_registration_succeeded, Some(true));
    }
}

#[test]
fn a_reference_is_found_under_either_name_and_under_both() {
    for names in [
        r#""merchantReferenceId":"A-17""#,
        r#""merchantReference":"A-17""#,
        r#""merchantReference":"A-17","merchantReferenceId":"A-17""#,
        r#""merchantReference":"null","merchantReferenceId":"A-17""#,
        r#""merchantReference":"A-17","merchantReferenceId":" ""#,
    ] {
        let json = |id: &str| format!(r#"{{"{id}":"x_1",{names}}}"#);
        let found = [
            read!(
                "session.expired",
                SessionExpired(Session),
                &json("sessionId")
            )
            .merchant_reference,
            read!("order.failed", OrderFailed(Order), &json("orderId")).merchant_reference,
            read!("refund.failed", RefundFailed(Refund), &json("refundId")).merchant_reference,
            read!("invoice.void", InvoiceVoid(Invoice), &json("invoiceId")).merchant_reference,
            read!("dispute.won", DisputeWon(Dispute), &json("chargeBackId")).merchant_reference,
            read!(
                "subscription.past_due",
                SubscriptionPastDue(Subscription),
                &json("subscriptionId")
            )
            .merchant_reference,
        ];
        for reference in found {
            assert_eq!(reference.as_deref(), Some("A-17"), "{names}");
        }
    }
}

#[test]
fn money_keeps_every_digit_and_a_currency_is_known_without_capitals() {
    for (amount, shown) in [
        ("7.5", "7.5 USD"),
        ("\"7.500\"", "7.500 USD"),
        ("\" 7.5 \"", "7.5 USD"),
        ("99999999999.990000001", "99999999999.990000001 USD"),
        ("\"-3.505\"", "-3.505 USD"),
        ("0", "0 USD"),
    ] {
        let order = read!(
            "order.created",
            OrderCreated(Order),
            &format!(
                r#"{{"orderId":"order_1","amountSubtotal":{amount},"originalCurrency":"usd"}}"#
            )
        );
        assert_eq!(order.subtotal.unwrap().to_string(), shown);
        assert_eq!(order.status, OrderStatus::from(""));
    }
    let order = read!(
        "order.created",
        OrderCreated(Order),
        r#"{"orderId":"order_1","amountSubtotal":1,"originalCurrency":"usdc"}"#
    );
    let kept = Money::new(1.into(), Currency::from_wire("usdc"));
    assert_eq!(order.subtotal, Some(kept));
}

#[test]
fn a_list_keeps_what_can_be_read_of_it() {
    let order = read!(
        "order.succeeded",
        OrderSucceeded(Order),
        r#"{"orderId":"order_1","priceDataList":[null,7,{"name":"A","quantity":"2","unitAmount":"3.75"}],
        "paymentExecutionDetails":{"channelCode":"stripe"},"paymentMethod":{"paymentMethodType":"paypal",
        "cardLastFour":4242,"wallet":"x"}}"#
    );
    assert_eq!(order.lines.len(), 1);
    assert_eq!(order.lines[0].quantity, Some(2));
    assert_eq!(order.executions[0].channel_code.as_deref(), Some("stripe"));
    let method = order.payment_method.unwrap();
    assert_eq!(method.payment_method_type, Some(PaymentMethodType::PayPal));
    assert_eq!(method.card_last_four.as_deref(), Some("4242"));
}

#[test]
fn an_event_of_another_kind_is_kept_to_the_letter_and_not_printed() {
    let object = r#"{"token": "canary",  "later":[1.10]}"#;
    for name in [
        "customer.verify",
        "payment_method.deleted",
        "gift_card.sold",
    ] {
        let event = event(name, object);
        assert!(matches!(event.kind, EventKind::Other(_)));
        assert_eq!(event.event_type().as_str(), name);
        assert_eq!(event.object(), object);
        assert!(!format!("{event:?}").contains("canary"));
    }
}

#[test]
fn what_is_no_event_is_an_error() {
    for body in [
        "",
        "[]",
        "null",
        r#"{"id":"event_1","type":"order.failed"}"#,
        r#"{"type":"invoice.paid","data":{}}"#,
        r#"{"id":"","type":"invoice.paid","data":{}}"#,
        r#"{"id":"event_1","data":{}}"#,
        "\u{feff}{}",
    ] {
        assert!(Event::from_json(body.as_bytes()).is_err(), "{body}");
    }
    assert!(Event::from_json(&[b'[', 0xff, b']']).is_err());
}

#[test]
fn a_name_that_stands_twice_below_the_object_hides_nothing() {
    let body = br#"{"id":"event_1","type":"order.succeeded","created":-9223372036854775808,
        "data":{"object":{"orderId":"order_1","status":"success",
        "paymentMethod":{"cardLastFour":"1111","cardLastFour":"4242"},
        "priceDataList":[{"name":"a","name":"b"}]},"previousAttributes":{"status":"pending"}}}"#;
    let event = Event::from_json(body).unwrap();
    assert_eq!(event.created, None);
    assert_eq!(event.body(), body);
    let EventKind::OrderSucceeded(order) = &event.kind else {
        panic!("{event:?}");
    };
    let method = order.payment_method.as_ref().unwrap();
    assert_eq!(method.card_last_four.as_deref(), Some("4242"));
    assert_eq!(order.lines[0].name.as_deref(), Some("b"));
}
