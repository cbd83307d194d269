//! The control API and its description name the same routes and methods.

use std::collections::BTreeSet;

use clinkbill_sandbox::Sandbox;
use http::Method;
use serde_json::Value;

use crate::call::{Call, text};

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
