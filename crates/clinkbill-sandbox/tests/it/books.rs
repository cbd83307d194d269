//! The developer's pages: what they show, what their buttons do, and for whom.

use clinkbill_sandbox::{Answer, Attempt, Catalogue, Sandbox};
use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, at_the_time_of_calls, data, read, text};
use crate::catalogue::SHOP;

const KEY: &str = "sk_test_0123456789wxyz";
const SECRET: &str = "whsec_a_signing_secret";
const MARKUP: &str = "<script>alert(1)</script>";

/// A merchant with something of everything.
struct Shop {
    sandbox: Sandbox,
    path: String,
    open: String,
    checkout: String,
}

impl Shop {
    fn new() -> Self {
        let builder = at_the_time_of_calls().catalogue(Catalogue::from_json(SHOP).unwrap());
        let url = "http://localhost:9/hook?token=receivers-own";
        let sandbox = builder.webhook(url, SECRET).unwrap().build();
        let subscribed = create(
            &sandbox,
            &json!({"productId": "prd_pro", "priceId": "price_pro", "originalAmount": 19.99}),
        );
        let merchant = sandbox.merchant_of(KEY).unwrap();
        let id = data(&subscribed, "sessionId");
        merchant.pay(&id, Attempt::succeeded()).unwrap();
        let under_way = create(&sandbox, &json!({}));
        let id = data(&under_way, "sessionId");
        merchant.pay(&id, Attempt::processing()).unwrap();
        let open = create(
            &sandbox,
            &json!({"referenceCustomerId": MARKUP, "customerEmail": null, "merchantReferenceId": KEY}),
        );
        keyed(Call::create("{}")).send(&sandbox);
        keyed(Call::get("/api/order?merchantReferenceId=sk_live_leaked")).send(&sandbox);
        for delivery in sandbox.take_due_deliveries() {
            sandbox.report_delivery(&delivery, Ok(503));
        }
        let list = Call::get("/").send(&sandbox);
        Self {
            path: format!("/books/{}", between(text(&list), "/books/", "\"")),
            open: data(&open, "sessionId"),
            checkout: data(&open, "url"),
            sandbox,
        }
    }

    fn see(&self, section: &str) -> String {
        let page = Call::get(&format!("{}{section}", self.path)).send(&self.sandbox);
        assert_eq!(page.status(), 200);
        text(&page).to_owned()
    }

    fn form(&self, fields: &str) -> Call {
        let page = self.see("");
        let token = between(&page, "name=\"token\" value=\"", "\"");
        self.bare_form(&format!("token={token}&{fields}"))
    }

    fn bare_form(&self, body: &str) -> Call {
        Call::new(Method::POST, &self.path).body(body)
    }

    fn press(&self, fields: &str) -> Answer {
        self.form(fields).send(&self.sandbox)
    }

    fn does(&self, fields: &str) {
        let done = self.press(fields);
        assert_eq!(done.status(), 303, "{fields}: {}", text(&done));
        assert_eq!(done.headers()["location"], self.path.as_str());
    }

    fn read(&self, path: &str) -> Value {
        let answer = keyed(Call::get(path)).send(&self.sandbox);
        serde_json::from_slice::<Value>(answer.body()).unwrap()["data"].take()
    }

    fn status(&self) -> Value {
        self.read(&format!("/api/checkout/session/{}", self.open))["status"].take()
    }
}

fn keyed(call: Call) -> Call {
    call.header("x-api-key", KEY)
}

