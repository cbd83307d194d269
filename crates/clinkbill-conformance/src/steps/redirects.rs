//! Where the buyer is sent.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a step takes what its sentence says by value"
)]

use cucumber::{given, then, when};
use serde_json::{Value, json};
use url::Url;

use crate::wire::Data;
use crate::world::{Broken, Identifiers, Sent, Shop, Step, broken};

/// What a feature file writes for the id of the scenario's session.
const SESSION_ID: &str = "SESSION_ID";

#[given(regex = r"^a hosted session with success URL (\S+) and cancel URL (\S+)$")]
async fn hosted(shop: &mut Shop, success: String, cancel: String) -> Step {
    create_hosted(shop, success, cancel).await?;
    shop.accepted().map(drop)
}

#[when(regex = r"^a hosted session is created with success URL (\S+) and cancel URL (\S+)$")]
async fn create_hosted(shop: &mut Shop, success: String, cancel: String) -> Step {
    let urls = [("successUrl", success), ("cancelUrl", cancel)];
    create(shop, "hostedPage", &urls).await
}

#[given(regex = r"^an embedded session with return URL (\S+)$")]
async fn embedded(shop: &mut Shop, back: String) -> Step {
    create_embedded(shop, back).await?;
    shop.accepted().map(drop)
}

#[when(regex = r"^an embedded session is created with return URL (\S+)$")]
async fn create_embedded(shop: &mut Shop, back: String) -> Step {
    create(shop, "elements", &[("returnUrl", back)]).await
}

#[given("the buyer's payment failed")]
#[when("the buyer's payment fails")]
async fn payment_fails(shop: &mut Shop) -> Step {
    attempt(shop, "failed").await
}

#[given("the buyer paid")]
#[when("the buyer pays")]
async fn buyer_pays(shop: &mut Shop) -> Step {
    attempt(shop, "succeeded").await
}

#[when("the buyer leaves")]
async fn buyer_leaves(shop: &mut Shop) -> Step {
    let session = shop.accepted()?.id.clone();
    let data = shop.as_buyer(&session, "cancel", &json!({})).await?;
    shop.sent = Some(sent_by(&data)?);
    Ok(())
}

#[then("Clink accepts")]
fn accepted(shop: &mut Shop) -> Step {
    shop.accepted().map(drop)
}

#[then(regex = r"^the buyer is sent to (\S+)$")]
fn sent_to(shop: &mut Shop, url: String) -> Step {
    let expected = url.replace(SESSION_ID, &shop.accepted()?.id);
    let url = sent(shop)?;
    if url == expected {
        Ok(())
    } else {
        Err(Broken(format!(
            "the buyer is sent to {url}, not to {expected}"
        )))
    }
}

#[then("the buyer is not sent anywhere")]
fn not_sent(shop: &mut Shop) -> Step {
    match shop.sent {
        Some(Sent::Nowhere) => Ok(()),
        _ => Err(Broken(format!("the buyer is sent to {}", sent(shop)?))),
    }
}

#[then("the session id the buyer brings back reads the paid session")]
async fn brought_back_id_reads_session(shop: &mut Shop) -> Step {
    let url = sent(shop)?;
    let url = Url::parse(url).map_err(|error| Broken(format!("{url}: {error}")))?;
    let id = url
        .query_pairs()
        .find(|(name, _)| matches!(&**name, "sessionId" | "session_id"));
    let (_, id) = id.ok_or_else(|| broken("the buyer brings no session id back"))?;
    let data = shop.read(&id).await?;
    has(&data, "sessionId", &shop.accepted()?.id)?;
    has(&data, "status", "completed")?;
    has(&data, "paymentStatus", "paid")
}

#[then("the session is open and unpaid")]
async fn open_and_unpaid(shop: &mut Shop) -> Step {
    let session = shop.accepted()?.id.clone();
    let data = shop.read(&session).await?;
    has(&data, "status", "open")?;
    has(&data, "paymentStatus", "unpaid")
}

#[then(regex = r"^the session, read back, is of the mode ([A-Za-z]+)$")]
async fn of_the_mode(shop: &mut Shop, mode: String) -> Step {
    let session = shop.accepted()?.clone();
    has(&session.data, "uiMode", &mode)?;
    has(&shop.read(&session.id).await?, "uiMode", &mode)
}

#[then(regex = r"^the session, read back, has the (success|cancel|return) URL (\S+)$")]
async fn has_url(shop: &mut Shop, which: String, url: String) -> Step {
    let session = shop.accepted()?.id.clone();
    let data = shop.read(&session).await?;
    let field = format!("{which}Url");
    match url.as_str() {
        "none" => match data.text(&field) {
            None => Ok(()),
            Some(url) => Err(Broken(format!("{field} is {url}"))),
        },
        url => has(&data, &field, url),
    }
}

/// Creates a session with these URLs, for a buyer nobody met before.
async fn create(shop: &mut Shop, mode: &str, urls: &[(&str, String)]) -> Step {
    let email = shop.new_email();
    let mut body = Identifiers::email(email).into_purchase();
    body["uiMode"] = mode.into();
    for (field, word) in urls {
        match word.as_str() {
            "none" => {}
            "empty" => body[*field] = "".into(),
            url => body[*field] = url.into(),
        }
    }
    shop.create(&body).await
}

async fn attempt(shop: &mut Shop, outcome: &str) -> Step {
    let session = shop.accepted()?.id.clone();
    let attempt = json!({ "paymentMethodType": "CARD", "outcome": outcome });
    let data = shop.as_buyer(&session, "pay", &attempt).await?;
    shop.sent = Some(sent_by(&data)?);
    Ok(())
}

fn sent_by(data: &Data) -> Result<Sent, Broken> {
    match data.0.get("redirectUrl") {
        None | Some(Value::Null) => Ok(Sent::Nowhere),
        Some(Value::String(url)) => Ok(Sent::To(url.clone())),
        Some(other) => Err(Broken(format!("a redirect to {other}"))),
    }
}

/// Where the buyer was sent last, or why that is nowhere.
fn sent(shop: &Shop) -> Result<&str, Broken> {
    match shop.sent.as_ref() {
        Some(Sent::To(url)) => Ok(url),
        Some(Sent::Nowhere) => Err(broken("the buyer is not sent anywhere")),
        None => Err(broken("the buyer did nothing")),
    }
}

fn has(data: &Data, field: &str, expected: &str) -> Step {
    match data.text(field) {
        Some(found) if found == expected => Ok(()),
        found => Err(Broken(format!("{field} is {found:?}, not {expected}"))),
    }
}
