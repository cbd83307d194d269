//! Whether the means of a check can be trusted on this target.
//!
//! A check of what a request left behind uses other rules of the same server. When a check fails,
//! the rule it leans on is tried on customers nobody met before. If that fails as well, the
//! check proves nothing, and the scenario counts as blocked rather than failed.

use std::str::FromStr;

use serde_json::json;

use crate::draft::{Draft, Identifiers};
use crate::wire::Data;
use crate::world::{Broken, Person, Session, Shop, Step, broken};

/// The rules that nearly every scenario takes for granted: whoever is new gets a session.
const A_SESSION: [&str; 9] = [
    "CR-03", "CR-33", "MR-01", "QS-01", "QS-02", "QS-03", "RD-01", "RD-02", "RD-06",
];
/// The rule that scenarios with a product of the catalogue take for granted.
const A_PRODUCT: &str = "PP-01";

/// Where not even a plain session can be had, or not for a product that the scenario knows, one
/// that fails shows nothing but that, unless it is about the rules that give it.
pub(crate) async fn what_is_granted(shop: &mut Shop, tags: &[String]) {
    let is_about = |id: &str| tags.iter().any(|tag| tag == id);
    let told = shop.exchanges.len();
    if !A_SESSION.into_iter().any(is_about) {
        let plain = plain_session(shop).await;
        shop.untrusted |= plain.is_err();
    }
    if !is_about(A_PRODUCT) {
        let sold = every_product(shop).await;
        shop.untrusted |= sold.is_err();
    }
    // It is no part of the story.
    shop.exchanges.truncate(told);
}

async fn plain_session(shop: &mut Shop) -> Step {
    let (first, _) = plain_create(shop).await?;
    let (made, reference) = plain_create(shop).await?;
    if first.id == made.id {
        // Who says the same whatever is asked is simply wrong, and leaves nothing to doubt.
        return Ok(());
    }
    let stored = shop.read(&made.id).await?;
    stored.has("sessionId", &made.id)?;
    stored.has("merchantReferenceId", &reference)
}

async fn plain_create(shop: &mut Shop) -> Result<(Session, String), Broken> {
    let reference = shop.unused_reference("trust");
    let mut draft = Draft::of_a_notebook(Identifiers::email(shop.unused_email("trust")));
    draft.set("merchantReferenceId", reference.as_str());
    Ok((shop.aside_with(draft).await?, reference))
}

async fn every_product(shop: &mut Shop) -> Step {
    let products: Vec<_> = shop.products().cloned().collect();
    for product in products {
        let mut draft = Draft::of_a_notebook(Identifiers::email(shop.unused_email("trust")));
        draft.leave_out("priceDataList");
        draft.set("productId", product.product);
        draft.set("priceId", product.price);
        draft.set_json("originalAmount", product.amount);
        draft.set("originalCurrency", product.currency);
        shop.aside_with(draft).await?;
    }
    Ok(())
}

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

/// A plain session can be paid, and is complete then.
pub(super) async fn payment(shop: &mut Shop) -> Step {
    standing(shop, "completed", "paid").await
}

/// A plain session that came to stand so is read as standing so.
pub(super) async fn standing(shop: &mut Shop, status: &str, payment: &str) -> Step {
    let outcome = match (status, payment) {
        ("open", "unpaid") => None,
        ("open", "processing") => Some("processing"),
        ("completed", "paid") => Some("succeeded"),
        _ => return Ok(()),
    };
    let holds = match plain_sale(shop, outcome).await {
        Ok((_, stored)) => {
            stored.has("status", status).is_ok() && stored.has("paymentStatus", payment).is_ok()
        }
        Err(_) => false,
    };
    trusted(
        shop,
        holds,
        &format!("no session at all is {status} and {payment}"),
    )
}

/// Sessions carry the reference they were given, as far as there are sessions at all: where each is
/// itself and none carries its reference, that is what is wrong here.
pub(super) async fn reference(shop: &mut Shop) -> Step {
    let (Ok((own, first)), Ok((other, second))) =
        (plain_sale(shop, None).await, plain_sale(shop, None).await)
    else {
        return Ok(());
    };
    let one_session = first.text("sessionId") == second.text("sessionId");
    let carried = [(own, first), (other, second)]
        .iter()
        .any(|(reference, stored)| stored.has("merchantReferenceId", reference).is_ok());
    trusted(
        shop,
        one_session || carried,
        "no session carries its merchant reference at all",
    )
}

/// The order of a plain sale is found by its reference, and none by a reference nobody used.
pub(super) async fn listing(shop: &mut Shop) -> Step {
    let unused = shop.unused_reference("trust");
    let mut holds = matches!(shop.orders_with(&unused).await, Ok(none) if none.total == 0);
    // Where nobody can play a buyer there is no sale to look for.
    if let Ok((reference, _)) = plain_sale(shop, Some("succeeded")).await {
        holds &= matches!(shop.orders_with(&reference).await, Ok(found) if found.total == 1);
    }
    trusted(
        shop,
        holds,
        "orders are not found by their reference at all",
    )
}

/// A session beside the story, tried to be paid or not: its merchant reference, and how it is read.
async fn plain_sale(shop: &mut Shop, outcome: Option<&str>) -> Result<(String, Data), Broken> {
    let (email, reference) = (shop.unused_email("trust"), shop.unused_reference("trust"));
    let mut draft = Draft::of_a_notebook(Identifiers::email(email));
    draft.set("merchantReferenceId", reference.clone());
    let made = shop.post("checkout/session", &draft).await?;
    let session = made.text("sessionId");
    let session = session.ok_or_else(|| broken("a session without sessionId"))?;
    if let Some(outcome) = outcome {
        let attempt = json!({ "paymentMethodType": "CARD", "outcome": outcome });
        let answer = shop.as_buyer(&session, "pay", &attempt).await?;
        answer.data().map_err(Broken)?;
    }
    let stored = shop.read(&session).await?;
    stored.has("sessionId", &session)?;
    Ok((reference, stored))
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
