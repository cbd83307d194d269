//! How a buyer gets from the checkout to the merchant.
//!
//! A browser holds every redirect after a form against the policy of the page that the form stood
//! on, and no policy can name all places that a merchant may lead to: a URL may redirect once more,
//! and the host may be an IPv6 address. So the form of a browser leads to a page of the checkout
//! itself, which goes on from there without any script. Whoever does not show pages is redirected.

use std::borrow::Cow;

use http::{Method, header};
use url::Url;

use super::answer::{Handover, Notice, redirect};
use super::wish::{Step, Wish};
use super::{Page, form};
use crate::Answer;
use crate::http::text::fits;
use crate::request::Request;

/// How long a link of a merchant may be to stand on a page, in bytes of the page.
const LINK_SHOWN: usize = 2_000;

impl Page<'_> {
    /// Sends the buyer on after a payment.
    pub(super) fn send_on(&self, url: &str, is_embedded: bool, wish: &Wish) -> Answer {
        if !shows_pages(self.request) {
            return redirect(url);
        }
        if self.request.method == Method::POST {
            return redirect(&self.address(Step::Next, wish));
        }
        let merchant = self.link.merchant.pseudonym();
        // Inside a frame the merchant's page would come to stand there. Only a script can leave it.
        let may_be_framed = form::is_inside_a_frame(self.request).unwrap_or(is_embedded);
        if may_be_framed {
            let handover = Handover::ToThePageAround(self.link.session_id.to_string());
            Notice::on_the_way(merchant, url.to_owned(), handover)
        } else {
            let Some(url) = ascii(url) else {
                return redirect(url);
            };
            let way = self.way(url, wish).into_owned();
            Notice::on_the_way(merchant, way, Handover::AtOnce)
        }
    }

    /// The link to a place of the merchant's: one that is too long for a page is found by an address
    /// of the checkout's own.
    pub(super) fn way<'a>(&self, url: impl Into<Cow<'a, str>>, wish: &Wish) -> Cow<'a, str> {
        let url = url.into();
        if fits(&url, LINK_SHOWN) {
            url
        } else {
            Cow::Owned(self.address(Step::ToMerchant, wish))
        }
    }

    fn address(&self, step: Step, wish: &Wish) -> String {
        let (token, step, country) = (self.token, step.as_str(), wish.country);
        format!("/pay/{token}?view={step}&country={country}")
    }
}

/// A URL as headers and the pages' own directions may carry it.
pub(super) fn ascii(url: &str) -> Option<String> {
    Url::parse(url).ok().map(String::from)
}

/// Whether a browser asks. Every other client has no use for a page that goes on.
fn shows_pages(request: &Request) -> bool {
    request
        .text_header(&header::ACCEPT)
        .is_some_and(|accept| accept.contains("text/html"))
}
