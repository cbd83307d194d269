//! What is bought: amounts, lines, products and prices.

use clinkbill_sandbox::Refusal;
use clinkbill_sandbox::rulebook::{CatalogueLookup, Forbidden, SnapshotLookup};
use clinkbill_types::{Amount, Currency};
use serde_json::{Value, json};

use super::{Deviant, deviant};

const REFUSED: &str = "Clink refuses";
const READ_BACK: &str = "the session, read back,";

fn no(field: &str) -> Refusal {
    Refusal::new("INVALID_PARAMETER", format!("{field} is not taken here"))
}

/// A body after `mend` is read instead, if it is an object.
pub(super) fn mended(body: &[u8], mend: impl FnOnce(&mut Value)) -> Forbidden {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut body) if body.is_object() => {
            mend(&mut body);
            Forbidden::ReadAs(body.to_string().into_bytes())
        }
        _ => Forbidden::Refused,
    }
}

fn is_short_of(least: f64, value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(value) => value.as_f64().is_some_and(|number| number < least),
    }
}

fn lines(body: &mut Value) -> impl Iterator<Item = &mut Value> {
    body.get_mut("priceDataList")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

pub(super) fn of_the_request() -> Vec<Deviant> {
    vec![
        deviant! {
            "FR-02": "makes up an amount and a currency";
            fails [REFUSED];
            fn forbidden_body(&self, body: &[u8]) -> Forbidden {
                mended(body, |body| {
                    if is_short_of(1e-8, body.get("originalAmount")) {
                        body["originalAmount"] = json!(1);
                    }
                    let currency = body.get("originalCurrency").and_then(Value::as_str);
                    if currency.is_none_or(|code| code.parse::<Currency>().is_err()) {
                        body["originalCurrency"] = json!("USD");
                    }
                })
            }
        },
        deviant! {
            "FR-11": "ignores every promotion code";
            fails ["the promotion code SUMMER25 counts", "Clink accepts"];
            fn promotion_code_counts(&self, _: Option<bool>) -> Result<bool, Refusal> {
                Ok(false)
            }
        },
        deviant! {
            "FR-11": "uses a promotion code where codes are not allowed";
            fails ["no promotion code counts", REFUSED];
            fn promotion_code_counts(&self, _: Option<bool>) -> Result<bool, Refusal> {
                Ok(true)
            }
        },
        deviant! {
            "FR-11": "refuses where codes are not allowed";
            fails ["Clink accepts"];
            fn promotion_code_counts(&self, allowed: Option<bool>) -> Result<bool, Refusal> {
                match allowed {
                    Some(false) => Err(no("promotionCode")),
                    allowed => Ok(allowed == Some(true)),
                }
            }
        },
        deviant! {
            "FR-11": "hides the input for whoever wishes";
            fails [REFUSED];
            fn hidden_promotion_input(&self, _: bool, _: bool) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "FR-16": "takes an amount in quotes";
            fails [REFUSED];
            also ["QS-03"];
            fn forbidden_body(&self, body: &[u8]) -> Forbidden {
                unquoted(body)
            }
        },
        deviant! {
            "FR-17": "forgets what comes after the third decimal";
            fails [READ_BACK];
            fn amount(&self, field: &str, exact: Option<Amount>) -> Result<Amount, Refusal> {
                let exact = exact.ok_or_else(|| no(field))?.to_string();
                let short = exact.split_once('.').map(|(whole, rest)| {
                    format!("{whole}.{}", rest.get(..2).unwrap_or(rest))
                });
                short.unwrap_or(exact).parse().map_err(|_| no(field))
            }
        },
        deviant! {
            "PP-03": "sells one more of every line";
            fails [READ_BACK, "the page lists"];
            also ["FR-07", "FR-09", "MR-02", "QS-02", "QS-03"];
            fn line_quantity(&self, asked: Option<u32>) -> u32 {
                asked.unwrap_or(1) + 1
            }
        },
        deviant! {
            "PP-03": "sells for nothing, and nothing of it";
            fails [REFUSED];
            fn forbidden_body(&self, body: &[u8]) -> Forbidden {
                mended(body, |body| {
                    for line in lines(body) {
                        for field in ["unitAmount", "quantity"] {
                            if is_short_of(1e-8, line.get(field)) {
                                line[field] = json!(1);
                            }
                        }
                    }
                })
            }
        },
        deviant! {
            "PP-03": "shows no lines on its page";
            fails ["the page lists"];
            fn page_shows_lines(&self) -> bool {
                false
            }
        },
    ]
}

/// A body whose amounts stand without quotes.
pub(super) fn unquoted(body: &[u8]) -> Forbidden {
    mended(body, |body| {
        unquote(body.get_mut("originalAmount"));
        lines(body).for_each(|line| unquote(line.get_mut("unitAmount")));
    })
}

fn unquote(value: Option<&mut Value>) {
    if let Some(value) = value
        && let Some(number) = value.as_str().and_then(|text| text.parse::<f64>().ok())
    {
        *value = json!(number);
    }
}

pub(super) fn of_the_catalogue() -> Vec<Deviant> {
    vec![
        deviant! {
            "FR-05": "takes a product or a price alone";
            fails [REFUSED];
            fn product_and_price(&self, _: bool, _: bool) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "FR-13": "takes later prices in any order";
            fails [REFUSED];
            fn phases_increase(&self, _: (i32, i32), _: (i32, i32)) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "FR-13": "takes any later price";
            fails [REFUSED];
            fn phase_snapshot(&self, _: SnapshotLookup) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "FR-13": "takes later prices of a one-time purchase";
            fails [REFUSED];
            fn phases_are_of_a_subscription(&self, _: bool) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "FR-13": "takes one later price only";
            fails [READ_BACK];
            fn phases_increase(&self, _: (i32, i32), _: (i32, i32)) -> Result<(), Refusal> {
                Err(no("scheduledPhases"))
            }
        },
        deviant! {
            "FR-14": "prices a subscription locally";
            fails ["a local price does not count"];
            fn local_price_counts(&self, wished: bool, _: bool) -> Result<bool, Refusal> {
                Ok(wished)
            }
        },
        deviant! {
            "FR-14": "prices nothing locally";
            fails ["a local price counts"];
            fn local_price_counts(&self, _: bool, _: bool) -> Result<bool, Refusal> {
                Ok(false)
            }
        },
        deviant! {
            "FR-14": "refuses a local price for a subscription";
            fails ["Clink accepts"];
            fn local_price_counts(&self, wished: bool, recurring: bool) -> Result<bool, Refusal> {
                if wished && recurring {
                    return Err(no("localPriceOnly"));
                }
                Ok(wished)
            }
        },
        deviant! {
            "PP-01": "sells nothing of its catalogue";
            fails [READ_BACK];
            fn registered_item(&self, _: CatalogueLookup) -> Result<(), Refusal> {
                Err(no("priceId"))
            }
        },
        deviant! {
            "PP-02": "sells a subscription without its product";
            fails [REFUSED];
            fn subscription_names_its_product(&self, _: bool) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "PP-02": "takes lines beside a recurring price";
            fails [REFUSED];
            fn subscription_has_no_lines(&self, _: bool) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "PP-04": "does not show a product of the catalogue";
            fails ["the page lists", "the page says the name of"];
            fn page_shows_registered_item(&self) -> bool {
                false
            }
        },
        deviant! {
            "PP-05": "sells what is not in its catalogue";
            fails [REFUSED];
            also ["CR-39"];
            fn registered_item(&self, _: CatalogueLookup) -> Result<(), Refusal> {
                Ok(())
            }
        },
    ]
}
