//! Links to the customer portal.

use clinkbill_sandbox::Sandbox;
use http::Method;
use serde_json::json;

use crate::call::{Call, data, json, quick_start, text};
use crate::catalogue::shop;

const NOW: i64 = 1_700_000_000_000;
const HOUR: i64 = 60 * 60 * 1000;

fn link(sandbox: &Sandbox, body: &serde_json::Value) -> clinkbill_sandbox::Answer {
    Call::new(Method::POST, "/api/billing/session")
        .body(body.to_string())
        .send(sandbox)
}

#[test]
fn a_portal_link_leads_to_its_customer_for_an_hour() {
    let sandbox = Sandbox::new();
    let created = Call::create(quick_start("5")).send(&sandbox);
    let customer_id = data(&created, "customerId");
    let reply = link(&sandbox, &json!({"customerId": customer_id}));
    let answer: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    let url = answer["data"]["url"].as_str().unwrap();
    assert_eq!(answer["data"]["expiresAt"], NOW + HOUR);
    assert!(url.starts_with("http://localhost/portal/"), "{url}");
    assert!(!url.contains(&customer_id));

    let path = url.strip_prefix("http://localhost").unwrap();
    let page = Call::get(path).at(NOW + HOUR - 1).send(&sandbox);
    assert_eq!(page.status(), 200);
    assert!(text(&page).contains("customer@example.com"));
    assert_eq!(Call::get(path).at(NOW + HOUR).send(&sandbox).status(), 410);
    assert_eq!(Call::get("/portal/unknown").send(&sandbox).status(), 404);
}

#[test]
fn a_portal_link_for_nobody_or_for_unknown_products_is_refused() {
    let sandbox = shop();
    let created = Call::create(quick_start("5")).send(&sandbox);
    let customer_id = data(&created, "customerId");
    for (body, expected) in [
        (json!({"customerId": "cus_x"}), "CUSTOMER_NOT_FOUND: "),
        (json!({"customerId": ""}), "CUSTOMER_NOT_FOUND: "),
        (
            json!({"customerId": customer_id, "returnUrl": "javascript:alert(1)"}),
            "returnUrl: ",
        ),
        (
            json!({"customerId": customer_id, "subscriptionUpdateProductIds": ["prd_pro", " "]}),
            "INVALID_PARAMETER: subscriptionUpdateProductIds: ",
        ),
    ] {
        let reply = Call::new(Method::POST, "/api/billing/session").body(body.to_string());
        let answer = json(&reply.send(&sandbox));
        assert_eq!(answer["code"], 400);
        assert!(
            answer["msg"].as_str().unwrap().starts_with(expected),
            "{answer}"
        );
    }
    let fits = json!({"customerId": customer_id, "returnUrl": "https://shop.example/account",
                      "subscriptionUpdateProductIds": ["prd_pro"]});
    assert_eq!(link(&sandbox, &fits).status(), 200);
    assert_eq!(link(&sandbox, &json!({})).status(), 400);
}

#[test]
fn the_oldest_portal_link_leaves_when_a_merchant_has_1000() {
    let sandbox = Sandbox::new();
    let created = Call::create(quick_start("5")).send(&sandbox);
    let body = json!({"customerId": data(&created, "customerId")});
    let links: Vec<String> = (0..=1_000)
        .map(|_| data(&link(&sandbox, &body), "url"))
        .collect();
    let status = |number: usize| {
        let path = links[number].strip_prefix("http://localhost").unwrap();
        Call::get(path).send(&sandbox).status().as_u16()
    };
    assert_eq!([status(0), status(1), status(1_000)], [404, 200, 200]);
}
