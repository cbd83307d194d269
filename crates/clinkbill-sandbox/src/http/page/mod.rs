//! The checkout page behind a session's `url`: the purchase, and what a buyer can do with it.
//!
//! Everything works by links and forms. The script only counts down, notices that a payment went
//! on elsewhere, and hands an embedded checkout back to the page around it. Pictures of the merchant
//! are not shown: a page that fetched them would tell their host when and where a buyer pays.

mod answer;
mod checkout;
mod code;
mod entry;
mod form;
mod methods;
mod onward;
mod summary;
mod wish;

use http::{Method, StatusCode};

pub(super) use self::answer::{Frames, Notice, plain, redirect, render};
pub(super) use self::checkout::EMAIL_SHOWN;
use self::entry::CardEntry;
use self::form::{Action, Form};
pub(super) use self::form::{is_from_here, is_from_own_page};
use self::methods::Way;
pub(super) use self::summary::{Moment, money, rhythm};
use self::wish::{Step, Wish, country};
use super::{allow_page, whole_body};
use crate::Answer;
use crate::engine::{Engine, Link};
use crate::error::ApiError;
use crate::flow::{Attempt, Outcome, Settlement, redirect_after_success, redirect_on_leaving};
use crate::request::Request;
use crate::view;
use crate::wire::request::PaymentMethodType;
use crate::wire::response::SessionStatus;

/// Answers for the page of a checkout link.
pub(super) fn handle(engine: &Engine, request: &Request, token: &str) -> Result<Answer, ApiError> {
    allow_page(request, &[Method::POST])?;
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
    allow_page(request, &[])?;
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
            Err(ApiError::NotKept) => self.show(&wish.not_kept()),
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
            Some(Err(ApiError::NotKept)) => self.show(&wish.not_kept()),
            // It has ended meanwhile, and the page says how.
            Some(Err(_)) | None => self.show(&wish),
        }
    }

    /// Sends the buyer on, or shows where the session stands.
    fn go_on(&self, redirect_url: Option<&str>, wish: &Wish) -> Answer {
        match redirect_url {
            Some(url) => self.send_on(url, false, wish),
            None => self.show(wish),
        }
    }

    fn show(&self, wish: &Wish) -> Answer {
        let merchant = self.link.merchant;
        self.engine
            .with_book(merchant, self.request.received_at, |book, now| {
                let Some(session) = book.sessions.get(&self.link.session_id) else {
                    return Notice::unknown();
                };
                let rulebook = &*self.engine.rulebook;
                let status = session.status();
                let back = match status {
                    SessionStatus::Completed => redirect_after_success(rulebook, session),
                    SessionStatus::Open | SessionStatus::Expired => {
                        redirect_on_leaving(rulebook, session)
                    }
                };
                let is_embedded = view::is_embedded(session);
                let frames = Frames::around(is_embedded);
                let way = back.as_deref().map(|url| self.way(url, wish).into_owned());
                match (status, wish.step, &back) {
                    (_, Step::ToMerchant, Some(url)) => redirect(url),
                    (SessionStatus::Completed, Step::Next, Some(url)) => {
                        self.send_on(url, is_embedded, wish)
                    }
                    (SessionStatus::Open, _, _) => {
                        checkout::open(self, book, session, now, way, wish)
                    }
                    (SessionStatus::Completed, _, _) => {
                        Notice::complete(merchant.pseudonym(), way, frames)
                    }
                    (SessionStatus::Expired, _, _) => {
                        Notice::expired(merchant.pseudonym(), way, frames)
                    }
                }
            })
    }

    /// The merchant's time, in milliseconds since the Unix epoch.
    fn now(&self) -> i64 {
        self.engine
            .with_book(self.link.merchant, self.request.received_at, |_, now| now)
    }
}
