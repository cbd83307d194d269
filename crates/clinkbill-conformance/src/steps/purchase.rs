//! What is bought, and how the session stands that a merchant asked for.

use cucumber::gherkin::Step as Sentence;
use cucumber::{given, then, when};
use serde_json::json;

use super::{trust, words};
use crate::draft::{Draft, Identifiers};
use crate::world::{Broken, Shop, Step, broken};

#[given(regex = r"^an? (?:open )?session(?: with)?$")]
async fn session(shop: &mut Shop, step: &Sentence) -> Step {
    create(shop, step).await?;
    confirm(shop).await?;
    let (session, earlier) = (shop.accepted()?, shop.earlier.as_ref());
    if earlier.is_some_and(|earlier| earlier.id == session.id) {
        return Err(broken("it is the session before once more"));
    }
    Ok(())
}

#[when(regex = r"^a session is created(?: with)?$")]
async fn create(shop: &mut Shop, step: &Sentence) -> Step {
    let draft = of_a_notebook(shop);
    send(shop, draft, step).await
}

#[when(regex = r"^another session is created(?: with)?$")]
async fn create_another(shop: &mut Shop, step: &Sentence) -> Step {
    create(shop, step).await
}

#[given(regex = r"^an? (?:open )?session for ([A-Z][a-z]+)(?: with)?$")]
async fn session_for(shop: &mut Shop, product: String, step: &Sentence) -> Step {
    create_for(shop, product, step).await?;
    confirm(shop).await
}

#[when(regex = r"^a session for ([A-Z][a-z]+) is created(?: with)?$")]
async fn create_for(shop: &mut Shop, product: String, step: &Sentence) -> Step {
    let draft = of_product(shop, &product)?;
    send(shop, draft, step).await
}

/// The phases stand in the table: sequence, cycle, price, quantity, and metadata if there is any.
#[when(regex = r"^a session for ([A-Z][a-z]+) is created with the later phases$")]
async fn create_with_phases(shop: &mut Shop, product: String, step: &Sentence) -> Step {
    let mut draft = of_product(shop, &product)?;
    let mut phases = Vec::new();
    for row in table(step).iter().skip(1) {
        let [sequence, cycle, price, quantity, metadata @ ..] = &row[..] else {
            return Err(broken("a phase is its sequence, cycle, price and quantity"));
        };
        let snapshot = match price.as_str() {
            "unknown" => shop.unknown_id("price_snapshot"),
            name => shop.product(name)?.snapshot.clone(),
        };
        let number = |text: &str| text.parse::<i32>().map_err(crate::world::said);
        let mut phase = json!({
            "sequence": number(sequence)?,
            "effectiveCycle": number(cycle)?,
            "priceSnapshotId": snapshot,
            "quantity": number(quantity)?,
        });
        if let [metadata] = metadata {
            phase["metadata"] = words::metadata(metadata)?;
        }
        phases.push(phase);
    }
    draft.set("scheduledPhases", phases);
    shop.create(&draft).await
}

#[then("Clink accepts")]
async fn accepted(shop: &mut Shop) -> Step {
    confirm(shop).await
}

#[then("Clink accepts both, and makes two sessions")]
async fn two_sessions(shop: &mut Shop) -> Step {
    confirm(shop).await?;
    let second = shop.accepted()?.clone();
    let first = shop.earlier.clone();
    let first = first.ok_or_else(|| broken("the first session was not accepted"))?;
    if first.id == second.id {
        return Err(broken("both times it is the same session"));
    }
    for secret in ["tokenValue", "url"] {
        if first.data.text(secret) == second.data.text(secret) {
            return Err(Broken(format!("both sessions have the same {secret}")));
        }
    }
    // Each is itself, whichever is read last.
    let stored = shop.read(&first.id).await?;
    stored.has("sessionId", &first.id)
}

#[then(regex = r"^the session is (open|completed|expired) and (unpaid|processing|paid)$")]
async fn stands(shop: &mut Shop, status: String, payment: String) -> Step {
    let session = shop.accepted()?.id.clone();
    let data = shop.read(&session).await?;
    data.has("sessionId", &session)?;
    data.has("status", &status)?;
    data.has("paymentStatus", &payment)
}

