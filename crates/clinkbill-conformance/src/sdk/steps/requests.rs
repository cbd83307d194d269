//! What stood on the wire.

use std::collections::BTreeMap;

use clinkbill_sandbox::LoggedRequest;
use cucumber::gherkin;
use cucumber::then;

use crate::sdk::fields::Fields;
use crate::sdk::world::Backend;
use crate::world::{Broken, Step, broken};

/// The body of the session of the quick start.
const QUICK_START: &str = r#"{
    "allowPromotionCodes": false, "customerEmail": "customer@example.com",
    "originalAmount": 4.99, "originalCurrency": "USD",
    "priceDataList": [{
        "currency": "USD", "name": "A one-time purchase", "quantity": 1, "unitAmount": 4.99
    }],
    "uiMode": "hostedPage"
}"#;

const CUSTOMER: [&str; 3] = ["customerId", "customerEmail", "referenceCustomerId"];

/// How far a request's time may be from when it arrived, in milliseconds.
const A_WHILE: i64 = 60_000;

#[then("no request was sent")]
fn nothing_sent(shop: &mut Backend) -> Step {
    match &shop.requests()?[..] {
        [] => Ok(()),
        requests => Err(Broken(format!("{} requests were sent", requests.len()))),
    }
}

#[then(regex = r"^one request was sent: (\S+ \S+)$")]
fn one_request(shop: &mut Backend, expected: String) -> Step {
    let requests = shop.requests()?;
    let line = |request: &LoggedRequest| format!("{} {}", request.method, request.path);
    let lines: Vec<_> = requests.iter().map(line).collect();
    match (&requests[..], &lines[..]) {
        ([request], [line]) if *line == expected && request.operation.is_some() => Ok(()),
        ([_], [line]) if *line == expected => Err(broken("the contract has no such operation")),
        _ => Err(Broken(format!("sent: {}", lines.join(", ")))),
    }
}

#[then(regex = r"^its headers are (.+)$")]
fn headers_are(shop: &mut Backend, names: String) -> Step {
    let request = shop.request()?;
    let mut expected: Vec<_> = names.split(", ").flat_map(|n| n.split(" and ")).collect();
    let mut sent: Vec<_> = request.headers.iter().map(|(name, _)| &**name).collect();
    expected.sort_unstable();
    sent.sort_unstable();
    if sent != expected {
        return Err(Broken(format!("its headers are {}", sent.join(", "))));
    }
    for (name, value) in &request.headers {
        let speaks_json = !matches!(name.as_str(), "accept" | "content-type");
        if !speaks_json && value != "application/json" {
            return Err(Broken(format!("{name} is {value}")));
        }
    }
    Ok(())
}

/// The log keeps no key; that it is this merchant's log shows that it was the key's.
#[then("it is signed with the shop's key and the present time")]
fn is_signed(shop: &mut Backend) -> Step {
    let request = shop.request()?;
    let headers: BTreeMap<_, _> = request.headers.iter().cloned().collect();
    let last_four = shop.key().get(shop.key().len() - 4..).unwrap_or_default();
    match headers.get("x-api-key") {
        Some(key) if *key == format!("***{last_four}") => {}
        other => return Err(Broken(format!("the key is {other:?}"))),
    }
    let timestamp = headers.get("x-timestamp").map_or("", String::as_str);
    let is_decimal = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let present = |millis: i64| millis.abs_diff(request.at) <= A_WHILE.unsigned_abs();
    match timestamp.parse() {
        Ok(millis) if is_decimal && present(millis) => Ok(()),
        _ => Err(Broken(format!(
            "it is dated {timestamp}, and arrived at {}",
            request.at
        ))),
    }
}

#[then("it has no body")]
fn no_body(shop: &mut Backend) -> Step {
    match shop.request()? {
        request if request.body_bytes == Some(0) => Ok(()),
        request => Err(Broken(format!("its body is {}", request.body))),
    }
}

#[then("its body says this and nothing else")]
fn body_says(shop: &mut Backend, step: &gherkin::Step) -> Step {
    same(&body(shop)?, &table(step)?)
}

#[then("its body differs from the quick start's in this alone")]
fn body_differs(shop: &mut Backend, step: &gherkin::Step) -> Step {
    let quick_start = fields(QUICK_START)?;
    same(&body(shop)?, &quick_start.but(&table(step)?))
}

#[then(regex = r"^its body is (\{.*\})$")]
fn body_is(shop: &mut Backend, json: String) -> Step {
    same(&body(shop)?, &fields(&json)?)
}

#[then(regex = r"^of the customer its body names (.+) and nothing else$")]
fn customer_is_named(shop: &mut Backend, names: String) -> Step {
    let sent = body(shop)?.named(&CUSTOMER).join(", ");
    if sent == names {
        Ok(())
    } else {
        Err(Broken(format!("it names {sent}")))
    }
}

/// The body of the latest request, whole.
fn body(shop: &Backend) -> Result<Fields, Broken> {
    let request = shop.request()?;
    if request.body_bytes != Some(request.body.len()) {
        return Err(broken("the log does not have the body as it was sent"));
    }
    fields(&request.body)
}

fn fields(json: &str) -> Result<Fields, Broken> {
    Fields::of(json).map_err(|error| Broken(format!("{error}: {json}")))
}

fn table(step: &gherkin::Step) -> Result<Fields, Broken> {
    let table = step.table.as_ref();
    table
        .map(|table| Fields::listed(&table.rows))
        .ok_or_else(|| broken("the step has no table"))
}

fn same(sent: &Fields, expected: &Fields) -> Step {
    match sent.difference(expected) {
        None => Ok(()),
        Some(difference) => Err(Broken(difference)),
    }
}
