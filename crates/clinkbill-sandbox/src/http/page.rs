//! The checkout page behind a session's `url`: the purchase, and what a buyer can do with it.

use askama::Template;
use clinkbill_types::Amount;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use url::Url;

use super::{allow, query_value, whole_body};
use crate::Answer;
use crate::book::{Book, Draft, Session};
use crate::engine::{Engine, Link};
use crate::error::ApiError;
use crate::flow::{Attempt, redirect_after_success, redirect_on_leaving};
use crate::offers::Country;
use crate::request::Request;
use crate::rulebook::Rulebook;
use crate::view;
use crate::wire::request::PaymentMethodType;
use crate::wire::response::SessionStatus;

pub(super) fn handle(engine: &Engine, request: &Request, token: &str) -> Result<Answer, ApiError> {
    allow(request, &[Method::GET, Method::POST])?;
    let Some(link) = engine.link(token) else {
        return Ok(Notice::reply(
            StatusCode::NOT_FOUND,
            "Unknown checkout link",
            "No checkout session stands behind this link.",
        ));
    };
    if request.method == Method::GET {
        engine.open_checkout(&link, request.received_at);
        return Ok(show(engine, request, &link, None));
    }
    let attempt = match form_value(request, "outcome")?.as_deref() {
        Some("succeeded") => Attempt::succeeded(),
        Some("failed") => Attempt::failed(),
        _ => {
            return Ok(Notice::reply(
                StatusCode::BAD_REQUEST,
                "Nothing was paid",
                "The form field outcome must be succeeded or failed.",
            ));
        }
    };
    let failed = attempt == Attempt::failed();
    match engine.pay(
        link.merchant,
        &link.session_id,
        attempt,
        request.received_at,
    ) {
        Ok(paid) => Ok(match paid.redirect_url.as_deref().and_then(location) {
            Some(location) => redirect(location),
            None if failed => show(
                engine,
                request,
                &link,
                Some("The card was declined. You can try again."),
            ),
            None => show(engine, request, &link, None),
        }),
        // The session ended meanwhile: its page says so.
        Err(_) => Ok(show(engine, request, &link, None)),
    }
}

/// The page of a session as it stands.
#[derive(Template)]
#[template(path = "checkout.html")]
struct Checkout<'a> {
    merchant: Option<String>,
    cancel_url: Option<String>,
    lines: Vec<LineView<'a>>,
    total: String,
    email: Option<&'a str>,
    methods: Vec<PaymentMethodType>,
    currencies: Vec<&'a str>,
    alert: Option<&'a str>,
}

struct LineView<'a> {
    name: &'a str,
    quantity: u32,
    unit: String,
    total: Option<String>,
}

impl<'a> LineView<'a> {
    fn of(name: &'a str, quantity: u32, unit_amount: Amount, currency: &str) -> Self {
        Self {
            name,
            quantity,
            unit: money(unit_amount, currency),
            total: unit_amount
                .checked_mul(quantity)
                .ok()
                .map(|total| money(total, currency)),
        }
    }
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct Notice<'a> {
    title: &'a str,
    text: &'a str,
}

impl Notice<'_> {
    pub(super) fn reply(status: StatusCode, title: &str, text: &str) -> Answer {
        page(status, &Notice { title, text }, "'none'", "'none'")
    }
}

