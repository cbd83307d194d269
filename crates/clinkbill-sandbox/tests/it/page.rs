//! The checkout page: what it says, what can be done on it, and by whom.

use clinkbill_sandbox::{Answer, Attempt, Catalogue, PaymentMethodType, Sandbox};
use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, at_the_time_of_calls, data, event_types, read, text};
use crate::catalogue::SHOP;

pub(crate) const SUCCEEDS: &str = "4242 4242 4242 4242";
pub(crate) const DECLINED: &str = "4000 0000 0000 0002";

/// A checkout that somebody has the link of.
pub(crate) struct Checkout {
    pub(crate) sandbox: Sandbox,
    pub(crate) session_id: String,
    pub(crate) path: String,
}

impl Checkout {
    pub(crate) fn of(sandbox: Sandbox, fields: &Value) -> Self {
        let mut body = json!({
            "customerEmail": "b@example.com", "originalAmount": 9.98, "originalCurrency": "USD",
            "successUrl": "https://shop.example/thanks", "cancelUrl": "https://shop.example/cart",
            "priceDataList": [{"name": "Notebook", "quantity": 2, "unitAmount": 4.99}],
        });
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        // Nothing that is null may stand there.
        body.as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let created = Call::create(body.to_string()).send(&sandbox);
        let url = data(&created, "url");
        Self {
            session_id: data(&created, "sessionId"),
            path: url.strip_prefix("http://localhost").unwrap().to_owned(),
            sandbox,
        }
    }

    pub(crate) fn with(fields: &Value) -> Self {
        Self::of(at_the_time_of_calls().build(), fields)
    }

    pub(crate) fn new() -> Self {
        Self::with(&json!({}))
    }

    pub(crate) fn open(&self, query: &str) -> Answer {
        Call::get(&format!("{}{query}", self.path)).send(&self.sandbox)
    }

    /// A form of the page with the token that the page has.
    pub(crate) fn form(&self, fields: &str) -> Call {
        let page = self.open("?view=methods");
        let token = between(text(&page), "name=\"token\" value=\"", "\"");
        self.bare_form(&format!("token={token}&{fields}"))
    }

    fn bare_form(&self, body: &str) -> Call {
        Call::new(Method::POST, &self.path).body(body)
    }

    pub(crate) fn pay_by_card(&self, number: &str) -> Answer {
        self.card_form(number).send(&self.sandbox)
    }

    pub(crate) fn card_form(&self, number: &str) -> Call {
        self.form(&format!(
            "action=pay&method=CARD&country=US&number={number}&expiry=12%2F34&cvc=123"
        ))
    }

