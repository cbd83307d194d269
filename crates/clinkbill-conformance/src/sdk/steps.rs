//! What a shop does through the SDK, and what the server saw of it.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a step takes what its sentence says by value"
)]

mod failures;
mod requests;

#[cfg(test)]
pub(super) use self::failures::fault_met;

use std::time::Duration;

use clinkbill::{CustomerRef, Line, OrderStatus};
use clinkbill_sandbox::Attempt;
use cucumber::{given, then, when};

use super::calls::{self, id};
use super::purchases::{self, REFERENCE};
use super::world::Backend;
use crate::world::{Broken, Step, broken};

/// Long enough for an answer that comes, and short enough to wait for one that does not.
const BRIEFLY: Duration = Duration::from_secs(2);

/// Who the customer of a scenario is.
const EMAIL: &str = "customer@example.com";
const CUSTOMERS_REFERENCE: &str = "user-42";

#[given("a customer the shop knows by id, email and reference")]
async fn known_customer(shop: &mut Backend) -> Step {
    let customer = CustomerRef::email(EMAIL).and_then(|c| c.and_reference(CUSTOMERS_REFERENCE));
    let made = purchases::create_for(&shop.client()?, customer?).await?;
    let made = made?;
    shop.customer = made.customer_id;
    shop.customer()?;
    Ok(())
}

#[given(regex = r"^a session for the (email|reference) (\S+)$")]
async fn session_for(shop: &mut Backend, kind: String, value: String) -> Step {
    let customer = match kind.as_str() {
        "email" => CustomerRef::email(value),
        _ => CustomerRef::reference(value),
    };
    let made = purchases::create_for(&shop.client()?, customer?).await?;
    Ok(made.map(drop)?)
}

#[when(regex = r"^the shop creates the session of the quick start(?: once more)?$")]
async fn create_quick_start(shop: &mut Backend) -> Step {
    create(shop, "the quick start").await
}

#[when("the shop creates an embedded session")]
async fn create_embedded(shop: &mut Backend) -> Step {
    create(shop, "an embedded page").await
}

#[when("the shop creates a hosted session with both URLs")]
async fn create_hosted(shop: &mut Backend) -> Step {
    create(shop, "both URLs").await
}

#[when("the shop creates a session for a subscription")]
async fn create_subscription(shop: &mut Backend) -> Step {
    create(shop, "a subscription").await
}

#[when(regex = r"^the shop creates a session with (.+)$")]
async fn create_with(shop: &mut Backend, what: String) -> Step {
    create(shop, &what).await
}

#[when(regex = r"^the shop sells one mug for (\S+)$")]
async fn sell_one(shop: &mut Backend, amount: String) -> Step {
    let line = Line::new("Mug", 1, amount.as_str());
    shop.sent = Some(purchases::sell(&shop.client()?, [line]).await?);
    Ok(())
}

#[when(regex = r"^the shop sells three mugs for (\S+) each and a spoon for (\S+)$")]
async fn sell_two_lines(shop: &mut Backend, mug: String, spoon: String) -> Step {
    let lines = [
        Line::new("Mug", 3, mug.as_str()).image_url("https://a.example/mug.png"),
        Line::new("Spoon", 1, spoon.as_str()),
    ];
    shop.sent = Some(purchases::sell(&shop.client()?, lines).await?);
    Ok(())
}

#[when(regex = r"^the shop creates a session for the customer by (.+)$")]
async fn create_for_known(shop: &mut Backend, identifiers: String) -> Step {
    let given = |kind| identifiers.contains(kind);
    let mut customer = match (given("id"), given("email")) {
        (true, _) => CustomerRef::id(shop.customer()?),
        (false, true) => CustomerRef::email(EMAIL)?,
        (false, false) => CustomerRef::reference(CUSTOMERS_REFERENCE)?,
    };
    if given("id") && given("email") {
        customer = customer.and_email(EMAIL)?;
    }
    if given("reference") && identifiers != "reference" {
        customer = customer.and_reference(CUSTOMERS_REFERENCE)?;
    }
    shop.sent = Some(purchases::create_for(&shop.client()?, customer).await?);
    Ok(())
}

