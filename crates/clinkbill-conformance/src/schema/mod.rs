//! Whether an answer is one that the contract describes.

#[cfg(test)]
mod control;
mod convert;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, Validator};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::exchange::mask_keys;

/// The contract, as it was when this crate was compiled.
const EMBEDDED: &str = include_str!("../../openapi/clinkbill.yaml");
/// What the sandbox's control API answers, as it was when this crate was compiled.
const CONTROL: &str = include_str!("../../openapi/sandbox-control.yaml");
/// What the converted document is called among the schemas.
const BASE: &str = "urn:clinkbill:contract";
/// Operations are methods of a path; other members of a path are not.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The embedded contract cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the contract cannot be checked against: {0}")]
pub struct ContractError(String);

/// How one answer stands to the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// Which answer it is: method, path as the contract writes it, HTTP status.
    pub answer: String,
    /// What breaks the contract, a line each: where in the body, and how. No values.
    pub breaks: Vec<String>,
    /// Fields the contract does not know, by their place in the body. No fault: fields may be
    /// added.
    pub unknown_fields: Vec<String>,
}

impl Checked {
    /// Whether the answer is one that the contract describes.
    #[must_use]
    pub fn matches(&self) -> bool {
        self.breaks.is_empty()
    }

    /// Whether it is, down to the last field.
    pub(crate) fn is_exact(&self) -> bool {
        self.matches() && self.unknown_fields.is_empty()
    }
}

/// In one line, and without values.
impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.answer)?;
        for line in &self.breaks {
            write!(f, "; {line}")?;
        }
        for field in &self.unknown_fields {
            write!(f, "; {field} is not described")?;
        }
        Ok(())
    }
}

/// Every answer of every operation of the contract.
pub(crate) struct Contract {
    operations: Vec<Operation>,
    registry: Registry<'static>,
    /// Compiled when first needed, by the text of the schema: most errors share one.
    validators: Mutex<BTreeMap<String, Compiled>>,
}

type Compiled = Result<Arc<Validator>, String>;

struct Operation {
    method: String,
    path: String,
    answers: BTreeMap<String, Described>,
}

/// What the contract says of the bodies of one status.
struct Described {
    json: Option<Value>,
    /// Whether a body that is no JSON is described as well.
    plain: bool,
}

impl Contract {
    /// The contract that comes with this crate, read once per process.
    pub(crate) fn embedded() -> Result<Arc<Self>, ContractError> {
        static CONTRACT: OnceLock<Result<Arc<Contract>, ContractError>> = OnceLock::new();
        CONTRACT
            .get_or_init(|| Self::parse(EMBEDDED).map(Arc::new).map_err(ContractError))
            .clone()
    }

