//! A merchant's catalogue: products and their prices.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use clinkbill_types::{Amount, Currency};

use crate::wire::catalogue::{Interval, PriceTransformQuantity, PricingModel, TaxCategory};

/// Products and prices by id, in the order they were made. A copy shares them.
#[derive(Clone, Default)]
pub(crate) struct Products {
    all: Vec<Entry>,
    by_id: HashMap<Arc<str>, usize>,
    prices: HashMap<Arc<str>, Arc<Price>>,
    snapshots: HashMap<Arc<str>, Arc<Price>>,
}

/// A product with its prices.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) product: Arc<Product>,
    pub(crate) prices: Vec<Arc<Price>>,
    pub(crate) default_price: Option<Arc<str>>,
    /// Whether it can be bought.
    pub(crate) active: bool,
    pub(crate) updated: i64,
}

/// Something a merchant sells.
pub(crate) struct Product {
    pub(crate) id: Arc<str>,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The id its upload gave.
    pub(crate) image: Option<String>,
    pub(crate) tax_category: TaxCategory,
    pub(crate) localized_names: BTreeMap<String, String>,
    pub(crate) created: i64,
}

/// What a product costs in one currency. A price never changes, so it is its own snapshot.
pub(crate) struct Price {
    pub(crate) id: Arc<str>,
    pub(crate) snapshot_id: Arc<str>,
    pub(crate) product_id: Arc<str>,
    pub(crate) currency: Currency,
    pub(crate) unit_amount: Amount,
    pub(crate) recurring: Option<Recurring>,
    pub(crate) active: bool,
    pub(crate) created: i64,
}

/// How often a recurring price is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recurring {
    pub(crate) interval: Interval,
    /// How many intervals a period has; for custom ones, how many days.
    pub(crate) interval_count: u32,
    pub(crate) trial_days: u32,
    pub(crate) pricing_model: PricingModel,
    pub(crate) transform_quantity: Option<PriceTransformQuantity>,
}

impl Products {
    /// Adds a product without prices, which can be bought.
    pub(crate) fn insert(&mut self, product: Product) {
        let id = Arc::clone(&product.id);
        self.by_id.insert(id, self.all.len());
        self.all.push(Entry {
            updated: product.created,
            product: Arc::new(product),
            prices: Vec::new(),
            default_price: None,
            active: true,
        });
    }

    /// Adds a price to its product, which is changed by that.
    pub(crate) fn insert_price(&mut self, price: Price, is_default: bool) {
        let price = Arc::new(price);
        let entry = self
            .by_id
            .get(&price.product_id)
            .and_then(|number| self.all.get_mut(*number));
        let Some(entry) = entry else {
            return;
        };
        entry.updated = entry.updated.max(price.created);
        if is_default {
            entry.default_price = Some(Arc::clone(&price.id));
        }
        entry.prices.push(Arc::clone(&price));
        self.snapshots
            .insert(Arc::clone(&price.snapshot_id), Arc::clone(&price));
        self.prices.insert(Arc::clone(&price.id), price);
    }

    /// Says from now on whether a product can be bought; false where there is none.
    pub(crate) fn set_active(&mut self, product_id: &str, active: bool, now: i64) -> bool {
        let entry = self
            .by_id
            .get(product_id)
            .and_then(|number| self.all.get_mut(*number));
        let Some(entry) = entry else { return false };
        entry.active = active;
        entry.updated = entry.updated.max(now);
        true
    }

    pub(crate) fn get(&self, product_id: &str) -> Option<&Entry> {
        self.all.get(*self.by_id.get(product_id)?)
    }

    pub(crate) fn price(&self, price_id: &str) -> Option<&Arc<Price>> {
        self.prices.get(price_id)
    }

    pub(crate) fn snapshot(&self, snapshot_id: &str) -> Option<&Arc<Price>> {
        self.snapshots.get(snapshot_id)
    }

    /// Every product, in the order they were made.
    pub(crate) fn all(&self) -> &[Entry] {
        &self.all
    }
}
