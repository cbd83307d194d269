//! What a server answered, and what it means.

use std::collections::BTreeMap;
use std::fmt;

use clinkbill_types::Amount;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::exchange::mask_keys;

/// What came back, whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// The envelope said yes.
#[derive(Debug, Clone)]
pub(crate) struct Data(pub(crate) Map<String, Value>);

/// The envelope of a list said yes.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) total: u64,
    pub(crate) rows: Vec<Data>,
}

/// The envelope said no.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Answer {
    /// The data of an answer that says yes: HTTP 200 and an envelope with `code` 200.
    pub(crate) fn data(&self) -> Result<Data, String> {
        match self.envelope()? {
            (200, mut envelope) if self.status == 200 => match envelope.remove("data") {
                Some(Value::Object(data)) => Ok(Data(data)),
                other => Err(format!(
                    "code 200 without data: {}",
                    other.unwrap_or_default()
                )),
            },
            (code, envelope) => {
                let message = envelope
                    .get("msg")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                Err(format!(
                    "refused: HTTP {}, code {code}, {message:?}",
                    self.status
                ))
            }
        }
    }

    /// The rows of an answer that says yes to a list.
    pub(crate) fn rows(&self) -> Result<Rows, String> {
        let (code, mut envelope) = self.envelope()?;
        if (self.status, code) != (200, 200) {
            return Err(format!("no list: HTTP {}, code {code}", self.status));
        }
        let total = envelope.get("total").and_then(Value::as_u64);
        let Some(Value::Array(rows)) = envelope.remove("rows") else {
            return Err("a list without rows".to_owned());
        };
        let rows = rows.into_iter().map(|row| match row {
            Value::Object(row) => Ok(Data(row)),
            other => Err(format!("a row that is {other}")),
        });
        Ok(Rows {
            total: total.ok_or("a list without total")?,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    /// An amount of the data, to the digit.
    pub(crate) fn amount(&self, field: &str) -> Option<Amount> {
        type Fields<'a> = BTreeMap<String, &'a RawValue>;
        let envelope: Fields<'_> = serde_json::from_slice(&self.body).ok()?;
        let data: Fields<'_> = serde_json::from_str(envelope.get("data")?.get()).ok()?;
        data.get(field)?.get().parse().ok()
    }

    /// The refusal of an answer that says no: an envelope with another `code` than 200 and no
    /// data, under HTTP 200 or 4xx (the guide does not say which). "Not now" (429) is no refusal.
    pub(crate) fn refusal(&self) -> Result<Refusal, String> {
        let (code, envelope) = self.envelope()?;
        if code == 200 {
            return Err("accepted: code 200".to_owned());
        }
        let may_refuse = self.status == 200 || (400..500).contains(&self.status);
        if !may_refuse || self.status == 429 {
            return Err(format!(
                "neither accepted nor refused: HTTP {}",
                self.status
            ));
        }
        if envelope.get("data").is_some_and(|data| !data.is_null()) {
            return Err(format!("refused with code {code}, and yet there is data"));
        }
        let message = envelope
            .get("msg")
            .and_then(Value::as_str)
            .ok_or("refused without msg")?;
        Ok(Refusal {
            status: self.status,
            message: message.to_owned(),
        })
    }

    /// The answer in few words.
    pub(crate) fn seen(&self) -> String {
        let Ok((code, envelope)) = self.envelope() else {
            return format!("HTTP {} without an envelope", self.status);
        };
        match envelope.get("msg").and_then(Value::as_str) {
            Some(message) if code != 200 => {
                format!("HTTP {}, code {code}, {}", self.status, mask_keys(message))
            }
            _ => format!("HTTP {}, code {code}", self.status),
        }
    }

    pub(super) fn envelope(&self) -> Result<(i64, Map<String, Value>), String> {
        let value = serde_json::from_slice(&self.body)
            .map_err(|error| format!("HTTP {} without JSON: {error}", self.status))?;
        let Value::Object(envelope) = value else {
            return Err(format!("HTTP {} without an envelope", self.status));
        };
        let code = envelope
            .get("code")
            .and_then(Value::as_i64)
            .ok_or_else(|| format!("HTTP {} with an envelope without code", self.status))?;
        Ok((code, envelope))
    }
}

impl Data {
    /// A text that is there and says something.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        let text = self.0.get(field)?.as_str()?;
        (!text.trim().is_empty()).then(|| text.to_owned())
    }
}

impl Refusal {
    /// Whether the message holds this symbolic name as a whole word, in any case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.message
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} (HTTP {})", self.message, self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_yes_is_http_200_with_code_200_and_data() {
        assert!(
            answer(200, r#"{"code":200,"msg":"success","data":{}}"#)
                .data()
                .is_ok()
        );
        for (status, body) in [
            (201, r#"{"code":200,"data":{}}"#),
            (200, r#"{"code":0,"data":{}}"#),
            (200, r#"{"code":200,"data":null}"#),
            (200, r#"{"code":200}"#),
            (200, r#"{"code":"200","data":{}}"#),
            (200, r#"{"data":{}}"#),
            (200, "[]"),
            (200, "<html>"),
        ] {
            assert!(answer(status, body).data().is_err(), "{status} {body}");
        }
    }

    #[test]
    fn a_no_is_an_envelope_with_another_code_and_no_data_under_200_or_4xx() {
        for (status, body) in [
            (200, r#"{"code":400,"msg":"no","data":null}"#),
            (422, r#"{"code":80100263,"msg":"no"}"#),
        ] {
            assert!(answer(status, body).refusal().is_ok(), "{status} {body}");
        }
        for (status, body) in [
            (200, r#"{"code":200,"msg":"no"}"#),
            (500, r#"{"code":500,"msg":"no"}"#),
            (302, r#"{"code":302,"msg":"no"}"#),
            (429, r#"{"code":429,"msg":"not now"}"#),
            (200, r#"{"code":400,"msg":"no","data":{}}"#),
            (200, r#"{"code":400}"#),
            (400, "no"),
        ] {
            assert!(answer(status, body).refusal().is_err(), "{status} {body}");
        }
    }

    #[test]
    fn a_refusal_is_called_by_a_whole_word_of_its_message() {
        let refusal = |message: &str| Refusal {
            status: 200,
            message: message.to_owned(),
        };
        for message in [
            "CUSTOMER_NOT_FOUND",
            "oh: customer_not_found.",
            "(CUSTOMER_NOT_FOUND)",
        ] {
            assert!(
                refusal(message).is_called("CUSTOMER_NOT_FOUND"),
                "{message}"
            );
        }
        for message in [
            "",
            "NO_CUSTOMER_NOT_FOUND",
            "CUSTOMER_NOT_FOUNDED",
            "CUSTOMER",
        ] {
            assert!(
                !refusal(message).is_called("CUSTOMER_NOT_FOUND"),
                "{message}"
            );
        }
    }
}
