//! Orders, as the documented API reads them.

use super::payment::order_not_found;
use super::{success, success_page};
use crate::Answer;
use crate::book::{Book, Order, OrderFilter};
use crate::engine::Engine;
use crate::error::ApiError;
use crate::key::KeyDigest;
use crate::paging::Page;
use crate::rulebook::{Decisions, Rule};
use crate::view;
use crate::wire::response as wire;

impl Engine {
    /// `GET /order/{id}`.
    pub(crate) fn read_order(
        &self,
        merchant: KeyDigest,
        order_id: &str,
        wall: i64,
        decisions: &mut Decisions,
    ) -> Result<Answer, ApiError> {
        self.with_book(merchant, wall, |book, _| {
            book.orders
                .get(order_id)
                .and_then(|order| self.told_order(book, order, decisions))
                .map(success)
                .ok_or_else(order_not_found)
        })
    }

    fn told_order<'a>(
        &self,
        book: &'a Book,
        order: &'a Order,
        decisions: &mut Decisions,
    ) -> Option<wire::Order<'a>> {
        let mut told = view::order(book, order)?;
        told.order_type = decisions.by(Rule::St06, self.rulebook.order_type(told.order_type));
        if order.merchant_reference.is_some() {
            decisions.note(Rule::Mr01);
        }
        Some(told)
    }

    /// `GET /order`: what fits every filter, the newest first (MR-07; the order is our choice).
    pub(crate) fn list_orders(
        &self,
        merchant: KeyDigest,
        query: &OrderQuery,
        page: Page,
        wall: i64,
        decisions: &mut Decisions,
    ) -> Answer {
        self.with_book(merchant, wall, |book, _| {
            let view = |order| self.told_order(book, order, decisions);
            if query.asks_for_all() {
                let all = book.orders.all();
                return success_page(all.len(), page.of(all.iter().rev()).filter_map(view));
            }
            let matching = match query.filter(book) {
                Some(filter) => book.orders.matching(&filter),
                None => Vec::new(),
            };
            let rows = page.of(matching.iter().copied()).filter_map(view);
            success_page(matching.len(), rows)
        })
    }
}

/// What the query of a list asks for.
pub(crate) struct OrderQuery {
    pub(crate) subscription_id: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) merchant_reference: Option<String>,
}

impl OrderQuery {
    fn asks_for_all(&self) -> bool {
        let Self {
            subscription_id,
            customer_id,
            merchant_reference,
        } = self;
        subscription_id.is_none() && customer_id.is_none() && merchant_reference.is_none()
    }

    /// What the ids lead to; nothing where one is unknown, so that no order can fit.
    fn filter<'a>(&'a self, book: &'a Book) -> Option<OrderFilter<'a>> {
        let mut filter = OrderFilter {
            reference: self.merchant_reference.as_deref(),
            ..OrderFilter::default()
        };
        if let Some(id) = &self.subscription_id {
            filter.order_id = Some(&book.subscriptions.get(id)?.order_id);
        }
        if let Some(id) = &self.customer_id {
            filter.customer = Some(book.customers.by_id(id)?);
        }
        Some(filter)
    }
}
