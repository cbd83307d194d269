//! What a merchant may send is of any length; a page with everything it loads is not.

use clinkbill_sandbox::{Answer, Offer, OfferTable, PaymentMethodType, PurchaseType};
use http::Method;
use serde_json::{Value, json};

use crate::call::{Call, at_the_time_of_calls, data, read, text};
use crate::page::{Checkout, DECLINED, SUCCEEDS, between, header};

/// What a page and all it loads may take.
const MOST: usize = 50_000;

/// A page with all it loads, in bytes.
fn size(checkout: &Checkout, page: &Answer) -> usize {
    let html = text(page);
    let assets = html.split('"').filter(|part| part.starts_with("/assets/"));
    let mut size = html.len();
    let mut types = Vec::new();
    for path in assets {
        let answer = Call::get(path).send(&checkout.sandbox);
        assert_eq!(answer.status(), 200, "{path}");
        assert!(header(&answer, "cache-control").contains("immutable"));
        types.push(header(&answer, "content-type").to_owned());
        size += answer.body().len();
    }
    types.sort();
    let expected = ["image/svg+xml", "text/css", "text/javascript"];
    assert_eq!(types, expected.map(|kind| format!("{kind}; charset=utf-8")));
    size
}

fn many_lines(count: usize, line: &Value) -> Value {
    let mut lines = vec![line.clone(); count];
    for (number, line) in lines.iter_mut().enumerate() {
        let name = format!("{} {}", number + 1, line["name"].as_str().unwrap());
        line["name"] = name.into();
    }
    lines.into()
}

#[test]
fn a_thousand_lines_are_read_part_by_part_and_the_total_is_that_of_all() {
    let line = json!({"name": "Notebook", "quantity": 2, "unitAmount": 4.99});
    let checkout = Checkout::with(&json!({
        "originalAmount": 9_980, "priceDataList": many_lines(1_000, &line),
    }));
    let mut seen = Vec::new();
    let mut query = String::new();
    loop {
        let page = checkout.open(&query);
        let html = text(&page);
        let body = between(html, "<tbody>", "</tbody>");
        seen.extend(
            body.split("<tr><td>")
                .skip(1)
                .map(|row| name_in(row).to_owned()),
        );
        assert!(
            html.contains("The other 950 lines</th><td>9481.00\u{a0}USD</td>"),
            "{html}"
        );
        let total = "Total</th><td>9980.00\u{a0}USD</td></tr></tfoot>";
        assert!(html.contains(total), "{html}");
        assert!(size(&checkout, &page) < MOST);
        let last = seen.len();
        assert!(html.contains(&format!("Lines {} to {last} of 1000", last - 49)));
        let Some((before, _)) = html.split_once("\" rel=\"next\"") else {
            break;
        };
        let (_, way) = before.rsplit_once("href=\"").unwrap();
        query = way.replace("&amp;", "&").replace("&#38;", "&");
    }
    let expected: Vec<_> = (1..=1_000)
        .map(|number| format!("{number} Notebook"))
        .collect();
    assert_eq!(seen, expected);
    let last = checkout.open(&query);
    let back = "view=methods&#38;country=US&amp;lines=19\" rel=\"prev\"";
    assert!(text(&last).contains(back), "{}", text(&last));
    // What is no such part is the nearest one.
    for (lines, first) in [
        ("0", 1),
        ("x", 1),
        ("21", 951),
        ("18446744073709551615", 951),
    ] {
        let page = checkout.open(&format!("?lines={lines}"));
        assert!(
            text(&page).contains(&format!("Lines {first} to ")),
            "{lines}"
        );
    }
}

fn name_in(row: &str) -> &str {
    row.split_once("</td>").unwrap().0
}

#[test]
fn fifty_lines_stand_on_one_page_and_other_parts_keep_what_is_being_done() {
    let line = json!({"name": "Notebook", "unitAmount": 1});
    let few = Checkout::with(&json!({
        "originalAmount": 50, "priceDataList": many_lines(50, &line),
    }));
    let page = few.open("");
    assert_eq!(text(&page).matches("<tr><td>").count(), 50);
    assert!(!text(&page).contains("other") && !text(&page).contains("rel=\"next\""));

    let many = Checkout::with(&json!({
        "originalAmount": 51, "priceDataList": many_lines(51, &line), "allowPromotionCodes": true,
    }));
    for (query, link) in [
        ("?country=BR&with=PIX", "with=PIX&#38;country=BR"),
        ("?code=A%26B", "view=methods&#38;code=A%26B&#38;country=US"),
    ] {
        let page = many.open(query);
        let next = format!("href=\"?{link}&amp;lines=2\" rel=\"next\"");
        assert!(text(&page).contains(&next), "{}", text(&page));
        assert!(text(&page).contains("The other line</th><td>1.00\u{a0}USD</td>"));
    }
}

