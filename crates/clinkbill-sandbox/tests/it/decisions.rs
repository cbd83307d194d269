//! Which rules decided a request, as the log of requests tells.

use std::collections::BTreeMap;

use clinkbill_sandbox::rulebook::{Level, Rule};
use clinkbill_sandbox::{Attempt, Fault, FaultKind, LoggedRequest, Sandbox};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Call, at_the_time_of_calls, data, read};
use crate::catalogue::shop;

/// The rules of a session that says no more than it must, but for its customer's.
const BARE: [Rule; 6] = [
    Rule::Qs01,
    Rule::Cr33,
    Rule::Fr02,
    Rule::Fr10,
    Rule::Rd01,
    Rule::Rd02,
];

fn last(sandbox: &Sandbox) -> LoggedRequest {
    let merchant = sandbox.merchant_of("sk_test_caller").unwrap();
    merchant.requests().requests.pop().unwrap()
}

fn create(sandbox: &Sandbox, fields: &Value) -> LoggedRequest {
    let mut body = json!({"originalAmount": 4.99, "originalCurrency": "USD"});
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    Call::create(body.to_string()).send(sandbox);
    last(sandbox)
}

/// The rules that decided a session beside those of a bare one.
fn beside_the_bare(request: &LoggedRequest) -> Vec<Rule> {
    let rules = request.rules.iter().copied();
    rules
        .filter(|rule| !BARE.contains(rule) && *rule != Rule::St05)
        .collect()
}

#[test]
fn a_session_is_decided_by_the_rules_it_gives_rise_to() {
    let sandbox = shop();
    let email = json!({"customerEmail": "a@example.com"});
    let first = create(&sandbox, &email);
    let bare = [&BARE[..1], &[Rule::Cr03], &BARE[1..], &[Rule::St05]].concat();
    assert_eq!(first.rules, bare);
    assert_eq!((first.refused_by, first.message), (None, None));

    for (fields, expected) in [
        (json!({}), vec![Rule::Cr02]),
        (
            json!({"customerEmail": " A@example.com"}),
            vec![Rule::Cr02, Rule::Cr35],
        ),
        (
            json!({"merchantReferenceId": "order-17"}),
            vec![Rule::Cr02, Rule::Mr01, Rule::Mr02],
        ),
        (
            json!({"metadata": {"a": "b"}}),
            vec![Rule::Cr02, Rule::Fr18],
        ),
        (
            json!({"allowPromotionCodes": false}),
            vec![Rule::Cr02, Rule::Fr11],
        ),
        (
            json!({"paymentMethodType": "CASHAPP",
                   "directPaymentQrCodePaymentMethodType": "CASHAPP"}),
            vec![Rule::Cr02, Rule::Qr01],
        ),
        (
            json!({"paymentMethodType": "CARD",
                   "directPaymentQrCodePaymentMethodType": "CASHAPP"}),
            vec![Rule::Cr02, Rule::Qr04],
        ),
        (
            json!({"paymentMethodType": "CARD", "paymentMethodTypeBlackList": ["CARD"]}),
            vec![Rule::Cr02, Rule::Fr15],
        ),
    ] {
        let mut all = email.clone();
        for (name, value) in fields.as_object().unwrap() {
            all[name] = value.clone();
        }
        let request = create(&sandbox, &all);
        assert_eq!(request.status, Some(200), "{fields}");
        assert_eq!(beside_the_bare(&request), expected, "{fields}");
    }
    let lines = json!([{"name": "A thing", "quantity": 2, "unitAmount": 1}]);
    let lines = create(
        &sandbox,
        &json!({"customerEmail": "a@example.com", "priceDataList": lines}),
    );
    assert_eq!(
        beside_the_bare(&lines),
        [Rule::Cr02, Rule::Fr07, Rule::Pp03]
    );
    assert!(!lines.rules.contains(&Rule::Fr10));
    let subscription = create(
        &sandbox,
        &json!({"customerEmail": "a@example.com", "productId": "prd_pro", "priceId": "price_pro",
                "originalAmount": 19.99, "localPriceOnly": true}),
    );
    assert_eq!(
        beside_the_bare(&subscription),
        [Rule::Cr02, Rule::Fr14, Rule::Pp01, Rule::Pp02]
    );
}

