//! The page of a session that is open.

use std::borrow::Cow;

use askama::Template;
use url::form_urlencoded::Serializer;

use super::Page;
use super::answer::{Frames, render};
use super::code::Code;
use super::methods::{Way, label};
use super::summary::{self, Lines, Moment, Terms, due, money};
use super::wish::{Step, Wish};
use crate::Answer;
use crate::book::{Book, OrderState, Session};
use crate::flow::TestCard;
use crate::http::assets::{self, Asset};
use crate::http::host;
use crate::http::text::{cut, fits};
use crate::offers::Country;
use crate::rulebook::Rulebook;
use crate::view;
use crate::wire::request::PaymentMethodType;

/// How much of a text is shown, in bytes of the page. An e-mail address has at most 254.
pub(in crate::http) const EMAIL_SHOWN: usize = 320;
const CODE_SHOWN: usize = 240;
const FIELD_SHOWN: usize = 40;
/// How many countries are suggested.
const COUNTRIES_SHOWN: usize = 60;

/// The page of a session that is open.
#[derive(Template)]
#[template(path = "checkout.html")]
struct Checkout<'a> {
    style: &'static str,
    icon: &'static str,
    script: &'static str,
    state: &'static str,
    is_embedded: bool,
    // What is bought.
    merchant: Option<String>,
    cancel_url: Option<String>,
    lines: Lines<'a>,
    /// The query of this page, but for the part of the lines.
    around: String,
    total: String,
    /// What an attempt takes: nothing at the beginning of a trial.
    due: String,
    terms: Option<Terms>,
    currencies: Vec<&'a str>,
    promotion: Option<Promotion<'a>>,
    // How it is paid.
    token: String,
    country: Country,
    email: Option<Cow<'a, str>>,
    panel: Panel,
    alert: Option<&'static str>,
    entry: EntryView<'a>,
    // Until when.
    expiry: Moment,
    seconds_left: i64,
    now: Moment,
    clock_stands: bool,
    // The sandbox's own.
    cards: Vec<CardView>,
    countries: Vec<Country>,
}

/// What stands where the buyer pays.
enum Panel {
    /// The methods to choose from.
    Methods(Vec<MethodView>),
    /// What a buyer has chosen goes on elsewhere.
    Away {
        method: PaymentMethodType,
        name: &'static str,
        code: Option<Code>,
        /// Whether the code opened by itself.
        at_once: bool,
    },
    /// A payment has begun and waits: for the buyer to confirm it, or for its outcome.
    UnderWay { needs_confirmation: bool },
}

struct MethodView {
    wire: &'static str,
    name: &'static str,
    class: &'static str,
    is_selected: bool,
}

struct CardView {
    number: &'static str,
    digits: String,
    outcome: &'static str,
}

/// The card fields as they are shown again.
struct EntryView<'a> {
    number: &'a str,
    expiry: Cow<'a, str>,
    cvc: Cow<'a, str>,
    number_mistake: Option<&'static str>,
    expiry_mistake: Option<&'static str>,
    cvc_mistake: Option<&'static str>,
}

/// FR-11: the promotion code.
struct Promotion<'a> {
    code: Option<Cow<'a, str>>,
    has_input: bool,
    /// The buyer has entered it.
    is_entered: bool,
}

