//! The crates as they would be uploaded: built from nothing but what is in each.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use tempfile::TempDir;

use crate::shell::{self, cargo, tell};

/// What each crate brings, beside its code.
const ENCLOSED: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"];
/// What stays in the repository.
const AT_HOME: [&str; 2] = ["tests/", "benches/"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    /// The registries it may go to; none where that is not restricted.
    publish: Option<Vec<String>>,
}

/// The crates that go to a registry.
pub(crate) fn published(root: &Path) -> Result<Vec<String>, String> {
    let mut metadata = cargo(root);
    metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata = shell::read("cargo metadata", metadata)?;
    let metadata: Metadata = serde_json::from_str(&metadata)
        .map_err(|error| format!("cargo metadata says something else: {error}"))?;
    // An empty list of registries is `publish = false`.
    let published = metadata
        .packages
        .into_iter()
        .filter(|p| p.publish.is_none());
    Ok(published.map(|package| package.name).collect())
}

/// Which crates a command of Cargo is about, as its options.
pub(crate) fn selected(names: &[String]) -> String {
    let options: Vec<String> = names.iter().map(|name| format!("-p {name}")).collect();
    options.join(" ")
}

/// Packages the crates that are published and builds each from its package; fails if one does not
/// build, lacks what it should bring, or makes Cargo warn. With `dirty`, as the tree stands.
pub(crate) fn check(root: &Path, dirty: bool) -> Result<(), String> {
    let names = published(root)?;
    for name in &names {
        is_whole(root, name)?;
    }
    let allowed = if dirty { " --allow-dirty" } else { "" };
    let line = format!("cargo package{allowed} {}", selected(&names));
    tell(&format!("$ {line}\n"));
    let folder = folder(root).map_err(|error| format!("no folder to package in: {error}"))?;
    let output = shell::shell(root, &line)
        .env("CARGO_TARGET_DIR", folder.path())
        .output()
        .map_err(|error| format!("`{line}` cannot be run: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("`{line}` failed ({})\n{told}", output.status));
    }
    match told.lines().find(|line| is_objection(line)) {
        None => {
            tell(&format!("packaged and built: {}\n", names.join(", ")));
            Ok(())
        }
        Some(warning) => Err(format!("cargo package is not content: {warning}\n{told}")),
    }
}

/// A folder that no other run has had. Cargo keeps what it unpacked from a folder's registry under its
/// name and version, and would build the crates of the last run again instead of these.
fn folder(root: &Path) -> std::io::Result<TempDir> {
    let place = root.join("target/ci");
    std::fs::create_dir_all(&place)?;
    tempfile::Builder::new()
        .prefix("package-")
        .tempdir_in(place)
}

/// Tests and benchmarks are left out of a package on purpose.
fn is_objection(line: &str) -> bool {
    line.starts_with("warning") && !line.starts_with("warning: ignoring ")
}

/// A build may do without a file that it should have found, and be another one.
fn is_whole(root: &Path, name: &str) -> Result<(), String> {
    let package = format!("cargo package --list --allow-dirty -p {name}");
    let tracked = format!("git ls-files --full-name crates/{name}");
    let tracked = shell::read(&tracked, shell::shell(root, &tracked))?;
    let listed = shell::read(&package, shell::shell(root, &package))?;
    lacks_nothing(name, &tracked, &listed)
}

fn lacks_nothing(name: &str, tracked: &str, listed: &str) -> Result<(), String> {
    let files: BTreeSet<&str> = listed.lines().collect();
    let home = format!("crates/{name}/");
    let own = tracked
        .lines()
        .filter_map(|file| file.strip_prefix(&home))
        .filter(|file| !AT_HOME.iter().any(|folder| file.starts_with(folder)));
    // A folder of the repository that a crate links to is listed file by file.
    let is_there = |file: &str| {
        let inside = format!("{file}/");
        files.contains(file) || files.iter().any(|listed| listed.starts_with(&inside))
    };
    match own.chain(ENCLOSED).find(|file| !is_there(file)) {
        None => Ok(()),
        Some(file) => Err(format!("the package {name} does not bring {file}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_published_is_not_packaged() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let names = published(&root).unwrap();
        assert!(names.contains(&"clinkbill-cli".to_owned()), "{names:?}");
        assert!(!names.contains(&"xtask".to_owned()), "{names:?}");
        assert!(selected(&names).contains("-p clinkbill-types"));
    }

    #[test]
    fn only_tests_that_stay_at_home_may_be_warned_of() {
        assert!(is_objection("warning: manifest has no description"));
        assert!(!is_objection(
            "warning: ignoring test `it` as it is not included"
        ));
        assert!(!is_objection("   Packaging a v0.1.0"));
    }

    #[test]
    fn each_run_has_a_folder_of_its_own_that_goes_with_it() {
        let root = tempfile::tempdir().unwrap();
        let (one, other) = (folder(root.path()).unwrap(), folder(root.path()).unwrap());
        assert_ne!(one.path(), other.path());
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && other.path().is_dir());
    }

    #[test]
    fn every_package_brings_what_its_crate_has() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for name in published(&root).unwrap() {
            assert_eq!(is_whole(&root, &name), Ok(()));
        }
    }

    #[test]
    fn a_package_without_a_licence_or_a_file_of_its_crate_is_refused() {
        let tracked =
            "crates/a/Cargo.toml\ncrates/a/features\ncrates/a/src/lib.rs\ncrates/a/tests/it.rs\n";
        let mut listed = String::from("Cargo.toml\nLICENSE-APACHE\nREADME.md\nsrc/lib.rs\n");
        for (missing, file) in [
            ("features", "features/one.feature"),
            ("LICENSE-MIT", "LICENSE-MIT"),
        ] {
            assert_eq!(
                lacks_nothing("a", tracked, &listed),
                Err(format!("the package a does not bring {missing}"))
            );
            listed.push_str(file);
            listed.push('\n');
        }
        assert_eq!(lacks_nothing("a", tracked, &listed), Ok(()));
    }
}
