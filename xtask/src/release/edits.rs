//! What a release changes in the manifest and in the changelog.

use semver::Version;
use toml_edit::{DocumentMut, Item};

/// The heading under which changes are collected.
const UNRELEASED: &str = "## [Unreleased]\n";

/// The version of the workspace.
pub(super) fn current(manifest: &str) -> Result<Version, String> {
    let manifest = parsed(manifest)?;
    let version = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("package"))
        .and_then(|package| package.get("version"))
        .and_then(Item::as_str)
        .ok_or("Cargo.toml has no workspace.package.version")?;
    Version::parse(version).map_err(|error| format!("Cargo.toml: {version}: {error}"))
}

/// The manifest with another version, of the workspace and of its crates among each other.
pub(super) fn bumped(manifest: &str, version: &Version) -> Result<String, String> {
    let mut manifest = parsed(manifest)?;
    let version = version.to_string();
    state(&mut manifest["workspace"]["package"]["version"], &version);
    let dependencies = manifest["workspace"]["dependencies"]
        .as_table_like_mut()
        .ok_or("Cargo.toml has no workspace.dependencies")?;
    for (_, dependency) in dependencies.iter_mut() {
        let Some(dependency) = dependency.as_table_like_mut() else {
            continue;
        };
        // What is not published has no version, and what is cannot be packaged without one.
        if dependency.contains_key("path")
            && let Some(stated) = dependency.get_mut("version")
        {
            state(stated, &version);
        }
    }
    Ok(manifest.to_string())
}

/// Puts a version where one stands, with the remarks around it.
fn state(stated: &mut Item, version: &str) {
    let mut value = toml_edit::Value::from(version);
    if let Some(before) = stated.as_value() {
        *value.decor_mut() = before.decor().clone();
    }
    *stated = Item::Value(value);
}

fn parsed(manifest: &str) -> Result<DocumentMut, String> {
    manifest
        .parse()
        .map_err(|error| format!("Cargo.toml: {error}"))
}

/// The changelog with what was unreleased under a version and a date.
pub(super) fn dated(changelog: &str, version: &Version, date: &str) -> Result<String, String> {
    if changelog.contains(&format!("## [{version}]")) {
        return Err(format!("CHANGELOG.md has {version} already"));
    }
    let (before, after) = changelog
        .split_once(UNRELEASED)
        .ok_or("CHANGELOG.md has no section [Unreleased]")?;
    let changes = after.split("\n## [").next().unwrap_or_default();
    if !changes.lines().any(|line| line.starts_with("- ")) {
        return Err("CHANGELOG.md says nothing under [Unreleased]".to_owned());
    }
    Ok(format!(
        "{before}{UNRELEASED}\n## [{version}] - {date}\n{after}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
[workspace.package]
version = \"0.1.0\" # of all

[workspace.dependencies]
a = { path = \"crates/a\", version = \"0.1.0\" }
unpublished = { path = \"crates/b\" }
# Not ours.
serde = { version = \"0.1.0\", features = [\"derive\"] }
url = \"0.1.0\"
";

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn the_workspace_and_its_crates_get_the_version_and_nothing_else_changes() {
        assert_eq!(current(MANIFEST).unwrap(), version("0.1.0"));
        let bumped = bumped(MANIFEST, &version("0.2.0-rc.1")).unwrap();
        let expected = MANIFEST.replacen("\"0.1.0\"", "\"0.2.0-rc.1\"", 1).replace(
            "\"crates/a\", version = \"0.1.0\"",
            "\"crates/a\", version = \"0.2.0-rc.1\"",
        );
        assert_eq!(bumped, expected);
        assert_eq!(current(&bumped).unwrap(), version("0.2.0-rc.1"));
    }

    #[test]
    fn what_was_unreleased_gets_the_version_and_the_date() {
        let before =
            "# Changelog\n\n## [Unreleased]\n\n- More.\n\n## [0.1.0] - 2026-01-01\n\n- All.\n";
        assert_eq!(
            dated(before, &version("0.2.0"), "2026-11-25").unwrap(),
            "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-25\n\n- More.\n\n\
             ## [0.1.0] - 2026-01-01\n\n- All.\n"
        );
        let error = dated(before, &version("0.1.0"), "2026-11-25").unwrap_err();
        assert_eq!(error, "CHANGELOG.md has 0.1.0 already");
    }

    #[test]
    fn a_release_without_a_change_that_is_told_is_refused() {
        let empty = "## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n- All.\n";
        let error = dated(empty, &version("0.2.0"), "2026-11-25").unwrap_err();
        assert_eq!(error, "CHANGELOG.md says nothing under [Unreleased]");
        let error = dated("# Changelog\n", &version("0.2.0"), "2026-11-25").unwrap_err();
        assert_eq!(error, "CHANGELOG.md has no section [Unreleased]");
    }
}
