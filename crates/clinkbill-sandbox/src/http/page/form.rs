//! What a buyer's browser sends, and whether the checkout's own page sent it.

use http::{HeaderName, header};

use super::entry::CardEntry;
use super::methods;
use crate::request::Request;
use crate::wire::request::PaymentMethodType;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// A form of the page, filled in.
#[derive(Default)]
pub(super) struct Form {
    token: String,
    pub(super) action: Option<Action>,
    pub(super) method: Option<PaymentMethodType>,
    pub(super) country: Option<String>,
    pub(super) entry: CardEntry,
}

/// What a buyer presses.
#[derive(Clone, Copy)]
pub(super) enum Action {
    Pay,
    /// The sandbox's buttons: what the buyer would do in the app of the method.
    AppPays(PaymentMethodType),
    AppDeclines(PaymentMethodType),
    /// The sandbox's buttons: what the buyer would do at the bank.
    Confirm,
    Reject,
}

impl Form {
    pub(super) fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        let mut action = String::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            let value = value.into_owned();
            match &*name {
                "token" => form.token = value,
                "action" => action = value,
                "method" => form.method = methods::named(&value),
                "country" => form.country = Some(value),
                "number" => form.entry.number = value,
                "expiry" => form.entry.expiry = value,
                "cvc" => form.entry.cvc = value,
                _ => {}
            }
        }
        form.action = match (&*action, form.method) {
            ("pay", _) => Some(Action::Pay),
            ("app-pays", Some(method)) => Some(Action::AppPays(method)),
            ("app-declines", Some(method)) => Some(Action::AppDeclines(method)),
            ("confirm", _) => Some(Action::Confirm),
            ("reject", _) => Some(Action::Reject),
            _ => None,
        };
        form
    }

    /// Whether the page that this was sent from is the one that it was sent to.
    pub(super) fn is_of_own_page(&self, request: &Request, expected: &str) -> bool {
        is_from_own_page(request, &self.token, expected)
    }
}

/// Whether a form comes from the page that it was sent to. The token is what no other page can read.
pub(in crate::http) fn is_from_own_page(request: &Request, token: &str, expected: &str) -> bool {
    token == expected && is_from_here(request)
}

/// Whether a page of the sandbox sent a request, as far as the browser says who sends.
pub(in crate::http) fn is_from_here(request: &Request) -> bool {
    let same_site = request
        .headers
        .get(FETCH_SITE)
        .is_none_or(|site| site == "same-origin");
    let same_origin = request
        .headers
        .get(header::ORIGIN)
        .is_none_or(|origin| *origin == crate::http::host::origin(request));
    same_site && same_origin
}

/// Whether the answer will be shown in a frame of another page. A browser says so where it takes the
/// sandbox's address for a safe one, and nothing elsewhere.
pub(super) fn is_inside_a_frame(request: &Request) -> Option<bool> {
    let dest = request.headers.get(FETCH_DEST)?;
    Some(dest == "iframe" || dest == "frame")
}
