//! Products and prices of the book, as they stand on the wire.

use crate::book::{Price, ProductEntry};
use crate::wire::catalogue::{self as wire, PriceType};

/// `data` of a product. A picture is only known by the id of its upload, so its URL is one that
/// leads nowhere.
pub(crate) fn product(entry: &ProductEntry) -> wire::Product<'_> {
    let product = &entry.product;
    wire::Product {
        product_id: &product.id,
        name: &product.name,
        active: entry.active,
        description: product.description.as_deref(),
        default_price: entry.default_price.as_deref(),
        image: product
            .image
            .as_deref()
            .map(|id| format!("https://images.invalid/{id}")),
        tax_category: product.tax_category,
        price_list: entry.prices.iter().map(|stored| price(stored)).collect(),
        create_time: product.created,
        update_time: entry.updated,
        localized_names: &product.localized_names,
    }
}

/// `data` of a price.
pub(crate) fn price(price: &Price) -> wire::Price<'_> {
    wire::Price {
        price_id: &price.id,
        price_snapshot_id: &price.snapshot_id,
        product_id: &price.product_id,
        currency: price.currency.code(),
        unit_amount: price.unit_amount,
        price_type: match price.recurring {
            None => PriceType::OneTime,
            Some(_) => PriceType::Recurring,
        },
        recurring: price.recurring.map(|recurring| wire::PriceRecurring {
            interval: recurring.interval,
            trial_period_days: recurring.trial_days,
            pricing_model: recurring.pricing_model,
            transform_quantity: recurring.transform_quantity,
            interval_count: recurring.interval_count,
        }),
        active: price.active,
        create_time: price.created,
    }
}
