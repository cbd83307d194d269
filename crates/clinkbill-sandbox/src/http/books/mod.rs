//! The developer's pages: every book at `/`, and at `/books/{name}` one with its buttons.
//!
//! A page follows its book, and the list all books, by `changes`, and fetches itself anew when
//! something has changed.
//!
//! The sandbox has no login, and whoever reaches it reaches these pages. They show no key, no signing
//! secret and no body; the token of a session stands in the link to its checkout only. A button does
//! what the control API does, by the same functions.

mod act;
mod form;
mod rows;
mod sections;

use askama::Template;
use http::{HeaderValue, Method, StatusCode, header};

use self::act::act;
use self::form::Form;
use self::rows::Part;
use self::sections::{Section, Table};
use super::assets::{self, Asset};
use super::page::{
    Frames, Moment, Notice, is_from_here, is_from_own_page, plain, redirect, render,
};
use super::text::cut;
use super::{allow_page, api, query_value, whole_body};
use crate::Answer;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::key::KeyDigest;
use crate::request::Request;
use crate::traffic::{Fault, without_secrets};
use crate::watch::{Follow, Watched};

/// The event that something has changed. What it is stands on the page.
pub(crate) const CHANGED: &str = "data: changed\n\n";
/// How long a browser waits before it asks for changes again.
const RETRY_MILLIS: u32 = 2_000;
/// How many rows a list has at most.
const MOST: usize = 50;
/// How many rows it has where it stands beside the others.
const MOST_BESIDE_OTHERS: usize = 8;
/// How much of a text is shown, in bytes of the page.
const TEXT_SHOWN: usize = 60;
const PATH_SHOWN: usize = 120;
const MESSAGE_SHOWN: usize = 160;
const ALERT_SHOWN: usize = 400;

/// The list of the books.
#[derive(Template)]
#[template(path = "books.html")]
struct Books {
    style: &'static str,
    icon: &'static str,
    script: &'static str,
    rows: Vec<BookRow>,
    page: usize,
    pages: usize,
    before: usize,
    total: usize,
    here: String,
}

struct BookRow {
    name: String,
    merchant: String,
    ending: String,
    sessions: usize,
    orders: usize,
}

/// One book, or one section of it.
#[derive(Template)]
#[template(path = "book.html")]
struct BookPage {
    style: &'static str,
    icon: &'static str,
    script: &'static str,
    name: String,
    merchant: String,
    ending: Option<String>,
    here: String,
    token: String,
    alert: Option<String>,
    sections: [Section; 8],
    now: Moment,
    is_frozen: bool,
    is_overview: bool,
    most: usize,
    tables: Vec<Table>,
    arming: Option<Arming>,
}

/// What a fault can be armed with.
struct Arming {
    kinds: &'static [&'static str],
    operations: Vec<&'static str>,
}

/// Lists the books.
pub(super) fn list(engine: &Engine, request: &Request) -> Result<Answer, ApiError> {
    allow_page(request, &[])?;
    let merchants = engine.books.latest_merchants();
    let pages = merchants.len().div_ceil(MOST).max(1);
    let page = page_of(request).min(pages);
    let before = (page - 1) * MOST;
    let rows = merchants.iter().skip(before).take(MOST);
    let rows = rows.filter_map(|merchant| {
        engine.books.with_existing(*merchant, |book| BookRow {
            name: merchant.book_name(),
            merchant: merchant.pseudonym(),
            ending: merchant.ending().unwrap_or("not shown").to_owned(),
            sessions: book.sessions.iter().len(),
            orders: book.orders.all().len(),
        })
    });
    let page = Books {
        style: assets::path(Asset::Books),
        icon: assets::path(Asset::Icon),
        script: assets::path(Asset::BooksScript),
        rows: rows.collect(),
        page,
        pages,
        before,
        total: merchants.len(),
        here: on_page("/", page),
    };
    Ok(render(StatusCode::OK, &page, Frames::Nobody))
}

