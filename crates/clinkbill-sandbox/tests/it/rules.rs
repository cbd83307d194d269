//! The rules on what a session is for, by their ids.

use clinkbill_sandbox::{Catalogue, Sandbox};
use serde_json::{Value, json};

use crate::call::{Call, json};
use crate::catalogue::{SHOP, shop};

fn create(sandbox: &Sandbox, extra: &Value) -> Value {
    let mut body = json!({
        "customerEmail": "b@example.com", "originalAmount": 5, "originalCurrency": "USD",
    });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    json(&Call::create(body.to_string()).send(sandbox))
}

fn observations(sandbox: &Sandbox) -> Vec<String> {
    let answer = json(&Call::get("/_sandbox/observations").send(sandbox));
    answer["data"]["observations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|observation| observation["rule"].as_str().unwrap().to_owned())
        .collect()
}

fn pro(extra: &Value) -> Value {
    let mut body = json!({"productId": "prd_pro", "priceId": "price_pro", "originalAmount": 19.99});
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn phase(sequence: i32, cycle: i32, snapshot: &str) -> Value {
    json!({"sequence": sequence, "effectiveCycle": cycle, "priceSnapshotId": snapshot, "quantity": 1})
}

/// PP-01, PP-05, FR-04, FR-05, FR-11, FR-13: what is refused, by which name, without a trace.
#[test]
fn a_purchase_that_cannot_be_is_refused_and_leaves_no_trace() {
    let sandbox = shop();
    let line = json!([{"name": "Mug", "unitAmount": 19.99}]);
    let phases = |phases: Value| pro(&json!({"scheduledPhases": phases}));
    for (body, expected) in [
        // FR-05
        (
            json!({"productId": "prd_pro"}),
            "INVALID_PARAMETER: priceId: ",
        ),
        (
            json!({"priceId": "price_pro"}),
            "INVALID_PARAMETER: productId: ",
        ),
        // PP-01, PP-05
        (
            json!({"productId": "prd_x", "priceId": "price_pro"}),
            "PRODUCT_NOT_FOUND: ",
        ),
        (
            json!({"productId": "prd_pro", "priceId": "price_x"}),
            "PRICE_NOT_FOUND: ",
        ),
        (
            json!({"productId": "prd_mug", "priceId": "price_pro"}),
            "PRICE_NOT_FOUND: ",
        ),
        (
            json!({"productId": "prd_mug", "priceId": "price_old_mug"}),
            "PRICE_NOT_ACTIVE: ",
        ),
        (
            json!({"productId": "prd_gone", "priceId": "price_gone"}),
            "PRODUCT_NOT_ACTIVE: ",
        ),
        // FR-04, PP-02
        (
            pro(&json!({"priceDataList": line})),
            "INVALID_PARAMETER: priceDataList: ",
        ),
        // FR-11
        (
            json!({"showPromotionCode": false}),
            "INVALID_PARAMETER: showPromotionCode: ",
        ),
        (
            json!({"showPromotionCode": false, "promotionCode": "A"}),
            "INVALID_PARAMETER: showPromotionCode: ",
        ),
        (
            json!({"showPromotionCode": false, "allowPromotionCodes": true}),
            "INVALID_PARAMETER: showPromotionCode: ",
        ),
        // FR-13
        (
            json!({"scheduledPhases": [phase(1, 2, "snap_pro")]}),
            "INVALID_PARAMETER: scheduledPhases: ",
        ),
        (
            json!({"productId": "prd_mug", "priceId": "price_mug",
                "scheduledPhases": [phase(1, 2, "snap_pro")]}),
            "INVALID_PARAMETER: scheduledPhases: ",
        ),
        (
            phases(json!([phase(1, 2, "snap_pro"), phase(1, 3, "snap_pro")])),
            "INVALID_PARAMETER: scheduledPhases: ",
        ),
        (
            phases(json!([phase(1, 2, "snap_pro"), phase(2, 2, "snap_pro")])),
            "INVALID_PARAMETER: scheduledPhases: ",
        ),
        (
            phases(json!([phase(1, 2, "snap_x")])),
            "INVALID_PARAMETER: scheduledPhases.priceSnapshotId: ",
        ),
        (
            phases(json!([phase(1, 2, "snap_mug")])),
            "INVALID_PARAMETER: scheduledPhases.priceSnapshotId: ",
        ),
        (
            phases(json!([phase(1, 2, "snap_pro_eur")])),
            "INVALID_PARAMETER: scheduledPhases.priceSnapshotId: ",
        ),
    ] {
        let answer = create(&sandbox, &body);
        assert_eq!(answer["code"], 400, "{body}");
        assert!(
            answer["msg"].as_str().unwrap().starts_with(expected),
            "{body}: {answer}"
        );
        assert_eq!(crate::call::customers(&sandbox), json!([]), "{body}");
        assert!(observations(&sandbox).is_empty(), "{body}");
    }
    let increasing = phases(json!([
        phase(1, 2, "snap_pro"),
        phase(2, 5, "snap_pro_trial")
    ]));
    assert_eq!(create(&sandbox, &increasing)["code"], 200);
}

/// FR-06 to FR-10, FR-15: accepted with an observation, refused by a strict sandbox.
#[test]
fn what_the_guide_leaves_open_is_observed_or_refused_by_a_strict_sandbox() {
    let mug = json!({"productId": "prd_mug", "priceId": "price_mug", "originalAmount": 12.5});
    let mut both = mug.clone();
    both["priceDataList"] = json!([{"name": "Mug", "unitAmount": 12.5}]);
    let mut dearer = mug.clone();
    dearer["originalAmount"] = json!(13);
    let mut euro = mug.clone();
    euro["originalCurrency"] = json!("EUR");
    for (body, rules) in [
        (mug, &[] as &[&str]),
        (pro(&json!({})), &[]),
        (
            json!({"priceDataList": [{"name": "Mug", "quantity": 2, "unitAmount": 2.5}]}),
            &[],
        ),
        (both, &["FR-06"]),
        (
            json!({"priceDataList": [{"name": "Mug", "quantity": 2, "unitAmount": 2.49}]}),
            &["FR-07"],
        ),
        (
            json!({"priceDataList": [
                {"name": "Mug", "quantity": 2_147_483_647, "unitAmount": 1e18},
                {"name": "Spoon", "quantity": 2_147_483_647, "unitAmount": 0.000_000_01},
            ]}),
            &["FR-07"],
        ),
        (dearer, &["FR-08"]),
        (euro, &["FR-08"]),
        (
            json!({"priceDataList": [{"name": "Mug", "unitAmount": 5, "currency": "EUR"}]}),
            &["FR-09"],
        ),
        (json!({}), &["FR-10"]),
        (json!({"priceDataList": []}), &["FR-10"]),
        (
            json!({"priceDataList": [{"name": "Mug", "unitAmount": 5}], "paymentMethodType": "PIX",
                "paymentMethodTypeBlackList": ["PIX"]}),
            &["FR-15"],
        ),
    ] {
        let lenient = shop();
        assert_eq!(create(&lenient, &body)["code"], 200, "{body}");
        assert_eq!(observations(&lenient), rules, "{body}");

        let strict = Sandbox::builder()
            .catalogue(Catalogue::from_json(SHOP).unwrap())
            .strict()
            .build();
        let answer = create(&strict, &body);
        match rules.first() {
            None => assert_eq!(answer["code"], 200, "{body}"),
            Some(rule) => {
                assert_eq!(answer["code"], 400, "{body}");
                assert!(answer["msg"].as_str().unwrap().contains(rule), "{answer}");
                assert_eq!(crate::call::customers(&strict), json!([]));
            }
        }
    }
}

/// FR-07: sums are exact where binary floating point is not.
#[test]
fn the_sum_of_the_lines_is_exact() {
    let sandbox = Sandbox::builder().strict().build();
    let lines = json!([
        {"name": "a", "quantity": 3, "unitAmount": 0.1},
        {"name": "b", "unitAmount": 0.2},
        {"name": "c", "quantity": 7, "unitAmount": 1.1},
    ]);
    let body =
        r#"{"customerEmail": "b@example.com", "originalAmount": 8.20, "originalCurrency": "USD",
        "priceDataList": LINES}"#
            .replace("LINES", &lines.to_string());
    assert_eq!(json(&Call::create(body).send(&sandbox))["code"], 200);
}

/// FR-16: an amount is a number, not text.
#[test]
fn an_amount_in_quotes_is_malformed() {
    let sandbox = Sandbox::new();
    let body =
        json!({"customerEmail": "b@example.com", "originalAmount": "5", "originalCurrency": "USD"});
    assert_eq!(Call::create(body.to_string()).send(&sandbox).status(), 400);
}

/// PP-04: what is bought by id is shown with its name and price.
#[test]
fn a_session_tells_of_its_registered_price() {
    let sandbox = shop();
    let created = create(
        &sandbox,
        &json!({
            "productId": "prd_pro", "priceId": "price_pro_trial", "originalAmount": 19.99,
        }),
    );
    let session_id = created["data"]["sessionId"].as_str().unwrap();
    let session = json(&Call::get(&format!("/api/checkout/session/{session_id}")).send(&sandbox));
    assert_eq!(
        session["data"]["product"],
        json!({"productId": "prd_pro", "productName": "Pro plan"})
    );
    assert_eq!(
        session["data"]["price"],
        json!({
            "priceId": "price_pro_trial",
            "priceList": [{"amount": 19.99, "currency": "USD", "exchangeRate": 1}],
            "recurring": {"freeTrialDays": 7, "interval": "month"},
        })
    );
    assert_eq!(session["data"]["priceDataList"], Value::Null);
}

/// MR-02: a reference makes nothing idempotent.
#[test]
fn the_same_reference_twice_makes_two_sessions() {
    let sandbox = Sandbox::new();
    let body = json!({"merchantReferenceId": "A-17"});
    let first = create(&sandbox, &body);
    let second = create(&sandbox, &body);
    assert_eq!(second["code"], 200);
    assert_ne!(first["data"]["sessionId"], second["data"]["sessionId"]);
}

#[test]
fn the_latest_1000_sessions_with_observations_are_listed_and_the_others_counted() {
    let sandbox = Sandbox::new();
    let body =
        r#"{"customerEmail": "a@example.com", "originalAmount": 1, "originalCurrency": "USD"}"#;
    let sessions: Vec<String> = (0..1_002)
        .map(|_| crate::call::data(&Call::create(body).send(&sandbox), "sessionId"))
        .collect();
    let listed = crate::call::read(&sandbox, "/_sandbox/observations");
    assert_eq!(listed["dropped"], 2);
    let rows = listed["observations"].as_array().unwrap();
    assert_eq!(rows.len(), 1_000);
    assert_eq!(rows[0]["sessionId"], sessions[2].as_str());
    let first = crate::call::read(&sandbox, &format!("/_sandbox/sessions/{}", sessions[0]));
    assert_eq!(first["observations"][0]["rule"], "FR-10");
}
