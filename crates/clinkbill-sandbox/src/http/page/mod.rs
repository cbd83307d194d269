//! The checkout page behind a session's `url`: the purchase, and what a buyer can do with it.
//!
//! Everything works by links and forms. The script only counts down, notices that a payment went
//! on elsewhere, and hands an embedded checkout back to the page around it. Pictures of the merchant
//! are not shown: a page that fetched them would tell their host when and where a buyer pays.

mod answer;
mod cards;
mod checkout;
mod code;
mod form;
mod methods;
mod summary;

use http::{Method, StatusCode};

pub(super) use self::answer::{Frames, Notice, plain, redirect, render};
use self::cards::{CardEntry, TestCard};
use self::form::{Action, Form};
pub(super) use self::form::{is_from_here, is_from_own_page};
use self::methods::Way;
pub(super) use self::summary::{Moment, money, rhythm};
use super::{allow, query_value, whole_body};
use crate::Answer;
use crate::engine::{Engine, Link};
use crate::error::ApiError;
use crate::flow::{Attempt, Outcome, Settlement, redirect_after_success, redirect_on_leaving};
use crate::offers::Country;
use crate::request::Request;
use crate::view;
use crate::wire::request::PaymentMethodType;
use crate::wire::response::SessionStatus;

/// Answers for the page of a checkout link.
pub(super) fn handle(engine: &Engine, request: &Request, token: &str) -> Result<Answer, ApiError> {
    allow(request, &[Method::GET, Method::POST])?;
    let Some(link) = engine.link(token) else {
        return Ok(Notice::unknown());
    };
    let page = Page {
        engine,
        request,
        link: &link,
        token,
    };
    if request.method == Method::POST {
        return page.act();
    }
    engine.open_checkout(&link, request.received_at);
    Ok(match Wish::of_query(request) {
        Ok(wish) => page.show(&wish),
        Err(refused) => *refused,
    })
}

/// Answers in one word where a session stands, for the script of its page.
pub(super) fn state(engine: &Engine, request: &Request, token: &str) -> Result<Answer, ApiError> {
    allow(request, &[Method::GET])?;
    let state = engine.link(token).and_then(|link| {
        // Somebody who looks at a page keeps no merchant from being the idlest.
        engine.with_existing_book(link.merchant, request.received_at, |book, _| {
            book.sessions.get(&link.session_id).map(summary::state)
        })?
    });
    let mut answer = plain(StatusCode::OK);
    match state {
        Some(state) => *answer.body_mut() = state.as_bytes().to_vec(),
        None => *answer.status_mut() = StatusCode::NOT_FOUND,
    }
    Ok(answer)
}

/// A checkout link that somebody has opened.
struct Page<'a> {
    engine: &'a Engine,
    request: &'a Request,
    link: &'a Link,
    token: &'a str,
}

/// What of a checkout is to be seen.
struct Wish {
    /// Where the buyer is: the United States unless said.
    country: Country,
    /// The method that the buyer goes on with, away from this page.
    with: Option<PaymentMethodType>,
    step: Step,
    /// The promotion code that the buyer has entered.
    code: Option<String>,
    alert: Option<&'static str>,
    entry: CardEntry,
    status: StatusCode,
}

/// How a buyer came to the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// By the link.
    Opened,
    /// Back from a method, to choose another.
    Methods,
    /// From a page that has noticed that something happened elsewhere.
    Next,
}

impl Wish {
    fn to_see(country: Country, step: Step) -> Self {
        Self {
            country,
            with: None,
            step,
            code: None,
            alert: None,
            entry: CardEntry::default(),
            status: StatusCode::OK,
        }
    }

    fn of_query(request: &Request) -> Result<Self, Box<Answer>> {
        let country = country(query_value(request, "country"))?;
        let step = match query_value(request, "view").as_deref() {
            Some("methods") => Step::Methods,
            Some("next") => Step::Next,
            _ => Step::Opened,
        };
        let card = query_value(request, "card");
        let card = card.as_deref().and_then(TestCard::with_number);
        Ok(Self {
            with: query_value(request, "with")
                .as_deref()
                .and_then(methods::named),
            code: query_value(request, "code").filter(|code| !code.trim().is_empty()),
            entry: card.map_or_else(CardEntry::default, |card| {
                CardEntry::filled_in(card, request.received_at)
            }),
            ..Self::to_see(country, step)
        })
    }

    fn with_alert(self, alert: &'static str) -> Self {
        Self {
            alert: Some(alert),
            ..self
        }
    }
}