    /// The description of the sandbox's control API, read once per process.
    pub(crate) fn control() -> Result<Arc<Self>, ContractError> {
        static CONTRACT: OnceLock<Result<Arc<Contract>, ContractError>> = OnceLock::new();
        CONTRACT
            .get_or_init(|| Self::parse(CONTROL).map(Arc::new).map_err(ContractError))
            .clone()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let document: Value = yaml_serde::from_str(text).map_err(|error| error.to_string())?;
        let components = json!({
            "components": { "schemas": convert::schemas(&document["components"]["schemas"], BASE)? }
        });
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(BASE, components)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| error.to_string())?;
        let paths = document["paths"].as_object().ok_or("no paths")?;
        let mut operations = Vec::new();
        for (path, item) in paths {
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                operations.push(Operation {
                    method: method.to_ascii_uppercase(),
                    path: path.clone(),
                    answers: answers(&document, operation)?,
                });
            }
        }
        Ok(Self {
            operations,
            registry,
            validators: Mutex::default(),
        })
    }

    /// Holds an answer against the contract. `path` is what follows the base URL, query included.
    pub(crate) fn check(&self, method: &str, path: &str, status: u16, body: &[u8]) -> Checked {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let Some(operation) = self.operation(method, path) else {
            return Checked::broken(
                format!("{method} (not in the contract) {status}"),
                "the contract has no such operation",
            );
        };
        let answer = format!("{method} {} {status}", operation.path);
        let Some(described) = operation.answers.get(&status.to_string()) else {
            return Checked::broken(answer, "the contract does not list this HTTP status");
        };
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return if described.plain {
                Checked::of(answer)
            } else {
                Checked::broken(answer, "the body is not JSON")
            };
        };
        match described.json.as_ref().map(|schema| self.validator(schema)) {
            None => Checked::broken(answer, "the contract describes no JSON here"),
            Some(Err(error)) => Checked::broken(answer, &error),
            Some(Ok(validator)) => judged(answer, &validator, &value),
        }
    }

    /// The operation of a concrete path; where two fit, the one that names more of it.
    fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .filter(|operation| operation.method == method && fits(&operation.path, path))
            .min_by_key(|operation| operation.path.matches('{').count())
    }

    fn validator(&self, schema: &Value) -> Compiled {
        let mut validators = self
            .validators
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        validators
            .entry(schema.to_string())
            .or_insert_with(|| {
                jsonschema::options()
                    .with_draft(Draft::Draft202012)
                    .with_registry(&self.registry)
                    .should_validate_formats(true)
                    .build(schema)
                    .map(Arc::new)
                    .map_err(|error| format!("the contract's schema cannot be compiled: {error}"))
            })
            .clone()
    }
}

impl Checked {
    fn of(answer: String) -> Self {
        Self {
            answer,
            breaks: Vec::new(),
            unknown_fields: Vec::new(),
        }
    }

    fn broken(answer: String, how: &str) -> Self {
        Self {
            breaks: vec![how.to_owned()],
            ..Self::of(answer)
        }
    }
}

fn judged(answer: String, validator: &Validator, body: &Value) -> Checked {
    let mut checked = Checked::of(answer);
    for error in validator.iter_errors(body) {
        let place = error.instance_path();
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            let unknown = unexpected.iter().map(|name| format!("{place}/{name}"));
            checked.unknown_fields.extend(unknown);
        } else {
            // Names of fields stand in places, and a server may name them as it likes.
            let line = mask_keys(&format!("{place}: {}", error.masked()));
            checked.breaks.push(line);
        }
    }
    checked
}

/// Whether a path is one of a template's, such as `/order/{id}`.
fn fits(template: &str, path: &str) -> bool {
    let template = template.trim_matches('/').split('/');
    let mut path = path.trim_matches('/').split('/');
    let all = template.into_iter().all(|part| match (part, path.next()) {
        (part, Some(given)) if part.starts_with('{') => !given.is_empty(),
        (part, given) => given == Some(part),
    });
    all && path.next().is_none()
}

