//! What the buyer does at the checkout.

use cucumber::{given, then, when};
use reqwest::Method;
use serde_json::{Value, json};

use super::trust;
use crate::wire::Data;
use crate::world::{Broken, Sent, Shop, Step, broken, path_id};

/// A try to pay.
struct Attempt<'a> {
    method: &'a str,
    outcome: &'a str,
    country: &'a str,
}

impl Attempt<'_> {
    const BY_CARD: Self = Self {
        method: "CARD",
        outcome: "succeeded",
        country: "US",
    };
}

/// The payment is means to an end: where no session at all can be paid, what the scenario is about
/// cannot be judged.
#[given("the buyer paid")]
#[when("the buyer pays")]
async fn pays(shop: &mut Shop) -> Step {
    let paid = paid(shop).await;
    if paid.is_err() {
        trust::payment(shop).await?;
    }
    paid
}

#[when("the buyer's payment succeeds")]
async fn payment_succeeds(shop: &mut Shop) -> Step {
    attempt(shop, Attempt::BY_CARD).await
}

#[given("the buyer's payment failed")]
#[when("the buyer's payment fails")]
async fn payment_fails(shop: &mut Shop) -> Step {
    let declined = Attempt {
        outcome: "failed",
        ..Attempt::BY_CARD
    };
    attempt(shop, declined).await
}

#[given("the buyer's payment is under way")]
#[when("the buyer's payment begins")]
async fn payment_begins(shop: &mut Shop) -> Step {
    let processing = Attempt {
        outcome: "processing",
        ..Attempt::BY_CARD
    };
    attempt(shop, processing).await
}

#[given("the buyer's payment waits for the buyer")]
#[when("the buyer's payment comes to wait for the buyer")]
async fn payment_waits(shop: &mut Shop) -> Step {
    let waiting = Attempt {
        outcome: "requires_action",
        ..Attempt::BY_CARD
    };
    attempt(shop, waiting).await
}

#[when(regex = r"^the payment under way (succeeds|fails)$")]
async fn payment_ends(shop: &mut Shop, how: String) -> Step {
    let order = shop.orders.last().cloned();
    let order = order.ok_or_else(|| broken("no payment is under way"))?;
    let outcome = if how == "fails" {
        "failed"
    } else {
        "succeeded"
    };
    let path = format!("orders/{}/settle", path_id(&order)?);
    let body = json!({ "outcome": outcome });
    let answer = shop.control(Method::POST, &path, Some(&body)).await?;
    shop.sent = Some(sent_by(&answer.data().map_err(Broken)?)?);
    Ok(())
}

#[when("the buyer tries to pay")]
async fn tries_to_pay(shop: &mut Shop) -> Step {
    try_to_pay(shop, Attempt::BY_CARD).await
}

#[when(regex = r"^the buyer in ([A-Z]{2}) tries to pay by ([A-Z]+)$")]
async fn tries_to_pay_by(shop: &mut Shop, country: String, method: String) -> Step {
    let attempt = Attempt {
        method: &method,
        country: &country,
        ..Attempt::BY_CARD
    };
    try_to_pay(shop, attempt).await
}

#[when("the buyer leaves")]
async fn leaves(shop: &mut Shop) -> Step {
    let session = shop.accepted()?.id.clone();
    let answer = shop.as_buyer(&session, "cancel", &json!({})).await?;
    shop.sent = Some(sent_by(&answer.data().map_err(Broken)?)?);
    Ok(())
}

#[then("the payment is refused")]
fn payment_is_refused(shop: &mut Shop) -> Step {
    let attempt = shop.attempt.as_ref();
    let attempt = attempt.ok_or_else(|| broken("the buyer did not try to pay"))?;
    attempt.refusal().map(drop).map_err(Broken)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "cucumber hands captures over as owned texts"
)]
#[then(regex = r"^the payment's refusal is called ([A-Z_]+)$")]
fn payment_refusal_is_called(shop: &mut Shop, name: String) -> Step {
    let attempt = shop.attempt.as_ref();
    let attempt = attempt.ok_or_else(|| broken("the buyer did not try to pay"))?;
    let refusal = attempt.refusal().map_err(Broken)?;
    if refusal.is_called(&name) {
        Ok(())
    } else {
        Err(Broken(format!("refused with {refusal}")))
    }
}

#[then("the payment is taken")]
fn payment_is_taken(shop: &mut Shop) -> Step {
    let attempt = shop.attempt.as_ref();
    let attempt = attempt.ok_or_else(|| broken("the buyer did not try to pay"))?;
    attempt.data().map(drop).map_err(Broken)
}

#[given(regex = r"^a buyer in ([A-Z]{2}) (is|is not) offered ([A-Z]+)$")]
async fn is_offered(shop: &mut Shop, country: String, is: String, method: String) -> Step {
    let methods = seen(shop, &country, "paymentMethods").await?;
    let offered = methods.as_array().is_some_and(|methods| {
        methods
            .iter()
            .any(|offered| offered.as_str() == Some(&method))
    });
    if offered == (is == "is") {
        Ok(())
    } else {
        Err(Broken(format!("offered are {methods}")))
    }
}

