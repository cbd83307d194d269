use clinkbill_api::types;
use clinkbill_types::{
    Amount, Currency, Money, PriceId, PriceType, PricingModel, ProductId, QuantityRounding,
    RecurringInterval, Timestamp,
};

use super::LONGEST_PAGE;
use crate::answer::about;
use crate::call::{Method, Operation};
use crate::customer::not_blank;
use crate::page::{page, set};
use crate::{Client, Error, Page, Paging};

const CREATE: Operation = Operation::new(Method::Post, "/price");
const RETRIEVE: Operation = Operation::get("/price/{id}");
const LIST: Operation = Operation::get("/price");

/// Creates and reads prices. Obtain it from [`Client::prices`].
#[derive(Debug, Clone, Copy)]
pub struct Prices<'a> {
    client: &'a Client,
}

/// A price that is not in the catalogue yet: what one unit costs, once or again and again.
///
/// A price that recurs has a [`Cycle`], and one that does not has none, so neither can be built
/// without what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing is sent until it is created"]
pub struct NewPrice {
    unit: Money,
    cycle: Option<Cycle>,
    priority: Option<i32>,
    is_default: bool,
}

/// How often a price recurs, and what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Cycle {
    interval: RecurringInterval,
    count: u32,
    trial_days: u32,
    pricing_model: PricingModel,
    packs: Option<Packs>,
}

/// Units that are sold by the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packs {
    /// How many make one.
    pub of: Option<u32>,
    /// What becomes of a part of one.
    pub rounding: Option<QuantityRounding>,
}

/// A price of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Price {
    /// The id of the price (`price_...`).
    pub price_id: PriceId,
    /// Its state today, to schedule changes of subscriptions by.
    pub snapshot_id: Option<String>,
    /// The product it is a price of.
    pub product_id: Option<ProductId>,
    /// What one unit costs.
    pub unit: Option<Money>,
    /// Whether it is charged once or again and again.
    pub price_type: Option<PriceType>,
    /// How often it recurs; none for a price that does not.
    pub recurring: Option<Recurrence>,
    /// Whether it can be bought.
    pub active: Option<bool>,
    /// When it was made, in UTC.
    pub created: Option<Timestamp>,
}

/// How often a price of the catalogue recurs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recurrence {
    /// The unit of the period.
    pub interval: Option<RecurringInterval>,
    /// How many of them a period has; how many days, for [`RecurringInterval::Custom`].
    pub interval_count: Option<u32>,
    /// How many days are free at first.
    pub trial_days: Option<u32>,
    /// What the price counts.
    pub pricing_model: Option<PricingModel>,
    /// How units are packed, where they are.
    pub packs: Option<Packs>,
}

impl<'a> Prices<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Gives a product one more price. Not idempotent: one call sends one request.
    ///
    /// # Errors
    /// * Nothing is sent when a value of `new` is invalid: [`Error::field`] names it.
    /// * [`Error::is_not_found`] when the merchant has no such product.
    pub async fn create(&self, product: &ProductId, new: &NewPrice) -> Result<Price, Error> {
        let request = new.request(product)?;
        let request = &request;
        let call = self.client.call(CREATE);
        call.send(|api| async move { api.create_price(request).await })
            .await
            .map(Price::new)
    }

    /// The price with this id.
    pub async fn retrieve(&self, id: &PriceId) -> Result<Price, Error> {
        let id = id.to_path().map_err(Error::not_an_id("price_id"))?;
        let call = self.client.call(RETRIEVE);
        let by = &id;
        call.send_for(
            |api| async move { api.get_price(by).await },
            |price| about(by, &price.price_id.clone(), Price::new(price)),
        )
        .await
    }

    /// One page of the prices of a product, at most 100: those that can be bought, or those that
    /// cannot.
    pub async fn list(
        &self,
        product: &ProductId,
        active: bool,
        paging: Paging,
    ) -> Result<Page<Price>, Error> {
        let product = not_blank("product", product.as_str())?;
        let (number, size) = paging.on_the_wire(LONGEST_PAGE)?;
        let of = product.as_str();
        let call = self.client.call(LIST);
        let rows = call
            .send(|api| async move { api.list_prices(active, number, size, of).await })
            .await?;
        page(rows, |price| Ok(Price::new(price)))
    }
}

impl NewPrice {
    /// A price that is charged once.
    pub fn one_time(unit: Money) -> Self {
        Self {
            unit,
            cycle: None,
            priority: None,
            is_default: false,
        }
    }

    /// A price that is charged in every period of a subscription.
    pub fn recurring(unit: Money, cycle: Cycle) -> Self {
        Self {
            cycle: Some(cycle),
            ..Self::one_time(unit)
        }
    }

    /// Where several prices fit a buyer, the one with the lowest number goes first.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Makes it the price to take when none is named.
    pub fn default_price(mut self) -> Self {
        self.is_default = true;
        self
    }

