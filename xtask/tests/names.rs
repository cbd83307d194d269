//! The names of code in the documents are names that the crates have. What rustdoc links it checks
//! itself; what stands in a table as it is, or is another crate's, nobody else does.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use pulldown_cmark::{Event, Options, Parser};
use syn::{Attribute, Fields, ImplItem, Item, TraitItem, Type, Visibility};

/// Names of other people's code that our documents call by name.
const ELSEWHERE: [&str; 9] = [
    "Debug",
    "FmtSpan",
    "Host",
    "Option",
    "SQLite",
    "TryFrom",
    "reqwest",
    "rustls",
    "serde_json",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files below a folder whose names end so.
fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What is built has this beside it, and a module may be called `target`.
            if !path.join("CACHEDIR.TAG").exists() && !path.ends_with("node_modules") {
                files(&path, extension, found);
            }
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
}

/// What may be called by name: items, and what belongs to each of them.
#[derive(Default)]
struct Names {
    items: BTreeSet<String>,
    members: BTreeMap<String, BTreeSet<String>>,
    /// Enums that get no further case without breaking a build.
    closed: BTreeSet<String>,
    /// Structs with public fields that can be made outside, and so get no further field.
    complete: BTreeSet<String>,
}

impl Names {
    fn read(&mut self, items: &[Item]) {
        for item in items {
            self.read_item(item);
        }
    }

    fn item(&mut self, name: &impl ToString) {
        self.items.insert(name.to_string());
    }

    fn member(&mut self, owner: &impl ToString, name: &impl ToString) {
        let members = self.members.entry(owner.to_string()).or_default();
        members.insert(name.to_string());
        self.item(name);
    }

    fn read_item(&mut self, item: &Item) {
        match item {
            Item::Mod(module) => {
                self.item(&module.ident);
                if let Some((_, items)) = &module.content {
                    self.read(items);
                }
            }
            Item::Struct(of) if is_public(&of.vis) => {
                self.item(&of.ident);
                if let Fields::Named(fields) = &of.fields {
                    let all_public = fields.named.iter().all(|field| is_public(&field.vis));
                    if all_public && !is_open(&of.attrs) {
                        self.complete.insert(of.ident.to_string());
                    }
                    for field in fields.named.iter().filter(|field| is_public(&field.vis)) {
                        self.member(&of.ident, field.ident.as_ref().unwrap());
                    }
                }
            }
            Item::Enum(of) if is_public(&of.vis) => {
                self.item(&of.ident);
                if !is_open(&of.attrs) {
                    self.closed.insert(of.ident.to_string());
                }
                for variant in &of.variants {
                    self.member(&of.ident, &variant.ident);
                }
            }
            Item::Trait(of) if is_public(&of.vis) => {
                self.item(&of.ident);
                for item in &of.items {
                    if let TraitItem::Fn(method) = item {
                        self.member(&of.ident, &method.sig.ident);
                    }
                }
            }
            Item::Impl(of) => {
                let Type::Path(path) = &*of.self_ty else {
                    return;
                };
                let owner = &path.path.segments.last().unwrap().ident;
                for item in &of.items {
                    match item {
                        ImplItem::Fn(method) if is_public(&method.vis) => {
                            self.member(owner, &method.sig.ident);
                        }
                        ImplItem::Const(value) if is_public(&value.vis) => {
                            self.member(owner, &value.ident);
                        }
                        _ => {}
                    }
                }
            }
            Item::Fn(of) if is_public(&of.vis) => self.item(&of.sig.ident),
            Item::Const(of) if is_public(&of.vis) => self.item(&of.ident),
            Item::Type(of) if is_public(&of.vis) => self.item(&of.ident),
            Item::Macro(of) => self.declared_by_a_macro(of.mac.tokens.clone()),
            _ => {}
        }
    }

    /// A macro of ours that makes types is called with what looks like them, or has them in it.
    fn declared_by_a_macro(&mut self, tokens: TokenStream) {
        let mut owner: Option<String> = None;
        for token in tokens {
            match token {
                TokenTree::Ident(name) if is_camel(&name.to_string()) => {
                    self.item(&name);
                    owner = Some(name.to_string());
                }
                TokenTree::Group(group) => {
                    if let (Some(owner), Delimiter::Brace) = (&owner, group.delimiter()) {
                        for token in group.stream() {
                            if let TokenTree::Ident(name) = token {
                                self.member(owner, &name);
                            }
                        }
                    }
                    self.declared_by_a_macro(group.stream());
                }
                _ => {}
            }
        }
    }