fn create(sandbox: &Sandbox, fields: &Value) -> Answer {
    let mut body = json!({
        "customerEmail": "b@example.com", "originalAmount": 9.98, "originalCurrency": "USD",
    });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    let created = keyed(Call::create(body.to_string())).send(sandbox);
    assert!(
        !data(&created, "sessionId").is_empty(),
        "{}",
        text(&created)
    );
    created
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[test]
fn the_list_names_each_book_by_the_end_of_its_key() {
    let empty = at_the_time_of_calls().build();
    let page = Call::get("/").send(&empty);
    assert!(text(&page).contains("There is no book yet"));

    let shop = Shop::new();
    Call::get("/api/order").send(&shop.sandbox);
    let list = Call::get("/").send(&shop.sandbox);
    assert_eq!(list.status(), 200);
    assert!(text(&list).contains("<td>wxyz</td><td>3</td><td>2</td>"));
    assert_eq!(text(&list).matches("<tr><th scope=\"row\">").count(), 2);
    assert!(!text(&list).contains("0123456789"));
    let policy = list.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"));
    assert!(policy.contains("frame-ancestors 'none'"));
}

#[test]
fn a_book_shows_everything_in_it() {
    let shop = Shop::new();
    let page = shop.see("");
    for expected in [
        "that ends in <strong>wxyz</strong>",
        "14 November 2023, 22:13 UTC</time>, running",
        "<td>open</td><td>9.98\u{a0}USD</td>",
        "<td>open, payment under way</td>",
        "<td>completed</td><td>19.99\u{a0}USD</td><td>b@example.com</td>",
        "<td>success</td>",
        "<td>pending</td>",
        "<td>active</td><td>price_pro</td>",
        "<td>Pro plan</td><td>yes</td><td>19.99\u{a0}USD every month; ",
        "<td>subscription.created</td>",
        "<li>2023-11-14 22:13:20, attempt 1: answered 503; waits until 2023-11-14 22:14:44, \
         http://localhost:9/hook</li>",
        "<td>POST</td><td>/api/checkout/session</td><td>createCheckoutSession</td><td>400</td>",
        "<td>GET</td><td>/api/order?merchantReferenceId=sk_live_***</td>",
        "<dt>CR-05</dt> <dd>An unknown reference alone makes a customer.</dd>",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    let link = shop.checkout.strip_prefix("http://localhost").unwrap();
    assert!(page.contains(&format!("href=\"{link}\">{}</a>", shop.open)));
    assert!(
        shop.see("/customers")
            .contains("<td>b@example.com</td><td></td>")
    );
}

#[test]
fn a_refused_request_says_which_rule_refused_it_and_an_accepted_one_what_decided_it() {
    let shop = Shop::new();
    let body = r#"{"customerEmail": "b@example.com", "referenceCustomerId": "another",
                   "originalAmount": 9.98, "originalCurrency": "USD", "uiMode": "hostedPage"}"#;
    keyed(Call::create(body)).send(&shop.sandbox);
    for section in ["", "/requests"] {
        let page = shop.see(section);
        let refused = between(
            &page,
            "<td>createCheckoutSession</td><td>200</td><td></td>",
            "</tr>",
        );
        assert!(
            refused.starts_with(
                "<td class=\"long\">Refused by <strong>CR-08</strong>: A known email with an \
                 unknown reference: CUSTOMER_IDENTIFIER_NOT_MATCHED, and nothing is bound.<br>\
                 <q>CUSTOMER_IDENTIFIER_NOT_MATCHED: customerId, customerEmail and"
            ),
            "{refused}"
        );
        assert!(
            refused.ends_with("QS-01 FR-02 FR-10 RD-01 RD-02 </td>"),
            "{refused}"
        );
        for expected in [
            "QS-01 CR-05 CR-33 FR-02 FR-10 RD-01 RD-02 ST-05 MR-01 MR-02 </td>",
            "<dt>ST-05</dt> <dd>The link of a session works for a limited time, and",
            "<dd>Whether a session needs a price or a line at all. The guide is silent; this is",
        ] {
            assert!(page.contains(expected), "{expected}\n{page}");
        }
    }
}

/// The link to a checkout is what was asked for; nothing else may let anybody in.
#[test]
fn no_secret_stands_on_a_page_and_no_text_becomes_markup() {
    let shop = Shop::new();
    for section in ["", "/sessions", "/customers", "/events", "/requests"] {
        let page = shop.see(section);
        for secret in [
            "0123456789",
            "sk_live_leaked",
            "signing_secret",
            "receivers-own",
        ] {
            assert!(!page.contains(secret), "{section}: {secret}");
        }
        assert_eq!(page.matches("<script").count(), 1, "{section}");
        assert!(page.contains("<script src=\"/assets/books."), "{section}");
        assert!(!page.contains("style="), "{section}");
        let token = shop.checkout.rsplit('/').next().unwrap();
        let links = page.matches(&format!("href=\"/pay/{token}\"")).count();
        assert_eq!(page.matches(token).count(), links, "{section}");
    }
    assert!(shop.see("/customers").contains("&#60;script&#62;alert(1)"));
}

#[test]
fn the_buttons_of_a_session_and_an_order_do_what_a_buyer_or_time_does() {
    let shop = Shop::new();
    shop.does(&format!("decline={}", shop.open));
    assert_eq!(shop.status(), "open");
    shop.does(&format!("pay={}", shop.open));
    assert_eq!(shop.status(), "completed");
    let again = shop.press(&format!("pay={}", shop.open));
    assert_eq!(again.status(), 409);
    assert!(text(&again).contains("<p class=\"alert\" role=\"alert\">"));
    assert_eq!(shop.press("pay=sess_unknown").status(), 404);

    let late = Shop::new();
    late.does(&format!("expire={}", late.open));
    assert_eq!(late.status(), "expired");
    let orders = late.see("/orders");
    let order = between(&orders, "<button name=\"succeed\" value=\"", "\"").to_owned();
    late.does(&format!("succeed={order}"));
    assert_eq!(
        late.read(&format!("/api/order/{order}"))["status"],
        "success"
    );
    assert_eq!(late.press(&format!("expire={}", late.open)).status(), 409);
}

#[test]
fn the_clock_stands_moves_and_goes_on() {
    let shop = Shop::new();
    shop.does("clock=freeze");
    assert!(shop.see("").contains("standing still"));
    shop.does("advance=3600");
    let clock = shop.read("/_sandbox/clock");
    assert_eq!(clock, json!({"now": 1_700_003_600_000_u64, "frozen": true}));
    shop.does("clock=resume");
    assert_eq!(shop.read("/_sandbox/clock")["frozen"], false);
    for wrong in [
        "advance=soon",
        "advance=-1",
        "advance=999999999999",
        "nothing=1",
    ] {
        assert_eq!(shop.press(wrong).status(), 400, "{wrong}");
    }
}

#[test]
fn an_event_is_sent_again() {
    let shop = Shop::new();
    let page = shop.see("/events");
    let event = between(&page, "<button name=\"resend\" value=\"", "\"").to_owned();
    shop.does(&format!("resend={event}"));
    let again = shop.see("/events");
    let before = deliveries(&page, &event);
    let after = deliveries(&again, &event);
    assert_eq!(before.len(), 1);
    assert_eq!(
        after,
        [
            "waits until 2023-11-14 22:13:20, http://localhost:9/hook".to_owned(),
            before[0].clone()
        ]
    );
    assert_eq!(shop.press("resend=event_unknown").status(), 404);
}

/// What the page says of each delivery of an event.
fn deliveries(page: &str, event: &str) -> Vec<String> {
    let row = between(page, &format!("<th scope=\"row\">{event}"), "</tr>");
    let lines = row.split("<li>").skip(1);
    lines
        .map(|line| line.split_once("</li>").unwrap().0.to_owned())
        .collect()
}

#[test]
fn an_event_shows_every_delivery_and_a_list_says_what_it_leaves_off() {
    let shop = Shop::new();
    let page = shop.see("/events");
    let event = between(&page, "<button name=\"resend\" value=\"", "\"").to_owned();
    for _ in 0..20 {
        shop.does(&format!("resend={event}"));
    }
    let lines = deliveries(&shop.see("/events"), &event);
    assert_eq!(lines.len(), 21);
    assert!(lines[20].contains("attempt 1: answered 503"), "{lines:?}");
    // Beside the other sections there is room for 16 lines, and for one of each event.
    for _ in 0..10 {
        shop.does(&format!("resend={event}"));
    }
    let page = shop.see("");
    let lines = deliveries(&page, &event);
    assert_eq!(lines.len(), 17);
    assert_eq!(lines[16], "15 earlier deliveries are not shown.");
    let all = page.matches("<li>20").count() + page.matches("<li>waits").count();
    assert_eq!(all, 16 + 7);
}

#[test]
fn a_fault_is_armed_met_and_cleared() {
    let shop = Shop::new();
    shop.does("faults=arm&kind=unavailable&operation=listOrders&times=2&when=before&retryAfter=&code=&msg=");
    let armed = "<th scope=\"row\">unavailable</th><td>listOrders</td><td>before</td><td>2</td>";
    assert!(shop.see("/faults").contains(armed));
    let failed = keyed(Call::get("/api/order")).send(&shop.sandbox);
    assert_eq!(failed.status(), 503);
    assert!(shop.see("").contains("<td>503</td><td>unavailable</td>"));
    shop.does("faults=clear");
    assert_eq!(
        keyed(Call::get("/api/order")).send(&shop.sandbox).status(),
        200
    );

    let code = shop.press("faults=arm&kind=envelopeError");
    assert_eq!(code.status(), 400);
    assert!(text(&code).contains("missing field `code`"));
    let operation = shop.press("faults=arm&kind=conflict&operation=nothing");
    assert_eq!(operation.status(), 409);
    // Nothing through this door has a connection to break.
    assert_eq!(shop.press("faults=arm&kind=reset").status(), 409);
}

#[test]
fn a_form_of_another_page_is_refused() {
    let shop = Shop::new();
    let pay = format!("pay={}", shop.open);
    let forms = [
        shop.bare_form(&pay),
        shop.bare_form(&format!("token=x&{pay}")),
        shop.form(&pay).header("origin", "https://evil.example"),
        shop.form(&pay).header("origin", "null"),
        shop.form(&pay).header("sec-fetch-site", "cross-site"),
    ];
    for form in forms {
        assert_eq!(form.send(&shop.sandbox).status(), 403);
    }
    // The token of a checkout is not that of a book.
    let checkout = Call::get(shop.checkout.strip_prefix("http://localhost").unwrap());
    let checkout = checkout.send(&shop.sandbox);
    let token = between(text(&checkout), "name=\"token\" value=\"", "\"");
    let form = shop.bare_form(&format!("token={token}&{pay}"));
    assert_eq!(form.send(&shop.sandbox).status(), 403);
    let foreign = Call::get("/").header("host", "evil.example");
    assert_eq!(foreign.send(&shop.sandbox).status(), 403);
    assert_eq!(shop.status(), "open");
    let own = shop.form(&pay).header("origin", "http://localhost");
    let own = own.header("sec-fetch-site", "same-origin");
    assert_eq!(own.send(&shop.sandbox).status(), 303);
}

#[test]
fn an_unknown_book_or_section_is_said_to_be_unknown_and_opens_none() {
    let shop = Shop::new();
    for name in ["0000000000000000", "x", "sk_test_0123456789wxyz"] {
        let page = Call::get(&format!("/books/{name}")).send(&shop.sandbox);
        assert_eq!(page.status(), 404, "{name}");
        assert!(text(&page).contains("Unknown book"), "{name}");
    }
    let section = Call::get(&format!("{}/nothing", shop.path));
    assert_eq!(section.send(&shop.sandbox).status(), 404);
    assert_eq!(
        Call::new(Method::PUT, &shop.path)
            .send(&shop.sandbox)
            .status(),
        405
    );
    assert_eq!(
        Call::new(Method::POST, "/").send(&shop.sandbox).status(),
        405
    );
    let about = read(&shop.sandbox, "/_sandbox/");
    assert_eq!(about["books"]["open"], 1);
}

/// What the rows of all parts are about, from the first part on, and how many parts there are.
fn walk_through(sandbox: &Sandbox, first: &str) -> (Vec<String>, usize) {
    let mut heads = Vec::new();
    let mut parts = 0;
    let mut place = first.to_owned();
    loop {
        parts += 1;
        let page = Call::get(&place).send(sandbox);
        assert_eq!(page.status(), 200, "{place}");
        let rows = text(&page).split("<tr><th scope=\"row\">").skip(1);
        let found: Vec<_> = rows
            .map(|row| row.split_once("</th>").unwrap().0.to_owned())
            .collect();
        assert!(!found.is_empty() && found.len() <= 50, "{place}");
        heads.extend(found);
        assert_eq!(text(&page).contains("rel=\"prev\""), parts > 1, "{place}");
        let Some((before, _)) = text(&page).split_once("\" rel=\"next\"") else {
            return (heads, parts);
        };
        before
            .rsplit_once("href=\"")
            .unwrap()
            .1
            .clone_into(&mut place);
    }
}

#[test]
fn everything_in_a_list_is_reached_part_by_part() {
    let shop = Shop::new();
    let merchant = shop.sandbox.merchant_of(KEY).unwrap();
    for number in 0..117 {
        let fields = json!({"merchantReferenceId": format!("order-{number}")});
        let id = data(&create(&shop.sandbox, &fields), "sessionId");
        merchant.pay(&id, Attempt::failed()).unwrap();
        let key = format!("sk_test_of_somebody_else_{number:020}");
        let asks = Call::get("/api/order").header("x-api-key", &key);
        asks.send(&shop.sandbox);
    }
    let mut sessions = merchant.session_ids();
    sessions.reverse();
    let (rows, parts) = walk_through(&shop.sandbox, &format!("{}/sessions", shop.path));
    assert_eq!((rows.len(), parts), (120, 3));
    for (row, id) in rows.iter().zip(&sessions) {
        assert!(row.contains(id.as_str()), "{row} is not {id}");
    }
    for (section, count) in [("orders", 119_usize), ("requests", 122), ("events", 242)] {
        let (mut rows, parts) = walk_through(&shop.sandbox, &format!("{}/{section}", shop.path));
        assert_eq!(
            (rows.len(), parts),
            (count, count.div_ceil(50)),
            "{section}"
        );
        rows.sort();
        rows.dedup();
        // Requests that came at once have the same time for a head.
        assert!(rows.len() == count || section == "requests", "{section}");
    }
    let (mut books, parts) = walk_through(&shop.sandbox, "/");
    books.sort();
    books.dedup();
    assert_eq!((books.len(), parts), (118, 3));

    let third = shop.see("/sessions?page=3");
    assert!(
        third.contains("101 to 120 of 120, the latest first."),
        "{third}"
    );
    for beyond in ["4", "18446744073709551615"] {
        assert!(
            shop.see(&format!("/sessions?page={beyond}"))
                .contains("101 to 120 of 120")
        );
    }
    for first in ["0", "x", "-1"] {
        assert!(
            shop.see(&format!("/sessions?page={first}"))
                .contains("The latest 50 of 120.")
        );
    }
    assert!(!shop.see("?page=2").contains("rel=\"next\""));
    // A button leads back to where it was pressed.
    let place = format!("{}/sessions?page=3", shop.path);
    let token = between(&third, "name=\"token\" value=\"", "\"");
    let id = between(&third, "<button name=\"decline\" value=\"", "\"");
    let pressed = Call::new(Method::POST, &place).body(format!("token={token}&decline={id}"));
    let pressed = pressed.send(&shop.sandbox);
    assert_eq!(pressed.status(), 303);
    assert_eq!(pressed.headers()["location"], place.as_str());
}

#[test]
fn a_list_goes_as_far_back_as_there_is_something_and_says_how_much_there_was() {
    let sandbox = at_the_time_of_calls().request_log(60).build();
    for _ in 0..70 {
        keyed(Call::get("/api/order")).send(&sandbox);
    }
    let list = Call::get("/").send(&sandbox);
    let requests = format!("/books/{}/requests", between(text(&list), "/books/", "\""));
    let (rows, parts) = walk_through(&sandbox, &requests);
    assert_eq!((rows.len(), parts), (60, 2));
    let second = Call::get(&format!("{requests}?page=2")).send(&sandbox);
    assert!(text(&second).contains("51 to 60 of 70, the latest first."));
}

/// Ten kilobytes, of what takes most to write or has to be shown by something else.
fn long(number: usize) -> String {
    let character = ["<", "\0", "&", "\u{9b}"][number % 4];
    character.repeat(10_000)
}

/// With texts as long as they may be, of which each character takes most to write.
#[test]
fn a_full_book_says_what_it_leaves_out_and_stays_under_50_kilobytes() {
    let shop = Shop::new();
    let merchant = shop.sandbox.merchant_of(KEY).unwrap();
    for number in 0..60 {
        let text = format!("{}{number}", long(number));
        let created = create(
            &shop.sandbox,
            &json!({"referenceCustomerId": text, "customerEmail": null, "merchantReferenceId": text,
                    "productId": "prd_pro", "priceId": "price_pro", "originalAmount": 19.99}),
        );
        if number % 3 > 0 {
            let attempt = match number % 3 {
                1 => Attempt::succeeded(),
                _ => Attempt::failed_with(long(number)),
            };
            merchant.pay(&data(&created, "sessionId"), attempt).unwrap();
        }
        keyed(Call::get(&format!("/api/order?merchantReferenceId={text}"))).send(&shop.sandbox);
        let name = json!({"name": text, "image": "oss_1", "taxCategory": "ebook", "priceList": []});
        keyed(Call::new(Method::POST, "/api/product").body(name.to_string())).send(&shop.sandbox);
        if number < 50 {
            shop.does("faults=arm&kind=tooManyRequests&operation=disableWebhookEndpoint");
        }
    }
    let events = shop.see("/events");
    for event in events.split("name=\"resend\" value=\"").skip(1) {
        let id = event.split_once('"').unwrap().0;
        for _ in 0..10 {
            merchant.resend(id, None).unwrap();
        }
    }
    for delivery in shop.sandbox.take_due_deliveries() {
        shop.sandbox.report_delivery(&delivery, Err(&long(0)));
    }
    for _ in 0..50 {
        let refused = json!({"customerEmail": "b@example.com", "referenceCustomerId": "none",
            "merchantReferenceId": "a", "originalAmount": 1, "originalCurrency": "USD",
            "metadata": {"a": "b"}, "allowPromotionCodes": true, "paymentMethodType": "CASHAPP",
            "directPaymentQrCodePaymentMethodType": "CASHAPP"});
        keyed(Call::create(refused.to_string())).send(&shop.sandbox);
    }
    let sessions = shop.see("/sessions");
    assert!(sessions.contains("The latest 50 of 63."));
    assert_eq!(sessions.matches("<tr><th scope=\"row\">").count(), 50);
    assert!(shop.see("").contains("The latest 8 of 63."));
    let assets: usize = [
        "stylesheet\" href=\"",
        "<script src=\"",
        "svg+xml\" href=\"",
    ]
    .map(|before| Call::get(between(&sessions, before, "\"")).send(&shop.sandbox))
    .iter()
    .map(|asset| asset.body().len())
    .sum();
    for number in 0..60 {
        let asks = Call::get("/api/order");
        let key = format!("sk_test_of_somebody_else_{number:020}");
        asks.header("x-api-key", &key).send(&shop.sandbox);
    }
    let list = Call::get("/").send(&shop.sandbox);
    assert!(text(&list).contains("The latest 50 of 61"));
    assert!(text(&list).len() + assets < 50_000);
    for section in [
        "",
        "/sessions",
        "/orders",
        "/subscriptions",
        "/customers",
        "/catalogue",
        "/events",
        "/requests",
        "/faults",
    ] {
        let size = shop.see(section).len() + assets;
        println!("{section}: {size}");
        assert!(size < 50_000, "{section}: {size}");
    }
}
