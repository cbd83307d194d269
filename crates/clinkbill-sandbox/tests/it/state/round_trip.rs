//! Every kind of change, done again by a start.

use std::time::Duration;

use clinkbill_sandbox::{Attempt, Catalogue, Fault, FaultKind, Mischief, Sandbox, Settlement};
use http::Method;
use serde_json::{Value, json};

use super::{KEY, Lab, NOW, assert_same, create, post, reads, taken};
use crate::call::{Call, data, json as parsed, quick_start};

/// What a test does between two starts.
struct Play {
    sandbox: Option<Sandbox>,
    lab: Lab,
    links: Vec<String>,
    time: i64,
}

impl Play {
    fn new() -> Self {
        let lab = Lab::new();
        Self {
            sandbox: Some(lab.start()),
            lab,
            links: Vec::new(),
            time: NOW,
        }
    }

    fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().unwrap()
    }

    fn merchant(&self) -> clinkbill_sandbox::Merchant {
        self.sandbox().merchant_of(KEY).unwrap()
    }

    /// Ends the sandbox and starts another one: everything reads as before.
    #[track_caller]
    fn restart(&mut self, what: &str) {
        let before = reads(self.sandbox(), self.time, &self.links);
        let key = self.sandbox().secret_key().to_owned();
        self.sandbox = None;
        self.sandbox = Some(self.lab.start());
        let after = reads(self.sandbox(), self.time, &self.links);
        assert_same(&before, &after, what);
        assert_eq!(self.sandbox().secret_key(), key);
    }

    #[track_caller]
    fn post(&mut self, path: &str, body: &Value) -> Value {
        let taken = taken(self.sandbox(), &post(path, body).at(self.time));
        self.restart(path);
        taken
    }

    /// Lets the machine's time pass.
    fn pass(&mut self, millis: i64) {
        self.time += millis;
        self.lab.clock.advance_millis(millis);
    }
}

fn subscription(price: &str, reference: &str) -> Value {
    json!({
        "referenceCustomerId": reference, "customerEmail": "b@example.com",
        "originalAmount": 19.99, "originalCurrency": "USD",
        "productId": "prd_pro", "priceId": price, "merchantReferenceId": "A-17",
        "metadata": {"k": "v\u{e4}\n\""}, "successUrl": "https://shop.example/thanks"
    })
}

#[test]
fn sessions_customers_orders_and_subscriptions_read_as_before() {
    let mut play = Play::new();
    play.restart("a book that was only opened");
    let created = taken(play.sandbox(), &Call::create(quick_start("4.990")));
    let url = created["url"].as_str().unwrap();
    play.links
        .push(url.strip_prefix("http://localhost").unwrap().to_owned());
    play.restart("a session");
    let first = created["sessionId"].as_str().unwrap().to_owned();

    // CR-16: the reference is bound to the customer.
    let body = json!({"customerId": created["customerId"], "referenceCustomerId": "mine",
        "originalAmount": 1, "originalCurrency": "USD"});
    let bound = play.post("/api/checkout/session", &body);
    assert_eq!(bound["customerId"], created["customerId"]);

    let attempt = format!("/_sandbox/sessions/{first}/pay");
    play.post(
        &attempt,
        &json!({"outcome": "failed", "failureCode": "lost_card"}),
    );
    play.pass(1_500);
    let waiting = play.post(
        &attempt,
        &json!({"outcome": "requires_action", "paymentMethodType": "CASHAPP", "country": "US"}),
    );
    let settle = format!(
        "/_sandbox/orders/{}/settle",
        waiting["orderId"].as_str().unwrap()
    );
    play.post(
        &settle,
        &json!({"outcome": "failed", "failureCode": "insufficient_funds"}),
    );
    let under_way = play.merchant().pay(&first, Attempt::processing()).unwrap();
    play.restart("a payment under way");
    play.merchant()
        .settle(&under_way.order_id, Settlement::succeeded())
        .unwrap();
    play.restart("a payment that was settled");

    for price in ["price_pro", "price_pro_trial"] {
        let session = play.post("/api/checkout/session", &subscription(price, "other"));
        let path = format!(
            "/_sandbox/sessions/{}/pay",
            session["sessionId"].as_str().unwrap()
        );
        play.post(&path, &json!({"outcome": "succeeded"}));
    }
    let second = create(play.sandbox());
    play.post(&format!("/_sandbox/sessions/{second}/cancel"), &json!({}));
    let kept = reads(play.sandbox(), play.time, &[]);
    assert!(
        kept.iter()
            .all(|(path, status, _)| *status == 200 || path.is_empty()),
        "all is read"
    );
    assert!(
        kept.iter()
            .any(|(path, ..)| path.starts_with("/api/subscription/invoice/"))
    );
}

