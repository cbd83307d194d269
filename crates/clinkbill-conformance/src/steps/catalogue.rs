//! What the merchant has put in the catalogue.

use cucumber::given;
use reqwest::Method;
use serde_json::{Value, json};

use super::words;
use crate::draft::Draft;
use crate::wire::Wire;
use crate::world::{Broken, Registered, Shop, Step, broken, path_id, said};

/// How a price is charged: once, or in this interval after free days.
struct Rhythm {
    interval: Option<&'static str>,
    free_days: u32,
}

#[given(
    regex = r"^([A-Z][a-z]+) is a product with a (one-time|weekly|monthly|yearly) price of (\S+) ([A-Z]{3})$"
)]
async fn product(
    shop: &mut Shop,
    word: String,
    rhythm: String,
    amount: String,
    currency: String,
) -> Step {
    let wire = shop.wire()?;
    let rhythm = Rhythm::named(&rhythm, 0)?;
    register(shop, &wire, &word, rhythm, &amount, &currency).await
}

#[given(
    regex = r"^([A-Z][a-z]+) is a product with a (weekly|monthly|yearly) price of (\S+) ([A-Z]{3}) after (\d+) free days$"
)]
async fn product_with_free_days(
    shop: &mut Shop,
    word: String,
    rhythm: String,
    amount: String,
    currency: String,
    days: u32,
) -> Step {
    let wire = shop.wire()?;
    let rhythm = Rhythm::named(&rhythm, days)?;
    register(shop, &wire, &word, rhythm, &amount, &currency).await
}

#[given(regex = r"^([A-Z][a-z]+) is a product of another merchant$")]
async fn product_of_another_merchant(shop: &mut Shop, word: String) -> Step {
    let key = shop.unused_key();
    let wire = shop.wire()?.with_key(&key).map_err(said)?;
    register(shop, &wire, &word, Rhythm::ONCE, "4.99", "USD").await
}

/// Its price is there and cannot be bought.
#[given(regex = r"^([A-Z][a-z]+) is a product whose price is no longer sold$")]
async fn product_not_sold(shop: &mut Shop, word: String) -> Step {
    let name = shop.unused_name(&word);
    let mut body = new_product(&name);
    body["priceList"] = json!([{
        "currency": "USD", "unitAmount": 4.99, "priceType": "one_time", "isActive": "false"
    }]);
    let made = shop.post("product", &body).await?;
    let price = made.0.get("priceList").and_then(|prices| prices.get(0));
    let price = price.ok_or_else(|| broken("the product was made without its price"))?;
    let (active, id) = (&price["active"], price["priceId"].as_str());
    if *active != Value::Bool(false) {
        return Err(Broken(format!("the price is sold: active is {active}")));
    }
    let product = Registered {
        product: id_of(made.text("productId"), "product")?,
        name,
        price: id_of(id.map(str::to_owned), "price")?,
        snapshot: String::new(),
        amount: "4.99".to_owned(),
        currency: "USD".to_owned(),
    };
    shop.stock(&word, product);
    Ok(())
}

impl Rhythm {
    const ONCE: Self = Self {
        interval: None,
        free_days: 0,
    };

    fn named(word: &str, free_days: u32) -> Result<Self, Broken> {
        let interval = match word {
            "one-time" => None,
            "weekly" => Some("week"),
            "monthly" => Some("month"),
            "yearly" => Some("year"),
            _ => return Err(Broken(format!("{word:?} is no rhythm"))),
        };
        Ok(Self {
            interval,
            free_days,
        })
    }
}

/// Makes a product and its price as the documented API does, and sees that both are there.
async fn register(
    shop: &mut Shop,
    wire: &Wire,
    word: &str,
    rhythm: Rhythm,
    amount: &str,
    currency: &str,
) -> Step {
    let name = shop.unused_name(word);
    let made = shop.post_as(wire, "product", &new_product(&name)).await?;
    let product = id_of(made.text("productId"), "product")?;
    let mut body = Draft::default();
    body.set("productId", product.clone());
    body.set("currency", currency);
    body.set_json("unitAmount", amount.to_owned());
    let price_type = match rhythm.interval {
        Some(_) => "recurring",
        None => "one_time",
    };
    body.set("priceType", price_type);
    body.set("isDefaultPrice", true);
    if let Some(interval) = rhythm.interval {
        let mut details = json!({ "interval": interval });
        if rhythm.free_days > 0 {
            details["trialPeriodDays"] = rhythm.free_days.into();
        }
        body.set("recurringDetails", details);
    }
    let made = shop.post_as(wire, "price", &body).await?;
    let price = id_of(made.text("priceId"), "price")?;

    let path = format!("price/{}", path_id(&price)?);
    let stored = wire.call(Method::GET, &path, None, &mut shop.exchanges);
    let stored = stored.await.map_err(said)?.data().map_err(Broken)?;
    stored.has("priceId", &price)?;
    stored.has("productId", &product)?;
    stored.has("currency", currency)?;
    words::same_amount("the price", &stored.0["unitAmount"], amount)?;
    let product = Registered {
        product,
        name,
        price,
        snapshot: stored.text("priceSnapshotId").unwrap_or_default(),
        amount: amount.to_owned(),
        currency: currency.to_owned(),
    };
    shop.stock(word, product);
    Ok(())
}

fn new_product(name: &str) -> Value {
    json!({ "name": name, "image": "oss_1", "taxCategory": "digital_goods_or_service" })
}

fn id_of(id: Option<String>, of: &str) -> Result<String, Broken> {
    id.ok_or_else(|| Broken(format!("a {of} without an id")))
}
