//! What ARCHITECTURE.md says of the workspace as a whole is so.

#![expect(
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

/// A file that is longer says two things.
const MOST_LINES: usize = 700;
/// The only file that nobody writes by hand.
const GENERATED: &str = "crates/clinkbill-api/src/generated.rs";
/// What people write: the ends of the names of source files.
const SOURCES: [&str; 5] = ["css", "html", "js", "py", "rs"];
/// Folders of what is built or fetched.
const NOT_OURS: [&str; 6] = [
    ".git",
    "artifacts",
    "corpus",
    "node_modules",
    ".schemathesis",
    "target",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    description: Option<String>,
    readme: Option<String>,
    keywords: Vec<String>,
    categories: Vec<String>,
    manifest_path: PathBuf,
    /// The registries it may go to; none where that is not restricted.
    publish: Option<Vec<String>>,
    metadata: Value,
    features: BTreeMap<String, Vec<String>>,
    targets: Vec<Target>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Which crates of ours a crate knows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Knows {
    /// To be built.
    always: BTreeSet<String>,
    /// To be tested, beside those.
    in_tests: BTreeSet<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--locked", "--no-deps", "--format-version", "1"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout).unwrap();
    metadata.packages
}

/// The arrows as they are drawn in the manifests.
fn drawn(packages: &[Package]) -> BTreeMap<String, Knows> {
    let ours: BTreeSet<_> = packages.iter().map(|package| &package.name).collect();
    let knows = |package: &Package| {
        let known = |wanted: &dyn Fn(&Dependency) -> bool| {
            let known = package.dependencies.iter();
            let known = known.filter(|d| ours.contains(&d.name) && wanted(d));
            known.map(|d| d.name.clone()).collect::<BTreeSet<String>>()
        };
        let always = known(&|d| d.kind.as_deref() != Some("dev"));
        // A crate may turn on its own features for its own tests.
        let in_tests = known(&|d| {
            d.kind.as_deref() == Some("dev") && d.name != package.name && !always.contains(&d.name)
        });
        Knows { always, in_tests }
    };
    packages
        .iter()
        .map(|package| (package.name.clone(), knows(package)))
        .collect()
}

/// The arrows as the code map of ARCHITECTURE.md has them.
fn documented(architecture: &str) -> BTreeMap<String, Knows> {
    let rows = architecture.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.strip_suffix('|')?.split('|');
        let place = cells.next()?.trim().strip_suffix('`')?;
        let knows = cells.nth(1)?.trim();
        let name = place.rsplit('/').next()?;
        Some((name.to_owned(), read_cell(knows)))
    });
    rows.collect()
}

/// Reads a cell such as "api, types; sandbox in its tests".
fn read_cell(cell: &str) -> Knows {
    let names = |list: &str| match list {
        "nothing" | "none of our crates" => BTreeSet::new(),
        list => list.split(", ").map(full_name).collect(),
    };
    let mut knows = Knows::default();
    for part in cell.split("; ") {
        match part.strip_suffix(" in its tests") {
            Some(list) => knows.in_tests = names(list),
            None => knows.always = names(part),
        }
    }
    knows
}

fn full_name(short: &str) -> String {
    match short {
        "clinkbill" | "xtask" => short.to_owned(),
        short => format!("clinkbill-{short}"),
    }
}

/// The crates that stand in a circle, or lead to one.
fn in_a_circle(arrows: &BTreeMap<String, Knows>) -> BTreeSet<&String> {
    let mut left: BTreeSet<&String> = arrows.keys().collect();
    loop {
        let before = left.len();
        let still = left.clone();
        left.retain(|name| {
            let Knows { always, in_tests } = &arrows[*name];
            always
                .iter()
                .chain(in_tests)
                .any(|known| still.contains(known))
        });
        if left.len() == before {
            return left;
        }
    }
}

#[test]
fn every_crate_knows_whom_the_architecture_says_and_nobody_else() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (documented, drawn) = (documented(&text), drawn(&packages()));
    for name in drawn.keys() {
        assert!(
            documented.contains_key(name),
            "{name} has no row in the code map of ARCHITECTURE.md"
        );
    }
    for (name, knows) in &documented {
        assert_eq!(
            drawn.get(name),
            Some(knows),
            "{name}: left the manifest, right ARCHITECTURE.md"
        );
    }
}

#[test]
fn no_arrow_points_back_those_of_tests_included() {
    assert_eq!(in_a_circle(&drawn(&packages())), BTreeSet::new());
}

#[test]
fn an_arrow_that_points_back_in_tests_alone_is_seen() {
    let arrows = [
        ("a", "nothing"),
        ("b", "a; c in its tests"),
        ("c", "b"),
        ("d", "a"),
    ];
    let arrows = arrows.map(|(name, knows)| (full_name(name), read_cell(knows)));
    assert_eq!(
        in_a_circle(&arrows.into_iter().collect()),
        BTreeSet::from([&full_name("b"), &full_name("c")])
    );
}

#[test]
fn no_file_that_people_write_has_more_than_700_lines() {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    assert!(files.len() > 100, "only {} files were found", files.len());
    let too_long: Vec<_> = files
        .iter()
        .filter(|file| !file.ends_with(GENERATED))
        .filter_map(|file| {
            let lines = fs::read_to_string(file).unwrap().lines().count();
            (lines > MOST_LINES).then(|| format!("{}: {lines} lines", file.display()))
        })
        .collect();
    assert_eq!(too_long, [""; 0]);
}

/// The source files below a folder; a link leads to what is found elsewhere.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        let name = entry.file_name();
        if kind.is_dir() && !NOT_OURS.iter().any(|other| name == *other) {
            collect(&path, files);
        } else if kind.is_file() {
            let ending = path.extension().and_then(|ending| ending.to_str());
            if ending.is_some_and(|ending| SOURCES.contains(&ending)) {
                files.push(path);
            }
        }
    }
}

#[test]
fn what_is_published_says_what_it_is_and_brings_its_licences() {
    let packages = packages();
    // An empty list of registries is `publish = false`.
    let published = packages.iter().filter(|p| p.publish.is_none());
    let mut seen = 0;
    for package in published {
        let name = &package.name;
        seen += 1;
        assert!(package.description.is_some(), "{name} has no description");
        assert!(
            (1..=5).contains(&package.keywords.len()),
            "{name}: keywords"
        );
        assert!(!package.categories.is_empty(), "{name} has no category");
        let folder = package.manifest_path.parent().unwrap();
        let readme = package.readme.as_deref().unwrap_or_default();
        for file in [readme, "LICENSE-APACHE", "LICENSE-MIT"] {
            assert!(folder.join(file).is_file(), "{name} has no file {file:?}");
        }
        let text = fs::read_to_string(folder.join(readme)).unwrap();
        for feature in package.features.keys().filter(|name| *name != "default") {
            assert!(
                text.contains(&format!("`{feature}`")),
                "{name}: its README does not say what the feature {feature} adds"
            );
        }
        let is_library = package
            .targets
            .iter()
            .any(|target| target.kind.iter().any(|kind| kind == "lib"));
        assert_eq!(
            package.metadata["docs"]["rs"]["all-features"] == true,
            is_library,
            "{name}: a library is documented with all its features"
        );
    }
    assert_eq!(seen, 7, "more or fewer crates are published than were");
}
