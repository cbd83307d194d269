//! Products and prices as they stand on the wire (newer than the guide).

use std::collections::BTreeMap;

use clinkbill_types::Amount;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field::{
    CurrencyCode, Names, Object, Optional, RequestAmount, WholeNumber, closed_enum,
};

/// The body of `POST /product`. Fields it does not know are ignored.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateProductRequest {
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) tax_category: TaxCategory,
    #[serde(default)]
    pub(crate) description: Optional<String>,
    #[serde(default)]
    pub(crate) localized_names: Optional<Names>,
    #[serde(default)]
    pub(crate) default_price: Optional<String>,
    #[serde(default)]
    pub(crate) price_list: Optional<Vec<Object<NewProductPrice>>>,
}

/// A price of a product that is being created; what it must have, rules say.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "the priority is read for its shape and decides nothing"
)]
pub(crate) struct NewProductPrice {
    #[serde(default)]
    pub(crate) currency: Optional<CurrencyCode>,
    #[serde(default)]
    pub(crate) unit_amount: Optional<RequestAmount>,
    #[serde(default)]
    pub(crate) price_type: Optional<PriceType>,
    #[serde(default)]
    pub(crate) recurring_details: Optional<Object<RecurringDetails>>,
    #[serde(default)]
    pub(crate) priority: Optional<WholeNumber>,
    #[serde(default)]
    pub(crate) is_active: Optional<String>,
    #[serde(default)]
    pub(crate) is_default_price: Optional<bool>,
}

/// The body of `POST /price`. Fields it does not know are ignored.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "the priority is read for its shape and decides nothing"
)]
pub struct CreatePriceRequest {
    pub(crate) product_id: String,
    pub(crate) currency: PriceCurrency,
    pub(crate) unit_amount: RequestAmount,
    pub(crate) price_type: PriceType,
    #[serde(default)]
    pub(crate) recurring_details: Optional<Object<RecurringDetails>>,
    #[serde(default)]
    pub(crate) priority: Optional<WholeNumber>,
    #[serde(default)]
    pub(crate) is_default_price: Optional<bool>,
}

/// How often a price is charged.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecurringDetails {
    #[serde(default)]
    pub(crate) interval: Optional<Interval>,
    #[serde(default)]
    pub(crate) trial_period_days: Optional<WholeNumber>,
    #[serde(default)]
    pub(crate) pricing_model: Optional<PricingModel>,
    #[serde(default)]
    pub(crate) transform_quantity: Optional<Object<TransformQuantity>>,
    #[serde(default)]
    pub(crate) interval_count: Optional<WholeNumber>,
}

/// How a quantity becomes the number of units to charge.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransformQuantity {
    #[serde(default)]
    pub(crate) divide_by: Optional<WholeNumber>,
    #[serde(default)]
    pub(crate) round: Optional<QuantityRounding>,
}

/// `data` of a product.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Product<'a> {
    pub(crate) product_id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) active: bool,
    pub(crate) description: Option<&'a str>,
    pub(crate) default_price: Option<&'a str>,
    pub(crate) image: Option<String>,
    pub(crate) tax_category: TaxCategory,
    pub(crate) price_list: Vec<Price<'a>>,
    pub(crate) create_time: i64,
    pub(crate) update_time: i64,
    pub(crate) localized_names: &'a BTreeMap<String, String>,
}

/// `data` of a price.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Price<'a> {
    pub(crate) price_id: &'a str,
    pub(crate) price_snapshot_id: &'a str,
    pub(crate) product_id: &'a str,
    pub(crate) currency: &'a str,
    #[schemars(with = "f64")]
    pub(crate) unit_amount: Amount,
    pub(crate) price_type: PriceType,
    pub(crate) recurring: Option<PriceRecurring>,
    pub(crate) active: bool,
    pub(crate) create_time: i64,
}

/// How a recurring price is charged.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceRecurring {
    pub(crate) interval: Interval,
    pub(crate) trial_period_days: u32,
    pub(crate) pricing_model: PricingModel,
    pub(crate) transform_quantity: Option<PriceTransformQuantity>,
    pub(crate) interval_count: u32,
}

/// How a quantity becomes the number of units to charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceTransformQuantity {
    pub(crate) divide_by: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "QuantityRounding")]
    pub(crate) round: Option<QuantityRounding>,
}

closed_enum! {
    /// Whether a price is charged once or again and again.
    pub(crate) enum PriceType {
        OneTime = "one_time",
        Recurring = "recurring",
    }
}

closed_enum! {
    /// The unit of a billing period.
    pub(crate) enum Interval {
        Day = "day",
        Week = "week",
        Month = "month",
        Year = "year",
        Quarter = "quarter",
        HalfYear = "half_year",
        Custom = "custom",
    }
}

closed_enum! {
    /// What a recurring price counts.
    pub(crate) enum PricingModel {
        FlatRate = "flat_rate",
        PerSeat = "per_seat",
        Tiered = "tiered",
        UsageBased = "usage_based",
    }
}

closed_enum! {
    /// What becomes of a part of a unit.
    pub(crate) enum QuantityRounding {
        Up = "up",
        Down = "down",
        Ceiling = "ceiling",
        Floor = "floor",
        HalfUp = "half_up",
        HalfDown = "half_down",
        HalfEven = "half_even",
        Unnecessary = "unnecessary",
    }
}

closed_enum! {
    /// What a product is to the tax office.
    pub(crate) enum TaxCategory {
        DigitalGoodsOrService = "digital_goods_or_service",
        Ebook = "ebook",
        SoftwareService = "software_service",
    }
}

closed_enum! {
    /// The currencies that registered prices can have.
    pub(crate) enum PriceCurrency {
        Usd = "USD",
        Eur = "EUR",
        Jpy = "JPY",
        Gbp = "GBP",
        Aud = "AUD",
        Cad = "CAD",
        Cny = "CNY",
        Hkd = "HKD",
        Sgd = "SGD",
        Krw = "KRW",
        Aed = "AED",
        Thb = "THB",
        Idr = "IDR",
        Php = "PHP",
        Myr = "MYR",
        Brl = "BRL",
        Inr = "INR",
    }
}