/// Beside what the scenario is about: where no session at all stands so, it cannot be judged.
#[then(
    regex = r"^the session is (?:still|now) (open|completed|expired) and (unpaid|processing|paid)$"
)]
async fn still_stands(shop: &mut Shop, status: String, payment: String) -> Step {
    let verdict = stands(shop, status.clone(), payment.clone()).await;
    if verdict.is_err() {
        trust::standing(shop, &status, &payment).await?;
    }
    verdict
}

#[then("the session, read back, has")]
async fn has(shop: &mut Shop, step: &Sentence) -> Step {
    confirm(shop).await?;
    let session = shop.accepted()?.id.clone();
    let data = shop.read(&session).await?;
    for row in table(step) {
        let (word, value) = words::pair(row)?;
        words::check(shop, &data, word, value)?;
    }
    Ok(())
}

#[then("the answer says the same")]
fn answer_says_the_same(shop: &mut Shop) -> Step {
    let session = shop.accepted()?;
    let stored = shop.stored.as_ref();
    let stored = stored.ok_or_else(|| broken("the session was not read back"))?;
    let pairs = [
        ("sessionId", "sessionId"),
        ("originalAmount", "amountSubtotal"),
        ("originalCurrency", "originalCurrency"),
        ("returnUrl", "returnUrl"),
        ("uiMode", "uiMode"),
        ("merchantReferenceId", "merchantReferenceId"),
        ("expireTime", "expire"),
    ];
    for (answered, read) in pairs {
        let (answered, read) = (session.data.0.get(answered), stored.0.get(read));
        if answered != read {
            return Err(Broken(format!("answered {answered:?}, read {read:?}")));
        }
    }
    Ok(())
}

/// To the digit: a binary fraction is not enough.
#[then(regex = r"^the session, read back, is for exactly (\S+)$")]
async fn is_for_exactly(shop: &mut Shop, amount: String) -> Step {
    confirm(shop).await?;
    let session = shop.accepted()?.id.clone();
    let answer = shop.read_answer(&session).await?;
    let found = answer
        .amount("amountSubtotal")
        .map(|found| found.to_string());
    if found.as_ref() == Some(&amount) {
        Ok(())
    } else {
        Err(Broken(format!("the amount is {found:?}, not {amount}")))
    }
}

/// The last session of the story is there, and it is the one that was asked for: where the create
/// call carried a reference, the stored session has it.
pub(super) async fn confirm(shop: &mut Shop) -> Step {
    let session = shop.accepted()?.id.clone();
    let stored = shop.read(&session).await?;
    stored.has("sessionId", &session)?;
    let Ok(reference) = shop.carried() else {
        return Ok(());
    };
    let carries = stored.has("merchantReferenceId", &reference);
    if carries.is_err() && reference != shop.purchase_reference() {
        trust::reference(shop).await?;
    }
    carries
}

/// A purchase of a customer and for a reference that nobody had before.
pub(super) fn of_a_notebook(shop: &mut Shop) -> Draft {
    let email = shop.new_email();
    let mut draft = Draft::of_a_notebook(Identifiers::email(email));
    draft.set("merchantReferenceId", shop.unused_reference("sale"));
    draft
}

/// The same of a registered product, at its price.
fn of_product(shop: &mut Shop, word: &str) -> Result<Draft, Broken> {
    let mut draft = of_a_notebook(shop);
    let product = shop.product(word)?;
    draft.leave_out("priceDataList");
    draft.set("productId", product.product.clone());
    draft.set("priceId", product.price.clone());
    draft.set_json("originalAmount", product.amount.clone());
    draft.set("originalCurrency", product.currency.clone());
    Ok(draft)
}

async fn send(shop: &mut Shop, mut draft: Draft, step: &Sentence) -> Step {
    for row in table(step) {
        let (word, value) = words::pair(row)?;
        words::put(shop, &mut draft, word, value)?;
    }
    shop.create(&draft).await
}

fn table(step: &Sentence) -> &[Vec<String>] {
    step.table.as_ref().map_or(&[], |table| &table.rows)
}
