//! The words of the tables, and what they stand for on the wire.

use clinkbill_types::Amount;
use serde_json::{Value, json};

use super::customers::identifier;
use super::trust::Kind;
use crate::draft::Draft;
use crate::wire::Data;
use crate::world::{Broken, Shop, Step};

/// Sets what a row of a table says of a request.
pub(super) fn put(shop: &mut Shop, draft: &mut Draft, word: &str, value: &str) -> Step {
    if let Some((field, kind)) = identifier_of(word) {
        match identifier(shop, kind, value)? {
            Some(value) => draft.set(field, value),
            None => draft.leave_out(field),
        }
        return Ok(());
    }
    let field = request_field(word)?;
    match value {
        "none" => draft.leave_out(field),
        "null" => draft.set(field, Value::Null),
        "empty" => draft.set(field, ""),
        "blank" => draft.set(field, "  "),
        _ => match word {
            "amount" => draft.set_json(field, number(value)?),
            "lines" => draft.set_json(field, lines(value)?),
            "metadata" => draft.set(field, metadata(value)?),
            "line with a picture" => draft.set(
                field,
                json!([{
                    "name": "Notebook", "quantity": 1, "unitAmount": 4.99, "imageUrl": value,
                }]),
            ),
            "import" => draft.set(field, import(shop, value)),
            "product" => draft.set(field, product_id(shop, value)?),
            "price" => draft.set(field, price_id(shop, value)?),
            "merchant reference" if value == "new" => {
                draft.set(field, shop.purchase_reference());
            }
            "hidden methods" => draft.set(field, value.split(", ").collect::<Vec<_>>()),
            "promotion codes allowed" | "code input shown" | "local price only" => {
                draft.set(field, yes_or_no(value)?);
            }
            _ => draft.set(field, value),
        },
    }
    Ok(())
}

/// Compares what a row of a table says with what was read.
pub(super) fn check(shop: &mut Shop, data: &Data, word: &str, value: &str) -> Step {
    let found = found(data, word)?;
    let expected = match (word, value) {
        (_, "none") => Value::Null,
        ("product", name) => shop.product(name)?.product.clone().into(),
        ("product name", name) => shop.product(name)?.name.clone().into(),
        ("price", name) => shop.product(name)?.price.clone().into(),
        ("merchant reference", "new") => shop.purchase_reference().into(),
        ("session", _) => shop.accepted()?.id.clone().into(),
        ("customer", _) => shop.accepted()?.customer.clone().into(),
        ("order", _) => shop.orders.last().cloned().into(),
        ("subscription" | "invoice" | "failure code", "some") if found.is_string() => return Ok(()),
        ("free days", days) => json!(days.parse::<u32>().map_err(crate::world::said)?),
        ("code input shown", value) => yes_or_no(value)?.into(),
        ("lines", value) => return same_lines(&found, value),
        ("metadata" | "later metadata", value) => metadata(value)?,
        ("customer email", value) => identifier(shop, Kind::Email, value)?.unwrap_or_default(),
        ("amount" | "paid amount", value) => return same_amount(word, &found, value),
        (_, value) => value.into(),
    };
    if is_the_same(&found, &expected) {
        Ok(())
    } else {
        Err(Broken(format!("{word} is {found}, not {expected}")))
    }
}

/// A row of a table with two columns.
pub(super) fn pair(row: &[String]) -> Result<(&str, &str), Broken> {
    match row {
        [word, value] => Ok((word, value)),
        _ => Err(Broken(format!("{row:?} is not a word and its value"))),
    }
}

fn identifier_of(word: &str) -> Option<(&'static str, Kind)> {
    Some(match word {
        "customer id" => ("customerId", Kind::CustomerId),
        "email" => ("customerEmail", Kind::Email),
        "customer reference" => ("referenceCustomerId", Kind::Reference),
        _ => return None,
    })
}

