//! Lists of orders.

use clinkbill_sandbox::{Attempt, Sandbox};
use serde_json::{Value, json};

use crate::call::{Call, at_the_time_of_calls, data, json, read};
use crate::catalogue::shop;

fn list(sandbox: &Sandbox, query: &str) -> (u64, Vec<String>) {
    let page = json(&Call::get(&format!("/api/order?{query}")).send(sandbox));
    assert_eq!(page["code"], 200, "{page}");
    assert_eq!(page["data"], Value::Null);
    let rows = page["rows"].as_array().unwrap();
    let ids = rows
        .iter()
        .map(|order| order["orderId"].as_str().unwrap().to_owned());
    (page["total"].as_u64().unwrap(), ids.collect())
}

fn attempt(sandbox: &Sandbox, body: &Value, attempts: &[Attempt]) -> (String, Vec<String>) {
    let mut body = body.clone();
    body["originalCurrency"] = json!("USD");
    let created = Call::create(body.to_string()).send(sandbox);
    let session_id = data(&created, "sessionId");
    let merchant = sandbox.merchant_of("sk_test_caller").unwrap();
    let orders = attempts
        .iter()
        .map(|attempt| {
            let paid = merchant.pay(&session_id, attempt.clone());
            paid.unwrap().order_id
        })
        .collect();
    (session_id, orders)
}

/// MR-07: orders are found by the merchant's reference, and by customer and subscription.
#[test]
fn orders_are_found_by_each_filter_the_newest_first() {
    let sandbox = shop();
    let (failed, succeeded) = (Attempt::failed(), Attempt::succeeded());
    let ada = json!({"customerEmail": "ada@example.com", "originalAmount": 5, "merchantReferenceId": "A"});
    let ben = json!({"customerEmail": "ben@example.com", "originalAmount": 5, "merchantReferenceId": "A"});
    let pro = json!({"customerEmail": "ada@example.com", "originalAmount": 19.99,
                     "productId": "prd_pro", "priceId": "price_pro"});
    let (session_id, first) = attempt(&sandbox, &ada, &[failed, succeeded.clone()]);
    let (_, second) = attempt(&sandbox, &ben, std::slice::from_ref(&succeeded));
    let (pro_session, third) = attempt(&sandbox, &pro, &[succeeded]);
    let newest_first = |groups: &[&Vec<String>]| -> Vec<String> {
        groups
            .iter()
            .flat_map(|ids| ids.iter().rev().cloned())
            .collect()
    };
    let all = newest_first(&[&third, &second, &first]);
    let customer =
        read(&sandbox, &format!("/api/checkout/session/{session_id}"))["customer"]["customerId"]
            .as_str()
            .unwrap()
            .to_owned();
    let subscription =
        read(&sandbox, &format!("/api/checkout/session/{pro_session}"))["subscriptionId"]
            .as_str()
            .unwrap()
            .to_owned();
    for (query, expected) in [
        (String::new(), all.clone()),
        (
            "merchantReferenceId=A".to_owned(),
            newest_first(&[&second, &first]),
        ),
        (
            format!("customerId={customer}"),
            newest_first(&[&third, &first]),
        ),
        (
            format!("customerId={customer}&merchantReferenceId=A"),
            newest_first(&[&first]),
        ),
        (format!("subscriptionId={subscription}"), third.clone()),
        (
            format!("subscriptionId={subscription}&merchantReferenceId=A"),
            Vec::new(),
        ),
        (
            format!("subscriptionId={subscription}&customerId=cus_x"),
            Vec::new(),
        ),
        ("merchantReferenceId=B".to_owned(), Vec::new()),
        ("customerId=cus_x".to_owned(), Vec::new()),
        ("subscriptionId=sub_x".to_owned(), Vec::new()),
        ("merchantReferenceId=".to_owned(), Vec::new()),
    ] {
        let total = expected.len() as u64;
        assert_eq!(list(&sandbox, &query), (total, expected), "{query}");
    }
    assert_eq!(list(&sandbox, "pageSize=3"), (4, all[..3].to_vec()));
    assert_eq!(
        list(&sandbox, "pageNum=2&pageSize=3"),
        (4, all[3..].to_vec())
    );
    assert_eq!(
        list(&sandbox, "pageNum=2147483647&pageSize=50"),
        (4, Vec::new())
    );
    let page = json(&Call::get("/api/order?pageSize=1").send(&sandbox));
    let order = read(&sandbox, &format!("/api/order/{}", all[0]));
    assert_eq!(page["rows"][0], order);
}

#[test]
fn a_page_has_twenty_orders_unless_said_and_fifty_at_most() {
    let sandbox = at_the_time_of_calls().build();
    let body = json!({"customerEmail": "ada@example.com", "originalAmount": 5});
    attempt(&sandbox, &body, &vec![Attempt::failed(); 21]);
    assert_eq!(list(&sandbox, "").1.len(), 20);
    assert_eq!(list(&sandbox, "pageSize=50").1.len(), 21);
    for query in ["pageSize=51", "pageSize=0", "pageNum=0", "pageNum=-1"] {
        let reply = Call::get(&format!("/api/order?{query}")).send(&sandbox);
        assert_eq!(reply.status(), 400, "{query}");
    }
}
