//! Products and prices: through the API and from a file.

use clinkbill_sandbox::{Catalogue, Sandbox};
use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, at_the_time_of_calls, data, json};

/// A shop with a one-time and two recurring prices, one of them not for sale.
pub(crate) const SHOP: &str = r#"{
    "$schema": "catalogue.schema.json",
    "products": [
        {
            "productId": "prd_mug", "name": "Mug",
            "prices": [
                {"priceId": "price_mug", "priceSnapshotId": "snap_mug", "priceType": "one_time",
                 "currency": "USD", "unitAmount": 12.50},
                {"priceId": "price_old_mug", "priceType": "one_time", "currency": "USD",
                 "unitAmount": 9, "active": false}
            ]
        },
        {
            "productId": "prd_pro", "name": "Pro plan", "taxCategory": "software_service",
            "prices": [
                {"priceId": "price_pro", "priceSnapshotId": "snap_pro", "priceType": "recurring",
                 "currency": "USD", "unitAmount": 19.99, "isDefaultPrice": true,
                 "recurringDetails": {"interval": "month"}},
                {"priceId": "price_pro_trial", "priceSnapshotId": "snap_pro_trial",
                 "priceType": "recurring", "currency": "USD", "unitAmount": 19.99,
                 "recurringDetails": {"interval": "month", "trialPeriodDays": 7}},
                {"priceId": "price_pro_eur", "priceSnapshotId": "snap_pro_eur",
                 "priceType": "recurring", "currency": "EUR", "unitAmount": 18,
                 "recurringDetails": {"interval": "year"}}
            ]
        },
        {
            "productId": "prd_gone", "name": "Gone", "active": false,
            "prices": [
                {"priceId": "price_gone", "priceType": "one_time", "currency": "USD", "unitAmount": 1}
            ]
        }
    ]
}"#;

pub(crate) fn shop() -> Sandbox {
    at_the_time_of_calls()
        .catalogue(Catalogue::from_json(SHOP).unwrap())
        .seed(3)
        .build()
}

fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Value {
    json(
        &Call::new(Method::POST, path)
            .body(body.to_string())
            .send(sandbox),
    )
}

