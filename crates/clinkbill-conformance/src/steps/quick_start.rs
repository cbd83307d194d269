//! The first request a merchant ever sends.

use cucumber::gherkin::Step as Sentence;
use cucumber::{then, when};

use super::purchase::of_a_notebook;
use crate::wire::{Head, now_in_milliseconds};
use crate::world::{Broken, Shop, Step, broken, said};

/// What a feature file writes for an email nobody has.
const NEW_EMAIL: &str = "NEW_EMAIL";

#[when("this body is posted")]
async fn post(shop: &mut Shop, step: &Sentence) -> Step {
    let body = step.docstring.clone();
    let body = body.ok_or_else(|| broken("there is no body"))?;
    let email = shop.new_email();
    shop.create(&body.replace(NEW_EMAIL, &email)).await
}

#[when(regex = r"^a session is asked for with (.+) as its key$")]
async fn with_key(shop: &mut Shop, key: String) -> Step {
    let head = shop.wire()?.head().map_err(said)?;
    let head = match key.as_str() {
        "nothing" => head.without_key(),
        key => head.with_key(key).map_err(said)?,
    };
    ask(shop, head).await
}

#[when(regex = r"^a session is asked for with (.+) as its timestamp$")]
async fn with_timestamp(shop: &mut Shop, word: String) -> Step {
    const DAY: u64 = 24 * 60 * 60 * 1_000;
    let now = now_in_milliseconds().map_err(said)?;
    let timestamp = match word.as_str() {
        "nothing" => None,
        "the time in seconds" => Some((now / 1_000).to_string()),
        "yesterday" => Some((now - DAY).to_string()),
        "tomorrow" => Some((now + DAY).to_string()),
        word => Some(word.to_owned()),
    };
    let head = shop.wire()?.head().map_err(said)?;
    ask(shop, head.with_timestamp(timestamp)).await
}

#[when("a session is asked for as plain text")]
async fn as_plain_text(shop: &mut Shop) -> Step {
    let head = shop.wire()?.head().map_err(said)?;
    ask(shop, head.with_content_type("text/plain")).await
}

/// The body of the answer to a key that is not accepted need not be JSON.
#[then("Clink turns the request away")]
fn turned_away(shop: &mut Shop) -> Step {
    let answer = shop.answer()?;
    if answer.status == 401 {
        return Ok(());
    }
    answer.refusal().map(drop).map_err(Broken)
}

async fn ask(shop: &mut Shop, head: Head) -> Step {
    let body = of_a_notebook(shop).to_string();
    let wire = shop.wire()?;
    let answer = wire
        .create_with_head(head, body.clone(), &mut shop.exchanges)
        .await
        .map_err(said)?;
    shop.keep_answer(&body, answer).await;
    Ok(())
}