fn answers(document: &Value, operation: &Value) -> Result<BTreeMap<String, Described>, String> {
    let responses = operation["responses"]
        .as_object()
        .ok_or("an operation without responses")?;
    let mut answers = BTreeMap::new();
    for (status, response) in responses {
        let response = match response["$ref"].as_str() {
            Some(reference) => document
                .pointer(reference.trim_start_matches('#'))
                .ok_or_else(|| format!("nothing at {reference}"))?,
            None => response,
        };
        let content = response["content"].as_object();
        let json = content
            .and_then(|content| content.get("application/json"))
            .map(|media| convert::schema(&media["schema"], BASE))
            .transpose()?;
        let plain =
            content.is_some_and(|content| content.keys().any(|kind| kind != "application/json"));
        answers.insert(status.clone(), Described { json, plain });
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: &str = r#"{"code":200,"msg":"success","data":{
        "sessionId":"sess_1","tokenValue":"t","customerId":"cus_1","originalAmount":4.99,
        "originalCurrency":"USD","uiMode":"hostedPage","url":"https://checkout.example/pay/t",
        "expireTime":"2026-01-16T11:45:00.000Z"}}"#;

    fn check(method: &str, path: &str, status: u16, body: &str) -> Checked {
        let contract = Contract::embedded().unwrap();
        contract.check(method, path, status, body.as_bytes())
    }

    fn created(from: &str, to: &str) -> Checked {
        assert!(CREATED.contains(from), "{from}");
        check("POST", "checkout/session", 200, &CREATED.replace(from, to))
    }

    #[test]
    fn every_example_of_an_answer_in_the_contract_matches_it() {
        let document: Value = yaml_serde::from_str(EMBEDDED).unwrap();
        let mut examples = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let Some(responses) = operation["responses"].as_object() else {
                    continue;
                };
                for (status, response) in responses {
                    let response = match response["$ref"].as_str() {
                        Some(reference) => document.pointer(&reference[1..]).unwrap(),
                        None => response,
                    };
                    let media = &response["content"]["application/json"];
                    let many = media["examples"].as_object().into_iter().flatten();
                    let many = many.map(|(_, example)| &example["value"]);
                    for example in many.chain(media.get("example")) {
                        let path = path.replace(['{', '}'], "");
                        let status = status.parse().unwrap();
                        let method = method.to_ascii_uppercase();
                        let checked = check(&method, &path, status, &example.to_string());
                        assert_eq!(checked.breaks, [""; 0], "{checked:?}");
                        assert_eq!(checked.unknown_fields, [""; 0], "{checked:?}");
                        examples += 1;
                    }
                }
            }
        }
        assert!(examples > 150, "{examples}");
    }

    #[test]
    fn an_answer_of_the_contract_matches_with_its_query_and_whatever_the_id() {
        let checked = check("POST", "checkout/session", 200, CREATED);
        assert_eq!(checked.answer, "POST /checkout/session 200");
        assert!(checked.matches(), "{checked:?}");
        let none = r#"{"code":404,"msg":"ORDER_NOT_FOUND","data":null}"#;
        let checked = check("GET", "order/a?b=/c", 404, none);
        assert_eq!(checked.answer, "GET /order/{id} 404");
        assert!(checked.matches(), "{checked:?}");
    }

    #[test]
    fn a_value_that_the_schema_forbids_breaks_the_contract_and_is_not_shown() {
        for (from, to, place) in [
            ("4.99", "\"hidden\"", "/data/originalAmount"),
            (
                r#""tokenValue":"t""#,
                r#""tokenValue":["hidden"]"#,
                "/data/tokenValue",
            ),
            (r#""sessionId":"sess_1","#, "", "sessionId"),
            ("2026-01-16T11:45:00.000Z", "hidden", "/data/expireTime"),
            (r#""code":200"#, r#""code":3000000000"#, "/code"),
        ] {
            let checked = created(from, to);
            assert!(!checked.matches(), "{to}");
            let breaks = checked.breaks.join("\n");
            assert!(breaks.contains(place), "{breaks}");
            assert!(!breaks.contains("hidden"), "{breaks}");
        }
    }

    #[test]
    fn a_field_the_contract_does_not_know_is_told_and_is_no_break() {
        let checked = created(r#""sessionId""#, r#""brandNew":1,"sessionId""#);
        assert!(checked.matches(), "{checked:?}");
        assert_eq!(checked.unknown_fields, ["/data/brandNew"]);
    }

    #[test]
    fn what_the_contract_does_not_describe_breaks_it() {
        for (method, path, status, body) in [
            ("POST", "checkout/session", 500, "{}"),
            ("PUT", "checkout/session", 200, CREATED),
            ("GET", "nowhere", 404, "{}"),
            ("GET", "checkout/session/a/b", 404, "{}"),
            ("POST", "checkout/session", 200, "<html>"),
        ] {
            let checked = check(method, path, status, body);
            assert!(!checked.matches(), "{method} {path} {status}");
        }
        assert!(check("GET", "order/a", 401, "Unauthorized").matches());
    }

    #[test]
    fn the_path_that_is_named_wins_over_one_with_an_id() {
        let checked = check("PUT", "webhook/endpoints/ensure", 400, "{}");
        assert_eq!(checked.answer, "PUT /webhook/endpoints/ensure 400");
    }
}