#[test]
fn what_a_buyer_does_on_the_page_is_kept() {
    let mut play = Play::new();
    let created = taken(play.sandbox(), &Call::create(quick_start("4.990")));
    let url = created["url"].as_str().unwrap();
    let path = url.strip_prefix("http://localhost").unwrap().to_owned();
    play.links.push(path.clone());
    let page = Call::get(&format!("{path}?view=methods")).send(play.sandbox());
    let page = crate::call::text(&page).to_owned();
    let (_, rest) = page.split_once("name=\"token\" value=\"").unwrap();
    let (token, _) = rest.split_once('"').unwrap();
    let form = format!(
        "token={token}&action=pay&method=CARD&country=US&number=4242424242424242&expiry=12%2F34&cvc=123"
    );
    let answer = Call::new(Method::POST, &path)
        .body(form)
        .send(play.sandbox());
    assert!(
        answer.status().as_u16() < 400,
        "{}",
        crate::call::text(&answer)
    );
    play.restart("the page's form");
    let id = created["sessionId"].as_str().unwrap();
    let session = taken(
        play.sandbox(),
        &Call::get(&format!("/api/checkout/session/{id}")),
    );
    assert_eq!(session["status"], "completed");
}

#[test]
fn products_prices_and_links_read_as_before() {
    let mut play = Play::new();
    let product = play.post(
        "/api/product",
        &json!({"name": "Mug", "image": "oss_1", "taxCategory": "ebook", "priceList": [
            {"currency": "USD", "unitAmount": 4.99, "priceType": "one_time"}]}),
    );
    let product_id = product["productId"].as_str().unwrap();
    play.post(
        "/api/price",
        &json!({"productId": product_id, "currency": "EUR", "unitAmount": 5, "priceType": "one_time",
            "isDefaultPrice": true}),
    );
    play.pass(10);
    play.post(
        &format!("/_sandbox/products/{product_id}/retire"),
        &json!(null),
    );
    play.post("/_sandbox/products/prd_pro/retire", &json!(null));

    let created = taken(play.sandbox(), &Call::create(quick_start("5")));
    let portal = taken(
        play.sandbox(),
        &post(
            "/api/billing/session",
            &json!({"customerId": created["customerId"]}),
        ),
    );
    for url in [&portal["url"], &created["url"]] {
        let path = url.as_str().unwrap().strip_prefix("http://localhost");
        play.links.push(path.unwrap().to_owned());
    }
    play.restart("a link to the portal");
    let open = Call::get(&play.links[0]).send(play.sandbox());
    assert_eq!(open.status(), 200);
    play.pass(60 * 60 * 1_000);
    let over = Call::get(&play.links[0]).at(play.time).send(play.sandbox());
    assert_eq!(over.status(), 410);
}

