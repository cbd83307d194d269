//! HEAD: what GET answers, without a body.

use http::Method;
use serde_json::json;

use crate::bounds::portal;
use crate::call::{Call, at_the_time_of_calls, text};
use crate::doors::client;
use crate::page::{Checkout, between};

/// Every kind of page and file, with and without something to show.
fn places(checkout: &Checkout) -> Vec<String> {
    let list = Call::get("/").send(&checkout.sandbox);
    let book = format!("/books/{}", between(text(&list), "/books/", "\""));
    let style = between(text(&list), "stylesheet\" href=\"", "\"").to_owned();
    let mut places: Vec<String> = [
        "/",
        "/assets/x.css",
        "/books/x",
        "/books/x/changes",
        "/changes",
        "/pay/x",
        "/pay/x/state",
        "/portal/x",
    ]
    .map(str::to_owned)
    .to_vec();
    for rest in ["", "?country=Brazil", "?with=CASHAPP", "/state"] {
        places.push(format!("{}{rest}", checkout.path));
    }
    for rest in ["", "/requests", "/nothing", "/changes"] {
        places.push(format!("{book}{rest}"));
    }
    places.extend([style, portal(checkout)]);
    places
}

#[test]
fn pages_and_files_answer_head_as_get_without_a_body() {
    let checkout = Checkout::new();
    for place in places(&checkout) {
        let get = Call::get(&place).send(&checkout.sandbox);
        let head = Call::new(Method::HEAD, &place).send(&checkout.sandbox);
        assert_eq!(head.status(), get.status(), "{place}");
        assert!(head.body().is_empty(), "{place}");
        let mut headers = head.headers().clone();
        let length = headers.remove("content-length");
        if place.ends_with("/changes") && get.status() == 200 {
            assert_eq!(length, None, "{place}: it would go on");
        } else {
            assert_eq!(length.unwrap(), &*get.body().len().to_string(), "{place}");
        }
        assert_eq!(&headers, get.headers(), "{place}");
    }
}

#[test]
fn the_api_has_no_head_and_a_page_says_what_it_takes() {
    let checkout = Checkout::new();
    for (method, place, allowed) in [
        (Method::HEAD, "/api/order", "GET"),
        (Method::HEAD, "/_sandbox/events", "GET"),
        (Method::PUT, &checkout.path, "GET, HEAD, POST"),
        (Method::POST, "/", "GET, HEAD"),
        (Method::DELETE, "/portal/x", "GET, HEAD"),
    ] {
        let answer = Call::new(method, place).send(&checkout.sandbox);
        assert_eq!(answer.status(), 405, "{place}");
        assert_eq!(answer.headers()["allow"], allowed, "{place}");
    }
}

#[tokio::test]
async fn on_a_port_the_length_is_that_of_the_page_and_the_connection_goes_on() {
    let checkout = Checkout::of(at_the_time_of_calls().build(), &json!({}));
    let places = places(&checkout);
    let server = checkout.sandbox.serve().await.unwrap();
    let wiremock = checkout.sandbox.wiremock().await.unwrap();
    let doors = [server.base_url(), wiremock.base_url()];
    let through = |door: &&str| door.strip_suffix("/api/").unwrap().to_owned();
    let doors = doors.iter().map(through);
    for (door, place) in
        doors.flat_map(|door| places.iter().map(move |place| (door.clone(), place)))
    {
        let url = format!("{door}{place}");
        let head = client().head(&url).send().await.unwrap();
        if place.ends_with("/changes") && head.status() == 200 {
            assert!(head.bytes().await.unwrap().is_empty());
            continue;
        }
        let length = head.headers()["content-length"].clone();
        let get = client().get(&url).send().await.unwrap();
        assert_eq!(head.status(), get.status(), "{place}");
        let body = get.bytes().await.unwrap();
        assert_eq!(length, &*body.len().to_string(), "{place}");
    }
}
