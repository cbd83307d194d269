//! Whether the means of a check can be trusted on this target.
//!
//! A check of what a request left behind uses other rules of the same server. When a check fails,
//! the rule it leans on is tried on customers nobody met before. If that fails as well, the
//! check proves nothing, and the scenario counts as blocked rather than failed.

use std::str::FromStr;

use crate::draft::Identifiers;
use crate::world::{Broken, Person, Shop, Step, broken};

/// Which identifier of a customer is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    CustomerId,
    Email,
    Reference,
}

/// What a scenario calls the customer it has nothing to do with.
pub(super) const BYSTANDER: &str = "a bystander";

/// Sees to it that there is one more customer, to be told apart from those of the story.
pub(super) async fn bystander(shop: &mut Shop) -> Step {
    if shop.person(BYSTANDER).is_ok() {
        return Ok(());
    }
    let (email, reference) = (shop.unused_email("trust"), shop.unused_reference("trust"));
    let identifiers = Identifiers::email(email).and_reference(reference);
    match shop.aside(identifiers).await {
        Ok(session) => {
            let bystander = Person {
                id: session.customer,
                email: None,
                reference: None,
            };
            shop.meet(BYSTANDER, bystander);
            Ok(())
        }
        Err(_) => trusted(shop, false, "no customer can be made at all"),
    }
}

/// Two identifiers that nobody has make a customer.
pub(super) async fn creation(shop: &mut Shop) -> Step {
    let (email, reference) = (shop.unused_email("trust"), shop.unused_reference("trust"));
    let made = shop
        .aside(Identifiers::email(email).and_reference(reference))
        .await;
    trusted(shop, made.is_ok(), "no customer can be made at all")
}

/// An identifier alone finds the customer that came with it.
pub(super) async fn lookup(shop: &mut Shop, kind: Kind) -> Step {
    let value = match kind {
        Kind::Reference => shop.unused_reference("trust"),
        Kind::Email | Kind::CustomerId => shop.unused_email("trust"),
    };
    let made = shop.aside(kind.alone(value.clone())).await;
    let found = shop.aside(kind.alone(value)).await;
    let same = matches!((made, found), (Ok(made), Ok(found)) if made.customer == found.customer);
    trusted(shop, same, "no customer can be found by it at all")
}

/// A customer without a reference can be given one.
pub(super) async fn binding(shop: &mut Shop) -> Step {
    let (email, reference) = (shop.unused_email("trust"), shop.unused_reference("trust"));
    let made = shop.aside(Identifiers::email(email)).await?;
    let identifiers = Identifiers::customer_id(made.customer).and_reference(reference);
    let bound = shop.aside(identifiers).await;
    trusted(
        shop,
        bound.is_ok(),
        "no customer can be given a reference at all",
    )
}

fn trusted(shop: &mut Shop, holds: bool, otherwise: &str) -> Step {
    if holds {
        return Ok(());
    }
    shop.untrusted = true;
    Err(Broken(format!(
        "this check cannot be trusted here: {otherwise}"
    )))
}

impl Kind {
    pub(super) fn alone(self, value: String) -> Identifiers {
        match self {
            Self::CustomerId => Identifiers::customer_id(value),
            Self::Email => Identifiers::email(value),
            Self::Reference => Identifiers::reference(value),
        }
    }
}

impl FromStr for Kind {
    type Err = Broken;

    fn from_str(word: &str) -> Result<Self, Broken> {
        match word {
            "email" => Ok(Self::Email),
            "reference" => Ok(Self::Reference),
            _ => Err(broken("neither email nor reference")),
        }
    }
}
