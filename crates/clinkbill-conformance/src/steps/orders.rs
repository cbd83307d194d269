//! The orders that attempts make, and what a subscription leaves behind.

use cucumber::gherkin::Step as Sentence;
use cucumber::then;

use super::{trust, words};
use crate::wire::Data;
use crate::world::{Broken, Shop, Step, broken, path_id};

#[then(regex = r"^(no order was|one order was|two orders were|three orders were) made$")]
async fn orders_were_made(shop: &mut Shop, count: String) -> Step {
    let expected: u64 = match count.split(' ').next() {
        Some("no") => 0,
        Some("one") => 1,
        Some("two") => 2,
        _ => 3,
    };
    let reference = shop.carried()?;
    let verdict = orders(shop, &reference, expected).await.map(drop);
    if verdict.is_err() {
        trust::listing(shop).await?;
    }
    verdict
}

#[then("the merchant reference finds no order")]
async fn reference_finds_none(shop: &mut Shop) -> Step {
    let reference = shop.purchase_reference();
    orders(shop, &reference, 0).await.map(drop)
}

/// Counted, and each is of one of the scenario's two sessions.
#[then(regex = r"^the merchant reference finds (one|two) orders?, each of its own session$")]
async fn reference_finds(shop: &mut Shop, count: String) -> Step {
    let expected = if count == "one" { 1 } else { 2 };
    let reference = shop.purchase_reference();
    let orders = orders(shop, &reference, expected).await?;
    let mut sessions: Vec<_> = orders.iter().map(|order| order.text("sessionId")).collect();
    sessions.sort();
    sessions.dedup();
    let own = [shop.earlier.as_ref(), shop.session.as_ref()];
    let own: Vec<_> = own
        .into_iter()
        .flatten()
        .map(|own| own.id.clone())
        .collect();
    let all_own = sessions
        .iter()
        .all(|session| session.as_ref().is_some_and(|id| own.contains(id)));
    if all_own && sessions.len() == orders.len() {
        Ok(())
    } else {
        Err(Broken(format!("they are of {sessions:?}, not of {own:?}")))
    }
}

#[then("every order carries the merchant reference")]
async fn every_order_carries(shop: &mut Shop) -> Step {
    let reference = shop.purchase_reference();
    let orders = shop.orders.clone();
    if orders.is_empty() {
        return Err(broken("there was no attempt"));
    }
    for order in &orders {
        let data = read(shop, "order", order).await?;
        data.has("orderId", order)?;
        data.has("merchantReferenceId", &reference)?;
    }
    Ok(())
}

#[then("the order, read, has")]
async fn order_has(shop: &mut Shop, step: &Sentence) -> Step {
    let order = shop.orders.last().cloned();
    let order = order.ok_or_else(|| broken("there was no attempt"))?;
    let session = shop.accepted()?.id.clone();
    let data = read(shop, "order", &order).await?;
    data.has("orderId", &order)?;
    data.has("sessionId", &session)?;
    compare(shop, &data, step)
}

#[then(regex = r"^the (subscription|invoice) of the session, read, has$")]
async fn started_has(shop: &mut Shop, what: String, step: &Sentence) -> Step {
    let session = shop.accepted()?.id.clone();
    let field = format!("{what}Id");
    let id = shop.read(&session).await?.text(&field);
    let Some(id) = id else {
        // That it should is another rule.
        shop.untrusted = true;
        return Err(Broken(format!("the session names no {what}")));
    };
    let path = match what.as_str() {
        "invoice" => "subscription/invoice",
        _ => "subscription",
    };
    let data = read(shop, path, &id).await?;
    data.has(&field, &id)?;
    compare(shop, &data, step)
}

fn compare(shop: &mut Shop, data: &Data, step: &Sentence) -> Step {
    let rows = step.table.iter().flat_map(|table| &table.rows);
    for row in rows {
        let (word, value) = words::pair(row)?;
        words::check(shop, data, word, value)?;
    }
    Ok(())
}

/// The orders with a merchant reference, as many as there should be.
async fn orders(shop: &mut Shop, reference: &str, expected: u64) -> Result<Vec<Data>, Broken> {
    let found = shop.orders_with(reference).await?;
    let listed = u64::try_from(found.rows.len()).unwrap_or(u64::MAX);
    if (found.total, listed) != (expected, expected) {
        return Err(Broken(format!(
            "{listed} of {} orders are listed, not {expected}",
            found.total
        )));
    }
    Ok(found.rows)
}

async fn read(shop: &mut Shop, path: &str, id: &str) -> Result<Data, Broken> {
    let answer = shop.get(&format!("{path}/{}", path_id(id)?)).await?;
    answer.data().map_err(Broken)
}