/// Shows a session to a buyer in the country that the query names; the United States unless said.
fn show(engine: &Engine, request: &Request, link: &Link, alert: Option<&str>) -> Answer {
    let country = query_value(request, "country").map_or(Ok(Country::US), |code| code.parse());
    let Ok(country) = country else {
        return Notice::reply(
            StatusCode::BAD_REQUEST,
            "Unknown country",
            "The country of the query must be two capital letters, such as US.",
        );
    };
    engine.with_book(link.merchant, request.received_at, |book, _| {
        let Some(session) = book.sessions.get(&link.session_id) else {
            return Notice::reply(
                StatusCode::NOT_FOUND,
                "Unknown checkout link",
                "No checkout session stands behind this link.",
            );
        };
        match session.status() {
            SessionStatus::Open if session.under_way.is_some() => Notice::reply(
                StatusCode::OK,
                "Payment under way",
                "This payment has neither succeeded nor failed yet.",
            ),
            SessionStatus::Open => {
                let merchant = link.merchant.pseudonym();
                checkout(engine, book, session, merchant, country, alert)
            }
            SessionStatus::Completed => Notice::reply(
                StatusCode::OK,
                "Payment complete",
                "This checkout has concluded with a successful payment.",
            ),
            SessionStatus::Expired => Notice::reply(
                StatusCode::GONE,
                "Checkout expired",
                "This checkout takes no further payment attempts.",
            ),
        }
    })
}

fn checkout(
    engine: &Engine,
    book: &Book,
    session: &Session,
    merchant: String,
    country: Country,
    alert: Option<&str>,
) -> Answer {
    let draft = &session.draft;
    let rulebook = &*engine.rulebook;
    let offering = engine.offering(session, country);
    let template = Checkout {
        merchant: rulebook.page_begins_with_merchant().then_some(merchant),
        cancel_url: redirect_on_leaving(rulebook, session),
        lines: lines(rulebook, draft),
        total: money(draft.amount, draft.currency.code()),
        email: book.customers[session.customer]
            .email
            .as_deref()
            .filter(|_| rulebook.customer_is_filled_in()),
        methods: offering.methods,
        currencies: offering.currencies,
        alert,
    };
    // A browser checks the redirect after a form against form-action as well.
    let after = redirect_after_success(rulebook, session);
    let form_targets = match after.and_then(|url| Url::parse(&url).ok()) {
        Some(url) => format!("'self' {}", url.origin().ascii_serialization()),
        None => "'self'".to_owned(),
    };
    let frames = if view::is_embedded(session) {
        "*"
    } else {
        "'none'"
    };
    page(StatusCode::OK, &template, &form_targets, frames)
}

/// PP-03, PP-04: what is bought. Where a registered price and inline lines were both given, the
/// price counts.
fn lines<'a>(rulebook: &dyn Rulebook, draft: &'a Draft) -> Vec<LineView<'a>> {
    match &draft.item {
        Some(item) if rulebook.page_shows_registered_item() => {
            let (name, price) = (&item.product.name, &item.price);
            vec![LineView::of(
                name,
                1,
                price.unit_amount,
                price.currency.code(),
            )]
        }
        None if rulebook.page_shows_lines() => draft
            .lines
            .iter()
            .map(|line| LineView::of(&line.name, line.quantity, line.unit_amount, &line.currency))
            .collect(),
        _ => Vec::new(),
    }
}

fn page(status: StatusCode, template: &impl Template, form_targets: &str, frames: &str) -> Answer {
    let Ok(html) = template.render() else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
         form-action {form_targets}; frame-ancestors {frames}"
    );
    let mut reply = Answer::new(html.into_bytes());
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // The link is a secret: neither caches nor the next site may learn it.
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] as [(HeaderName, &'static str); 3]
    {
        headers.insert(name, HeaderValue::from_static(value));
    }
    reply
}

fn redirect(location: HeaderValue) -> Answer {
    let mut reply = plain(StatusCode::SEE_OTHER);
    reply.headers_mut().insert(header::LOCATION, location);
    reply
}

fn plain(status: StatusCode) -> Answer {
    let mut reply = Answer::new(Vec::new());
    *reply.status_mut() = status;
    reply
}

/// The URL as a header may carry it: in ASCII.
fn location(url: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(Url::parse(url).ok()?.as_str()).ok()
}

fn form_value(request: &Request, name: &str) -> Result<Option<String>, ApiError> {
    let body = whole_body(request)?;
    Ok(url::form_urlencoded::parse(body)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned()))
}

fn money(amount: Amount, currency: &str) -> String {
    format!("{amount} {currency}")
}