#[test]
fn lines_of_several_currencies_have_no_sum() {
    let line = json!({"name": "Notebook", "unitAmount": 1});
    let mut lines = many_lines(60, &line);
    lines[59]["currency"] = "EUR".into();
    let checkout = Checkout::with(&json!({"originalAmount": 60, "priceDataList": lines}));
    assert!(text(&checkout.open("")).contains("The other 10 lines</th><td></td>"));
    assert!(text(&checkout.open("?lines=2")).contains("The other 50 lines</th><td>50.00"));
}

/// The page of the customer portal for the checkout's customer.
pub(crate) fn portal(checkout: &Checkout) -> String {
    let path = format!("/api/checkout/session/{}", checkout.session_id);
    let customer = read(&checkout.sandbox, &path)["customer"]["customerId"].take();
    let link = Call::new(Method::POST, "/api/billing/session")
        .body(json!({ "customerId": customer }).to_string())
        .send(&checkout.sandbox);
    let url = data(&link, "url");
    url.strip_prefix("http://localhost").unwrap().to_owned()
}

/// Everything as long as it may be, and of what takes most room on a page.
#[test]
fn the_pages_of_the_worst_session_stay_under_50_kilobytes() {
    let bad = "<".repeat(8_000);
    let url = format!("https://shop.example/?{}", "&".repeat(100_000));
    let line = json!({
        "name": bad, "quantity": 2_147_483_647, "unitAmount": 999_999_999.999_999,
        "imageUrl": "https://shop.example/x",
    });
    // Every country that there could be.
    let letters = || (b'A'..=b'Z').map(char::from);
    let countries = letters().flat_map(|one| letters().map(move |two| format!("{one}{two}")));
    let offers = countries.map(|country| Offer {
        purchase: PurchaseType::OneTime,
        country: Some(country.parse().unwrap()),
        payment_methods: PaymentMethodType::ALL.to_vec(),
        currencies: vec!["EUR".to_owned(), "JPY".to_owned()],
    });
    let sandbox = at_the_time_of_calls()
        .offers(OfferTable::new(offers))
        .build();
    let worst = json!({
        "customerEmail": format!("{bad}@example.com"),
        "originalAmount": 999_999_999_999_999_999_u64,
        "successUrl": url, "cancelUrl": url,
        "allowPromotionCodes": true, "promotionCode": bad,
        "merchantReferenceId": bad,
        "metadata": (0..20).map(|n| (format!("{n}{}", "k".repeat(30)), "<".repeat(500))).collect::<Value>(),
        "priceDataList": many_lines(60, &line),
    });
    let checkout = Checkout::of(sandbox, &worst);
    let long_form = format!("action=pay&method=CARD&number={SUCCEEDS}&expiry={bad}&cvc={bad}");
    let mut pages = vec![
        checkout.open(""),
        checkout.open(&format!("?lines=2&code={bad}")),
        checkout.open("?with=CASHAPP"),
        checkout.form(&long_form).send(&checkout.sandbox),
        checkout.pay_by_card(DECLINED),
        checkout.pay_by_card("4000002500003155"),
    ];
    checkout.form("action=confirm").send(&checkout.sandbox);
    pages.push(checkout.open(""));
    pages.push(Call::get(&portal(&checkout)).send(&checkout.sandbox));
    for (number, page) in pages.iter().enumerate() {
        let size = size(&checkout, page);
        println!("{number}: {size}");
        assert!(size < MOST, "{number}: {size}");
        assert!(
            !text(page).contains("&#60;".repeat(100).as_str()),
            "{number}"
        );
    }
}

#[test]
fn a_control_character_is_shown_by_its_picture_wherever_a_merchant_puts_it() {
    let bad = "a\u{0}b\u{1b}[31mc\u{7f}d\u{9b}e\tf";
    let checkout = Checkout::with(&json!({
        "customerEmail": bad, "merchantReferenceId": bad, "referenceCustomerId": bad,
        "allowPromotionCodes": true, "promotionCode": bad,
        "priceDataList": [{"name": bad, "quantity": 2, "unitAmount": 4.99}],
    }));
    let list = Call::get("/").send(&checkout.sandbox);
    let book = format!("/books/{}", between(text(&list), "/books/", "\""));
    let pages = [
        checkout.open(""),
        Call::get(&book).send(&checkout.sandbox),
        Call::get(&format!("{book}/customers")).send(&checkout.sandbox),
    ];
    for page in pages {
        let html = text(&page);
        assert!(
            html.contains("a\u{2400}b\u{241b}[31mc\u{2421}d\u{fffd}e\u{2409}f"),
            "{html}"
        );
        let raw: Vec<_> = html
            .chars()
            .filter(|c| c.is_control() && *c != '\n')
            .collect();
        assert!(raw.is_empty(), "{raw:?}");
    }
}