#[test]
fn endpoints_events_and_deliveries_read_as_before_and_sign_as_before() {
    let mut play = Play::new();
    let endpoint = play.post(
        "/api/webhook/endpoints",
        &json!({"url": "http://localhost:4011/hook", "events": ["order.succeeded", "session.complete"]}),
    );
    let path = format!(
        "/api/webhook/endpoints/{}",
        endpoint["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{endpoint}"))
    );
    play.post(&format!("{path}/rotate-secret"), &json!(null));
    play.post(&format!("{path}/disable"), &json!(null));
    play.post(&format!("{path}/enable"), &json!(null));
    taken(
        play.sandbox(),
        &Call::new(Method::PATCH, &path).body(r#"{"description": "mine"}"#),
    );
    play.restart("a changed endpoint");
    taken(
        play.sandbox(),
        &Call::new(Method::PUT, "/api/webhook/endpoints/ensure")
            .body(r#"{"url": "http://localhost:4012/hook", "events": ["order.created"], "rotateSecret": true}"#),
    );
    play.restart("an ensured endpoint");

    for mischief in [
        Mischief::Duplicate,
        Mischief::Reorder,
        Mischief::Delay(Duration::from_secs(7)),
        Mischief::StaleTimestamp(Duration::from_secs(9)),
        Mischief::WrongKey,
    ] {
        play.merchant().disturb_next(2, mischief);
    }
    play.restart("armed mischief");
    let session = create(play.sandbox());
    play.merchant().pay(&session, Attempt::succeeded()).unwrap();
    play.restart("events");
    play.merchant().disturb_nothing();
    play.restart("disarmed mischief");

    // The same deliveries would go out after a start as before.
    play.pass(120_000);
    let copied = tempfile::tempdir().unwrap();
    let copy = copied.path().join("copy");
    std::fs::copy(play.lab.path(), &copy).unwrap();
    let first = play.sandbox().take_due_deliveries();
    assert!(first.len() >= 7, "{}", first.len());
    play.restart("deliveries that were handed out");
    let (again, _) = play.lab.builder().build_with_state(&copy).unwrap();
    let again = again.take_due_deliveries();
    assert!(!again.is_empty());
    assert!(first == again, "a delivery is another");

    let events = play.merchant().webhook_log().events;
    let resend = format!("/_sandbox/events/{}/resend", events[0].id);
    play.post(&resend, &json!(null));
    let deliveries = play.sandbox().take_due_deliveries();
    play.sandbox()
        .report_delivery(&deliveries[0], Err("connection refused"));
    for delivery in &deliveries[1..] {
        play.sandbox().report_delivery(delivery, Ok(200));
    }
    play.restart("what became of deliveries");
    taken(
        play.sandbox(),
        &Call::new(Method::DELETE, &path).at(play.time),
    );
    play.restart("a deleted endpoint");
}

#[test]
fn the_clock_and_what_time_ended_read_as_before() {
    let mut play = Play::new();
    let session = create(play.sandbox());
    play.post("/_sandbox/clock/freeze", &json!(null));
    play.pass(5_000);
    play.restart("a frozen clock");
    play.post("/_sandbox/clock/advance", &json!({"seconds": 3_600}));
    play.pass(5_000);
    play.post("/_sandbox/clock/resume", &json!(null));
    play.pass(5_000);
    play.restart("a clock that runs");
    play.post("/_sandbox/clock/advance", &json!({"seconds": 86_400}));

    // Nobody asks for an end that comes by itself; that it was seen is kept all the same, also by
    // a machine whose time goes back.
    let other = create(play.sandbox());
    let read = |play: &Play, id: &str| {
        taken(
            play.sandbox(),
            &Call::get(&format!("/api/checkout/session/{id}")).at(play.time),
        )
    };
    assert_eq!(read(&play, &session)["status"], "expired");
    assert_eq!(read(&play, &other)["status"], "open");
    play.pass(86_400_000);
    assert_eq!(read(&play, &other)["status"], "expired");
    let events = play.merchant().webhook_log();
    play.pass(-1_000_000);
    play.sandbox = None;
    play.sandbox = Some(play.lab.start());
    assert_eq!(read(&play, &other)["status"], "expired");
    assert_eq!(play.merchant().webhook_log(), events);
}

#[test]
fn faults_are_armed_as_before_and_met_as_often() {
    let mut play = Play::new();
    play.merchant()
        .arm(Fault::new(FaultKind::Conflict).on("getOrder"))
        .unwrap();
    play.merchant()
        .arm(
            Fault::new(FaultKind::Unavailable { retry_after: 3 })
                .on("createCheckoutSession")
                .times(3)
                .after_commit(),
        )
        .unwrap();
    play.restart("armed faults");
    for left in [2, 1] {
        assert_eq!(
            Call::create(quick_start("5")).send(play.sandbox()).status(),
            503
        );
        assert_eq!(play.merchant().faults()[1].left, Some(left));
        play.restart("a fault that was met");
    }
    assert_eq!(play.merchant().session_ids().len(), 2);
    assert_eq!(
        Call::create(quick_start("5")).send(play.sandbox()).status(),
        503
    );
    play.restart("a fault that is used up");
    assert_eq!(play.merchant().faults().len(), 1);
    play.merchant().clear_faults();
    play.restart("no faults");
    assert_eq!(play.merchant().faults(), []);
}

#[test]
fn faults_that_are_gone_leave_nothing_in_the_file() {
    let mut play = Play::new();
    create(play.sandbox());
    play.restart("a session");
    let lines = play.lab.lines();
    let fault = || Fault::new(FaultKind::Conflict).on("getOrder");
    for _ in 0..20 {
        play.merchant().arm(fault().times(1)).unwrap();
        let met = Call::get("/api/order/order_1").send(play.sandbox());
        assert_eq!(met.status(), 409);
    }
    assert_eq!(play.lab.lines(), lines + 40);
    play.restart("faults that are used up");
    assert_eq!(play.lab.lines(), lines);
    for _ in 0..20 {
        play.merchant().arm(fault()).unwrap();
        play.merchant().clear_faults();
    }
    play.merchant().arm(fault().times(2)).unwrap();
    assert_eq!(play.lab.lines(), lines + 41);
    play.restart("faults that were cleared, and one that was not");
    assert_eq!(play.lab.lines(), lines + 1);
    assert_eq!(play.merchant().faults()[0].left, Some(2));
}

#[test]
fn a_reset_stays_one_and_makes_the_file_small() {
    let mut play = Play::new();
    let mut ids = Vec::new();
    for round in 0..3 {
        for _ in 0..20 {
            let id = create(play.sandbox());
            play.merchant().pay(&id, Attempt::succeeded()).unwrap();
            ids.push(id);
        }
        play.post("/_sandbox/clock/advance", &json!({"seconds": 100}));
        play.post("/_sandbox/reset", &json!(null));
        assert_eq!(play.merchant().session_ids(), Vec::<String>::new());
        // The header, the terms, the caller's book, and the last reset with the desk.
        assert!(
            play.lab.lines() <= 6,
            "round {round}: {} lines",
            play.lab.lines()
        );
    }
    ids.push(create(play.sandbox()));
    play.restart("a session after resets");
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "no id is given out twice");
}