    pub(crate) fn status(&self) -> String {
        let path = format!("/api/checkout/session/{}", self.session_id);
        read(&self.sandbox, &path)["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) fn state(&self) -> String {
        let answer = Call::get(&format!("{}/state", self.path)).send(&self.sandbox);
        text(&answer).to_owned()
    }
}

pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

#[test]
fn the_page_shows_the_purchase_the_customer_and_the_way_to_leave() {
    let checkout = Checkout::new();
    let page = checkout.open("");
    assert_eq!(page.status(), 200);
    for expected in [
        "<td>Notebook</td><td>2</td><td>4.99\u{a0}USD</td><td>9.98\u{a0}USD</td>",
        "b@example.com",
        "href=\"https://shop.example/cart\"",
    ] {
        assert!(text(&page).contains(expected), "{expected}");
    }
    assert_eq!(Call::get("/pay/x").send(&checkout.sandbox).status(), 404);
}

#[test]
fn each_test_card_does_what_the_page_says_of_it() {
    for (number, status, said, session) in [
        (SUCCEEDS, 303, "", "completed"),
        (DECLINED, 200, "The card was declined.", "open"),
        ("4000000000009995", 200, "There is not enough money", "open"),
        (
            "4000002500003155",
            200,
            "Your bank asks you to confirm",
            "open",
        ),
    ] {
        let checkout = Checkout::new();
        let answer = checkout.pay_by_card(number);
        assert_eq!(answer.status(), status, "{number}");
        assert!(text(&answer).contains(said), "{number}");
        assert_eq!(checkout.status(), session, "{number}");
        // The receipt shows which one it was.
        let last_four = format!("\"cardLastFour\":\"{}\"", &number[number.len() - 4..]);
        if said.contains("confirm") {
            checkout.form("action=confirm").send(&checkout.sandbox);
        }
        let list = Call::get("/api/order").send(&checkout.sandbox);
        assert_eq!(text(&list).matches(&last_four).count(), 1, "{number}");
        let events = Call::get("/_sandbox/events").send(&checkout.sandbox);
        let about_orders = text(&events).matches("\"type\":\"order.").count();
        assert_eq!(text(&events).matches(&last_four).count(), about_orders);
    }
}

#[test]
fn what_is_paid_without_a_page_has_the_card_that_goes_like_this_and_by_an_app_none() {
    for (attempt, last_four) in [
        (Attempt::succeeded(), json!("4242")),
        (Attempt::processing(), json!("4242")),
        (Attempt::failed(), json!("0002")),
        (Attempt::failed_with("expired_card"), json!("0002")),
        (Attempt::insufficient_funds(), json!("9995")),
        (Attempt::requires_action(), json!("3155")),
        (
            Attempt::succeeded().by(PaymentMethodType::CashApp),
            Value::Null,
        ),
    ] {
        let checkout = Checkout::new();
        let merchant = checkout.sandbox.merchant_of("sk_test_caller").unwrap();
        let paid = merchant.pay(&checkout.session_id, attempt).unwrap();
        let order = read(&checkout.sandbox, &format!("/api/order/{}", paid.order_id));
        assert_eq!(order["paymentMethod"]["cardLastFour"], last_four);
        assert_eq!(
            order["paymentMethod"]["cardScheme"].is_null(),
            last_four.is_null()
        );
    }
}

#[test]
fn many_attempts_and_then_one_success_lead_to_the_success_url() {
    let checkout = Checkout::new();
    for _ in 0..3 {
        let declined = checkout.pay_by_card(DECLINED);
        assert!(text(&declined).contains("value=\"4000 0000 0000 0002\""));
    }
    let paid = checkout.pay_by_card(SUCCEEDS);
    assert_eq!(
        header(&paid, "location"),
        format!(
            "https://shop.example/thanks?sessionId={}",
            checkout.session_id
        )
    );
    assert!(text(&checkout.open("")).contains("Payment complete"));
    let again = checkout.bare_form("").send(&checkout.sandbox);
    assert_eq!(again.status(), 403);
}

#[test]
fn a_payment_that_needs_the_buyer_is_confirmed_or_not() {
    let checkout = Checkout::new();
    checkout.pay_by_card("4000002500003155");
    assert_eq!(checkout.state(), "waiting");
    let rejected = checkout.form("action=reject").send(&checkout.sandbox);
    assert!(text(&rejected).contains("The payment was not confirmed."));
    assert_eq!(checkout.state(), "open");

    checkout.pay_by_card("4000002500003155");
    let confirmed = checkout.form("action=confirm").send(&checkout.sandbox);
    assert_eq!(confirmed.status(), 303);
    assert_eq!(checkout.state(), "completed");
    assert_eq!(checkout.status(), "completed");
}

#[test]
fn a_payment_under_way_says_so_and_no_other_begins() {
    let checkout = Checkout::new();
    let form = checkout.card_form(SUCCEEDS);
    let merchant = checkout.sandbox.merchant_of("sk_test_caller").unwrap();
    merchant
        .pay(&checkout.session_id, Attempt::processing())
        .unwrap();
    assert!(text(&checkout.open("")).contains("Payment under way"));
    assert!(text(&form.send(&checkout.sandbox)).contains("Payment under way"));
    assert_eq!(event_types(&checkout.sandbox), ["order.created"]);
}

#[test]
fn what_is_wrong_with_a_card_stands_at_its_field_and_pays_nothing() {
    let checkout = Checkout::new();
    for (fields, field) in [
        ("number=&expiry=12/34&cvc=123", "number"),
        ("number=5555555555554444&expiry=12/34&cvc=123", "number"),
        ("number=4242424242424242&expiry=10/23&cvc=123", "expiry"),
        ("number=4242424242424242&expiry=12/34&cvc=1", "cvc"),
    ] {
        let answer = checkout
            .form(&format!("action=pay&method=CARD&{fields}"))
            .send(&checkout.sandbox);
        assert_eq!(answer.status(), 422, "{fields}");
        assert!(text(&answer).contains(&format!("id=\"{field}-mistake\"")));
        assert_eq!(text(&answer).matches("aria-invalid").count(), 1, "{fields}");
        // It may be the number of a real card.
        assert!(!text(&answer).contains("5555"), "{fields}");
    }
    assert!(event_types(&checkout.sandbox).is_empty());
}

#[test]
fn a_form_that_is_none_pays_nothing_and_says_what_would_be_one() {
    let checkout = Checkout::new();
    for action in ["", "BOGUS", "app-pays", "succeeded"] {
        let answer = checkout
            .form(&format!("action={action}"))
            .send(&checkout.sandbox);
        assert_eq!(answer.status(), 400, "{action}");
        assert!(text(&answer).contains("must be pay, app-pays"), "{action}");
    }
    let elsewhere = checkout
        .form("action=pay&method=CARD&country=Brazil")
        .send(&checkout.sandbox);
    assert_eq!(elsewhere.status(), 400);
    let unnamed = checkout
        .form("action=pay&method=COINS")
        .send(&checkout.sandbox);
    assert!(text(&unnamed).contains("Choose a payment method."));
    assert_eq!(checkout.state(), "open");
}

#[test]
fn no_other_page_can_send_the_form() {
    let checkout = Checkout::new();
    let own = checkout.card_form(SUCCEEDS);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "http://localhost:3000"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
    ] {
        let answer = own.clone().header(name, value).send(&checkout.sandbox);
        assert_eq!(answer.status(), 403, "{name}: {value}");
    }
    let other = Checkout::of(checkout.sandbox.clone(), &json!({}));
    let token = between(text(&other.open("")), "name=\"token\" value=\"", "\"").to_owned();
    for token in ["", "x", &token] {
        let body =
            format!("token={token}&action=pay&method=CARD&number={SUCCEEDS}&expiry=12/34&cvc=123");
        let answer = checkout.bare_form(&body).send(&checkout.sandbox);
        assert_eq!(answer.status(), 403, "{token}");
    }
    assert!(event_types(&checkout.sandbox).is_empty());
    let answer = own
        .header("host", "localhost")
        .header("origin", "http://localhost")
        .header("sec-fetch-site", "same-origin")
        .send(&checkout.sandbox);
    assert_eq!(answer.status(), 303);
}