    /// Whether this code has the form of a name of ours, and nothing has that name.
    fn stale(&self, code: &str) -> bool {
        let path = code.split(['(', '<']).next().unwrap();
        let segments: Vec<&str> = path.split("::").collect();
        let are_names = segments.iter().all(|name| is_name(name));
        if !are_names || ELSEWHERE.contains(&segments[0]) {
            return false;
        }
        match segments[..] {
            [name] => is_camel(name) && !self.items.contains(name),
            [.., owner, member] if is_camel(owner) => {
                let members = self.members.get(owner);
                !members.is_some_and(|members| members.contains(member))
            }
            [.., member] => !self.items.contains(member),
            [] => false,
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_open(attributes: &[Attribute]) -> bool {
    let mut attributes = attributes.iter();
    attributes.any(|it| it.path().is_ident("non_exhaustive"))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `OneWord` or `Word`, and no `WORD`.
fn is_camel(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.contains(|c: char| c.is_lowercase())
}

fn names() -> Names {
    names_of("crates")
}

fn names_of(folder: &str) -> Names {
    let mut names = Names::default();
    let mut sources = Vec::new();
    files(&root().join(folder), "rs", &mut sources);
    sources.retain(|source| source.iter().any(|folder| folder == "src"));
    for source in sources {
        let file = syn::parse_file(&fs::read_to_string(&source).unwrap()).unwrap();
        names.read(&file.items);
    }
    names
}

#[test]
fn documents_name_no_code_that_is_not_there() {
    let names = names();
    let mut documents = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    files(&root().join("crates"), "md", &mut documents);
    let (mut checked, mut stale) = (0, Vec::new());
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            if let Event::Code(code) = event {
                checked += 1;
                if names.stale(&code) {
                    stale.push(format!("{}: `{code}`", document.display()));
                }
            }
        }
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
    assert!(checked > 300, "{checked}");
}

/// What merchants match on in `clinkbill` and what it exports again.
#[test]
fn the_page_about_upgrades_names_every_closed_enum() {
    let page = root().join("crates/clinkbill/docs/upgrades.md");
    let page = fs::read_to_string(page).unwrap();
    let row = page.lines().find(|line| line.starts_with("| closed |"));
    let named = Parser::new(row.unwrap()).filter_map(|event| match event {
        Event::Code(code) => Some(code.to_string()),
        _ => None,
    });
    let mut closed = BTreeSet::new();
    for of in ["clinkbill", "clinkbill-webhook", "clinkbill-types"] {
        let its = names_of(&format!("crates/{of}/src"));
        closed.extend(its.closed);
        assert_eq!(its.complete, BTreeSet::new(), "{of}: no field can be added");
    }
    // Nobody outside can name what is in modules that are sealed or for fuzzing.
    for hidden in ["Asked", "PurchaseParts", "RenderingParts"] {
        assert!(closed.remove(hidden), "{hidden}");
    }
    assert_eq!(named.collect::<BTreeSet<_>>(), closed);
}

/// Who moves here looks every field up.
#[test]
fn the_page_about_typescript_tells_of_every_field_of_a_new_session() {
    let contract = fs::read_to_string(root().join("openapi/clinkbill.yaml")).unwrap();
    let contract: serde_json::Value = yaml_serde::from_str(&contract).unwrap();
    let request = &contract["components"]["schemas"]["CreateCheckoutSessionRequest"];
    let fields = request["properties"].as_object().unwrap();
    let page = root().join("crates/clinkbill/docs/typescript.md");
    let page = fs::read_to_string(page).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
    for field in fields.keys() {
        let told = [format!("`{field}`"), format!("`{field}: ")];
        let is_told = told
            .iter()
            .any(|it| rows.iter().any(|row| row.contains(it)));
        assert!(is_told, "no row tells what becomes of {field}");
    }
    assert!(fields.len() > 15, "{}", fields.len());
}

#[test]
fn what_was_renamed_is_noticed() {
    let names = names();
    for code in [
        "Merchant::request_log",
        "SandboxBuilder::webhooks",
        "Expectation::by_refund",
        "webhook::VerifiedEvents",
        "SubscriptionStatus::Paused",
        "NoSuchType",
    ] {
        assert!(names.stale(code), "{code}");
    }
    for code in [
        "Merchant::requests",
        "Expectation::by_event",
        "webhook::VerifiedEvent",
        "SubscriptionStatus::Active",
        "NotYet",
        "sessionId",
        "sk_test_...",
        "cargo test",
    ] {
        assert!(!names.stale(code), "{code}");
    }
}
