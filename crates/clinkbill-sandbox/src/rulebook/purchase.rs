//! From the ids of a request to the products, prices and snapshots that they name.

use std::sync::Arc;

use crate::book::{Draft, Item, Phase, Price, Products};
use crate::error::Refusal;
use crate::rulebook::{CatalogueLookup, Decisions, Rule, Rulebook, SnapshotLookup};
use crate::wire::field::Object;
use crate::wire::request::ScheduledPhase;

/// What a request names of the catalogue.
pub(crate) struct Named {
    pub(crate) product_id: Option<String>,
    pub(crate) price_id: Option<String>,
    pub(crate) phases: Vec<Object<ScheduledPhase>>,
}

/// Applies every rule that looks at the catalogue, and completes the draft.
pub(crate) fn purchase(
    rulebook: &dyn Rulebook,
    products: &Products,
    named: Named,
    draft: &mut Draft,
    decisions: &mut Decisions,
) -> Result<(), Refusal> {
    let (lookup, item) = find_item(products, &named);
    let price = item.as_ref().map(|item| Arc::clone(&item.price));
    let recurring = price
        .as_ref()
        .is_some_and(|price| price.recurring.is_some());
    let has_lines = !draft.lines.is_empty();

    let (product, price_named) = (named.product_id.is_some(), named.price_id.is_some());
    if recurring && !product {
        let outcome = rulebook.subscription_names_its_product(product);
        decisions.check(Rule::Pp02, outcome)?;
    } else {
        let outcome = rulebook.product_and_price(product, price_named);
        decisions.guard(Rule::Fr05, outcome)?;
    }
    if let Some(lookup) = lookup {
        decisions.check(Rule::Pp01, rulebook.registered_item(lookup))?;
    }
    draft.item = item;
    if recurring {
        decisions.check(Rule::Pp02, rulebook.subscription_has_no_lines(has_lines))?;
    }
    let has_price = price.is_some();
    decisions.observe(
        Rule::Fr06,
        rulebook.one_way_to_name_the_purchase(has_price, has_lines),
    )?;
    decisions.observe(
        Rule::Fr10,
        rulebook.something_is_bought(has_price, has_lines),
    )?;
    if let Some(price) = &price {
        let observation = rulebook.amount_of_registered_price(
            (draft.amount, &draft.currency),
            (price.unit_amount, &price.currency),
        );
        decisions.observe(Rule::Fr08, observation)?;
    }
    draft.phases = phases(
        rulebook,
        products,
        named.phases,
        draft,
        recurring,
        decisions,
    )?;
    let wishes_local_price = draft.local_price_only;
    if wishes_local_price {
        decisions.note(Rule::Fr14);
    }
    let outcome = rulebook.local_price_counts(wishes_local_price, recurring);
    draft.local_price_only = decisions.guard(Rule::Fr14, outcome)?;
    Ok(())
}

/// PP-01, PP-05: what the ids of a request lead to; nothing where none is named. A price that is
/// named without its product brings it along.
fn find_item(products: &Products, named: &Named) -> (Option<CatalogueLookup>, Option<Item>) {
    let product = named.product_id.as_deref().map(|id| products.get(id));
    let price: Option<&Arc<Price>> = match (&named.price_id, product) {
        (None, None) => return (None, None),
        (Some(id), _) => products.price(id),
        (None, Some(Some(entry))) => entry
            .default_price
            .as_deref()
            .and_then(|id| products.price(id)),
        (None, Some(None)) => None,
    };
    let owner = price.and_then(|price| products.get(&price.product_id));
    let lookup = match (product, price, owner) {
        (Some(None), ..) => CatalogueLookup::UnknownProduct,
        (_, None, _) | (_, _, None) => CatalogueLookup::UnknownPrice,
        (Some(Some(product)), _, Some(owner)) if product.product.id != owner.product.id => {
            CatalogueLookup::PriceOfAnotherProduct
        }
        (_, _, Some(owner)) if !owner.active => CatalogueLookup::InactiveProduct,
        (_, Some(price), _) if !price.active => CatalogueLookup::InactivePrice,
        _ => CatalogueLookup::Found,
    };
    let item = price.zip(owner).map(|(price, owner)| Item {
        product: Arc::clone(&owner.product),
        price: Arc::clone(price),
    });
    (Some(lookup), item)
}

/// FR-13.
fn phases(
    rulebook: &dyn Rulebook,
    products: &Products,
    asked: Vec<Object<ScheduledPhase>>,
    draft: &Draft,
    recurring: bool,
    decisions: &mut Decisions,
) -> Result<Vec<Phase>, Refusal> {
    if !asked.is_empty() {
        let outcome = rulebook.phases_are_of_a_subscription(recurring);
        decisions.check(Rule::Fr13, outcome)?;
    }
    let mut before = None;
    let mut phases = Vec::with_capacity(asked.len());
    for Object(phase) in asked {
        let place = (phase.sequence.get(), phase.effective_cycle.get());
        if let Some(before) = before.replace(place) {
            decisions.check(Rule::Fr13, rulebook.phases_increase(before, place))?;
        }
        let lookup = match products.snapshot(&phase.price_snapshot_id) {
            None => SnapshotLookup::Unknown,
            Some(price) if price.recurring.is_none() => SnapshotLookup::OneTime,
            Some(price) if price.currency != draft.currency => SnapshotLookup::AnotherCurrency,
            Some(_) => SnapshotLookup::Fits,
        };
        decisions.check(Rule::Fr13, rulebook.phase_snapshot(lookup))?;
        let metadata = phase.metadata.0.unwrap_or_default().into_inner();
        for key in metadata.keys() {
            let outcome = rulebook.metadata_key("scheduledPhases.metadata", key);
            decisions.guard(Rule::Fr18, outcome)?;
        }
        phases.push(Phase {
            sequence: place.0,
            effective_cycle: place.1,
            price_snapshot_id: phase.price_snapshot_id,
            quantity: phase.quantity.get(),
            metadata,
        });
    }
    Ok(phases)
}
