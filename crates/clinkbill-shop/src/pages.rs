//! The pages, and what their forms do.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use clinkbill::{Currency, RedirectUrl};
use serde::Deserialize;
use url::Url;

use crate::books::{Purchase, Stage};
use crate::checkout::Next;
use crate::goods::{CURRENCY, GOODS, Good, MOST};
use crate::{Kind, Shop, ShopError};

/// What a page may load: the style, and nothing else. Forms may be sent anywhere: after one a
/// browser is sent on to the checkout, which would count.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "shelf.html")]
struct Shelf {
    goods: &'static [Good],
    currency: Currency,
    most: u32,
    form: OrderForm,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "order.html")]
struct Order {
    title: &'static str,
    purchase: Purchase,
    stand: Stand,
}

#[derive(Template)]
#[template(path = "embed.html")]
struct Embed {
    purchase: Purchase,
    url: String,
}

/// A page with one thing to say.
#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct Notice {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

/// What a buyer orders, as it was typed.
#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct OrderForm {
    good: String,
    quantity: String,
    email: String,
}

/// What is wrong with a form.
struct Problem {
    field: &'static str,
    text: String,
}

/// How an order stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Paid,
    /// The checkout is open.
    Open,
    /// Clink is just being asked for a checkout.
    Asking,
    /// Nobody knows whether a checkout was made.
    Lost,
    /// There is no checkout, or it is over.
    Ended,
}

pub(crate) async fn shelf() -> Result<Response, ShopError> {
    Ok(page(&Shelf::new(OrderForm::default(), None))?)
}