#[test]
fn merchants_stay_apart_and_who_had_to_leave_stays_away() {
    let lab = Lab::new();
    let create = |sandbox: &Sandbox, key: &str| {
        data(
            &Call::create(quick_start("5"))
                .header("x-api-key", key)
                .send(sandbox),
            "sessionId",
        )
    };
    let status = |sandbox: &Sandbox, key: &str, id: &str| {
        let path = format!("/api/checkout/session/{id}");
        Call::get(&path)
            .header("x-api-key", key)
            .send(sandbox)
            .status()
            .as_u16()
    };
    let books = |sandbox: &Sandbox| {
        let about = parsed(
            &Call::get("/_sandbox/")
                .header("x-api-key", "sk_test_c")
                .send(sandbox),
        );
        about["data"]["books"].clone()
    };
    let (sandbox, _) = lab.start_with(lab.builder().books(2));
    let a = create(&sandbox, "sk_test_a");
    let b = create(&sandbox, "sk_test_b");
    let c = create(&sandbox, "sk_test_c");
    assert_eq!(books(&sandbox), json!({"open": 2, "limit": 2, "left": 1}));
    drop(sandbox);
    for _ in 0..2 {
        drop(lab.start_with(lab.builder().books(2)));
    }
    let (sandbox, recovery) = lab.start_with(lab.builder().books(2));
    assert_eq!(recovery.notices(), Vec::<String>::new());
    assert_eq!(books(&sandbox), json!({"open": 2, "limit": 2, "left": 1}));
    assert_eq!(status(&sandbox, "sk_test_b", &b), 200);
    assert_eq!(status(&sandbox, "sk_test_c", &c), 200);
    // Who comes back finds an empty book.
    assert_eq!(status(&sandbox, "sk_test_a", &a), 404);
    drop(sandbox);
    let (sandbox, _) = lab.start_with(lab.builder().books(1));
    assert_eq!(books(&sandbox)["open"], 1);
}

