//! What the documents tell people to put into their `Cargo.toml` is there to be had: crates of ours
//! by the path they have, features that exist, and versions like those that everything is tested with.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use semver::{Version, VersionReq};
use toml::{Table, Value};

/// Where a checkout of this repository is, seen from a merchant's own.
const CHECKOUT: &str = "../clinkbill/crates/";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn manifest(path: &Path) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// The blocks of TOML in a document.
fn blocks(text: &str) -> Vec<String> {
    let (mut blocks, mut block) = (Vec::new(), None);
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) if &*kind == "toml" => {
                block = Some(String::new());
            }
            Event::Text(text) => {
                if let Some(block) = &mut block {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(block.take()),
            _ => {}
        }
    }
    blocks
}

/// The versions that everything is tested with.
fn locked(name: &str) -> Vec<Version> {
    let lock = manifest(&root().join("Cargo.lock"));
    let packages = lock["package"].as_array().unwrap();
    let named = packages
        .iter()
        .filter(|it| it["name"].as_str() == Some(name));
    named
        .map(|it| it["version"].as_str().unwrap().parse().unwrap())
        .collect()
}

/// What is wrong with a dependency as it is printed.
fn wrong(name: &str, asked: &Value) -> Option<String> {
    if !name.starts_with("clinkbill") {
        let version = asked.as_str().or_else(|| asked.get("version")?.as_str());
        let Ok(wanted) = VersionReq::parse(version?) else {
            return Some(format!("{name} has no version"));
        };
        let fits = locked(name).iter().any(|version| wanted.matches(version));
        return (!fits).then(|| format!("{name} is tested with another version"));
    }
    let of = root().join("crates").join(name).join("Cargo.toml");
    let path = asked.get("path").and_then(Value::as_str);
    if path != Some(&format!("{CHECKOUT}{name}")) || !of.exists() {
        return Some(format!("{name} is at {CHECKOUT}{name}, and nowhere else"));
    }
    let declared = manifest(&of);
    let declared = declared.get("features").and_then(Value::as_table);
    let features = asked.get("features").and_then(Value::as_array);
    let features: Vec<&str> = features
        .into_iter()
        .flatten()
        .map(|feature| feature.as_str().unwrap())
        .collect();
    let unknown = features
        .iter()
        .find(|feature| !declared.is_some_and(|declared| declared.contains_key(**feature)));
    if let Some(unknown) = unknown {
        return Some(format!("{name} has no feature {unknown}"));
    }
    // The guides call `Sandbox::serve`.
    (name == "clinkbill-sandbox" && !features.contains(&"server"))
        .then(|| format!("{name} cannot serve without its feature server"))
}

fn documents() -> Vec<PathBuf> {
    let mut documents = vec![root().join("README.md")];
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let of = entry.unwrap().path();
        for folder in [of.clone(), of.join("docs")] {
            let entries = fs::read_dir(folder).into_iter().flatten();
            let paths = entries.map(|entry| entry.unwrap().path());
            documents.extend(paths.filter(|path| path.extension().is_some_and(|it| it == "md")));
        }
    }
    documents
}

#[test]
fn every_dependency_that_a_document_prints_can_be_had() {
    let (mut seen, mut problems) = (BTreeSet::new(), Vec::new());
    for document in documents() {
        for block in blocks(&fs::read_to_string(&document).unwrap()) {
            let block: Table = block.parse().unwrap();
            for kind in ["dependencies", "dev-dependencies"] {
                let table = block.get(kind).and_then(Value::as_table);
                for (name, asked) in table.into_iter().flatten() {
                    seen.insert(name.clone());
                    let problem = wrong(name, asked);
                    problems.extend(problem.map(|it| format!("{}: {it}", document.display())));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    for name in ["clinkbill", "clinkbill-sandbox", "axum", "tokio"] {
        assert!(seen.contains(name), "no document prints {name}");
    }
}

#[test]
fn what_cannot_be_had_is_noticed() {
    for (name, asked) in [
        ("clinkbill", r#"it = "0.1""#),
        (
            "clinkbill",
            r#"it = { path = "../clinkbill/crates/clinkbil" }"#,
        ),
        (
            "clinkbill",
            r#"it = { path = "../clinkbill/crates/clinkbill", features = ["actix"] }"#,
        ),
        (
            "clinkbill-sandbox",
            r#"it = { path = "../clinkbill/crates/clinkbill-sandbox" }"#,
        ),
        ("axum", r#"it = "0.7""#),
    ] {
        let asked: Table = asked.parse().unwrap();
        assert!(wrong(name, &asked["it"]).is_some(), "{name} {asked:?}");
    }
}
