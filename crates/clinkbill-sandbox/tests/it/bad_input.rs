//! Bad input gets the documented envelope, names the field, and leaves no trace.

use clinkbill_sandbox::{Answer, BODY_LIMIT, RefusalShape, Sandbox};
use http::Method;
use serde_json::json;

use crate::call::{Call, customers, json, quick_start};

/// The envelope of a failure, and nothing made by it.
#[track_caller]
fn assert_refused(sandbox: &Sandbox, reply: &Answer, status: u16, code: i64, names: &str) {
    assert_eq!(
        reply.status(),
        status,
        "{}",
        String::from_utf8_lossy(reply.body())
    );
    assert_eq!(reply.headers()["content-type"], "application/json");
    let envelope = json(reply);
    assert_eq!(envelope["code"], code, "{envelope}");
    assert_eq!(envelope["data"], json!(null), "{envelope}");
    let msg = envelope["msg"].as_str().unwrap();
    assert!(msg.contains(names), "{msg:?} does not name {names:?}");
    assert_eq!(
        customers(sandbox),
        json!([]),
        "a refused request left a customer"
    );
}

#[track_caller]
fn assert_malformed(body: impl Into<Vec<u8>>, names: &str) {
    let sandbox = Sandbox::new();
    let reply = Call::create(body).send(&sandbox);
    assert_refused(&sandbox, &reply, 400, 400, names);
}

#[track_caller]
fn assert_against_a_rule(body: &str, names: &str) {
    let sandbox = Sandbox::new();
    let reply = Call::create(body).send(&sandbox);
    assert_refused(&sandbox, &reply, 200, 400, names);
}

/// A session body with one field more, or in place of another.
fn with(field: &str, value: &str) -> String {
    let mut body = quick_start("4.99");
    let end = body.rfind('}').unwrap();
    body.truncate(end);
    body.retain(|c| c != '\n');
    for name in [
        "customerEmail",
        "originalAmount",
        "originalCurrency",
        "uiMode",
        "priceDataList",
    ] {
        if name == field {
            body = body.replacen(&format!("\"{name}\""), "\"ignored\"", 1);
        }
    }
    format!("{body}, \"{field}\": {value}}}")
}

#[test]
fn a_body_that_is_no_json_object_is_malformed() {
    for body in [
        "",
        "{",
        "nonsense",
        "null",
        "42",
        "\"text\"",
        "[]",
        "{} {}",
        "{\"a\":1,}",
    ] {
        assert_malformed(body, "");
    }
    assert_malformed("[\"sess\", 1, \"USD\"]", "body");
    assert_malformed(vec![b'['; 20_000], "body");
    assert_malformed(
        [b"{\"customerEmail\":".to_vec(), vec![b'['; 20_000]].concat(),
        "customerEmail",
    );
    assert_malformed(
        b"{\"customerEmail\":\"\xff\xfe\",\"originalAmount\":1,\"originalCurrency\":\"USD\"}"
            .to_vec(),
        "customerEmail",
    );
}

