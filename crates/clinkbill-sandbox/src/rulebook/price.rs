//! What a price of the catalogue must have. The guide does not speak of making prices: what the
//! contract's schema cannot say is our choice.

use clinkbill_types::{Amount, Currency};

use crate::book::Recurring;
use crate::error::Refusal;
use crate::rulebook::Rulebook;
use crate::wire::catalogue::{
    Interval, PriceTransformQuantity, PriceType, PricingModel, RecurringDetails,
};
use crate::wire::field::{Object, RequestAmount, WholeNumber};

/// A price as it is asked for.
pub(crate) struct PriceWish {
    pub(crate) currency: Option<Currency>,
    pub(crate) unit_amount: Option<RequestAmount>,
    pub(crate) price_type: Option<PriceType>,
    pub(crate) details: Option<RecurringDetails>,
}

/// A price that can be.
pub(crate) struct PriceTerms {
    pub(crate) currency: Currency,
    pub(crate) unit_amount: Amount,
    pub(crate) recurring: Option<Recurring>,
}

/// Checks a price; `path` leads to it in the request, such as `priceList[0].`.
pub(crate) fn price_terms(
    rulebook: &dyn Rulebook,
    path: &str,
    wish: PriceWish,
) -> Result<PriceTerms, Refusal> {
    let field = |name: &str| format!("{path}{name}");
    let missing = |name: &str| Refusal::field(&field(name), "is required");

    let currency = wish.currency.ok_or_else(|| missing("currency"))?;
    let unit_amount = wish.unit_amount.ok_or_else(|| missing("unitAmount"))?;
    let unit_amount = rulebook.amount(&field("unitAmount"), unit_amount.exact())?;
    let details = field("recurringDetails");
    let recurring = match (
        wish.price_type.ok_or_else(|| missing("priceType"))?,
        wish.details,
    ) {
        (PriceType::OneTime, None) => None,
        (PriceType::OneTime, Some(_)) => {
            return Err(Refusal::field(&details, "is for recurring prices"));
        }
        (PriceType::Recurring, None) => return Err(missing("recurringDetails")),
        (PriceType::Recurring, Some(given)) => Some(recurring(&details, &given)?),
    };
    Ok(PriceTerms {
        currency,
        unit_amount,
        recurring,
    })
}

fn recurring(path: &str, given: &RecurringDetails) -> Result<Recurring, Refusal> {
    let number = |name: &str, number: Option<WholeNumber>, default: u32, least: u32| match number
        .map(WholeNumber::get)
    {
        None => Ok(default),
        Some(number) => u32::try_from(number)
            .ok()
            .filter(|number| (least..=MOST).contains(number))
            .ok_or_else(|| {
                let reason = format!("must be from {least} to {MOST}");
                Refusal::field(&format!("{path}.{name}"), &reason)
            }),
    };
    let Some(interval) = given.interval.0 else {
        return Err(Refusal::field(&format!("{path}.interval"), "is required"));
    };
    if let (Interval::Custom, None) = (interval, given.interval_count.0) {
        return Err(Refusal::field(
            &format!("{path}.intervalCount"),
            "is required when interval is custom: the number of days",
        ));
    }
    Ok(Recurring {
        interval,
        interval_count: number("intervalCount", given.interval_count.0, 1, 1)?,
        trial_days: number("trialPeriodDays", given.trial_period_days.0, 0, 0)?,
        pricing_model: given.pricing_model.0.unwrap_or(PricingModel::FlatRate),
        transform_quantity: given.transform_quantity.0.as_ref().map(|Object(given)| {
            PriceTransformQuantity {
                divide_by: given.divide_by.0.map(WholeNumber::get),
                round: given.round.0,
            }
        }),
    })
}

/// Ten years of days: longer periods would leave the range of a timestamp some day.
const MOST: u32 = 3_660;
