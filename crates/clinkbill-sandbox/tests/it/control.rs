//! The control API and its description name the same routes and methods.

use std::collections::BTreeSet;

use clinkbill_sandbox::Sandbox;
use http::Method;
use serde_json::Value;

use crate::call::{Call, json, text};

const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

fn description() -> Option<Value> {
    // A packaged crate stands alone, without the document beside it.
    let text = std::fs::read_to_string("../../openapi/sandbox-control.yaml").ok()?;
    Some(yaml_serde::from_str(&text).unwrap())
}

#[test]
fn every_described_route_answers_the_described_methods_and_no_other() {
    let Some(root) = description() else { return };
    let sandbox = Sandbox::new();
    for (path, operations) in root["paths"].as_object().unwrap() {
        let route = format!("/_sandbox{}", path.replace("{id}", "unknown"));
        for method in METHODS {
            let answer = Call::new(method.clone(), &route).send(&sandbox);
            let described = !operations[method.as_str().to_lowercase()].is_null();
            let answered = answer.status() != 405 && !text(&answer).contains("no such endpoint");
            assert_eq!(answered, described, "{method} {path}: {}", text(&answer));
        }
    }
}

#[test]
fn every_route_of_the_control_api_is_described() {
    let Some(root) = description() else { return };
    let described: BTreeSet<&str> = root["paths"]
        .as_object()
        .unwrap()
        .keys()
        .flat_map(|path| path.split('/'))
        .collect();
    let mut named = BTreeSet::new();
    // The routes of the handlers are slice patterns.
    for file in std::fs::read_dir("src/http/control").unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in source.lines() {
            let Some((pattern, _)) = line.split_once("] =>").or(line.split_once("] = segments"))
            else {
                continue;
            };
            let literals = pattern.split('"').skip(1).step_by(2);
            named.extend(literals.filter(|text| !text.is_empty()).map(str::to_owned));
        }
    }
    assert!(
        named.contains("faults") && named.contains("settle"),
        "{named:?}"
    );
    for segment in named {
        assert!(
            described.contains(segment.as_str()),
            "{segment} is not described"
        );
    }
}

/// Each request body of the description, with a value for each field it needs.
const BODIES: [(&str, &str); 6] = [
    ("/sessions/{id}/pay", r#"{"outcome": "failed""#),
    ("/orders/{id}/settle", r#"{"outcome": "failed""#),
    ("/clock/advance", r#"{"seconds": 1"#),
    ("/events/{id}/resend", r#"{"endpointId": "whk_1""#),
    ("/webhooks/next", r#"{"kind": "duplicate""#),
    ("/faults", r#"{"kind": "conflict""#),
];

#[test]
fn a_field_that_is_not_described_is_refused_by_its_name() {
    let sandbox = Sandbox::new();
    for (path, fields) in BODIES {
        let route = format!("/_sandbox{}", path.replace("{id}", "unknown"));
        let call = Call::new(Method::POST, &route);
        let answer = call
            .clone()
            .body(format!(r#"{fields}, "nonsense": 1}}"#))
            .send(&sandbox);
        assert_eq!(answer.status(), 400, "{path}: {}", text(&answer));
        assert!(text(&answer).contains("nonsense"), "{}", text(&answer));
        let sound = call.body(format!("{fields}}}")).send(&sandbox);
        assert_ne!(sound.status(), 400, "{path}: {}", text(&sound));
    }
    let armed = json(&Call::get("/_sandbox/faults").send(&sandbox));
    assert_eq!(
        armed["data"]["faults"].as_array().unwrap().len(),
        1,
        "a refused fault is armed"
    );
}

#[test]
fn every_described_body_says_that_it_takes_no_other_field() {
    let Some(root) = description() else { return };
    let mut described = BTreeSet::new();
    for (path, operations) in root["paths"].as_object().unwrap() {
        let body = &operations["post"]["requestBody"]["content"]["application/json"]["schema"];
        if body.is_null() {
            continue;
        }
        let schema = match body["$ref"].as_str() {
            Some(reference) => root.pointer(&reference[1..]).unwrap(),
            None => body,
        };
        assert_eq!(schema["additionalProperties"], false, "{path}");
        described.insert(path.as_str());
    }
    assert_eq!(described, BODIES.iter().map(|(path, _)| *path).collect());
}