#[test]
fn the_page_offers_what_the_place_of_the_buyer_allows() {
    let checkout = Checkout::new();
    for (query, has_pix) in [("", false), ("?country=US", false), ("?country=BR", true)] {
        let page = checkout.open(query);
        assert_eq!(text(&page).contains("value=\"PIX\""), has_pix, "{query}");
        assert_eq!(text(&page).contains("<li>BRL</li>"), has_pix, "{query}");
    }
    assert_eq!(checkout.open("?country=Brazil").status(), 400);
    // What is not offered is not gone on with either.
    let page = checkout.open("?with=PIX&country=US");
    assert!(text(&page).contains("value=\"CARD\" checked"));
    let page = checkout.open("?with=PIX&country=BR");
    assert!(text(&page).contains("QR code of Pix"));
    let all = Checkout::with(&json!({
        "paymentMethodTypeBlackList": ["CARD", "PAYPAL", "APPLEPAY", "GOOGLEPAY", "CASHAPP"]
    }));
    assert!(text(&all.open("")).contains("No payment method of this merchant fits"));
}

#[test]
fn a_code_opens_at_once_only_when_it_is_wished_selected_and_offered_and_never_pays() {
    for (wished, selected, query, opens) in [
        ("CASHAPP", "CASHAPP", "", true),
        ("CASHAPP", "CASHAPP", "?country=BR", false),
        ("CASHAPP", "CASHAPP", "?view=methods", false),
        ("CASHAPP", "CARD", "", false),
        ("QRIS", "QRIS", "?country=ID", true),
        ("QRIS", "QRIS", "", false),
    ] {
        let checkout = Checkout::with(&json!({
            "directPaymentQrCodePaymentMethodType": wished, "paymentMethodType": selected,
        }));
        let page = checkout.open(query);
        assert_eq!(
            text(&page).contains("<svg class=\"code\""),
            opens,
            "{wished} {selected} {query}"
        );
        assert_eq!(checkout.state(), "open");
        assert!(event_types(&checkout.sandbox).is_empty());
    }
}

#[test]
fn by_an_app_the_buyer_pays_declines_or_chooses_another_way() {
    let checkout = Checkout::new();
    let chosen = checkout
        .form("action=pay&method=CASHAPP&country=US")
        .send(&checkout.sandbox);
    assert_eq!(
        header(&chosen, "location"),
        format!("{}?with=CASHAPP&country=US", checkout.path)
    );
    assert!(event_types(&checkout.sandbox).is_empty());
    let declined = checkout
        .form("action=app-declines&method=CASHAPP")
        .send(&checkout.sandbox);
    assert!(text(&declined).contains("The payment was declined."));
    assert!(text(&declined).contains("QR code of Cash App Pay"));
    let hidden = checkout
        .form("action=app-pays&method=CASHAPP&country=BR")
        .send(&checkout.sandbox);
    assert!(text(&hidden).contains("could not be taken"));
    let paid = checkout
        .form("action=app-pays&method=CASHAPP")
        .send(&checkout.sandbox);
    assert_eq!(paid.status(), 303);
}

#[test]
fn an_expired_session_says_so_and_leads_back() {
    let checkout = Checkout::new();
    let form = checkout.card_form(SUCCEEDS);
    let merchant = checkout.sandbox.merchant_of("sk_test_caller").unwrap();
    merchant
        .advance(std::time::Duration::from_secs(366 * 24 * 60 * 60))
        .unwrap();
    for answer in [checkout.open(""), form.send(&checkout.sandbox)] {
        assert_eq!(answer.status(), 410);
        assert!(text(&answer).contains("Checkout expired"));
        assert!(text(&answer).contains("href=\"https://shop.example/cart\""));
    }
    assert_eq!(checkout.state(), "expired");
}

