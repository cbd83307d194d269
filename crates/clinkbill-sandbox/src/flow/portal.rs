//! Links to the customer portal.

use super::success;
use crate::Answer;
use crate::book::Portal;
use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
use crate::journal::Change;
use crate::key::KeyDigest;
use crate::rulebook::{Decisions, Rule};
use crate::wire::field::WebUrl;
use crate::wire::read_object;
use crate::wire::subscription::{BillingSession, CreateBillingSessionRequest};

/// How long a link works; our choice.
const LIFETIME_MILLIS: i64 = 60 * 60 * 1000;

impl Engine {
    /// `POST /billing/session`. `origin` is where the caller reaches the portal.
    pub(crate) fn create_billing_session(
        &self,
        merchant: KeyDigest,
        body: &[u8],
        origin: &str,
        wall: i64,
        decisions: &mut Decisions,
    ) -> Result<Answer, ApiError> {
        let request: CreateBillingSessionRequest = read_object(body)?;
        if let Some(WebUrl(url)) = &request.return_url.0 {
            decisions.guard(Rule::Rd11, self.rulebook.web_url("returnUrl", url))?;
        }
        let products = request
            .subscription_update_product_ids
            .0
            .unwrap_or_default();
        let change = Change::CreateBillingSession {
            body: body.into(),
            origin: origin.into(),
        };
        self.change(merchant, wall, change, |book, now| {
            if let Some(unknown) = products.iter().find(|id| book.products.get(id).is_none()) {
                return Err(Refusal::field(
                    "subscriptionUpdateProductIds",
                    &format!("no product has the id {unknown:?}"),
                )
                .into());
            }
            let customer = book
                .customers
                .by_id(&request.customer_id)
                .ok_or_else(|| Refusal::new("CUSTOMER_NOT_FOUND", "no customer has this id"))?;
            let token = book.ids.token();
            let expires = now.saturating_add(LIFETIME_MILLIS);
            let reply = success(BillingSession {
                url: format!("{origin}/portal/{token}"),
                expires_at: expires,
            });
            self.add_portal(&token, merchant);
            if let Some(oldest) = book.portals.insert(token, Portal { customer, expires }) {
                self.remove_portal(&oldest);
            }
            Ok(reply)
        })
    }
}

/// What stands behind a portal link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PortalState {
    Open { email: Option<String> },
    Over,
    Unknown,
}

impl Engine {
    /// The customer portal behind a link.
    pub(crate) fn open_portal(&self, token: &str, wall: i64) -> PortalState {
        let Some(merchant) = self.portal(token) else {
            return PortalState::Unknown;
        };
        self.with_book(merchant, wall, |book, now| match book.portals.get(token) {
            None => PortalState::Unknown,
            Some(portal) if portal.expires <= now => PortalState::Over,
            Some(portal) => PortalState::Open {
                email: book.customers[portal.customer].email.clone(),
            },
        })
    }
}
