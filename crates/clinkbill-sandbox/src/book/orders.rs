//! A merchant's orders, one for each payment attempt.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use clinkbill_types::Amount;

use super::CustomerNumber;
use crate::flow::TestCard;
use crate::ids::{IdMap, InstrumentId, OrderId, SessionId};
use crate::wire::request::PaymentMethodType;

/// Orders in the order they were made, found by what lists filter by.
#[derive(Default)]
pub(crate) struct Orders {
    all: Vec<Order>,
    by_id: IdMap<OrderId, usize>,
    by_customer: IdMap<CustomerNumber, Vec<usize>>,
    by_reference: HashMap<String, Vec<usize>>,
}

/// What one payment attempt made.
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) session_id: SessionId,
    pub(crate) customer: CustomerNumber,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) method: PaymentMethodType,
    /// The card, where it was paid by one.
    pub(crate) card: Option<TestCard>,
    pub(crate) instrument_id: InstrumentId,
    /// What is charged.
    pub(crate) amount: Amount,
    pub(crate) created: i64,
    /// When it succeeded or failed.
    pub(crate) settled: Option<i64>,
    pub(crate) state: OrderState,
    /// What a recurring purchase started.
    pub(crate) started: Option<Started>,
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OrderState {
    Pending,
    RequiresAction,
    Success,
    Failed(Failure),
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: &'static str,
}

/// The subscription and the first invoice of a recurring order.
pub(crate) struct Started {
    pub(crate) subscription_id: Arc<str>,
    pub(crate) invoice_id: Arc<str>,
}

/// Which orders are asked for: those that fit everything given.
#[derive(Debug, Default)]
pub(crate) struct OrderFilter<'a> {
    /// The order that started the subscription.
    pub(crate) order_id: Option<&'a str>,
    pub(crate) customer: Option<CustomerNumber>,
    pub(crate) reference: Option<&'a str>,
}

impl Orders {
    pub(crate) fn insert(&mut self, order: Order) {
        let number = self.all.len();
        self.by_id.insert(order.id, number);
        self.by_customer
            .entry(order.customer)
            .or_default()
            .push(number);
        if let Some(reference) = &order.merchant_reference {
            match self.by_reference.get_mut(reference) {
                Some(numbers) => numbers.push(number),
                None => {
                    self.by_reference.insert(reference.clone(), vec![number]);
                }
            }
        }
        self.all.push(order);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Order> {
        self.all.get(self.number(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Order> {
        let number = self.number(id)?;
        self.all.get_mut(number)
    }

    fn number(&self, id: &str) -> Option<usize> {
        self.by_id.get(&OrderId::named(id)?).copied()
    }

    pub(crate) fn all(&self) -> &[Order] {
        &self.all
    }

    /// What fits a filter that asks for something, the newest first.
    pub(crate) fn matching(&self, filter: &OrderFilter<'_>) -> Vec<&Order> {
        let one;
        let candidates: Option<&[usize]> = match *filter {
            OrderFilter {
                order_id: Some(order_id),
                ..
            } => {
                one = self.number(order_id);
                Some(one.as_slice())
            }
            OrderFilter {
                reference: Some(reference),
                ..
            } => self.by_reference.get(reference).map(Vec::as_slice),
            OrderFilter { customer, .. } => customer
                .and_then(|customer| self.by_customer.get(&customer))
                .map(Vec::as_slice),
        };
        candidates
            .unwrap_or_default()
            .iter()
            .rev()
            .filter_map(|number| self.all.get(*number))
            .filter(|order| {
                let reference = order.merchant_reference.as_deref();
                filter.customer.is_none_or(|asked| asked == order.customer)
                    && filter
                        .reference
                        .is_none_or(|asked| reference == Some(asked))
            })
            .collect()
    }
}