#[test]
fn no_page_runs_or_fetches_what_a_merchant_wrote() {
    let bad = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let checkout = Checkout::with(&json!({
        "customerEmail": "\"><script>alert(1)</script>@example.com",
        "successUrl": "https://shop.example/\"><script>alert(1)</script>",
        "cancelUrl": "https://shop.example/\"><script>alert(1)</script>",
        "allowPromotionCodes": true, "promotionCode": bad,
        "priceDataList": [{
            "name": bad, "quantity": 1, "unitAmount": 9.98,
            "imageUrl": "https://pictures.example/notebook.png",
        }],
    }));
    let code = "?code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for page in [
        checkout.open(""),
        checkout.open(code),
        checkout.open("?with=CASHAPP"),
        checkout.pay_by_card(DECLINED),
        Call::get("/pay/%3Cscript%3Ealert(1)%3C").send(&checkout.sandbox),
    ] {
        let html = text(&page);
        assert!(html.len() < 50 * 1024);
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        assert!(!html.contains("<img") && !html.contains("style=") && !html.contains("pictures."));
        let policy = header(&page, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'; "));
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains("data:"),
            "{policy}"
        );
        assert_eq!(header(&page, "cache-control"), "no-store");
        assert_eq!(header(&page, "referrer-policy"), "same-origin");
    }
}

#[test]
fn a_subscription_says_its_rhythm_and_its_trial() {
    let shop = || {
        at_the_time_of_calls()
            .catalogue(Catalogue::from_json(SHOP).unwrap())
            .build()
    };
    let buy = |price: &str| json!({"productId": "prd_pro", "priceId": price, "originalAmount": 19.990, "priceDataList": null});
    let plain = Checkout::of(shop(), &buy("price_pro"));
    let page = plain.open("");
    assert!(
        text(&page).contains("19.99\u{a0}USD every month."),
        "{}",
        text(&page)
    );
    assert!(text(&page).contains("Subscribe for 19.99\u{a0}USD"));
    let trial = Checkout::of(shop(), &buy("price_pro_trial"));
    let page = trial.open("");
    assert!(
        text(&page).contains("Due today: 0.00\u{a0}USD."),
        "{}",
        text(&page)
    );
    assert!(text(&page).contains("Start free trial"));
    assert!(text(&page).contains("You pay 0.00\u{a0}USD;"));
    let asked = trial.pay_by_card("4000002500003155");
    assert!(
        text(&asked).contains("this payment of 0.00\u{a0}USD"),
        "{}",
        text(&asked)
    );
}

#[test]
fn the_countdown_runs_on_the_merchants_clock() {
    let sandbox = at_the_time_of_calls()
        .session_lifetime(std::time::Duration::from_secs(90))
        .build();
    let checkout = Checkout::of(sandbox, &json!({}));
    let page = checkout.open("");
    assert!(
        text(&page)
            .contains("<time datetime=\"2023-11-14T22:14:50Z\">14 November 2023, 22:14 UTC</time>")
    );
    assert!(text(&page).contains("data-seconds-left=\"90\""));
    let merchant = checkout.sandbox.merchant_of("sk_test_caller").unwrap();
    merchant
        .advance(std::time::Duration::from_secs(60))
        .unwrap();
    assert!(text(&checkout.open("")).contains("data-seconds-left=\"30\""));
    merchant.freeze();
    let page = checkout.open("");
    assert!(!text(&page).contains("data-seconds-left"));
    assert!(text(&page).contains("clock stands still"));
}

#[test]
fn a_promotion_code_has_a_field_where_codes_are_allowed_and_it_is_not_hidden() {
    let field = "name=\"code\"";
    for (fields, has_field, says) in [
        (json!({}), false, None),
        (json!({"allowPromotionCodes": true}), true, None),
        (
            json!({"allowPromotionCodes": true, "promotionCode": "SPRING"}),
            true,
            Some("SPRING"),
        ),
        (
            json!({"allowPromotionCodes": true, "promotionCode": "SPRING", "showPromotionCode": false}),
            false,
            Some("SPRING"),
        ),
        (json!({"promotionCode": "SPRING"}), false, None),
    ] {
        let page = Checkout::with(&fields).open("");
        assert_eq!(text(&page).contains(field), has_field, "{fields}");
        assert_eq!(text(&page).contains("SPRING"), says.is_some(), "{fields}");
    }
    let checkout = Checkout::with(&json!({"allowPromotionCodes": true}));
    assert!(text(&checkout.open("?code=SUMMER")).contains("takes nothing off"));
}
