//! What the merchant has put in the catalogue.

use cucumber::gherkin::Step as Sentence;
use cucumber::{given, then, when};
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

/// The documented API cannot take a product out of sale.
#[given(regex = r"^([A-Z][a-z]+) is a product that is no longer sold$")]
async fn product_retired(shop: &mut Shop, word: String) -> Step {
    let wire = shop.wire()?;
    register(shop, &wire, &word, Rhythm::ONCE, "4.99", "USD").await?;
    let id = shop.product(&word)?.product.clone();
    let path = format!("products/{}/retire", path_id(&id)?);
    let retired = shop.control(Method::POST, &path, None).await?;
    retired.data().map_err(Broken)?;
    let stored = shop.get(&format!("product/{}", path_id(&id)?)).await?;
    let stored = stored.data().map_err(Broken)?;
    match stored.0.get("active") {
        Some(Value::Bool(false)) => Ok(()),
        other => Err(Broken(format!("it is still sold: active is {other:?}"))),
    }
}

/// A price of a product made for it; what the table does not say is left out.
#[when("a price is made with")]
async fn make_price(shop: &mut Shop, step: &Sentence) -> Step {
    let name = shop.unused_name("Thing");
    let made = shop.post("product", &new_product(&name)).await?;
    let mut body = Draft::default();
    body.set("productId", id_of(made.text("productId"), "product")?);
    price_of(&mut body, step)?;
    let wire = shop.wire()?;
    let answer = wire.call(
        Method::POST,
        "price",
        Some(body.to_string()),
        &mut shop.exchanges,
    );
    shop.priced = Some(answer.await.map_err(said)?);
    Ok(())
}

/// A product whose one price is what the table says.
#[when("a product is made whose price has")]
async fn make_product_with_price(shop: &mut Shop, step: &Sentence) -> Step {
    let mut price = Draft::default();
    price_of(&mut price, step)?;
    let mut body = Draft::default();
    body.set("name", shop.unused_name("Thing"));
    body.set("image", "oss_1");
    body.set("taxCategory", "digital_goods_or_service");
    body.set_json("priceList", format!("[{price}]"));
    let wire = shop.wire()?;
    let answer = wire.call(
        Method::POST,
        "product",
        Some(body.to_string()),
        &mut shop.exchanges,
    );
    shop.priced = Some(answer.await.map_err(said)?);
    Ok(())
}

#[then("the price is refused")]
fn price_is_refused(shop: &mut Shop) -> Step {
    let answer = shop.priced.as_ref();
    let answer = answer.ok_or_else(|| broken("no price was asked for"))?;
    answer.refusal().map(drop).map_err(Broken)
}

#[then("the price, read, has")]
async fn price_has(shop: &mut Shop, step: &Sentence) -> Step {
    let answer = shop.priced.as_ref();
    let answer = answer.ok_or_else(|| broken("no price was asked for"))?;
    let price = answer.data().map_err(Broken)?.text("priceId");
    let price = id_of(price, "price")?;
    let stored = shop.get(&format!("price/{}", path_id(&price)?)).await?;
    let stored = Value::Object(stored.data().map_err(Broken)?.0);
    for row in step.table.iter().flat_map(|table| &table.rows) {
        let (word, value) = words::pair(row)?;
        let found = match word {
            "interval" => &stored["recurring"]["interval"],
            "intervals" => &stored["recurring"]["intervalCount"],
            "free days" => &stored["recurring"]["trialPeriodDays"],
            _ => return Err(Broken(format!("a price that is read has no {word:?}"))),
        };
        let expected = match value.parse::<u32>() {
            Ok(number) => Value::from(number),
            Err(_) if value == "none" => Value::Null,
            Err(_) => Value::from(value),
        };
        if *found != expected {
            return Err(Broken(format!("{word} is {found}, not {expected}")));
        }
    }
    Ok(())
}

/// What the table says of a price, as it stands in a request.
fn price_of(body: &mut Draft, step: &Sentence) -> Step {
    let mut details = serde_json::Map::new();
    for row in step.table.iter().flat_map(|table| &table.rows) {
        let (word, value) = words::pair(row)?;
        let count = || value.parse::<i64>().map_err(said);
        match (word, value) {
            ("type", "none") => body.leave_out("priceType"),
            ("type", _) => body.set("priceType", value),
            ("amount", "none") => body.leave_out("unitAmount"),
            ("amount", _) => body.set_json("unitAmount", value.to_owned()),
            ("currency", "none") => body.leave_out("currency"),
            ("currency", _) => body.set("currency", value),
            ("interval" | "intervals" | "free days", "none") => {}
            ("interval", _) => {
                details.insert("interval".to_owned(), value.into());
            }
            ("intervals", _) => {
                details.insert("intervalCount".to_owned(), count()?.into());
            }
            ("free days", _) => {
                details.insert("trialPeriodDays".to_owned(), count()?.into());
            }
            _ => return Err(Broken(format!("a price has no {word:?}"))),
        }
    }
    if !details.is_empty() {
        body.set("recurringDetails", details);
    }
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