#[when(regex = r"^a buyer in ([A-Z]{2}) looks at the checkout$")]
async fn looks(shop: &mut Shop, country: String) -> Step {
    let session = shop.accepted()?.id.clone();
    let seen = shop.seen_by_buyer(&session, &country).await?;
    seen.has("sessionId", &session)?;
    shop.seen = Some(seen);
    Ok(())
}

#[then(regex = r"^the QR code of ([A-Z]+) opens at once$")]
fn qr_opens(shop: &mut Shop, method: String) -> Step {
    opens_at_once(shop, &method.into())
}

#[then("no QR code opens at once")]
fn no_qr_opens(shop: &mut Shop) -> Step {
    opens_at_once(shop, &Value::Null)
}

#[then(regex = r"^(\S+) is selected at first$")]
async fn is_selected(shop: &mut Shop, method: String) -> Step {
    let method = match method.as_str() {
        "nothing" => Value::Null,
        method => method.into(),
    };
    expect_seen(shop, "US", "preselectedMethod", &method).await
}

#[then(regex = r"^the promotion code (\S+) counts$")]
async fn promotion_code_counts(shop: &mut Shop, code: String) -> Step {
    expect_seen(shop, "US", "promotionCode", &code.into()).await
}

#[then("no promotion code counts")]
async fn no_promotion_code_counts(shop: &mut Shop) -> Step {
    expect_seen(shop, "US", "promotionCode", &Value::Null).await
}

#[then(regex = r"^a buyer (can|cannot) enter a promotion code$")]
async fn can_enter_code(shop: &mut Shop, can: String) -> Step {
    expect_seen(shop, "US", "promotionCodeInput", &(can == "can").into()).await
}

#[then(regex = r"^a local price (counts|does not count)$")]
async fn local_price_counts(shop: &mut Shop, counts: String) -> Step {
    expect_seen(shop, "US", "localPriceOnly", &(counts == "counts").into()).await
}

/// What the guide leaves open, and the sandbox takes for a likely mistake.
#[then(regex = r"^the sandbox remarks on (nothing|[A-Z]{2}-[0-9]{2})$")]
async fn remarks_on(shop: &mut Shop, rule: String) -> Step {
    let remarks = seen(shop, "US", "observations").await?;
    let Some(remarks) = remarks.as_array() else {
        return Err(Broken(format!("the remarks are {remarks}")));
    };
    let rules: Vec<_> = remarks.iter().map(|remark| &remark["rule"]).collect();
    let holds = match rule.as_str() {
        "nothing" => rules.is_empty(),
        // Breaking another rule may bring a remark of its own.
        rule => rules.iter().any(|found| *found == rule),
    };
    if holds {
        Ok(())
    } else {
        Err(Broken(format!("it remarks on {rules:?}")))
    }
}

fn opens_at_once(shop: &Shop, expected: &Value) -> Step {
    let seen = shop.seen.as_ref();
    let seen = seen.ok_or_else(|| broken("nobody looked at the checkout"))?;
    let found = seen.0.get("directQrLaunch").unwrap_or(&Value::Null);
    if found == expected {
        Ok(())
    } else {
        Err(Broken(format!("opened is {found}, not {expected}")))
    }
}

async fn expect_seen(shop: &mut Shop, country: &str, field: &str, expected: &Value) -> Step {
    let found = seen(shop, country, field).await?;
    if found == *expected {
        Ok(())
    } else {
        Err(Broken(format!("{field} is {found}, not {expected}")))
    }
}

/// What a buyer sees of the session, which is the story's.
async fn seen(shop: &mut Shop, country: &str, field: &str) -> Result<Value, Broken> {
    let session = shop.accepted()?.id.clone();
    let data = shop.seen_by_buyer(&session, country).await?;
    data.has("sessionId", &session)?;
    Ok(data.0.get(field).cloned().unwrap_or_default())
}

async fn paid(shop: &mut Shop) -> Step {
    attempt(shop, Attempt::BY_CARD).await?;
    let session = shop.accepted()?.id.clone();
    let data = shop.read(&session).await?;
    data.has("sessionId", &session)?;
    data.has("status", "completed")?;
    data.has("paymentStatus", "paid")
}

async fn attempt(shop: &mut Shop, attempt: Attempt<'_>) -> Step {
    try_to_pay(shop, attempt).await?;
    let attempt = shop.attempt.as_ref();
    let attempt = attempt.ok_or_else(|| broken("the buyer did not try to pay"))?;
    let data = attempt.data().map_err(Broken)?;
    let order = data.text("orderId");
    shop.orders
        .push(order.ok_or_else(|| broken("an attempt without an order"))?);
    shop.sent = Some(sent_by(&data)?);
    Ok(())
}

async fn try_to_pay(shop: &mut Shop, attempt: Attempt<'_>) -> Step {
    let session = shop.accepted()?.id.clone();
    let body = json!({
        "paymentMethodType": attempt.method,
        "outcome": attempt.outcome,
        "country": attempt.country,
    });
    shop.attempt = Some(shop.as_buyer(&session, "pay", &body).await?);
    Ok(())
}

fn sent_by(data: &Data) -> Result<Sent, Broken> {
    match data.0.get("redirectUrl") {
        None | Some(Value::Null) => Ok(Sent::Nowhere),
        Some(Value::String(url)) => Ok(Sent::To(url.clone())),
        Some(other) => Err(Broken(format!("a redirect to {other}"))),
    }
}
