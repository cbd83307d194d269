//! What a walk has: a window, a sandbox on a port, and a shop on another.

use std::sync::Arc;

use clinkbill_browser::{Browser, Error, Look, Window};
use clinkbill_sandbox::{Catalogue, Merchant, Sandbox, Server};
use serde_json::{Value, json};

use crate::shop::Shop;

const CATALOGUE: &str = r#"{"products": [{
    "productId": "prd_notes", "name": "Field Notes Pro",
    "prices": [{
        "priceId": "price_trial", "priceType": "recurring", "currency": "USD", "unitAmount": 19.99,
        "recurringDetails": {"interval": "month", "trialPeriodDays": 7}
    }]
}]}"#;

pub(crate) struct Stage {
    pub(crate) window: Window,
    pub(crate) shop: Shop,
    pub(crate) server: Server,
    browser: Arc<Browser>,
}

/// A session and the link to its checkout.
pub(crate) struct Checkout {
    pub(crate) id: String,
    pub(crate) url: String,
}

impl Stage {
    pub(crate) async fn set(browser: Arc<Browser>, look: Look) -> Result<Self, Error> {
        let shop = Shop::open().await?;
        let sandbox = Sandbox::builder()
            .catalogue(Catalogue::from_json(CATALOGUE)?)
            .webhook(&shop.url("/events"), "whsec_of_the_shop")?
            .seed(1)
            .build();
        Ok(Self {
            window: browser.window(look).await?,
            shop,
            server: sandbox.serve().await?,
            browser,
        })
    }

    /// A window of somebody else.
    pub(crate) async fn another_window(&self, look: Look) -> Result<Window, Error> {
        self.browser.window(look).await
    }

    /// A place of the sandbox.
    pub(crate) fn here(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// Makes a session as the shop would, with these fields beside or instead of the usual ones.
    pub(crate) fn checkout(&self, fields: &Value) -> Result<Checkout, Error> {
        let mut body = json!({
            "customerEmail": "ada@example.com",
            "originalAmount": 32.48,
            "originalCurrency": "USD",
            "successUrl": self.shop.url("/thanks"),
            "cancelUrl": self.shop.url("/cart"),
            "priceDataList": [
                {"name": "Dotted notebook, A5", "quantity": 2, "unitAmount": 12.49},
                {"name": "Pencil set", "quantity": 3, "unitAmount": 2.5},
            ],
        });
        for (name, value) in fields.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        if let Some(body) = body.as_object_mut() {
            body.retain(|_, value| !value.is_null());
        }
        let answer = self
            .server
            .sandbox()
            .post_checkout_session(body.to_string());
        let answer: Value = serde_json::from_slice(answer.body())?;
        let text = |field: &str| answer["data"][field].as_str().map(str::to_owned);
        let id = text("sessionId").ok_or_else(|| format!("no session: {answer}"))?;
        let url = text("url").unwrap_or_default();
        Ok(Checkout {
            id,
            url: url.replace("http://localhost", &self.here("")),
        })
    }

    /// Opens the checkout of a session with these fields.
    pub(crate) async fn open(&self, fields: &Value) -> Result<Checkout, Error> {
        let checkout = self.checkout(fields)?;
        self.window.go(&checkout.url).await?;
        Ok(checkout)
    }

    /// Fills in a card, as a buyer types it, and pays.
    pub(crate) async fn pay_by_card(&self, number: &str, button: &str) -> Result<(), Error> {
        pay_by_card(&self.window, number, button).await
    }

    /// What the API says of a session.
    pub(crate) fn session(&self, checkout: &Checkout) -> Result<Value, Error> {
        let path = format!("checkout/session/{}", checkout.id);
        let answer = self.server.sandbox().get(&path);
        Ok(serde_json::from_slice::<Value>(answer.body())?["data"].take())
    }

    pub(crate) fn merchant(&self) -> Merchant {
        self.server.sandbox().merchant()
    }

    /// Holds that a session stands like this.
    pub(crate) fn stands(&self, checkout: &Checkout, status: &str) -> Result<(), Error> {
        let session = self.session(checkout)?;
        if session["status"] == status {
            Ok(())
        } else {
            Err(format!("the session is {}, not {status}", session["status"]).into())
        }
    }
}

/// Fills in a card in a window, as a buyer types it, and pays.
pub(crate) async fn pay_by_card(window: &Window, number: &str, button: &str) -> Result<(), Error> {
    window.fill_in("Card number", number).await?;
    window.fill_in("Expiry", "12/40").await?;
    window.fill_in("CVC", "123").await?;
    window.press(button).await
}