#[when(regex = r"^the shop creates a session for the email (\S+) and the reference (\S+)$")]
async fn create_for_pair(shop: &mut Backend, email: String, reference: String) -> Step {
    let customer = CustomerRef::email(email).and_then(|c| c.and_reference(reference));
    shop.sent = Some(purchases::create_for(&shop.client()?, customer?).await?);
    Ok(())
}

#[when(
    regex = r"^the shop ((?:reads an?|reads the session of|lists|looks|asks|makes|registers|adds|ensures|changes|enables|disables|rotates|deletes) .+)$"
)]
async fn make_call(shop: &mut Backend, call: String) -> Step {
    // What the server answers to ids that are nobody's is not the question.
    calls::make(&shop.client()?, &call).await.map(drop)
}

#[when("the shop reads the session that was made")]
async fn read_made(shop: &mut Backend) -> Step {
    let session = id(&only_session(shop)?)?;
    let client = shop.client()?;
    match client.checkout_sessions().retrieve(&session).await {
        Ok(session) => shop.read = Some(session.session_id),
        Err(error) => shop.sent = Some(Err(error)),
    }
    Ok(())
}

#[then("the shop has read the session that was made")]
fn has_read(shop: &mut Backend) -> Step {
    let session = only_session(shop)?;
    match (&shop.read, &shop.sent) {
        (Some(read), _) if read.as_str() == session => Ok(()),
        (Some(read), _) => Err(Broken(format!("it has read {read}"))),
        (None, Some(Err(error))) => Err(Broken(format!("it reports {error:?}"))),
        (None, _) => Err(broken("the shop has read nothing")),
    }
}

#[when("the buyer pays the session that was made")]
fn buyer_pays(shop: &mut Backend) -> Step {
    let session = only_session(shop)?;
    let paid = shop.merchant()?.pay(&session, Attempt::succeeded());
    paid.map(drop).map_err(|error| Broken(error.to_string()))
}

#[then(regex = r"^(\d+) sessions? exists?$")]
fn sessions_exist(shop: &mut Backend, expected: usize) -> Step {
    let sessions = shop.merchant()?.session_ids();
    if sessions.len() == expected {
        Ok(())
    } else {
        Err(Broken(format!("{} sessions exist", sessions.len())))
    }
}

#[then(regex = r"^the session, read back, costs (\S+)$")]
async fn costs(shop: &mut Backend, amount: String) -> Step {
    let session = match shop.sent()? {
        Ok(made) => made.session_id.clone(),
        Err(error) => return Err(Broken(error.to_string())),
    };
    let read = shop.client()?.checkout_sessions().retrieve(&session).await;
    let subtotal = read?.subtotal;
    match subtotal {
        Some(money) if money.to_string() == format!("{amount} USD") => Ok(()),
        other => Err(Broken(format!("it costs {other:?}"))),
    }
}

#[then("the shop finds one paid order by its reference, of the session that was made")]
async fn finds_order(shop: &mut Backend) -> Step {
    let session = only_session(shop)?;
    let client = shop.client()?;
    let orders = client.orders().find_by_merchant_reference(REFERENCE).await;
    let orders = orders?;
    let found = |order: &clinkbill::Order| {
        order.status == OrderStatus::Success && order.session_id == id(&session).ok()
    };
    match &orders[..] {
        [order] if found(order) => Ok(()),
        _ => Err(Broken(format!("it finds {orders:?}"))),
    }
}

async fn create(shop: &mut Backend, what: &str) -> Step {
    shop.sent = Some(purchases::create(&shop.client()?, what).await?);
    Ok(())
}

/// The id of the one session there is.
fn only_session(shop: &Backend) -> Result<String, Broken> {
    let mut sessions = shop.merchant()?.session_ids();
    match (sessions.pop(), sessions.is_empty()) {
        (Some(session), true) => Ok(session),
        _ => Err(broken("there is not exactly one session")),
    }
}
