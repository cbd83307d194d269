//! What a checkout offers: methods, currencies, the QR code, promotion codes.

use clinkbill_sandbox::{Offer, OfferTable, PaymentMethodType, PurchaseType, Sandbox};
use serde_json::{Value, json};

use crate::call::{Call, data, json};
use crate::catalogue::shop;

fn session(sandbox: &Sandbox, extra: &Value) -> String {
    let mut body = json!({
        "customerEmail": "b@example.com", "originalAmount": 5, "originalCurrency": "USD",
        "priceDataList": [{"name": "Mug", "unitAmount": 5}],
    });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    let reply = Call::create(body.to_string()).send(sandbox);
    assert_eq!(json(&reply)["code"], 200, "{}", crate::call::text(&reply));
    data(&reply, "sessionId")
}

fn seen(sandbox: &Sandbox, session_id: &str, country: &str) -> Value {
    let path = format!("/_sandbox/sessions/{session_id}?country={country}");
    json(&Call::get(&path).send(sandbox))["data"].take()
}

/// CX-03: both the place of the buyer and the type of the purchase count.
#[test]
fn methods_and_currencies_follow_from_the_place_and_the_type_of_purchase() {
    let sandbox = shop();
    let once = session(&sandbox, &json!({}));
    let us = seen(&sandbox, &once, "US");
    assert_eq!(us["purchase"], "one_time");
    assert_eq!(
        us["paymentMethods"],
        json!(["CARD", "APPLEPAY", "GOOGLEPAY", "PAYPAL", "CASHAPP"])
    );
    assert_eq!(us["currencies"], json!(["USD"]));
    let indonesia = seen(&sandbox, &once, "ID");
    assert_eq!(indonesia["currencies"], json!(["USD", "IDR"]));
    assert!(
        indonesia["paymentMethods"]
            .as_array()
            .unwrap()
            .contains(&json!("QRIS"))
    );
    let elsewhere = seen(&sandbox, &once, "FR");
    assert!(
        !elsewhere["paymentMethods"]
            .as_array()
            .unwrap()
            .contains(&json!("CASHAPP"))
    );

    let again = session(
        &sandbox,
        &json!({"productId": "prd_pro", "priceId": "price_pro", "originalAmount": 19.99,
                "priceDataList": []}),
    );
    let indonesia = seen(&sandbox, &again, "ID");
    assert_eq!(indonesia["purchase"], "subscription");
    assert!(
        !indonesia["paymentMethods"]
            .as_array()
            .unwrap()
            .contains(&json!("QRIS"))
    );

    let path = format!("/_sandbox/sessions/{once}?country=usa");
    assert_eq!(Call::get(&path).send(&sandbox).status(), 400);
    let path = format!("/_sandbox/sessions/{once}");
    assert_eq!(
        json(&Call::get(&path).send(&sandbox))["data"]["country"],
        "US"
    );
    assert_eq!(
        Call::get("/_sandbox/sessions/sess_x")
            .send(&sandbox)
            .status(),
        404
    );
}

#[test]
fn the_table_of_offers_is_yours_to_replace() {
    let sandbox = Sandbox::builder()
        .offers(OfferTable::new([Offer {
            purchase: PurchaseType::OneTime,
            country: None,
            payment_methods: vec![PaymentMethodType::Pix],
            currencies: vec!["BRL".into()],
        }]))
        .build();
    let session_id = session(&sandbox, &json!({}));
    let seen = seen(&sandbox, &session_id, "US");
    assert_eq!(seen["paymentMethods"], json!(["PIX"]));
    assert_eq!(seen["currencies"], json!(["USD", "BRL"]));
}

/// FR-15: the list hides, also what is preselected.
#[test]
fn a_method_on_the_black_list_is_hidden() {
    let sandbox = Sandbox::new();
    let session_id = session(
        &sandbox,
        &json!({"paymentMethodType": "CARD", "paymentMethodTypeBlackList": ["CARD", "PAYPAL"]}),
    );
    let seen = seen(&sandbox, &session_id, "US");
    assert_eq!(
        seen["paymentMethods"],
        json!(["APPLEPAY", "GOOGLEPAY", "CASHAPP"])
    );
    assert_eq!(seen["preselectedMethod"], Value::Null);
    assert_eq!(seen["observations"][0]["rule"], "FR-15");
}

/// FR-12, QR-01 to QR-04: same value as the preselected method, and available; else ignored.
#[test]
fn the_qr_code_opens_at_once_only_for_the_preselected_and_available_method() {
    let sandbox = Sandbox::new();
    let launch = "directPaymentQrCodePaymentMethodType";
    for (wish, country, effective) in [
        (
            json!({launch: "CASHAPP", "paymentMethodType": "CASHAPP"}),
            "US",
            json!("CASHAPP"),
        ),
        (
            json!({launch: "CASHAPP", "paymentMethodType": "CASHAPP"}),
            "FR",
            Value::Null,
        ),
        (
            json!({launch: "CASHAPP", "paymentMethodType": "CARD"}),
            "US",
            Value::Null,
        ),
        (json!({launch: "CASHAPP"}), "US", Value::Null),
        (json!({"paymentMethodType": "CASHAPP"}), "US", Value::Null),
        (
            json!({launch: "QRIS", "paymentMethodType": "QRIS"}),
            "ID",
            json!("QRIS"),
        ),
        (
            json!({launch: "QRIS", "paymentMethodType": "QRIS"}),
            "US",
            Value::Null,
        ),
        (
            json!({launch: "CASHAPP", "paymentMethodType": "CASHAPP",
                "paymentMethodTypeBlackList": ["CASHAPP"]}),
            "US",
            Value::Null,
        ),
    ] {
        let session_id = session(&sandbox, &wish);
        let seen = seen(&sandbox, &session_id, country);
        assert_eq!(seen["directQrLaunch"], effective, "{wish} in {country}");
        assert_eq!(seen["status"], "open", "{wish}");
    }
}

/// FR-11: a code counts only where codes are allowed.
#[test]
fn a_promotion_code_is_ignored_unless_codes_are_allowed() {
    let sandbox = Sandbox::new();
    for (wish, code, input) in [
        (json!({"promotionCode": "SAVE"}), Value::Null, false),
        (
            json!({"promotionCode": "SAVE", "allowPromotionCodes": false}),
            Value::Null,
            false,
        ),
        (
            json!({"promotionCode": "SAVE", "allowPromotionCodes": true}),
            json!("SAVE"),
            true,
        ),
        (json!({"allowPromotionCodes": true}), Value::Null, true),
        (
            json!({"promotionCode": "SAVE", "allowPromotionCodes": true, "showPromotionCode": false}),
            json!("SAVE"),
            false,
        ),
    ] {
        let session_id = session(&sandbox, &wish);
        let seen = seen(&sandbox, &session_id, "US");
        assert_eq!(seen["promotionCode"], code, "{wish}");
        assert_eq!(seen["promotionCodeInput"], input, "{wish}");
    }
}

/// FR-14: the wish for a local price has no effect on subscriptions.
#[test]
fn a_local_price_is_for_one_time_purchases() {
    let sandbox = shop();
    let once = session(&sandbox, &json!({"localPriceOnly": true}));
    assert_eq!(seen(&sandbox, &once, "US")["localPriceOnly"], true);
    let again = session(
        &sandbox,
        &json!({"productId": "prd_pro", "priceId": "price_pro", "originalAmount": 19.99,
                "priceDataList": [], "localPriceOnly": true}),
    );
    assert_eq!(seen(&sandbox, &again, "US")["localPriceOnly"], false);
}