#[test]
fn a_refusal_names_its_rule_and_what_it_said() {
    let sandbox = shop();
    create(&sandbox, &json!({"customerEmail": "a@example.com"}));
    let email = |fields: Value| {
        let mut all = fields;
        all["customerEmail"] = "a@example.com".into();
        all
    };
    for (fields, rule, message) in [
        (
            email(json!({"referenceCustomerId": "nobodys"})),
            Some(Rule::Cr08),
            "CUSTOMER_IDENTIFIER_NOT_MATCHED: ",
        ),
        (json!({}), Some(Rule::Cr01), "CUSTOMER_NOT_FOUND: "),
        (
            email(json!({"uiMode": "elements"})),
            Some(Rule::Rd03),
            "INVALID_PARAMETER: returnUrl: ",
        ),
        (
            email(json!({"successUrl": "https://shop.example/a b"})),
            Some(Rule::Rd11),
            "INVALID_PARAMETER: successUrl: ",
        ),
        (
            email(json!({"cancelUrl": "javascript:alert(1)"})),
            Some(Rule::Rd11),
            "cancelUrl: ",
        ),
        (
            email(json!({"productId": "prd_none"})),
            Some(Rule::Fr05),
            "INVALID_PARAMETER: priceId: ",
        ),
        (
            email(json!({"productId": "prd_none", "priceId": "price_pro"})),
            Some(Rule::Pp01),
            "PRODUCT_NOT_FOUND: ",
        ),
        (
            email(json!({"priceId": "price_pro", "originalAmount": 19.99})),
            Some(Rule::Pp02),
            "INVALID_PARAMETER: productId: ",
        ),
        (
            email(json!({"showPromotionCode": false})),
            Some(Rule::Fr11),
            "INVALID_PARAMETER: ",
        ),
        (
            email(json!({"originalAmount": 0})),
            Some(Rule::Fr02),
            "originalAmount: ",
        ),
        (
            email(json!({"originalAmount": "4.99"})),
            Some(Rule::Qs03),
            "originalAmount: ",
        ),
        (
            email(json!({"directPaymentQrCodePaymentMethodType": "CARD"})),
            Some(Rule::Qr02),
            "directPaymentQrCodePaymentMethodType: ",
        ),
        (email(json!({"uiMode": "sk_live_hidden"})), None, "uiMode: "),
    ] {
        let request = create(&sandbox, &fields);
        assert_eq!(request.refused_by, rule, "{fields}");
        let said = request.message.unwrap();
        assert!(said.starts_with(message), "{fields}: {said}");
        assert!(!said.contains("sk_live_hidden"), "{said}");
        assert!(rule.is_none_or(|rule| request.rules.contains(&rule)));
    }
    Call::create(r#"{"customerEmail": "a@example.com"}"#).send(&sandbox);
    assert_eq!(last(&sandbox).refused_by, Some(Rule::Fr02));
    Call::create("{}").header("x-timestamp", "1").send(&sandbox);
    assert_eq!(last(&sandbox).rules, [Rule::Qs01]);
    assert_eq!(last(&sandbox).refused_by, Some(Rule::Qs01));
    let large = " ".repeat(clinkbill_sandbox::BODY_LIMIT + 1);
    Call::create(large).send(&sandbox);
    assert_eq!(last(&sandbox).status, Some(413));
    assert_eq!(last(&sandbox).refused_by, None);
}

#[test]
fn what_a_strict_sandbox_refuses_is_named_by_its_rule() {
    let sandbox = at_the_time_of_calls().strict().build();
    let request = create(&sandbox, &json!({"customerEmail": "a@example.com"}));
    assert_eq!(request.refused_by, Some(Rule::Fr10));
}

#[test]
fn reads_are_decided_by_where_things_stand() {
    let sandbox = at_the_time_of_calls().build();
    let created = Call::create(
        r#"{"customerEmail": "a@example.com", "originalAmount": 4.99, "originalCurrency": "USD",
            "merchantReferenceId": "order-17"}"#,
    )
    .send(&sandbox);
    let id = data(&created, "sessionId");
    let path = format!("/api/checkout/session/{id}");
    Call::get(&path).send(&sandbox);
    let told = [Rule::Cr32, Rule::Rd06, Rule::St01, Rule::St05, Rule::St09];
    assert_eq!(last(&sandbox).rules, told);

    let merchant = sandbox.merchant_of("sk_test_caller").unwrap();
    merchant.pay(&id, Attempt::succeeded()).unwrap();
    Call::get(&path).send(&sandbox);
    assert!(last(&sandbox).rules.contains(&Rule::St02));
    assert!(!last(&sandbox).rules.contains(&Rule::St01));
    Call::get("/api/order?merchantReferenceId=order-17").send(&sandbox);
    assert_eq!(last(&sandbox).rules, [Rule::St06, Rule::Mr01, Rule::Mr07]);
    Call::get("/api/checkout/session/unknown").send(&sandbox);
    assert_eq!(last(&sandbox).rules, []);
    assert!(
        last(&sandbox)
            .message
            .unwrap()
            .starts_with("SESSION_NOT_FOUND")
    );
}

#[test]
fn a_fault_before_the_commit_leaves_nothing_decided_and_one_after_it_does() {
    let sandbox = Sandbox::new();
    let merchant = sandbox.merchant_of("sk_test_caller").unwrap();
    let fields = json!({"customerEmail": "a@example.com"});
    merchant
        .arm(Fault::new(FaultKind::InternalError).times(1))
        .unwrap();
    assert_eq!(create(&sandbox, &fields).rules, []);
    let late = Fault::new(FaultKind::InternalError).times(1).after_commit();
    merchant.arm(late).unwrap();
    assert!(create(&sandbox, &fields).rules.contains(&Rule::Cr03));
}

#[test]
fn the_control_api_tells_the_ids() {
    let sandbox = Sandbox::new();
    Call::new(Method::POST, "/api/checkout/session")
        .body(r#"{"originalAmount": 4.99, "originalCurrency": "USD"}"#)
        .send(&sandbox);
    let log = read(&sandbox, "/_sandbox/requests");
    let request = &log["requests"][0];
    assert_eq!(request["refusedBy"], "CR-01");
    assert!(
        request["rules"]
            .as_array()
            .unwrap()
            .contains(&json!("CR-01"))
    );
    assert!(
        request["message"]
            .as_str()
            .unwrap()
            .starts_with("CUSTOMER_NOT_FOUND")
    );
}

/// The words of the catalogue stand in one place more, since the crate goes without it.
#[test]
fn the_rules_speak_in_the_words_of_the_catalogue() {
    #[derive(Deserialize)]
    struct Catalogue {
        rule: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
        level: String,
        says: String,
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../features/rules.toml");
    let catalogue: Catalogue = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let catalogue: BTreeMap<_, _> = catalogue
        .rule
        .into_iter()
        .map(|entry| (entry.id, (entry.level, entry.says)))
        .collect();
    for rule in Rule::ALL {
        let level = match rule.level() {
            Level::Must => "must",
            Level::Should => "should",
            _ => "open",
        };
        let own = (level.to_owned(), rule.says().to_owned());
        assert_eq!(catalogue.get(rule.id()), Some(&own), "{}", rule.id());
    }
}
