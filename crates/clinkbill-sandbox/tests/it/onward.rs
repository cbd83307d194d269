//! How a buyer who has paid gets to the merchant.

use clinkbill_sandbox::{Answer, Attempt};
use serde_json::json;

use crate::call::{Call, text};
use crate::page::{Checkout, DECLINED, SUCCEEDS, between, header};

/// As browsers ask for a page.
const BROWSERS: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn with_success_url(url: &str) -> Checkout {
    Checkout::with(&json!({ "successUrl": url }))
}

fn in_browser(call: Call) -> Call {
    call.header("accept", BROWSERS)
}

/// Where a page leads by itself, as a browser reads it.
fn refresh(page: &Answer) -> String {
    let content = between(text(page), "<meta http-equiv=\"refresh\" content=\"", "\"");
    let url = content.strip_prefix("0; url=").unwrap();
    url.replace("&#38;", "&").replace("&#39;", "'")
}

/// What a browser is shown after a form: the page that its redirect leads to, which stays here.
fn follow(checkout: &Checkout, sent: &Answer) -> Answer {
    assert_eq!(sent.status(), 303);
    let place = header(sent, "location");
    assert_eq!(place, format!("{}?view=next&country=US", checkout.path));
    in_browser(Call::get(place)).send(&checkout.sandbox)
}

fn policy(page: &Answer) -> &str {
    header(page, "content-security-policy")
}

#[test]
fn a_browser_goes_on_from_a_page_of_the_checkout_wherever_the_merchant_leads() {
    for (url, expected) in [
        (
            "https://shop.example/thanks",
            "https://shop.example/thanks?sessionId=",
        ),
        (
            "http://[::1]:3000/thanks",
            "http://[::1]:3000/thanks?sessionId=",
        ),
        (
            "https://b\u{fc}cher.example/\u{e9}",
            "https://xn--bcher-kva.example/%C3%A9?sessionId=",
        ),
        (
            "https://shop.example/?a=1&b='2;url=x",
            "https://shop.example/?a=1&b=%272;url=x&sessionId=",
        ),
        (
            "HTTPS://user:secret@Shop.example:8443/x",
            "https://user:secret@shop.example:8443/x?sessionId=",
        ),
    ] {
        let checkout = with_success_url(url);
        let page = checkout.open("");
        assert!(policy(&page).contains("form-action 'self'; "), "{url}");
        let sent = in_browser(checkout.card_form(SUCCEEDS)).send(&checkout.sandbox);
        let page = follow(&checkout, &sent);
        assert_eq!(page.status(), 200, "{url}");
        let place = format!("{expected}{}", checkout.session_id);
        assert_eq!(refresh(&page), place);
        assert!(text(&page).contains("Payment complete"), "{url}");
        let link = between(
            text(&page),
            "href=\"http",
            "\" rel=\"noreferrer\" target=\"_top\">",
        );
        assert_eq!(format!("http{}", link.replace("&#38;", "&")), place);
        assert!(policy(&page).ends_with("form-action 'self'; frame-ancestors 'none'"));
        assert_eq!(header(&page, "referrer-policy"), "same-origin");
        // Whoever opens the link again stays.
        assert!(
            !text(&in_browser(Call::get(&checkout.path)).send(&checkout.sandbox))
                .contains("refresh")
        );
    }
}

#[test]
fn whoever_shows_no_pages_is_redirected_at_once() {
    for accept in [None, Some("*/*"), Some("application/json")] {
        let checkout = with_success_url("https://shop.example/thanks");
        let form = checkout.card_form(SUCCEEDS);
        let form = match accept {
            Some(accept) => form.header("accept", accept),
            None => form,
        };
        let sent = form.send(&checkout.sandbox);
        let place = format!(
            "https://shop.example/thanks?sessionId={}",
            checkout.session_id
        );
        assert_eq!(sent.status(), 303);
        assert_eq!(header(&sent, "location"), place, "{accept:?}");
        // And where a browser would be by then.
        let next = checkout.open("?view=next");
        assert_eq!(
            (next.status().as_u16(), header(&next, "location")),
            (303, &*place)
        );
    }
}

#[test]
fn a_browser_whose_payment_failed_stays_at_the_form() {
    let checkout = Checkout::new();
    let declined = in_browser(checkout.card_form(DECLINED)).send(&checkout.sandbox);
    assert_eq!(declined.status(), 200);
    assert!(text(&declined).contains("The card was declined."));
    let next = in_browser(Call::get(&format!("{}?view=next", checkout.path)));
    let next = next.send(&checkout.sandbox);
    assert!(text(&next).contains("Payment methods"));
    assert!(!text(&next).contains("refresh"));
}