/// Answers for one book, or one section of it.
pub(super) fn handle(
    engine: &Engine,
    request: &Request,
    name: &str,
    section: Option<&str>,
) -> Result<Answer, ApiError> {
    let section = match section {
        None => None,
        Some(path) => Some(Section::at(path).ok_or(ApiError::UnknownRoute)?),
    };
    allow_page(request, &[Method::POST])?;
    let Some(merchant) = find(engine, name) else {
        return Ok(unknown());
    };
    let page = View {
        engine,
        merchant,
        section,
        page: page_of(request),
        wall: request.received_at,
    };
    if request.method != Method::POST {
        return Ok(page.show(StatusCode::OK, None));
    }
    let form = Form::read(whole_body(request)?);
    if !is_from_own_page(request, &form.token, &page.token()) {
        return Ok(Notice::plain(
            StatusCode::FORBIDDEN,
            "Nothing was done",
            "The form did not come from this book's own page. Open the book again.",
        ));
    }
    Ok(match act(engine, merchant, form, request.received_at) {
        Ok(settle) => {
            let mut answer = redirect(&page.path());
            if let Some(settle) = settle {
                answer.extensions_mut().insert(settle);
            }
            answer
        }
        Err(error) => {
            let status = match &error {
                ApiError::Malformed { .. } => StatusCode::BAD_REQUEST,
                ApiError::NotFound { .. } => StatusCode::NOT_FOUND,
                ApiError::Refused(_) => StatusCode::CONFLICT,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            page.show(status, Some(&error.message()))
        }
    })
}

/// Tells of the changes of the list, as [`changes`] does of those of a book.
pub(super) fn all_changes(request: &Request) -> Result<Answer, ApiError> {
    tell_changes(request, || Some(Watched::AllBooks))
}

/// Tells of the changes of a book: at once, and then for as long as the door can go on. A browser
/// whose answer came to an end asks again.
pub(super) fn changes(engine: &Engine, request: &Request, name: &str) -> Result<Answer, ApiError> {
    tell_changes(request, || find(engine, name).map(Watched::Book))
}

fn tell_changes(
    request: &Request,
    find: impl FnOnce() -> Option<Watched>,
) -> Result<Answer, ApiError> {
    allow_page(request, &[])?;
    if !is_from_here(request) {
        return Ok(Notice::plain(
            StatusCode::FORBIDDEN,
            "Nothing is told",
            "Only the page that shows something is told of its changes.",
        ));
    }
    let Some(watched) = find() else {
        return Ok(unknown());
    };
    let mut answer = plain(StatusCode::OK);
    let kind = HeaderValue::from_static("text/event-stream");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer.extensions_mut().insert(Follow(watched));
    *answer.body_mut() = format!("retry: {RETRY_MILLIS}\n{CHANGED}").into_bytes();
    Ok(answer)
}

fn find(engine: &Engine, name: &str) -> Option<KeyDigest> {
    let merchants = engine.books.latest_merchants();
    merchants.into_iter().find(|own| own.book_name() == name)
}

/// A book that somebody looks at. That keeps no merchant from being the idlest.
struct View<'a> {
    engine: &'a Engine,
    merchant: KeyDigest,
    section: Option<Section>,
    /// Which part of the section.
    page: usize,
    wall: i64,
}

impl View<'_> {
    fn path(&self) -> String {
        let name = self.merchant.book_name();
        match self.section {
            None => format!("/books/{name}"),
            Some(section) => on_page(&format!("/books/{name}/{}", section.path()), self.page),
        }
    }

    /// What the forms carry. The token of no checkout has a slash.
    fn token(&self) -> String {
        let name = self.merchant.book_name();
        self.engine.form_token(&format!("books/{name}"))
    }

    fn show(&self, status: StatusCode, alert: Option<&str>) -> Answer {
        let (page, most, sections) = match &self.section {
            None => (1, MOST_BESIDE_OTHERS, &Section::ALL[..]),
            Some(section) => (self.page, MOST, std::slice::from_ref(section)),
        };
        let part = Part { page, most };
        let merchant = self.merchant;
        let is_frozen = self
            .engine
            .with_existing_book(merchant, self.wall, |book, now| {
                (now, book.clock.is_frozen())
            });
        let Some((now, is_frozen)) = is_frozen else {
            return unknown();
        };
        let tables = sections
            .iter()
            .filter_map(|section| section.table(self.engine, merchant, part, self.wall))
            .collect();
        let page = BookPage {
            style: assets::path(Asset::Books),
            icon: assets::path(Asset::Icon),
            script: assets::path(Asset::BooksScript),
            name: merchant.book_name(),
            merchant: merchant.pseudonym(),
            ending: merchant.ending().map(str::to_owned),
            here: self.path(),
            token: self.token(),
            alert: alert.map(|text| shown_up_to(text, ALERT_SHOWN)),
            sections: Section::ALL,
            now: Moment::at(now),
            is_frozen,
            is_overview: self.section.is_none(),
            most: MOST,
            tables,
            arming: sections.contains(&Section::Faults).then(|| Arming {
                kinds: Fault::kinds(),
                operations: api::operation_ids().collect(),
            }),
        };
        render(status, &page, Frames::Nobody)
    }
}

/// Which part of a list is asked for, from 1 on.
fn page_of(request: &Request) -> usize {
    let page = query_value(request, "page").and_then(|page| page.parse().ok());
    page.unwrap_or(1).max(1)
}

/// Where a part of a list is.
fn on_page(path: &str, page: usize) -> String {
    match page {
        1 => path.to_owned(),
        page => format!("{path}?page={page}"),
    }
}

fn unknown() -> Answer {
    Notice::plain(
        StatusCode::NOT_FOUND,
        "Unknown book",
        "The sandbox has no book of this name. The page at / lists those that there are.",
    )
}

/// Somebody's text as the pages show it: without secrets, and not at any length.
fn shown(text: &str) -> String {
    shown_up_to(text, TEXT_SHOWN)
}

fn shown_up_to(text: &str, most: usize) -> String {
    cut(&without_secrets(text), most).into_owned()
}
