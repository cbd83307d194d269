//! The catalogue a merchant has set up, as a file says it.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::book::{Price, Product, Products};
use crate::error::Refusal;
use crate::ids::Ids;
use crate::offers::{Offer, OfferTable};
use crate::rulebook::{Faithful, PriceTerms, PriceWish, price_terms};
use crate::wire::catalogue::{PriceType, RecurringDetails, TaxCategory};
use crate::wire::field::{CurrencyCode, Object, Optional, RequestAmount};

/// Products, prices and offers that every merchant of a sandbox starts with.
///
/// In the file the ids may be given, so that code can name them; ids that are left out are made.
/// So may products and offers: the empty object is a catalogue with nothing to sell.
/// The JSON Schema of the file stands in the repository under `schemas/`.
///
/// ```
/// use clinkbill_sandbox::{Catalogue, Sandbox};
///
/// let catalogue = Catalogue::from_json(
///     r#"{"products": [{
///         "productId": "prd_pro", "name": "Pro plan",
///         "prices": [{
///             "priceId": "price_pro_monthly", "priceType": "recurring",
///             "currency": "USD", "unitAmount": 19.99,
///             "recurringDetails": {"interval": "month", "trialPeriodDays": 7}
///         }]
///     }]}"#,
/// )?;
/// let sandbox = Sandbox::builder().catalogue(catalogue).build();
/// let created = sandbox.post_checkout_session(
///     r#"{"customerEmail": "customer@example.com", "originalAmount": 19.99, "originalCurrency": "USD",
///         "productId": "prd_pro", "priceId": "price_pro_monthly"}"#,
/// );
/// assert_eq!(created.status(), 200);
/// # Ok::<(), clinkbill_sandbox::CatalogueError>(())
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Catalogue of the clinkbill sandbox")]
pub struct Catalogue {
    /// Where the schema of this file stands, for editors.
    #[serde(rename = "$schema", default)]
    #[expect(dead_code, reason = "read by editors")]
    schema: Optional<String>,
    /// What is sold.
    #[serde(default)]
    products: Vec<Object<ProductEntry>>,
    /// Which payment methods and currencies a checkout offers, instead of the default table.
    #[serde(default)]
    offers: Optional<Vec<Offer>>,
    /// The file itself; empty where there is none.
    #[serde(skip)]
    #[schemars(skip)]
    text: String,
}

/// The text is not a catalogue.
#[derive(Debug, thiserror::Error)]
#[error("not a catalogue: {0}")]
pub struct CatalogueError(String);

/// A product.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Product")]
struct ProductEntry {
    /// Its id (`prd_...`).
    #[serde(default)]
    product_id: Optional<String>,
    /// Its name, as the buyer reads it.
    name: String,
    /// More about it.
    #[serde(default)]
    description: Optional<String>,
    /// The id of its picture.
    #[serde(default)]
    image: Optional<String>,
    /// What it is to the tax office.
    #[serde(default = "digital_goods")]
    tax_category: TaxCategory,
    /// Its name by language or locale.
    #[serde(default)]
    localized_names: BTreeMap<String, String>,
    /// Whether it can be bought.
    #[serde(default = "yes")]
    active: bool,
    /// What it costs.
    #[serde(default)]
    prices: Vec<Object<PriceEntry>>,
}

/// A price of a product.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Price")]
struct PriceEntry {
    /// Its id (`price_...`).
    #[serde(default)]
    price_id: Optional<String>,
    /// The id of its state, which scheduled phases name.
    #[serde(default)]
    price_snapshot_id: Optional<String>,
    /// ISO 4217 code.
    currency: CurrencyCode,
    /// The price of one, in major units.
    unit_amount: RequestAmount,
    /// Whether it is charged once or again and again.
    price_type: PriceType,
    /// How often it is charged; for recurring prices, which need it with an interval.
    #[serde(default)]
    recurring_details: Optional<Object<RecurringDetails>>,
    /// Whether it can be bought.
    #[serde(default = "yes")]
    active: bool,
    /// Whether it is the product's default price.
    #[serde(default)]
    is_default_price: bool,
}