#[test]
fn books_keep_what_they_started_with_when_a_start_gives_something_else() {
    let lab = Lab::new();
    let sandbox = lab.start();
    let session = taken(
        &sandbox,
        &post("/api/checkout/session", &subscription("price_pro", "r")),
    );
    // All but how many books there are.
    let before = reads(&sandbox, NOW, &[]);
    drop(sandbox);
    lab.clock.advance_millis(1_000);
    let other = || {
        Sandbox::builder()
            .clock(lab.clock.clone())
            .catalogue(
                Catalogue::from_json(r#"{"products": [{"productId": "prd_cup", "name": "Cup"}]}"#)
                    .unwrap(),
            )
            .session_lifetime(Duration::from_secs(60))
            .strict()
    };
    for _ in 0..2 {
        let (sandbox, recovery) = lab.start_with(other());
        assert_eq!(recovery.notices(), Vec::<String>::new());
        assert_same(&before[1..], &reads(&sandbox, NOW, &[])[1..], "other terms");
        let cup = Call::get("/api/product/prd_cup").header("x-api-key", "sk_test_new");
        assert_eq!(cup.send(&sandbox).status(), 200);
        assert_eq!(
            Call::get("/api/product/prd_cup").send(&sandbox).status(),
            404
        );
    }
    let sandbox = lab.start();
    let id = session["sessionId"].as_str().unwrap();
    sandbox
        .merchant_of(KEY)
        .unwrap()
        .pay(id, Attempt::succeeded())
        .unwrap();
}

#[test]
fn what_is_read_or_refused_leaves_the_file_as_it_is() {
    let lab = Lab::new();
    let sandbox = lab.start();
    let session = create(&sandbox);
    let before = lab.bytes();
    reads(&sandbox, NOW, &[]);
    for call in [
        Call::create(r#"{"originalAmount":1,"originalCurrency":"USD"}"#),
        Call::create(quick_start("0")),
        Call::create("[".repeat(20_000)),
        post(
            "/_sandbox/orders/order_x/settle",
            &json!({"outcome": "failed"}),
        ),
        post("/api/billing/session", &json!({"customerId": "cus_x"})),
        post("/_sandbox/products/prd_x/retire", &json!(null)),
        post("/_sandbox/events/event_x/resend", &json!(null)),
        post(
            "/_sandbox/clock/advance",
            &json!({"seconds": 1_000_000_000}),
        ),
        post("/_sandbox/faults", &json!({"kind": "reset"})),
        Call::new(Method::DELETE, "/api/webhook/endpoints/whk_x"),
        Call::get(&format!("/api/checkout/session/{session}")),
    ] {
        call.send(&sandbox);
    }
    assert_eq!(lab.bytes(), before);
}