fn request_field(word: &str) -> Result<&'static str, Broken> {
    Ok(match word {
        "amount" => "originalAmount",
        "currency" => "originalCurrency",
        "lines" | "line with a picture" => "priceDataList",
        "metadata" => "metadata",
        "product" => "productId",
        "price" => "priceId",
        "import" => "historicalPaymentInstrumentImport",
        "merchant reference" => "merchantReferenceId",
        "mode" => "uiMode",
        "success URL" => "successUrl",
        "cancel URL" => "cancelUrl",
        "return URL" => "returnUrl",
        "payment method" => "paymentMethodType",
        "hidden methods" => "paymentMethodTypeBlackList",
        "QR method" => "directPaymentQrCodePaymentMethodType",
        "promotion codes allowed" => "allowPromotionCodes",
        "promotion code" => "promotionCode",
        "code input shown" => "showPromotionCode",
        "local price only" => "localPriceOnly",
        _ => return Err(Broken(format!("a request has no {word:?}"))),
    })
}

/// Where a word stands in a session or an order that is read.
fn found(data: &Data, word: &str) -> Result<Value, Broken> {
    let path = match word {
        "status" => "/status",
        "payment status" => "/paymentStatus",
        "amount" => "/amountSubtotal",
        "paid amount" => "/amountTotal",
        "currency" => "/originalCurrency",
        "payment currency" => "/paymentCurrency",
        "lines" => "/priceDataList",
        "product" if data.0.contains_key("productId") => "/productId",
        "product" => "/product/productId",
        "product name" => "/product/productName",
        "price" if data.0.contains_key("priceId") => "/priceId",
        "price" => "/price/priceId",
        "interval" => "/price/recurring/interval",
        "free days" => "/price/recurring/freeTrialDays",
        "merchant reference" if data.0.contains_key("merchantReference") => "/merchantReference",
        "merchant reference" => "/merchantReferenceId",
        "mode" => "/uiMode",
        "success URL" => "/successUrl",
        "cancel URL" => "/cancelUrl",
        "return URL" => "/returnUrl",
        "code input shown" => "/showPromotionCode",
        "metadata" => "/metadata",
        "later metadata" => "/scheduledPhases/0/metadata",
        "customer email" if data.0.contains_key("customerEmail") => "/customerEmail",
        "customer email" => "/customer/email",
        "failure code" => "/failureCode",
        "type" => "/type",
        "order" => "/orderId",
        "session" => "/sessionId",
        "customer" => "/customerId",
        "subscription" => "/subscriptionId",
        "invoice" => "/invoiceId",
        "payment method" => "/paymentMethod/paymentMethodType",
        _ => return Err(Broken(format!("nothing that is read has a {word:?}"))),
    };
    let data = Value::Object(data.0.clone());
    Ok(data.pointer(path).cloned().unwrap_or_default())
}

/// Enumerated words are compared in any case; what is absent, null or blank is none.
fn is_the_same(found: &Value, expected: &Value) -> bool {
    let none = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    };
    (none(found) && none(expected)) || found == expected
}

pub(super) fn same_amount(word: &str, found: &Value, expected: &str) -> Step {
    let amount = |text: &str| text.parse::<Amount>().ok();
    let is_the_same = match found {
        Value::Number(number) => amount(&number.to_string()) == amount(expected),
        _ => false,
    };
    if is_the_same {
        Ok(())
    } else {
        Err(Broken(format!("{word} is {found}, not {expected}")))
    }
}

/// The JSON of a number as it is written; one in quotes stays text.
fn number(text: &str) -> Result<String, Broken> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Number(_) | Value::String(_)) => Ok(text.to_owned()),
        _ => Err(Broken(format!("{text:?} is neither a number nor a text"))),
    }
}

/// `cart 17, colour red`: keys and values. A key may be `a word of 41 letters`.
pub(super) fn metadata(text: &str) -> Result<Value, Broken> {
    let pairs = text.split(", ").map(|pair| {
        let (key, value) = pair
            .rsplit_once(' ')
            .ok_or_else(|| Broken(format!("{pair:?} is not a key and its value")))?;
        let length = key
            .strip_prefix("a word of ")
            .and_then(|rest| rest.strip_suffix(" letters"));
        let key = match length {
            Some(length) => "k".repeat(length.parse().map_err(crate::world::said)?),
            None => key.to_owned(),
        };
        Ok((key, Value::from(value)))
    });
    Ok(Value::Object(pairs.collect::<Result<_, Broken>>()?))
}

