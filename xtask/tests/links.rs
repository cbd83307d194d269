//! Links lead somewhere: on a forge, where documents are files, and in what rustdoc makes of them.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{BrokenLink, BrokenLinkCallback, CowStr, Event, Options, Parser, Tag};
use syn::{Attribute, Expr, Item, Lit, Meta};

/// Folders of what is built or fetched.
const NOT_OURS: [&str; 5] = ["artifacts", "corpus", "node_modules", "target", "tmp"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files below a folder whose names end so.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with('.') || NOT_OURS.contains(&name) {
            continue;
        }
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Where the links and pictures of a document lead, and with them the code in brackets that leads
/// nowhere.
fn links(text: &str) -> (Vec<String>, Vec<String>) {
    struct Undefined<'a>(&'a mut Vec<String>);
    impl<'input> BrokenLinkCallback<'input> for Undefined<'_> {
        fn handle_broken_link(
            &mut self,
            link: BrokenLink<'input>,
        ) -> Option<(CowStr<'input>, CowStr<'input>)> {
            if link.reference.starts_with('`') {
                self.0.push(link.reference.to_string());
            }
            None
        }
    }
    let mut undefined = Vec::new();
    let callback = Some(Undefined(&mut undefined));
    let options = Options::ENABLE_TABLES;
    let events = Parser::new_with_broken_link_callback(text, options, callback);
    let links = events.filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.to_string())
        }
        _ => None,
    });
    (links.collect(), undefined)
}

fn leads_away(link: &str) -> bool {
    link.contains("://") || link.starts_with("mailto:") || link.starts_with('#')
}

#[test]
fn on_a_forge_every_link_of_a_document_leads_to_a_file() {
    let mut followed = 0;
    for document in files(&root(), "md") {
        // What it defines is for rustdoc alone.
        if document.ends_with("docs/in-rustdoc.md") {
            continue;
        }
        let (links, undefined) = links(&fs::read_to_string(&document).unwrap());
        assert_eq!(undefined, [""; 0], "{}", document.display());
        for link in links.iter().filter(|link| !leads_away(link)) {
            let path = link.split('#').next().unwrap();
            let to = document.parent().unwrap().join(path);
            assert!(to.exists(), "{}: {link}", document.display());
            followed += 1;
        }
    }
    assert!(followed > 60, "{followed}");
}

/// The documentation that these attributes make, and whether a document is a part of it.
fn documentation(attributes: &[Attribute], source: &Path) -> (String, bool) {
    let (mut text, mut has_document) = (String::new(), false);
    for attribute in attributes {
        let Meta::NameValue(value) = &attribute.meta else {
            continue;
        };
        if !value.path.is_ident("doc") {
            continue;
        }
        match &value.value {
            Expr::Lit(literal) => {
                if let Lit::Str(line) = &literal.lit {
                    text.push_str(&line.value());
                }
            }
            Expr::Macro(include) if include.mac.path.is_ident("include_str") => {
                let path: syn::LitStr = include.mac.parse_body().unwrap();
                let path = source.parent().unwrap().join(path.value());
                has_document |= path.extension().is_some_and(|it| it == "md");
                text.push_str(&fs::read_to_string(path).unwrap());
            }
            _ => {}
        }
        text.push('\n');
    }
    (text, has_document)
}

/// An item is documented, unless it is there for the tests of the documentation.
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(module) => &module.attrs,
        _ => &[],
    }
}

#[test]
fn in_rustdoc_no_link_of_a_document_is_left_that_leads_to_a_file() {
    let mut pages = 0;
    for source in files(&root().join("crates"), "rs") {
        let text = fs::read_to_string(&source).unwrap();
        if !text.contains(".md\")]") {
            continue;
        }
        let file = syn::parse_file(&text).unwrap();
        let items = file.items.iter().map(attributes);
        for attributes in items.chain([&file.attrs[..]]) {
            let (text, has_document) = documentation(attributes, &source);
            if !has_document {
                continue;
            }
            for link in links(&text).0.iter().filter(|link| !leads_away(link)) {
                let is_a_file = link.contains('/') || Path::new(link).extension().is_some();
                assert!(!is_a_file, "{}: {link}", source.display());
            }
            pages += 1;
        }
    }
    assert!(pages >= 10, "{pages}");
}