impl Page<'_> {
    /// What a buyer does with a form of the page.
    fn act(&self) -> Result<Answer, ApiError> {
        let form = Form::read(whole_body(self.request)?);
        if !form.is_of_own_page(self.request, &self.engine.form_token(self.token)) {
            return Ok(Notice::plain(
                StatusCode::FORBIDDEN,
                "Nothing was paid",
                "The form did not come from this checkout's own page. Open the checkout again.",
            ));
        }
        let country = match country(form.country) {
            Ok(country) => country,
            Err(refused) => return Ok(*refused),
        };
        let wish = Wish::to_see(country, Step::Methods);
        Ok(match form.action {
            Some(Action::Pay) => match form.method {
                Some(method) => self.pay(method, form.entry, wish),
                None => self.show(&wish.with_alert("Choose a payment method.")),
            },
            Some(Action::AppPays(method)) => {
                self.attempt(Attempt::succeeded().by(method), wish.away_with(method))
            }
            Some(Action::AppDeclines(method)) => {
                let declined = Attempt::failed_with("payment_declined").by(method);
                self.attempt(declined, wish.away_with(method))
            }
            Some(Action::Confirm) => self.settle(&Settlement::succeeded(), wish),
            Some(Action::Reject) => {
                self.settle(&Settlement::failed_with("authentication_failed"), wish)
            }
            None => Notice::plain(
                StatusCode::BAD_REQUEST,
                "Nothing was paid",
                "The form field action must be pay, app-pays, app-declines, confirm or reject.",
            ),
        })
    }

    fn pay(&self, method: PaymentMethodType, entry: CardEntry, wish: Wish) -> Answer {
        match Way::of(method) {
            Way::Card => match entry.check(self.now()) {
                Ok(card) => self.attempt(card.attempt(), Wish { entry, ..wish }),
                Err(mistakes) => self.show(&Wish {
                    entry: entry.with(mistakes),
                    alert: Some("Check the card details."),
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    ..wish
                }),
            },
            // An address of its own, so that going back or loading again pays nothing.
            Way::Code | Way::App => redirect(&format!(
                "/pay/{}?with={}&country={}",
                self.token,
                method.as_str(),
                wish.country
            )),
        }
    }

    fn attempt(&self, attempt: Attempt, wish: Wish) -> Answer {
        let attempt = attempt.in_country(wish.country);
        let alert = match &attempt.outcome {
            Outcome::Settled(settlement) => settlement.failure_message(),
            Outcome::Processing | Outcome::RequiresAction => None,
        };
        let (merchant, wall) = (self.link.merchant, self.request.received_at);
        match self
            .engine
            .pay(merchant, &self.link.session_id, &attempt, wall)
        {
            Ok(paid) => self.go_on(paid.redirect_url.as_deref(), &Wish { alert, ..wish }),
            // Where the session has ended meanwhile, its page says so instead.
            Err(_) => self.show(&wish.with_alert("This payment could not be taken.")),
        }
    }

    fn settle(&self, settlement: &Settlement, wish: Wish) -> Answer {
        let alert = settlement.failure_message();
        let (merchant, wall) = (self.link.merchant, self.request.received_at);
        let under_way = self.engine.with_book(merchant, wall, |book, _| {
            book.sessions.get(&self.link.session_id)?.under_way
        });
        let settled =
            under_way.map(|order_id| self.engine.settle(merchant, &order_id, settlement, wall));
        match settled {
            Some(Ok(paid)) => self.go_on(paid.redirect_url.as_deref(), &Wish { alert, ..wish }),
            // It has ended meanwhile, and the page says how.
            Some(Err(_)) | None => self.show(&wish),
        }
    }

    /// Sends the buyer on, or shows where the session stands.
    fn go_on(&self, redirect_url: Option<&str>, wish: &Wish) -> Answer {
        let Some(url) = redirect_url else {
            return self.show(wish);
        };
        // Inside a frame a redirect would stay there. Only the page can leave it.
        if form::is_inside_a_frame(self.request) {
            Notice::hand_off(&self.link.merchant.pseudonym(), &self.link.session_id, url)
        } else {
            redirect(url)
        }
    }

    fn show(&self, wish: &Wish) -> Answer {
        let merchant = self.link.merchant;
        let shown = self
            .engine
            .with_book(merchant, self.request.received_at, |book, now| {
                let Some(session) = book.sessions.get(&self.link.session_id) else {
                    return Shown::Answer(Notice::unknown());
                };
                let rulebook = &*self.engine.rulebook;
                let back = redirect_after_success(rulebook, session);
                let frames = Frames::around(view::is_embedded(session));
                match session.status() {
                    SessionStatus::Open => {
                        Shown::Answer(checkout::open(self, book, session, now, wish))
                    }
                    SessionStatus::Completed if wish.step == Step::Next && back.is_some() => {
                        Shown::Next(back)
                    }
                    SessionStatus::Completed => {
                        Shown::Answer(Notice::complete(merchant.pseudonym(), back, frames))
                    }
                    SessionStatus::Expired => {
                        let back = redirect_on_leaving(rulebook, session);
                        Shown::Answer(Notice::expired(merchant.pseudonym(), back, frames))
                    }
                }
            });
        match shown {
            Shown::Answer(answer) => answer,
            Shown::Next(url) => {
                self.go_on(url.as_deref(), &Wish::to_see(wish.country, Step::Opened))
            }
        }
    }

    /// The merchant's time, in milliseconds since the Unix epoch.
    fn now(&self) -> i64 {
        self.engine
            .with_book(self.link.merchant, self.request.received_at, |_, now| now)
    }
}

impl Wish {
    fn away_with(self, method: PaymentMethodType) -> Self {
        Self {
            with: Some(method),
            ..self
        }
    }
}

enum Shown {
    Answer(Answer),
    Next(Option<String>),
}

fn country(code: Option<String>) -> Result<Country, Box<Answer>> {
    code.map_or(Ok(Country::US), |code| code.parse())
        .map_err(|_| {
            Box::new(Notice::plain(
                StatusCode::BAD_REQUEST,
                "Unknown country",
                "The country must be two capital letters, such as US.",
            ))
        })
}
