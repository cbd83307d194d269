//! A merchant's checkout sessions.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use clinkbill_types::{Amount, Currency};

use super::CustomerNumber;
use crate::rulebook::Rulebook;
use crate::wire::request::UiMode;
use crate::wire::response::SessionStatus;

/// Sessions by id, and the order in which they end.
#[derive(Default)]
pub(crate) struct Sessions {
    by_id: HashMap<Arc<str>, Session>,
    /// Every session lives equally long, so the first in is the first to end.
    ends: VecDeque<(i64, Arc<str>)>,
}

/// A checkout session.
pub(crate) struct Session {
    pub(crate) id: Arc<str>,
    pub(crate) token: Arc<str>,
    pub(crate) customer: CustomerNumber,
    pub(crate) draft: Draft,
    pub(crate) created: i64,
    pub(crate) expire: i64,
    pub(crate) state: SessionState,
}

/// Where a session stands; only an open one changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionState {
    Open,
    /// Paid by this order.
    Completed(Arc<str>),
    Expired,
}

/// What a merchant asked for, after every rule but the customer's has agreed.
pub(crate) struct Draft {
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<Line>,
    pub(crate) product_id: Option<String>,
    pub(crate) price_id: Option<String>,
    pub(crate) ui_mode: UiMode,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) show_promotion_code: bool,
    pub(crate) metadata: BTreeMap<String, String>,
}

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
        let id = Arc::clone(&session.id);
        self.ends.push_back((session.expire, Arc::clone(&id)));
        self.by_id.insert(id, session);
    }

    /// Ends every open session whose time is over, and names them.
    pub(crate) fn expire(&mut self, rulebook: &dyn Rulebook, now: i64) -> Vec<Arc<str>> {
        let mut ended = Vec::new();
        while let Some((expire, _)) = self.ends.front() {
            if !rulebook.is_past_its_end(now, *expire) {
                break;
            }
            let Some((_, id)) = self.ends.pop_front() else {
                break;
            };
            if let Some(session) = self.by_id.get_mut(&id)
                && session.state == SessionState::Open
            {
                session.state = SessionState::Expired;
                ended.push(id);
            }
        }
        ended
    }

    pub(crate) fn tokens(&self) -> impl Iterator<Item = &str> {
        self.by_id.values().map(|session| &*session.token)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Session> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.by_id.get_mut(id)
    }
}

impl Session {
    pub(crate) fn status(&self) -> SessionStatus {
        match self.state {
            SessionState::Open => SessionStatus::Open,
            SessionState::Completed(_) => SessionStatus::Completed,
            SessionState::Expired => SessionStatus::Expired,
        }
    }

    /// The order that paid it.
    pub(crate) fn paid_by(&self) -> Option<&str> {
        match &self.state {
            SessionState::Completed(order_id) => Some(order_id),
            SessionState::Open | SessionState::Expired => None,
        }
    }
}