impl Catalogue {
    /// Reads a catalogue file. Amounts are kept to the digit.
    ///
    /// Fails when the text is not JSON of this form, an id is given twice or cannot stand in a
    /// path, a price cannot be, or a currency is not of ISO 4217.
    pub fn from_json(text: &str) -> Result<Self, CatalogueError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let Object(mut catalogue): Object<Self> =
            serde_path_to_error::deserialize(&mut deserializer)
                .map_err(|error| CatalogueError(error.to_string()))?;
        deserializer
            .end()
            .map_err(|error| CatalogueError(error.to_string()))?;
        // What is stocked here is thrown away: it shows that it can be.
        catalogue.stock(&mut Ids::throwaway(), 0)?;
        let offered = catalogue.offers.0.iter().flatten();
        for code in offered.flat_map(|offer| &offer.currencies) {
            if code.parse::<clinkbill_types::Currency>().is_err() {
                return Err(CatalogueError(format!(
                    "offers: {code:?} is not an ISO 4217 currency code"
                )));
            }
        }
        text.clone_into(&mut catalogue.text);
        Ok(catalogue)
    }

    /// The file it was read from; empty where there is none.
    #[cfg_attr(
        not(feature = "state"),
        expect(dead_code, reason = "written into a state file")
    )]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The products with ids of their own, made at `now`.
    pub(crate) fn stock(&self, ids: &mut Ids, now: i64) -> Result<Products, CatalogueError> {
        let mut products = Products::default();
        for (number, Object(entry)) in self.products.iter().enumerate() {
            let path = format!("products[{number}].");
            let id: Arc<str> = own_id(&entry.product_id, &format!("{path}productId"), || {
                ids.id("prd_")
            })?;
            if products.get(&id).is_some() {
                return Err(CatalogueError(format!(
                    "{path}productId: {id} is given twice"
                )));
            }
            products.insert(Product {
                id: Arc::clone(&id),
                name: entry.name.clone(),
                description: entry.description.0.clone(),
                image: entry.image.0.clone(),
                tax_category: entry.tax_category,
                localized_names: entry.localized_names.clone(),
                created: now,
            });
            products.set_active(&id, entry.active, now);
            for (number, Object(entry)) in entry.prices.iter().enumerate() {
                let path = format!("{path}prices[{number}].");
                let price = entry.price(ids, &path, Arc::clone(&id), now)?;
                let is_known = products.price(&price.id).is_some()
                    || products.snapshot(&price.snapshot_id).is_some();
                if is_known {
                    return Err(CatalogueError(format!("{path}priceId: given twice")));
                }
                products.insert_price(price, entry.is_default_price);
            }
        }
        Ok(products)
    }

    /// What a checkout offers.
    pub(crate) fn offer_table(&self) -> Option<OfferTable> {
        self.offers.0.clone().map(OfferTable::new)
    }
}

impl PriceEntry {
    fn price(
        &self,
        ids: &mut Ids,
        path: &str,
        product_id: Arc<str>,
        now: i64,
    ) -> Result<Price, CatalogueError> {
        let PriceTerms {
            currency,
            unit_amount,
            recurring,
        } = price_terms(
            &Faithful,
            path,
            PriceWish {
                currency: Some(self.currency.0.clone()),
                unit_amount: Some(self.unit_amount),
                price_type: Some(self.price_type),
                details: self
                    .recurring_details
                    .0
                    .as_ref()
                    .map(|Object(details)| details.clone()),
            },
        )?;
        Ok(Price {
            id: own_id(&self.price_id, &format!("{path}priceId"), || {
                ids.id("price_")
            })?,
            snapshot_id: own_id(
                &self.price_snapshot_id,
                &format!("{path}priceSnapshotId"),
                || ids.id("price_snapshot_"),
            )?,
            product_id,
            currency,
            unit_amount,
            recurring,
            active: self.active,
            created: now,
        })
    }
}

impl From<Refusal> for CatalogueError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.detail().to_owned())
    }
}

/// The id of the file, which must be able to stand in a path, or one that is made.
fn own_id(
    given: &Optional<String>,
    path: &str,
    make: impl FnOnce() -> String,
) -> Result<Arc<str>, CatalogueError> {
    match &given.0 {
        None => Ok(make().into()),
        Some(id) if id.parse::<clinkbill_types::PathId>().is_ok() => Ok(id.as_str().into()),
        Some(id) => Err(CatalogueError(format!(
            "{path}: {id:?} is not 1 to 255 letters, digits, hyphens and underscores"
        ))),
    }
}

fn digital_goods() -> TaxCategory {
    TaxCategory::DigitalGoodsOrService
}

fn yes() -> bool {
    true
}