/// `2 Notebook at 4.99 USD, 1 Pen at 1.50`: quantity and currency may be left out.
fn lines(text: &str) -> Result<String, Broken> {
    let lines = text.split(", ").map(|text| {
        let line = Line::read(text)?;
        let quantity = line
            .quantity
            .map(|quantity| format!("\"quantity\":{quantity},"));
        let currency = line
            .currency
            .map(|code| format!(",\"currency\":\"{code}\""));
        Ok(format!(
            "{{{}\"name\":\"{}\",\"unitAmount\":{}{}}}",
            quantity.unwrap_or_default(),
            line.name,
            number(line.unit_amount)?,
            currency.unwrap_or_default(),
        ))
    });
    let lines: Vec<_> = lines.collect::<Result<_, Broken>>()?;
    Ok(format!("[{}]", lines.join(",")))
}

fn same_lines(found: &Value, expected: &str) -> Step {
    let differ = || Broken(format!("the lines are {found}, not {expected}"));
    let found = found.as_array().ok_or_else(differ)?;
    let expected = expected.split(", ").map(Line::read);
    let expected: Vec<_> = expected.collect::<Result<_, _>>()?;
    let same = found.len() == expected.len()
        && found.iter().zip(&expected).all(|(found, line)| {
            found["name"] == line.name
                && Some(found["quantity"].to_string().as_str()) == line.quantity
                && same_amount("unitAmount", &found["unitAmount"], line.unit_amount).is_ok()
                && found["currency"].as_str() == line.currency
        });
    if same { Ok(()) } else { Err(differ()) }
}

struct Line<'a> {
    quantity: Option<&'a str>,
    name: &'a str,
    unit_amount: &'a str,
    currency: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Result<Self, Broken> {
        let not_a_line = || Broken(format!("{text:?} is not like: 2 Notebook at 4.99 USD"));
        let (what, price) = text.split_once(" at ").ok_or_else(not_a_line)?;
        let (quantity, name) = match what.split_once(' ') {
            Some((quantity, name)) => (Some(quantity), name),
            None => (None, what),
        };
        let (unit_amount, currency) = match price.split_once(' ') {
            Some((amount, currency)) => (amount, Some(currency)),
            None => (price, None),
        };
        Ok(Self {
            quantity,
            name,
            unit_amount,
            currency,
        })
    }
}

/// The import of somebody at the merchant's own payment channel, whole or with an empty part.
fn import(shop: &mut Shop, words: &str) -> Value {
    let (name, empty) = words.split_once(" with an empty ").unwrap_or((words, ""));
    let reference = format!("{name}-{}", shop.purchase_reference());
    let part = |part, value| if part == empty { "" } else { value };
    json!({
        "channelAlias": part("channel", "stripe"),
        "channelCustomerReference": part("reference", reference.as_str()),
    })
}

fn product_id(shop: &mut Shop, word: &str) -> Result<String, Broken> {
    if word == "unknown" {
        return Ok(shop.unknown_id("prd"));
    }
    Ok(shop.product(word)?.product.clone())
}

fn price_id(shop: &mut Shop, word: &str) -> Result<String, Broken> {
    if word == "unknown" {
        return Ok(shop.unknown_id("price"));
    }
    Ok(shop.product(word)?.price.clone())
}

fn yes_or_no(word: &str) -> Result<bool, Broken> {
    match word {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Broken(format!("{word:?} is neither yes nor no"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_as_they_stand_in_a_table() {
        assert_eq!(
            lines("2 Notebook at 4.990 USD, Pen at 1").unwrap(),
            r#"[{"quantity":2,"name":"Notebook","unitAmount":4.990,"currency":"USD"},{"name":"Pen","unitAmount":1}]"#
        );
        assert!(lines("Notebook").is_err() && lines("Pen at much").is_err());
    }

    #[test]
    fn a_line_that_is_read_must_have_all_that_the_table_says() {
        let found = json!([{"quantity": 2, "name": "Pen", "unitAmount": 1.5, "currency": "USD"}]);
        assert!(same_lines(&found, "2 Pen at 1.50 USD").is_ok());
        for other in [
            "1 Pen at 1.5 USD",
            "2 Pen at 1.51 USD",
            "2 Pen at 1.5 EUR",
            "2 Nib at 1.5 USD",
        ] {
            assert!(same_lines(&found, other).is_err(), "{other}");
        }
    }
}
