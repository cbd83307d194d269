//! What time does to a session.

use clinkbill_types::Timestamp;
use cucumber::{given, then, when};
use reqwest::Method;
use serde_json::json;

use super::purchase::confirm;
use crate::wire::now_in_milliseconds;
use crate::world::{Broken, Shop, Step, broken, said};

/// Time is moved for a merchant of the scenario's own, whom no other scenario knows.
#[given("a merchant of its own whose time stands still")]
async fn time_stands_still(shop: &mut Shop) -> Step {
    shop.become_another_merchant()?;
    let answer = shop.control(Method::POST, "clock/freeze", None).await?;
    match answer.data().map_err(Broken)?.0.get("frozen") {
        Some(frozen) if *frozen == json!(true) => Ok(()),
        frozen => Err(Broken(format!("the clock does not stand: {frozen:?}"))),
    }
}

/// With a payment under way, the session has expired all the same.
#[given("the session has expired")]
async fn has_expired(shop: &mut Shop) -> Step {
    time_is_up(shop).await?;
    let session = shop.accepted()?.id.clone();
    shop.read(&session).await?.has("status", "expired")
}

#[when("the session's time is up")]
async fn time_is_up(shop: &mut Shop) -> Step {
    advance_to_end(shop, 0).await
}

#[when("the session has one second left")]
async fn one_second_left(shop: &mut Shop) -> Step {
    advance_to_end(shop, 1).await
}

#[then("the session says when it ends, and that is later than now")]
async fn says_when_it_ends(shop: &mut Shop) -> Step {
    confirm(shop).await?;
    let session = shop.accepted()?.clone();
    let answered = time(session.data.text("expireTime"))?;
    let stored = shop.read(&session.id).await?;
    let (created, read) = (time(stored.text("created"))?, time(stored.text("expire"))?);
    let now = i64::try_from(now_in_milliseconds().map_err(said)?).map_err(said)?;
    if answered != read {
        return Err(Broken(format!("answered {answered}, and read {read}")));
    }
    if answered.as_millis() <= now || answered <= created {
        return Err(Broken(format!(
            "it ends at {answered}, was made at {created}, and now it is {now} ms"
        )));
    }
    Ok(())
}

/// Moves the merchant's clock to so many seconds before the session's end.
async fn advance_to_end(shop: &mut Shop, seconds_before: i64) -> Step {
    let end = time(shop.accepted()?.data.text("expireTime"))?.as_millis();
    let clock = shop.control(Method::GET, "clock", None).await?;
    let clock = clock.data().map_err(Broken)?;
    let now = clock.0.get("now").and_then(serde_json::Value::as_i64);
    let now = now.ok_or_else(|| broken("the clock does not tell the time"))?;
    // Whole seconds, and not one too few.
    let missing = (end - now).max(0).unsigned_abs().div_ceil(1_000);
    let seconds = missing.saturating_sub(seconds_before.unsigned_abs());
    let body = json!({ "seconds": seconds });
    let moved = shop.control(Method::POST, "clock/advance", Some(&body));
    moved.await?.data().map(drop).map_err(Broken)
}

fn time(text: Option<String>) -> Result<Timestamp, Broken> {
    let text = text.ok_or_else(|| broken("the session does not say when it ends"))?;
    text.parse().map_err(said)
}