#[test]
fn a_field_that_nobody_reads_has_to_be_sound_as_well() {
    assert_malformed(
        [
            with("other", "\"?\"").split_once('?').unwrap().0.as_bytes(),
            b"\xff\"}",
        ]
        .concat(),
        "body",
    );
    assert_malformed(with("other", r#""\ud800""#), "other");
    assert_malformed(with("other", r#"{"a":["\udc00"]}"#), "other");
    assert_malformed(
        with(
            "other",
            &format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)),
        ),
        "other",
    );
    let sandbox = Sandbox::new();
    let deep = format!("{}{}", "[".repeat(60), "]".repeat(60));
    assert_eq!(
        Call::create(with("other", &deep)).send(&sandbox).status(),
        200
    );
    assert_eq!(
        Call::create(with("other", "[1e999, null, {\"x\": \"\\ud83d\\ude00\"}]"))
            .send(&sandbox)
            .status(),
        200
    );
}

#[test]
fn a_field_of_the_wrong_type_is_named() {
    for (field, value) in [
        ("customerEmail", "7"),
        ("originalAmount", "\"4.99\""),
        ("originalAmount", "null"),
        ("originalCurrency", "840"),
        ("uiMode", "\"popup\""),
        ("uiMode", "null"),
        ("uiMode", "{\"hostedPage\":null}"),
        ("paymentMethodType", "{\"CARD\":null}"),
        ("paymentMethodTypeBlackList", "[{\"CARD\":null}]"),
        ("metadata", "{\"a\":\"1\",\"a\":\"2\"}"),
        ("successUrl", "null"),
        ("successUrl", "[]"),
        ("metadata", "[]"),
        ("metadata", "{\"a\":1}"),
        ("paymentMethodType", "\"BARTER\""),
        ("paymentMethodType", "\"card\""),
        ("directPaymentQrCodePaymentMethodType", "\"CARD\""),
        ("allowPromotionCodes", "\"true\""),
        ("scheduledPhases", "[[]]"),
        ("historicalPaymentInstrumentImport", "{}"),
    ] {
        assert_malformed(with(field, value), field);
    }
    assert_malformed(
        with("paymentMethodTypeBlackList", "[\"CARD\",\"BARTER\"]"),
        "paymentMethodTypeBlackList[1]",
    );
}

#[test]
fn a_value_out_of_bounds_is_named() {
    for value in [
        "0", "-1", "0.00", "-0", "-1e999", "1e999", "9e-9", "2e18", "5e-324",
    ] {
        assert_malformed(with("originalAmount", value), "originalAmount");
    }
    for value in ["\"US\"", "\"USDT\"", "\"\"", "\"ZZZ\"", "\"usd\""] {
        assert_malformed(with("originalCurrency", value), "originalCurrency");
    }
    for (field, value) in [
        ("successUrl", "\"javascript:alert(1)\""),
        ("successUrl", "\" javascript:alert(1)\""),
        ("cancelUrl", "\"data:text/html,hello\""),
        ("returnUrl", "\"/relative\""),
        ("successUrl", r#""ht\ttps://shop.example/""#),
        ("cancelUrl", "\"https:shop.example\""),
        ("successUrl", "\"\""),
    ] {
        assert_malformed(with(field, value), field);
    }
    for (line, field) in [
        (
            r#"{"name":"x","unitAmount":1,"quantity":0}"#,
            "priceDataList[0].quantity",
        ),
        (
            r#"{"name":"x","unitAmount":1,"quantity":1.5}"#,
            "priceDataList[0].quantity",
        ),
        (
            r#"{"name":"x","unitAmount":1,"quantity":2147483648}"#,
            "priceDataList[0].quantity",
        ),
        (
            r#"{"name":"x","unitAmount":0}"#,
            "priceDataList[0].unitAmount",
        ),
        (
            r#"{"name":"x","unitAmount":1,"currency":"ZZZ"}"#,
            "priceDataList[0].currency",
        ),
        (
            r#"{"name":"x","unitAmount":1,"imageUrl":"javascript:alert(1)"}"#,
            "priceDataList[0].imageUrl",
        ),
        (r#"{"name":"x"}"#, "unitAmount"),
        (r#"{"unitAmount":1}"#, "name"),
        (r#"["x",1,1]"#, "priceDataList[0]"),
    ] {
        assert_malformed(with("priceDataList", &format!("[{line}]")), field);
    }
    let many: Vec<String> = (0..21).map(|n| format!("\"k{n}\":\"v\"")).collect();
    assert_malformed(
        with("metadata", &format!("{{{}}}", many.join(","))),
        "metadata",
    );
    assert_malformed(
        with("metadata", &format!("{{\"k\":\"{}\"}}", "v".repeat(501))),
        "metadata",
    );
}

#[test]
fn what_only_a_rule_forbids_is_refused_under_http_200() {
    for (field, value) in [
        (
            "successUrl",
            r#""https://shop.example/\r\nSet-Cookie: a=b""#,
        ),
        ("cancelUrl", "\"https://shop.example/ x\""),
        ("returnUrl", "\"http://[::1\""),
        ("originalAmount", "0.12345678901234567890123456789"),
    ] {
        assert_against_a_rule(&with(field, value), field);
    }
    assert_against_a_rule(
        &with("metadata", &format!("{{\"{}\":\"v\"}}", "k".repeat(41))),
        "metadata",
    );
    let line = r#"[{"name":"x","unitAmount":1,"imageUrl":"https://a.example/ x"}]"#;
    assert_against_a_rule(&with("priceDataList", line), "priceDataList[0].imageUrl");
    assert_against_a_rule(&with("uiMode", "\"elements\""), "returnUrl");
    assert_against_a_rule(
        r#"{"originalAmount":1,"originalCurrency":"USD"}"#,
        "CUSTOMER_NOT_FOUND",
    );
}

#[test]
fn a_rules_refusal_can_be_switched_to_http_400() {
    let sandbox = Sandbox::builder()
        .refusal_shape(RefusalShape::Http400)
        .build();
    let reply = Call::create(r#"{"originalAmount":1,"originalCurrency":"USD"}"#).send(&sandbox);
    assert_refused(&sandbox, &reply, 400, 400, "CUSTOMER_NOT_FOUND");
}

#[test]
fn a_wrong_key_is_refused_and_never_echoed() {
    let sandbox = Sandbox::new();
    let create = || Call::create(quick_start("4.99"));
    assert_refused(
        &sandbox,
        &create().without("x-api-key").send(&sandbox),
        401,
        401,
        "X-API-Key",
    );
    for key in [
        "",
        "wrong",
        "sk_test_",
        "sk_prod_canary",
        "sk_live_canary",
        "pk_test_canary",
    ] {
        let reply = create().header("x-api-key", key).send(&sandbox);
        assert_refused(&sandbox, &reply, 401, 401, "X-API-Key");
        assert!(!String::from_utf8_lossy(reply.body()).contains("canary"));
    }
}

#[test]
fn a_timestamp_is_required_in_milliseconds_and_close_to_now() {
    let sandbox = Sandbox::new();
    let create = || Call::create(quick_start("4.99"));
    assert_refused(
        &sandbox,
        &create().without("x-timestamp").send(&sandbox),
        401,
        80_102_203,
        "X-Timestamp",
    );
    for timestamp in [
        "",
        "now",
        "+1700000000000",
        "-1",
        "+1700000000000",
        "-1",
        "1700000000000.5",
        "99999999999999999999",
    ] {
        let reply = create().header("x-timestamp", timestamp).send(&sandbox);
        assert_refused(&sandbox, &reply, 401, 80_102_203, "X-Timestamp");
    }
    for timestamp in [
        "1700000000",
        "1699999699999",
        "1700000300001",
        "9223372036854775807",
    ] {
        let reply = create().header("x-timestamp", timestamp).send(&sandbox);
        assert_refused(&sandbox, &reply, 401, 80_102_212, "X-Timestamp");
    }
    for timestamp in ["1699999700000", "1700000300000"] {
        assert_eq!(
            create()
                .header("x-timestamp", timestamp)
                .send(&sandbox)
                .status(),
            200
        );
    }
}

#[test]
fn a_body_over_the_limit_is_too_large() {
    let sandbox = Sandbox::new();
    let reply = Call::create(vec![b' '; BODY_LIMIT + 1]).send(&sandbox);
    assert_refused(&sandbox, &reply, 413, 413, "body");
    let mut body = quick_start("4.99").into_bytes();
    body.resize(BODY_LIMIT, b' ');
    assert_eq!(Call::create(body).send(&sandbox).status(), 200);
}

#[test]
fn another_media_type_is_unsupported() {
    let sandbox = Sandbox::new();
    let create = || Call::create(quick_start("4.99"));
    assert_refused(
        &sandbox,
        &create().without("content-type").send(&sandbox),
        415,
        415,
        "Content-Type",
    );
    let form = create()
        .header("content-type", "application/x-www-form-urlencoded")
        .send(&sandbox);
    assert_refused(&sandbox, &form, 415, 415, "Content-Type");
    let utf_16 = create()
        .header("content-type", "application/json; charset=utf-16")
        .send(&sandbox);
    assert_refused(&sandbox, &utf_16, 415, 415, "Content-Type");
    let charset = create()
        .header("content-type", "Application/JSON; charset=utf-8")
        .send(&sandbox);
    assert_eq!(charset.status(), 200);
}

#[test]
fn an_unknown_route_method_or_host_is_told_apart() {
    let sandbox = Sandbox::new();
    for path in [
        "/api",
        "/api/",
        "/api/checkout",
        "/api/checkout/session/a/b",
        "/checkout/session",
        "/api/orders",
        "/api/order/",
    ] {
        let status = Call::get(path).send(&sandbox).status();
        assert_eq!(status, 404, "{path}");
    }
    let reply = Call::get("/api/checkout/session").send(&sandbox);
    assert_refused(&sandbox, &reply, 405, 405, "POST");
    assert_eq!(reply.headers()["allow"], "POST");
    let reply = Call::new(Method::DELETE, "/api/order/order_1").send(&sandbox);
    assert_refused(&sandbox, &reply, 405, 405, "GET");
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "10.0.0.1",
        "evil.example@127.0.0.1",
        "127.0.0.1/evil",
        "127.0.0.1?x",
        "127.0.0.1\\evil",
    ] {
        let reply = Call::create(quick_start("4.99"))
            .header("host", host)
            .send(&sandbox);
        assert_refused(&sandbox, &reply, 403, 403, "Host");
    }
    let both = Call::create(quick_start("4.99"))
        .header("host", "localhost")
        .and_header("host", "evil.example");
    assert_refused(&sandbox, &both.send(&sandbox), 403, 403, "Host");
    for host in [
        "localhost:4010",
        "LocalHost:4010",
        "127.0.0.1:4010",
        "[::1]:4010",
    ] {
        let reply = Call::create(quick_start("4.99"))
            .header("host", host)
            .send(&sandbox);
        assert_eq!(reply.status(), 200, "{host}");
    }
}

#[test]
fn a_key_or_a_timestamp_that_is_sent_twice_is_refused() {
    let sandbox = Sandbox::new();
    for (name, value, code, names) in [
        ("x-api-key", "sk_test_caller", 401, "X-API-Key"),
        ("x-api-key", "sk_test_other", 401, "X-API-Key"),
        ("x-timestamp", "1700000000000", 80_102_203, "X-Timestamp"),
        ("x-timestamp", "1", 80_102_203, "X-Timestamp"),
    ] {
        let twice = Call::create(quick_start("4.99")).and_header(name, value);
        assert_refused(&sandbox, &twice.send(&sandbox), 401, code, names);
    }
    let twice = Call::get("/_sandbox/customers").and_header("x-api-key", "sk_test_other");
    assert_refused(&sandbox, &twice.send(&sandbox), 401, 401, "X-API-Key");
}

#[test]
fn checks_come_in_the_documented_order() {
    let sandbox = Sandbox::new();
    let worst = Call::new(Method::GET, "/api/checkout/session")
        .body(vec![b'x'; BODY_LIMIT + 1])
        .without("x-api-key")
        .without("x-timestamp")
        .without("content-type");
    assert_eq!(worst.send(&sandbox).status(), 405);
    let mut call = Call::create(vec![b'x'; BODY_LIMIT + 1])
        .without("x-api-key")
        .without("x-timestamp")
        .without("content-type");
    assert_eq!(json(&call.send(&sandbox))["code"], 401);
    call = call.header("x-api-key", "sk_test_caller");
    assert_eq!(json(&call.send(&sandbox))["code"], 80_102_203);
    call = call.header("x-timestamp", "1700000000000");
    assert_eq!(json(&call.send(&sandbox))["code"], 413);
    call = call.body("nonsense");
    assert_eq!(json(&call.send(&sandbox))["code"], 415);
    call = call.header("content-type", "application/json");
    assert_eq!(json(&call.send(&sandbox))["code"], 400);
}
