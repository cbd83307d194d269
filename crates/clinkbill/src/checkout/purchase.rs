use std::collections::BTreeMap;

use clinkbill_types::{Currency, Money, PriceId, ProductId};

use super::Line;

/// Nothing is sold yet.
#[derive(Debug, Clone, Copy)]
pub struct NoPurchase;

/// Inline lines are sold, once, all in one currency.
#[derive(Debug, Clone)]
pub struct Lines {
    pub(super) currency: Currency,
    pub(super) lines: Vec<Line>,
}

/// A product at a price, both registered in the dashboard, is sold: `K` is [`OneTime`] or
/// [`Recurring`].
#[derive(Debug, Clone)]
pub struct Registered<K> {
    pub(super) product: ProductId,
    pub(super) price: PriceId,
    pub(super) kind: K,
}

/// What is sold, and what it comes to.
#[derive(Debug, Clone)]
pub struct WithTotal<P> {
    pub(super) purchase: P,
    pub(super) total: Money,
}

/// Paid once.
#[derive(Debug, Clone, Copy)]
pub struct OneTime;

/// Paid again and again.
#[derive(Debug, Clone)]
pub struct Recurring {
    pub(super) phases: Vec<ScheduledPhase>,
}

/// A product and a recurring price of the dashboard: what a subscription is made of.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) product: ProductId,
    pub(super) price: PriceId,
    pub(super) phases: Vec<ScheduledPhase>,
}

/// A planned change of a subscription's price.
#[derive(Debug, Clone)]
pub struct ScheduledPhase {
    pub(super) effective_cycle: u32,
    pub(super) price_snapshot: String,
    pub(super) quantity: u32,
    pub(super) metadata: BTreeMap<String, String>,
}

impl Plan {
    /// This product at this price.
    #[must_use]
    pub fn new(product: ProductId, price: PriceId) -> Self {
        Self {
            product,
            price,
            phases: Vec::new(),
        }
    }

    /// Then this phase. Each must begin in a later cycle than the one before.
    #[must_use]
    pub fn then(mut self, phase: ScheduledPhase) -> Self {
        self.phases.push(phase);
        self
    }
}

impl ScheduledPhase {
    /// From this billing cycle on, so many units at this snapshot of a recurring price in the
    /// payment currency.
    #[must_use]
    pub fn new(effective_cycle: u32, price_snapshot: impl Into<String>, quantity: u32) -> Self {
        Self {
            effective_cycle,
            price_snapshot: price_snapshot.into(),
            quantity,
            metadata: BTreeMap::new(),
        }
    }

    /// Adds a pair of the merchant's own, at most 10 of them.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }
}