#[test]
fn who_waits_at_a_page_is_sent_on_when_the_payment_was_made_elsewhere() {
    let checkout = Checkout::new();
    let next = in_browser(Call::get(&format!(
        "{}?view=next&country=US",
        checkout.path
    )));
    assert!(text(&next.clone().send(&checkout.sandbox)).contains("Payment methods"));
    let merchant = checkout.sandbox.merchant_of("sk_test_caller").unwrap();
    merchant
        .pay(&checkout.session_id, Attempt::succeeded())
        .unwrap();
    assert_eq!(checkout.state(), "completed");
    let sent = next.send(&checkout.sandbox);
    assert!(refresh(&sent).starts_with("https://shop.example/thanks?sessionId=sess_"));
    let unknown = Call::get("/pay/x/state").send(&checkout.sandbox);
    assert_eq!(unknown.status(), 404);
}

#[test]
fn without_a_success_url_a_browser_is_told_that_it_has_paid() {
    let checkout = Checkout::with(&json!({"successUrl": null}));
    let paid = in_browser(checkout.card_form(SUCCEEDS)).send(&checkout.sandbox);
    assert_eq!(paid.status(), 200);
    assert!(text(&paid).contains("Payment complete"));
    let next = in_browser(Call::get(&format!("{}?view=next", checkout.path)));
    assert!(!text(&next.send(&checkout.sandbox)).contains("refresh"));
}

#[test]
fn an_embedded_checkout_may_stand_in_a_frame_and_leaves_it_at_the_end() {
    let embedded = json!({
        "uiMode": "elements", "returnUrl": "https://return.example/?id={ELEMENTS_SESSION_ID}",
    });
    let checkout = Checkout::with(&embedded);
    let page = checkout.open("");
    assert!(!text(&page).contains("https://shop.example/cart"));
    assert!(policy(&page).ends_with("form-action 'self'; frame-ancestors *"));
    let framed = |call: Call| in_browser(call).header("sec-fetch-dest", "iframe");
    let sent = framed(checkout.card_form(SUCCEEDS)).send(&checkout.sandbox);
    let place = header(&sent, "location").to_owned();
    let end = format!("https://return.example/?id={}", checkout.session_id);
    let link = format!(
        "href=\"{end}\" rel=\"noreferrer\" target=\"_top\" data-session-id=\"{}\"",
        checkout.session_id
    );
    // In a frame, and where the browser does not say, only the script or the buyer goes on.
    for call in [framed(Call::get(&place)), in_browser(Call::get(&place))] {
        let paid = call.send(&checkout.sandbox);
        assert_eq!(paid.status(), 200);
        assert!(text(&paid).contains(&link), "{}", text(&paid));
        assert!(!text(&paid).contains("refresh"));
        assert!(policy(&paid).ends_with("frame-ancestors *"));
    }
    // Outside of a frame it is sent on as any other.
    let alone = in_browser(Call::get(&place)).header("sec-fetch-dest", "document");
    assert_eq!(refresh(&alone.send(&checkout.sandbox)), end);
    let by_program = Checkout::with(&embedded).pay_by_card(SUCCEEDS);
    assert!(header(&by_program, "location").starts_with("https://return.example/?id=sess_"));
}

#[test]
fn a_link_too_long_for_a_page_is_found_by_an_address_of_the_checkouts_own() {
    let long = |path: &str| format!("https://shop.example/{path}?{}", "&".repeat(10_000));
    let checkout = Checkout::with(&json!({
        "successUrl": long("thanks"), "cancelUrl": long("cart"),
    }));
    let own = format!("{}?view=merchant&country=US", checkout.path);
    let own_on_page = own.replace('&', "&#38;");
    let page = checkout.open("");
    assert!(text(&page).contains(&format!("<a class=\"leave\" href=\"{own_on_page}\"")));
    let leaves = Call::get(&own).send(&checkout.sandbox);
    assert_eq!(header(&leaves, "location"), long("cart"));

    let sent = in_browser(checkout.card_form(SUCCEEDS)).send(&checkout.sandbox);
    let page = follow(&checkout, &sent);
    assert_eq!(refresh(&page), own);
    assert!(text(&page).len() < 5_000);
    let paid = in_browser(Call::get(&own)).send(&checkout.sandbox);
    assert_eq!(paid.status(), 303);
    let place = format!("{}sessionId={}", long("thanks"), checkout.session_id);
    assert_eq!(header(&paid, "location"), place);
    // Without a place to go to it is a page as any other.
    let nowhere = Checkout::with(&json!({"cancelUrl": null}));
    assert_eq!(nowhere.open("?view=merchant").status(), 200);
}