pub(crate) async fn place(
    State(shop): State<Shop>,
    Form(form): Form<OrderForm>,
) -> Result<Response, ShopError> {
    match form.read() {
        Ok((good, quantity)) => {
            let purchase = shop.books.place(good, quantity, form.email.trim()).await?;
            lead_on(&shop, purchase).await
        }
        Err(problem) => {
            let page = page(&Shelf::new(form, Some(problem)))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(crate) async fn pay(
    State(shop): State<Shop>,
    Path(token): Path<String>,
) -> Result<Response, ShopError> {
    let purchase = find(&shop, &token).await?;
    lead_on(&shop, purchase).await
}

pub(crate) async fn order(
    State(shop): State<Shop>,
    Path(token): Path<String>,
) -> Result<Response, ShopError> {
    let purchase = find(&shop, &token).await?;
    show(&shop, "Your order", purchase).await
}

pub(crate) async fn cancelled(
    State(shop): State<Shop>,
    Path(token): Path<String>,
) -> Result<Response, ShopError> {
    let purchase = find(&shop, &token).await?;
    show(&shop, "You left the checkout", purchase).await
}

/// Where a buyer comes back to after paying, or anybody at any time. It proves nothing: the order
/// is looked up, in the shop's books and, while they know of no payment, at Clink.
pub(crate) async fn thanks(State(shop): State<Shop>, uri: Uri) -> Result<Response, ShopError> {
    let Ok(id) = RedirectUrl::session_id(&uri.to_string()) else {
        return Err(ShopError::NoSuchOrder);
    };
    let found = shop.books.by_session(&id).await?;
    let (purchase, reference) = found.ok_or(ShopError::NoSuchOrder)?;
    if !purchase.is_paid() {
        shop.look_up(&id, &reference).await?;
    }
    Ok(to_order(&purchase))
}

/// The checkout, in a frame.
pub(crate) async fn embed(
    State(shop): State<Shop>,
    Path(token): Path<String>,
) -> Result<Response, ShopError> {
    let purchase = find(&shop, &token).await?;
    let now = (shop.now)();
    let checkouts = shop.books.checkouts(purchase.number).await?;
    let open = checkouts.iter().find_map(|checkout| checkout.open_url(now));
    let embeds = shop.kind == Kind::Embedded && !purchase.is_paid();
    let Some(url) = open.filter(|_| embeds) else {
        return Ok(to_order(&purchase));
    };
    let origin = Url::parse(url).map(|url| url.origin().ascii_serialization());
    let policy = format!("{POLICY}; frame-src {}", origin.unwrap_or_default());
    let url = url.to_owned();
    let mut page = page(&Embed { purchase, url })?;
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        page.headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(page)
}

pub(crate) async fn nothing() -> Result<Response, ShopError> {
    let page = page(&Notice {
        title: "There is no such page",
        text: "Start again in the shop.",
    })?;
    Ok((StatusCode::NOT_FOUND, page).into_response())
}

pub(crate) async fn style() -> impl IntoResponse {
    let style = include_str!("../assets/shop.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], style)
}

/// A page that loads nothing, is kept nowhere, and tells nobody where the buyer came from.
pub(crate) fn page(template: &impl Template) -> Result<Response, askama::Error> {
    const HEADERS: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((HEADERS, Html(template.render()?)).into_response())
}

async fn find(shop: &Shop, token: &str) -> Result<Purchase, ShopError> {
    let found = shop.books.find(token).await?;
    found.ok_or(ShopError::NoSuchOrder)
}

async fn lead_on(shop: &Shop, purchase: Purchase) -> Result<Response, ShopError> {
    let order = to_order(&purchase);
    let embedded = format!("/orders/{}/checkout", purchase.token);
    Ok(match (shop.next(purchase).await?, shop.kind) {
        (Next::Pay(url), Kind::Hosted) => Redirect::to(&url).into_response(),
        (Next::Pay(_), Kind::Embedded) => Redirect::to(&embedded).into_response(),
        (Next::Order, _) => order,
    })
}

fn to_order(purchase: &Purchase) -> Response {
    Redirect::to(&format!("/orders/{}", purchase.token)).into_response()
}

async fn show(shop: &Shop, title: &'static str, purchase: Purchase) -> Result<Response, ShopError> {
    let now = (shop.now)();
    let checkouts = shop.books.checkouts(purchase.number).await?;
    let stand = match checkouts.last() {
        _ if purchase.is_paid() => Stand::Paid,
        Some(checkout) if checkout.open_url(now).is_some() => Stand::Open,
        Some(checkout) if checkout.stage == Stage::AskedFor => Stand::Asking,
        Some(checkout) if checkout.stage == Stage::Lost => Stand::Lost,
        _ => Stand::Ended,
    };
    let title = match stand {
        Stand::Paid => "Thank you",
        _ => title,
    };
    Ok(page(&Order {
        title,
        purchase,
        stand,
    })?)
}

impl Default for OrderForm {
    fn default() -> Self {
        Self {
            good: GOODS[0].id.to_owned(),
            quantity: "1".to_owned(),
            email: String::new(),
        }
    }
}

impl OrderForm {
    /// What is ordered and how much of it, or what is wrong.
    fn read(&self) -> Result<(&'static Good, u32), Problem> {
        let problem = |field, text| Problem { field, text };
        let good = Good::find(&self.good)
            .ok_or_else(|| problem("good", "Choose one of the things below.".to_owned()))?;
        let quantity = self.quantity.trim().parse().ok();
        let quantity = quantity
            .filter(|quantity| (1..=MOST).contains(quantity))
            .ok_or_else(|| problem("quantity", format!("Order 1 to {MOST} of it.")))?;
        let email = self.email.trim().split_once('@');
        let is_email = email.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        if is_email {
            Ok((good, quantity))
        } else {
            let text = "Write it as name@example.com.".to_owned();
            Err(problem("email", text))
        }
    }
}

impl Shelf {
    fn new(form: OrderForm, problem: Option<Problem>) -> Self {
        Self {
            goods: &GOODS,
            currency: CURRENCY,
            most: MOST,
            form,
            problem,
        }
    }

    /// What is wrong with this field.
    fn problem_of(&self, field: &str) -> Option<&str> {
        let problem = self.problem.as_ref()?;
        (problem.field == field).then_some(problem.text.as_str())
    }
}