    fn request(&self, product: &ProductId) -> Result<types::CreatePriceRequest, Error> {
        let product = not_blank("product", product.as_str())?;
        let (amount, currency) = self.unit_on_the_wire("unit")?;
        Ok(types::CreatePriceRequest {
            is_default_price: self.is_default.then_some(true),
            priority: self.priority,
            recurring_details: self.details("cycle")?,
            ..types::CreatePriceRequest::new(&product, amount, currency, self.price_type())
        })
    }

    /// The price as a product that is being created takes it.
    pub(super) fn of_a_product(&self, index: usize) -> Result<types::NewProductPrice, Error> {
        let (amount, currency) = self.unit_on_the_wire(&format!("prices[{index}].unit"))?;
        Ok(types::NewProductPrice {
            currency: Some(currency.clone()),
            unit_amount: Some(amount),
            price_type: Some(self.price_type()),
            recurring_details: self.details(&format!("prices[{index}].cycle"))?,
            priority: self.priority,
            is_default_price: self.is_default.then_some(true),
            ..types::NewProductPrice::default()
        })
    }

    fn price_type(&self) -> PriceType {
        match self.cycle {
            Some(_) => PriceType::Recurring,
            None => PriceType::OneTime,
        }
    }

    fn unit_on_the_wire(&self, field: &str) -> Result<(Amount, Currency), Error> {
        let currency = self.unit.currency();
        if !currency.is_iso_4217() {
            return Err(Error::invalid(
                field.to_owned(),
                "is not in a currency of ISO 4217",
            ));
        }
        let amount = self.unit.amount();
        if amount < Amount::ZERO {
            return Err(Error::invalid(field.to_owned(), "must not be negative"));
        }
        Ok((amount, currency.clone()))
    }

    fn details(&self, field: &str) -> Result<Option<types::RecurringDetails>, Error> {
        let Some(cycle) = &self.cycle else {
            return Ok(None);
        };
        let counted = |part: &str, number: u32, least: i32| {
            let number = i32::try_from(number).ok();
            number.filter(|number| *number >= least).ok_or_else(|| {
                let problem = format!("must be from {least} to {}", i32::MAX);
                Error::invalid(format!("{field}.{part}"), problem)
            })
        };
        let packs = cycle.packs.as_ref().map(|packs| {
            Ok(types::TransformQuantity {
                divide_by: packs.of.map(|of| counted("packs", of, 1)).transpose()?,
                round: packs.rounding.clone(),
            })
        });
        Ok(Some(types::RecurringDetails {
            interval: Some(cycle.interval.clone()),
            interval_count: Some(counted("count", cycle.count, 1)?),
            trial_period_days: (cycle.trial_days > 0)
                .then(|| counted("trial_days", cycle.trial_days, 1))
                .transpose()?,
            pricing_model: Some(cycle.pricing_model.clone()),
            transform_quantity: packs.transpose()?,
        }))
    }
}

impl Cycle {
    /// Every `count` intervals: `every(2, RecurringInterval::Week)`. For
    /// [`RecurringInterval::Custom`] it counts days.
    pub fn every(count: u32, interval: RecurringInterval) -> Self {
        Self {
            interval,
            count,
            trial_days: 0,
            pricing_model: PricingModel::FlatRate,
            packs: None,
        }
    }

    /// Every month.
    pub fn monthly() -> Self {
        Self::every(1, RecurringInterval::Month)
    }

    /// Every year.
    pub fn yearly() -> Self {
        Self::every(1, RecurringInterval::Year)
    }

    /// So many days are free at first.
    pub fn trial_days(mut self, days: u32) -> Self {
        self.trial_days = days;
        self
    }

    /// What the price counts: nothing ([`PricingModel::FlatRate`]) unless told otherwise.
    pub fn pricing_model(mut self, model: PricingModel) -> Self {
        self.pricing_model = model;
        self
    }

    /// Sells units by the pack of `of`.
    pub fn packs(mut self, of: u32, rounding: QuantityRounding) -> Self {
        self.packs = Some(Packs {
            of: Some(of),
            rounding: Some(rounding),
        });
        self
    }
}

impl Price {
    pub(super) fn new(wire: types::Price) -> Self {
        let currency = set(wire.currency).map(Currency::from_wire);
        Self {
            price_id: PriceId::from_wire(wire.price_id),
            snapshot_id: set(wire.price_snapshot_id),
            product_id: set(wire.product_id).map(ProductId::from_wire),
            unit: wire
                .unit_amount
                .zip(currency)
                .map(|(amount, currency)| Money::new(amount, currency)),
            price_type: wire.price_type,
            recurring: wire.recurring.map(Recurrence::new),
            active: wire.active,
            created: wire.create_time,
        }
    }
}

impl Recurrence {
    fn new(wire: types::PriceRecurring) -> Self {
        let count = |number: Option<i32>| number.and_then(|number| number.try_into().ok());
        Self {
            interval: wire.interval,
            interval_count: count(wire.interval_count),
            trial_days: count(wire.trial_period_days),
            pricing_model: wire.pricing_model,
            packs: wire.transform_quantity.map(|packs| Packs {
                of: count(packs.divide_by),
                rounding: packs.round,
            }),
        }
    }
}