#[test]
fn a_product_and_its_prices_are_read_as_they_were_made() {
    let sandbox = Sandbox::builder().seed(1).build();
    let created = post(
        &sandbox,
        "/api/product",
        &json!({
            "name": "Pro plan", "image": "oss_1", "taxCategory": "software_service",
            "description": "Everything", "localizedNames": {"de": "Pro-Tarif"},
            "priceList": [
                {"currency": "USD", "unitAmount": 20, "priceType": "recurring", "isDefaultPrice": true,
                 "recurringDetails": {"interval": "month", "trialPeriodDays": 7}},
                {"currency": "EUR", "unitAmount": 18, "priceType": "one_time", "isActive": "false"},
            ],
        }),
    );
    let product = &created["data"];
    let product_id = product["productId"].as_str().unwrap();
    assert_eq!(product["name"], "Pro plan");
    assert_eq!(product["localizedNames"]["de"], "Pro-Tarif");
    assert_eq!(product["defaultPrice"], product["priceList"][0]["priceId"]);
    assert_eq!(
        product["priceList"][0]["recurring"],
        json!({"interval": "month", "trialPeriodDays": 7, "pricingModel": "flat_rate",
               "transformQuantity": null, "intervalCount": 1}),
    );
    assert_eq!(product["priceList"][1]["active"], false);
    let read = json(&Call::get(&format!("/api/product/{product_id}")).send(&sandbox));
    assert_eq!(read["data"], *product);

    let body =
        r#"{"productId": "ID", "currency": "JPY", "unitAmount": 500.10, "priceType": "one_time"}"#
            .replace("ID", product_id);
    let created = Call::new(Method::POST, "/api/price")
        .body(body)
        .send(&sandbox);
    let price_id = data(&created, "priceId");
    let read = Call::get(&format!("/api/price/{price_id}")).send(&sandbox);
    assert_eq!(read.body(), created.body());
    assert!(crate::call::text(&read).contains("\"unitAmount\":500.10,"));

    let list = |active: bool, page: u32| {
        let path =
            format!("/api/price?productId={product_id}&active={active}&pageNum={page}&pageSize=1");
        json(&Call::get(&path).send(&sandbox))
    };
    assert_eq!(list(true, 1)["total"], 2);
    assert_eq!(list(true, 2)["rows"][0]["priceId"], price_id);
    assert_eq!(list(true, 3)["rows"], json!([]));
    assert_eq!(list(false, 1)["rows"][0]["currency"], "EUR");
    let products = json(&Call::get("/api/product?pageNum=1&pageSize=100").send(&sandbox));
    assert_eq!(products["total"], 1);
    assert_eq!(products["code"], 200);
    assert_eq!(
        products["rows"][0]["priceList"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn a_price_that_cannot_be_is_refused_and_leaves_no_product() {
    let sandbox = Sandbox::new();
    let recurring = json!({"interval": "month"});
    for (price, field) in [
        (
            json!({"unitAmount": 1, "priceType": "one_time"}),
            "currency",
        ),
        (
            json!({"currency": "USD", "priceType": "one_time"}),
            "unitAmount",
        ),
        (json!({"currency": "USD", "unitAmount": 1}), "priceType"),
        (
            json!({"currency": "USD", "unitAmount": 1, "priceType": "recurring"}),
            "recurringDetails",
        ),
        (
            json!({"currency": "USD", "unitAmount": 1, "priceType": "recurring", "recurringDetails": {}}),
            "recurringDetails.interval",
        ),
        (
            json!({"currency": "USD", "unitAmount": 1, "priceType": "recurring",
                "recurringDetails": {"interval": "custom"}}),
            "recurringDetails.intervalCount",
        ),
        (
            json!({"currency": "USD", "unitAmount": 1, "priceType": "recurring",
                "recurringDetails": {"interval": "day", "trialPeriodDays": -1}}),
            "recurringDetails.trialPeriodDays",
        ),
        (
            json!({"currency": "USD", "unitAmount": 1, "priceType": "one_time",
                "recurringDetails": recurring}),
            "recurringDetails",
        ),
        (
            json!({"currency": "USD", "unitAmount": 1, "priceType": "one_time", "isActive": "yes"}),
            "isActive",
        ),
    ] {
        let answer = post(
            &sandbox,
            "/api/product",
            &json!({"name": "x", "image": "oss_1", "taxCategory": "ebook", "priceList": [price]}),
        );
        let expected = format!("INVALID_PARAMETER: priceList[0].{field}: ");
        assert!(
            answer["msg"].as_str().unwrap().starts_with(&expected),
            "{answer}"
        );
        assert_eq!(answer["code"], 400);
    }
    let nothing = post(
        &sandbox,
        "/api/product",
        &json!({"name": "x", "image": "oss_1", "taxCategory": "ebook", "priceList": [
            {"currency": "USD", "unitAmount": 0, "priceType": "one_time"}]}),
    );
    let expected = "priceList[0].unitAmount: must be from 0.00000001 to ";
    assert!(
        nothing["msg"].as_str().unwrap().starts_with(expected),
        "{nothing}"
    );
    let products = json(&Call::get("/api/product?pageNum=1&pageSize=1").send(&sandbox));
    assert_eq!(products["total"], 0);
}

#[test]
fn what_the_catalogue_does_not_have_is_unknown() {
    let sandbox = Sandbox::new();
    for (path, name) in [
        ("/api/product/prd_x", "PRODUCT_NOT_FOUND"),
        ("/api/price/price_x", "PRICE_NOT_FOUND"),
    ] {
        let reply = Call::get(path).send(&sandbox);
        assert_eq!(reply.status(), 404);
        assert!(json(&reply)["msg"].as_str().unwrap().starts_with(name));
    }
    let price =
        json!({"productId": "prd_x", "currency": "USD", "unitAmount": 1, "priceType": "one_time"});
    let refused = post(&sandbox, "/api/price", &price);
    assert!(
        refused["msg"]
            .as_str()
            .unwrap()
            .starts_with("PRODUCT_NOT_FOUND")
    );
    let list = "/api/price?productId=prd_x&active=true&pageNum=1&pageSize=1";
    let refused = json(&Call::get(list).send(&sandbox));
    assert!(
        refused["msg"]
            .as_str()
            .unwrap()
            .starts_with("PRODUCT_NOT_FOUND")
    );
}

#[test]
fn a_page_outside_its_bounds_is_malformed() {
    let sandbox = Sandbox::new();
    for (query, field) in [
        ("", "pageNum"),
        ("pageNum=1", "pageSize"),
        ("pageNum=0&pageSize=1", "pageNum"),
        ("pageNum=x&pageSize=1", "pageNum"),
        ("pageNum=%2B1&pageSize=1", "pageNum"),
        ("pageNum=2147483648&pageSize=1", "pageNum"),
        ("pageNum=1&pageSize=0", "pageSize"),
        ("pageNum=1&pageSize=101", "pageSize"),
    ] {
        let reply = Call::get(&format!("/api/product?{query}")).send(&sandbox);
        assert_eq!(reply.status(), 400, "{query}");
        let answer = json(&reply);
        assert!(
            answer["msg"].as_str().unwrap().starts_with(field),
            "{answer}"
        );
    }
    for query in [
        "pageNum=1&pageSize=1&active=true",
        "productId=p&pageNum=1&pageSize=1&active=1",
    ] {
        assert_eq!(
            Call::get(&format!("/api/price?{query}"))
                .send(&sandbox)
                .status(),
            400
        );
    }
}

#[test]
fn every_merchant_starts_with_the_catalogue_of_the_file_and_changes_only_its_own() {
    let sandbox = shop();
    let products = |key: &str| {
        let call = Call::get("/api/product?pageNum=1&pageSize=10").header("x-api-key", key);
        json(&call.send(&sandbox))["total"].as_u64().unwrap()
    };
    assert_eq!(products("sk_test_caller"), 3);
    post(
        &sandbox,
        "/api/product",
        &json!({"name": "x", "image": "oss_1", "taxCategory": "ebook"}),
    );
    assert_eq!(products("sk_test_caller"), 4);
    assert_eq!(products("sk_uat_other"), 3);
}

#[test]
fn everything_in_a_catalogue_file_may_be_left_out() {
    for text in ["{}", r#"{"$schema": "catalogue.schema.json"}"#] {
        let catalogue = Catalogue::from_json(text).unwrap();
        let sandbox = Sandbox::builder().catalogue(catalogue).build();
        let products = Call::get("/api/product?pageNum=1&pageSize=10").send(&sandbox);
        assert_eq!(json(&products)["total"], 0);
    }
}

#[test]
fn a_file_that_is_no_catalogue_says_where_it_is_wrong() {
    for (text, reason) in [
        ("[]", "expected a JSON object"),
        (r#"{"product": []}"#, "unknown field"),
        (
            r#"{"products": [{"productId": "a"}]}"#,
            "missing field `name`",
        ),
        (
            r#"{"products": [{"name": "a", "productId": "a b"}]}"#,
            "products[0].productId",
        ),
        (
            r#"{"products": [{"name": "a", "productId": "a"}, {"name": "b", "productId": "a"}]}"#,
            "twice",
        ),
        (
            r#"{"products": [{"name": "a", "prices": [{"currency": "USD", "unitAmount": 0, "priceType": "one_time"}]}]}"#,
            "products[0].prices[0].unitAmount",
        ),
        (
            r#"{"offers": [{"purchase": "one_time", "country": "us", "paymentMethods": []}]}"#,
            "country",
        ),
        (
            r#"{"offers": [{"purchase": "one_time", "paymentMethods": [], "currencies": ["XX1"]}]}"#,
            "ISO 4217",
        ),
    ] {
        let error = Catalogue::from_json(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

/// `UPDATE_SCHEMAS=1 cargo test -p clinkbill-sandbox schema` writes the file anew.
#[test]
fn the_schema_of_the_catalogue_file_is_the_one_in_the_repository() {
    // A packaged crate stands alone, without the repository around it.
    if !std::path::Path::new("../../openapi/clinkbill.yaml").exists() {
        return;
    }
    let path = "../../schemas/catalogue.schema.json";
    let schema = schemars::schema_for!(Catalogue).to_value();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::create_dir_all("../../schemas").unwrap();
        std::fs::write(path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).is_ok_and(|stored| stored == text),
        "{path} is out of date; run: UPDATE_SCHEMAS=1 cargo test -p clinkbill-sandbox schema"
    );
}

/// The example has the ids that the contract's own examples name.
#[test]
fn the_example_of_a_catalogue_file_sells_what_the_contract_names() {
    // A packaged crate stands alone, without the repository around it.
    let Ok(example) = std::fs::read_to_string("../../schemas/catalogue.example.json") else {
        return;
    };
    let sandbox = Sandbox::builder()
        .catalogue(Catalogue::from_json(&example).unwrap())
        .strict()
        .build();
    let body = json!({
        "referenceCustomerId": "user-42", "originalAmount": 20, "originalCurrency": "USD",
        "productId": "prd_5f2k", "priceId": "price_8c1m",
        "scheduledPhases": [
            {"sequence": 1, "effectiveCycle": 4, "priceSnapshotId": "price_snapshot_1", "quantity": 1}
        ],
    });
    let answer = post(&sandbox, "/api/checkout/session", &body);
    assert_eq!(answer["code"], 200, "{answer}");
}