/// Shows a session to a buyer.
pub(super) fn open(
    page: &Page<'_>,
    book: &Book,
    session: &Session,
    now: i64,
    leave: Option<String>,
    wish: &Wish,
) -> Answer {
    let draft = &session.draft;
    let rulebook = &*page.engine.rulebook;
    let offering = page.engine.offering(session, wish.country);
    let is_embedded = view::is_embedded(session);
    // A buyer who goes on with a method that is not offered sees those that are.
    let away = wish
        .with
        .filter(|method| offering.methods.contains(method) && Way::of(*method) != Way::Card);
    let at_once = offering
        .qr_launch
        .filter(|_| away.is_none() && wish.step != Step::Methods);
    let panel = match (session.under_way, away.or(at_once)) {
        (Some(order_id), _) => Panel::UnderWay {
            needs_confirmation: book
                .orders
                .get(&order_id)
                .is_some_and(|order| order.state == OrderState::RequiresAction),
        },
        (None, Some(method)) => Panel::Away {
            method,
            name: label(method),
            code: has_code(method, at_once)
                .then(|| code(page, method, wish.country))
                .flatten(),
            at_once: at_once.is_some(),
        },
        (None, None) => {
            let selected = wish.with.or(offering.preselected);
            let selected = selected.filter(|method| offering.methods.contains(method));
            Panel::Methods(methods(&offering.methods, selected))
        }
    };
    let template = Checkout {
        style: assets::path(Asset::Style),
        icon: assets::path(Asset::Icon),
        script: assets::path(Asset::Script),
        state: summary::state(session),
        is_embedded,
        merchant: rulebook
            .page_begins_with_merchant()
            .then(|| page.link.merchant.pseudonym()),
        cancel_url: leave,
        lines: summary::lines(rulebook, draft, wish.lines),
        around: around(&panel, wish),
        total: money(draft.amount, draft.currency.code()),
        due: due(rulebook, draft),
        terms: Terms::of(rulebook, draft),
        currencies: offering.currencies,
        promotion: promotion(session, wish),
        token: page.engine.form_token(page.token),
        country: wish.country,
        email: email(rulebook, book, session),
        panel,
        alert: wish.alert,
        entry: EntryView {
            number: wish.entry.number_to_show(),
            expiry: cut(&wish.entry.expiry, FIELD_SHOWN),
            cvc: cut(&wish.entry.cvc, FIELD_SHOWN),
            number_mistake: wish.entry.mistakes.number,
            expiry_mistake: wish.entry.mistakes.expiry,
            cvc_mistake: wish.entry.mistakes.cvc,
        },
        expiry: Moment::at(session.expire),
        seconds_left: session.expire.saturating_sub(now).max(0) / 1_000,
        now: Moment::at(now),
        clock_stands: book.clock.is_frozen(),
        cards: TestCard::ALL.into_iter().map(CardView::of).collect(),
        countries: countries(page),
    };
    render(wish.status, &template, Frames::around(is_embedded))
}

/// A code that opens at once is one, whatever method it is of.
fn has_code(method: PaymentMethodType, at_once: Option<PaymentMethodType>) -> bool {
    at_once.is_some() || Way::of(method) == Way::Code
}

/// What a phone reads: the way to this very page, where the sandbox's buttons stand.
fn code(page: &Page<'_>, method: PaymentMethodType, country: Country) -> Option<Code> {
    let origin = host::origin(page.request);
    let method = method.as_str();
    Code::of(&format!(
        "{origin}/pay/{}?with={method}&country={country}",
        page.token
    ))
}

fn methods(offered: &[PaymentMethodType], selected: Option<PaymentMethodType>) -> Vec<MethodView> {
    let selected = selected.or(offered.first().copied());
    offered
        .iter()
        .map(|method| MethodView {
            wire: method.as_str(),
            name: label(*method),
            class: Way::of(*method).class(),
            is_selected: selected == Some(*method),
        })
        .collect()
}

/// CX-04.
fn email<'a>(rulebook: &dyn Rulebook, book: &'a Book, session: &Session) -> Option<Cow<'a, str>> {
    book.customers[session.customer]
        .email
        .as_deref()
        .filter(|_| rulebook.customer_is_filled_in())
        .map(|email| cut(email, EMAIL_SHOWN))
}

/// Which countries are suggested. Any other can be typed.
fn countries(page: &Page<'_>) -> Vec<Country> {
    let mut countries = page.engine.options.offers.countries();
    countries.truncate(COUNTRIES_SHOWN);
    countries
}

/// What leads to this page again, with other lines.
fn around(panel: &Panel, wish: &Wish) -> String {
    let mut query = Serializer::new(String::new());
    match panel {
        Panel::Away { method, .. } => query.append_pair("with", method.as_str()),
        Panel::Methods(_) | Panel::UnderWay { .. } => {
            query.append_pair("view", Step::Methods.as_str())
        }
    };
    if let Some(code) = wish.code.as_deref().filter(|code| fits(code, CODE_SHOWN)) {
        query.append_pair("code", code);
    }
    query.append_pair("country", &wish.country.to_string());
    query.finish()
}

fn promotion<'a>(session: &'a Session, wish: &'a Wish) -> Option<Promotion<'a>> {
    let draft = &session.draft;
    let has_input = draft.may_use_code && draft.show_promotion_code;
    let entered = wish.code.as_deref().filter(|_| has_input);
    let code = entered.or(draft.promotion_code.as_deref());
    let code = code.map(|code| cut(code, CODE_SHOWN));
    (has_input || code.is_some()).then_some(Promotion {
        code,
        has_input,
        is_entered: entered.is_some(),
    })
}

impl CardView {
    fn of(card: TestCard) -> Self {
        Self {
            number: card.number(),
            digits: card.digits(),
            outcome: card.outcome(),
        }
    }
}
