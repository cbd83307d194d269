//! Where the buyer is sent.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a step takes what its sentence says by value"
)]

use clinkbill_types::PathId;
use cucumber::{given, then, when};
use url::Url;

use super::purchase::{confirm, of_a_notebook};
use super::trust;
use crate::draft::{Draft, Identifiers};
use crate::world::{Broken, Sent, Shop, Step, broken};

/// What a feature file writes for the id of the scenario's session.
const SESSION_ID: &str = "SESSION_ID";

#[given(regex = r"^a hosted session with success URL (\S+) and cancel URL (\S+)$")]
async fn hosted(shop: &mut Shop, success: String, cancel: String) -> Step {
    create_hosted(shop, success, cancel).await?;
    confirm(shop).await
}

#[when(regex = r"^a hosted session is created with success URL (\S+) and cancel URL (\S+)$")]
async fn create_hosted(shop: &mut Shop, success: String, cancel: String) -> Step {
    let urls = [("successUrl", success), ("cancelUrl", cancel)];
    create(shop, "hostedPage", &urls).await
}

#[given(regex = r"^an embedded session with return URL (\S+)$")]
async fn embedded(shop: &mut Shop, back: String) -> Step {
    create_embedded(shop, back).await?;
    confirm(shop).await?;
    let session = shop.accepted()?.id.clone();
    shop.read(&session).await?.has("uiMode", "elements")
}

/// Beside the story: of a customer it has nothing to do with.
#[given("a session can be embedded")]
async fn can_be_embedded(shop: &mut Shop) -> Step {
    let email = shop.unused_email("trust");
    let mut draft = Draft::of_a_notebook(Identifiers::email(email));
    draft.set("uiMode", "elements");
    draft.set("returnUrl", "https://shop.example/complete");
    let made = shop.post("checkout/session", &draft).await?;
    let session = made.text("sessionId");
    let session = session.ok_or_else(|| broken("a session without sessionId"))?;
    shop.read(&session).await?.has("uiMode", "elements")
}

#[when(regex = r"^an embedded session is created with return URL (\S+)$")]
async fn create_embedded(shop: &mut Shop, back: String) -> Step {
    create(shop, "elements", &[("returnUrl", back)]).await
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

#[then(regex = r"^the buyer is sent to (\S+), whatever is added$")]
fn sent_below(shop: &mut Shop, url: String) -> Step {
    let sent = sent(shop)?;
    if sent.starts_with(&url) {
        Ok(())
    } else {
        Err(Broken(format!("the buyer is sent to {sent}, not to {url}")))
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
    let url = sent(shop).ok().and_then(|url| Url::parse(url).ok());
    let id = url.as_ref().and_then(|url| {
        url.query_pairs()
            .find(|(name, _)| matches!(&**name, "sessionId" | "session_id"))
    });
    let Some((_, id)) = id.filter(|(_, id)| id.parse::<PathId>().is_ok()) else {
        // That the buyer comes back with one is another rule.
        shop.untrusted = true;
        return Err(broken("the buyer brings no session id back"));
    };
    let data = shop.read(&id).await?;
    data.has("sessionId", &shop.accepted()?.id)?;
    let paid = data.has("status", "completed");
    let paid = paid.and_then(|()| data.has("paymentStatus", "paid"));
    if paid.is_err() {
        trust::payment(shop).await?;
    }
    paid
}

#[then(regex = r"^the session, read back, is of the mode ([A-Za-z]+)$")]
async fn of_the_mode(shop: &mut Shop, mode: String) -> Step {
    let session = shop.accepted()?.clone();
    session.data.has("uiMode", &mode)?;
    shop.read(&session.id).await?.has("uiMode", &mode)
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
        url => data.has(&field, url),
    }
}

/// Creates a session with these URLs, for a buyer nobody met before.
async fn create(shop: &mut Shop, mode: &str, urls: &[(&'static str, String)]) -> Step {
    let mut draft = of_a_notebook(shop);
    draft.set("uiMode", mode);
    if mode == "elements" {
        draft.leave_out("successUrl");
        draft.leave_out("cancelUrl");
    }
    for (field, word) in urls {
        match word.as_str() {
            "none" => draft.leave_out(field),
            "empty" => draft.set(field, ""),
            url => draft.set(field, url),
        }
    }
    shop.create(&draft).await
}

/// Where the buyer was sent last, or why that is nowhere.
fn sent(shop: &Shop) -> Result<&str, Broken> {
    match shop.sent.as_ref() {
        Some(Sent::To(url)) => Ok(url),
        Some(Sent::Nowhere) => Err(broken("the buyer is not sent anywhere")),
        None => Err(broken("the buyer did nothing")),
    }
}
