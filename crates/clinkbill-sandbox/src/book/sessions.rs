//! A merchant's checkout sessions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use clinkbill_types::{Amount, Currency};

use super::{CustomerNumber, Price, Product, Recurring};
use crate::ids::{IdMap, OrderId, SessionId};
use crate::offers::PurchaseType;
use crate::rulebook::{Observation, Rulebook};
use crate::wire::request::{DirectQrPaymentMethodType, PaymentMethodType, UiMode};
use crate::wire::response::{PaymentStatus, SessionStatus};

/// How many sessions with something to observe are listed.
const MOST_OBSERVED: usize = 1_000;

/// Sessions in the order they were made, found by id.
#[derive(Default)]
pub(crate) struct Sessions {
    #[expect(
        clippy::vec_box,
        reason = "a session is large, and a spare place is not"
    )]
    all: Vec<Box<Session>>,
    by_id: IdMap<SessionId, usize>,
    /// How many have come to their end. Every session lives equally long, so the first in is the
    /// first to end.
    ended: usize,
    /// The latest sessions about which something was observed.
    observed: VecDeque<usize>,
    /// How many older ones had to make room.
    observed_before: usize,
}

/// A checkout session.
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) token: Arc<str>,
    pub(crate) customer: CustomerNumber,
    pub(crate) draft: Draft,
    pub(crate) created: i64,
    pub(crate) expire: i64,
    pub(crate) state: SessionState,
    /// The order whose payment has neither succeeded nor failed yet.
    pub(crate) under_way: Option<OrderId>,
    /// The order that paid it, be it after its end.
    pub(crate) paid_by: Option<OrderId>,
    pub(crate) observations: Box<[Observation]>,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionState {
    Open,
    Completed,
    Expired,
}

/// What a merchant asked for, after every rule but the customer's has agreed.
pub(crate) struct Draft {
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<Line>,
    /// The registered product and price.
    pub(crate) item: Option<Item>,
    pub(crate) phases: Vec<Phase>,
    pub(crate) ui_mode: UiMode,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) preselected: Option<PaymentMethodType>,
    pub(crate) hidden: Methods,
    pub(crate) direct_qr: Option<DirectQrPaymentMethodType>,
    /// Whether the buyer may use a promotion code.
    pub(crate) may_use_code: bool,
    /// The code that is filled in; none where codes are not allowed.
    pub(crate) promotion_code: Option<String>,
    pub(crate) show_promotion_code: bool,
    pub(crate) local_price_only: bool,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// A registered price and its product, as they were when the session was made.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) product: Arc<Product>,
    pub(crate) price: Arc<Price>,
}

/// A planned change of a subscription.
pub(crate) struct Phase {
    pub(crate) sequence: i32,
    pub(crate) effective_cycle: i32,
    pub(crate) price_snapshot_id: String,
    pub(crate) quantity: u32,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// A set of payment methods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Methods(u16);

/// An inline line of a purchase.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) quantity: u32,
    pub(crate) unit_amount: Amount,
    pub(crate) currency: String,
    pub(crate) image_url: Option<String>,
}

impl Sessions {
    pub(crate) fn insert(&mut self, session: Session) {
        let number = self.all.len();
        self.by_id.insert(session.id, number);
        if !session.observations.is_empty() {
            if self.observed.len() == MOST_OBSERVED {
                self.observed.pop_front();
                self.observed_before += 1;
            }
            self.observed.push_back(number);
        }
        self.all.push(Box::new(session));
    }

    /// The id of every session, oldest first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = SessionId> {
        self.all.iter().map(|session| session.id)
    }

    /// Every session, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Session> + ExactSizeIterator {
        self.all.iter().map(|session| &**session)
    }

    /// Ends every open session whose time is over, and names them with the time of their end.
    pub(crate) fn expire(&mut self, rulebook: &dyn Rulebook, now: i64) -> Vec<(i64, SessionId)> {
        let mut ended = Vec::new();
        while let Some(session) = self.all.get_mut(self.ended)
            && rulebook.is_past_its_end(now, session.expire)
        {
            self.ended += 1;
            if session.state == SessionState::Open {
                session.state = SessionState::Expired;
                ended.push((session.expire, session.id));
            }
        }
        ended
    }

    /// When the next session ends, unless it is paid before.
    pub(crate) fn next_end(&self) -> Option<i64> {
        self.all.get(self.ended).map(|session| session.expire)
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|session| &*session.token)
    }

    /// A session with this merchant reference. Documented behaviour never asks: it looks at all.
    pub(crate) fn by_reference(&self, reference: &str) -> Option<&Session> {
        self.all
            .iter()
            .map(|session| &**session)
            .find(|session| session.draft.merchant_reference.as_deref() == Some(reference))
    }

    /// How many sessions with observations had to leave the list.
    pub(crate) fn observed_before(&self) -> usize {
        self.observed_before
    }

    /// The latest sessions about which something was observed, in the order they were made.
    pub(crate) fn observed(&self) -> impl Iterator<Item = &Session> {
        self.observed.iter().map(|number| &*self.all[*number])
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Session> {
        self.number(id).map(|number| &*self.all[number])
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.number(id).map(|number| &mut *self.all[number])
    }

    /// A number is only ever made by `insert`, and no session is removed.
    fn number(&self, id: &str) -> Option<usize> {
        self.by_id.get(&SessionId::named(id)?).copied()
    }
}

impl Methods {
    pub(crate) fn contains(self, method: PaymentMethodType) -> bool {
        self.0 & Self::bit(method) != 0
    }

    fn bit(method: PaymentMethodType) -> u16 {
        1 << method as u16
    }
}

impl FromIterator<PaymentMethodType> for Methods {
    fn from_iter<I: IntoIterator<Item = PaymentMethodType>>(methods: I) -> Self {
        Self(
            methods
                .into_iter()
                .fold(0, |set, method| set | Self::bit(method)),
        )
    }
}

impl Draft {
    /// How often the registered price is charged, if again and again.
    pub(crate) fn recurring(&self) -> Option<&Recurring> {
        self.item.as_ref()?.price.recurring.as_ref()
    }

    pub(crate) fn purchase_type(&self) -> PurchaseType {
        match self.recurring() {
            None => PurchaseType::OneTime,
            Some(_) => PurchaseType::Subscription,
        }
    }
}

impl Session {
    pub(crate) fn status(&self) -> SessionStatus {
        match self.state {
            SessionState::Open => SessionStatus::Open,
            SessionState::Completed => SessionStatus::Completed,
            SessionState::Expired => SessionStatus::Expired,
        }
    }

    /// ST-09: a payment that is under way counts until it has failed.
    pub(crate) fn payment_status(&self) -> PaymentStatus {
        match (&self.paid_by, &self.under_way) {
            (Some(_), _) => PaymentStatus::Paid,
            (None, Some(_)) => PaymentStatus::Processing,
            (None, None) => PaymentStatus::Unpaid,
        }
    }
}
