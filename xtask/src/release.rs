//! Makes a release ready: the version, the changelog, the lock files, and a package of each crate
//! that builds. Nothing is uploaded; to commit and tag is asked for.

mod edits;

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use semver::Version;

use crate::package;
use crate::shell::{self, tell};

const MANIFEST: &str = "Cargo.toml";
const CHANGELOG: &str = "CHANGELOG.md";
/// Where a dry run does all of it.
const REHEARSAL: &str = "target/release-rehearsal";
/// Only what is ours changes in the lock files.
const LOCKED: [&str; 2] = [
    "cargo update --quiet --workspace",
    "cargo update --quiet --workspace --manifest-path fuzz/Cargo.toml",
];

/// What is asked for.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The version, such as 0.2.0
    version: Version,
    /// Do all of it in a clone, and show what would change
    #[arg(long)]
    dry_run: bool,
    /// Commit and tag too
    #[arg(long, conflicts_with = "dry_run")]
    commit: bool,
}

/// Makes the release ready, and says what comes next.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let version = &arguments.version;
    let today = DateTime::<Utc>::from(SystemTime::now())
        .date_naive()
        .to_string();
    may_be_released(root, version)?;
    if arguments.dry_run {
        let clone = clone(root)?;
        prepare(&clone, version, &today)?;
        package::check(&clone, true)?;
        let line = "git --no-pager diff";
        tell(&shell::read(line, shell::shell(&clone, line))?);
        tell("\nNothing was changed here.\n");
        return Ok(());
    }
    prepare(root, version, &today)?;
    package::check(root, true)
        .map_err(|error| format!("{error}\n\nhint: `git restore .` undoes what was prepared"))?;
    let commands = commit_and_tag(version);
    if arguments.commit {
        for line in &commands {
            shell::succeed(line, shell::shell(root, line))?;
        }
    }
    let names = package::published(root)?;
    tell(&format!("\n{version} is ready. Next:\n"));
    let left = commands.iter().filter(|_| !arguments.commit);
    for line in left {
        tell(&format!("  {line}\n"));
    }
    tell("  git push --follow-tags\n");
    tell(&format!("  cargo publish {}\n", package::selected(&names)));
    Ok(())
}

/// Only what is committed is released, under a version that nothing has had.
fn may_be_released(root: &Path, version: &Version) -> Result<(), String> {
    let line = "git status --porcelain";
    let changes = shell::read(line, shell::shell(root, line))?;
    if !changes.is_empty() {
        return Err(format!("commit first what is not committed:\n{changes}"));
    }
    let current = edits::current(&read(root, MANIFEST)?)?;
    if *version < current {
        return Err(format!("{version} is before {current}, the version of now"));
    }
    let line = format!("git tag --list v{version}");
    if !shell::read(&line, shell::shell(root, &line))?.is_empty() {
        return Err(format!("there is a tag v{version} already"));
    }
    Ok(())
}

/// Changes the manifest, the changelog and the lock files; none if one cannot be.
fn prepare(root: &Path, version: &Version, date: &str) -> Result<(), String> {
    let manifest = edits::bumped(&read(root, MANIFEST)?, version)?;
    let changelog = edits::dated(&read(root, CHANGELOG)?, version, date)?;
    write(root, MANIFEST, &manifest)?;
    write(root, CHANGELOG, &changelog)?;
    for line in LOCKED {
        shell::succeed(line, shell::shell(root, line))?;
    }
    Ok(())
}

fn commit_and_tag(version: &Version) -> [String; 2] {
    [
        format!("git commit --quiet --all --message 'Release {version}'"),
        format!("git tag --annotate v{version} --message 'clinkbill {version}'"),
    ]
}

fn clone(root: &Path) -> Result<std::path::PathBuf, String> {
    let clone = root.join(REHEARSAL);
    if clone.exists() {
        fs::remove_dir_all(&clone).map_err(|error| format!("{REHEARSAL}: {error}"))?;
    }
    let line = format!(
        "git -c advice.detachedHead=false -c init.defaultBranch=main clone --quiet --shared . {REHEARSAL}"
    );
    shell::succeed(&line, shell::shell(root, &line))?;
    Ok(clone)
}

fn read(root: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))
}

fn write(root: &Path, file: &str, text: &str) -> Result<(), String> {
    fs::write(root.join(file), text).map_err(|error| format!("{file}: {error}"))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn sh(root: &Path, line: &str) -> String {
        shell::read(line, shell::shell(root, line)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A workspace of two crates, in a repository of its own.
    fn workspace() -> TempDir {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let root = folder.path();
        sh(
            root,
            "mkdir -p crates/a/src crates/b/src fuzz/src && touch crates/a/src/lib.rs crates/b/src/lib.rs fuzz/src/lib.rs",
        );
        for (file, text) in [
            (
                MANIFEST,
                "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\nexclude = [\"fuzz\"]\n\n\
                 [workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                 [workspace.dependencies]\na = { path = \"crates/a\", version = \"0.1.0\" }\n",
            ),
            (
                "crates/a/Cargo.toml",
                "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n",
            ),
            (
                "crates/b/Cargo.toml",
                "[package]\nname = \"b\"\nversion.workspace = true\nedition.workspace = true\n\n\
                 [dependencies]\na.workspace = true\n",
            ),
            (
                "fuzz/Cargo.toml",
                "[workspace]\n\n[package]\nname = \"fuzz\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\nb = { path = \"../crates/b\" }\n",
            ),
            (CHANGELOG, "# Changelog\n\n## [Unreleased]\n\n- More.\n"),
            (".gitignore", "target\n"),
        ] {
            write(root, file, text).unwrap_or_else(|error| panic!("{error}"));
        }
        sh(root, "cargo generate-lockfile --offline --quiet");
        sh(
            root,
            "cargo generate-lockfile --offline --quiet --manifest-path fuzz/Cargo.toml",
        );
        sh(
            root,
            "git init --quiet . && git config user.name T && git config user.email t@example.com",
        );
        sh(root, "git add --all && git commit --quiet --message One");
        folder
    }

    #[test]
    fn a_release_changes_versions_lock_files_and_changelog_and_is_tagged() {
        let folder = workspace();
        let root = folder.path();
        let version = Version::new(0, 2, 0);

        may_be_released(root, &version).unwrap();
        prepare(root, &version, "2026-11-25").unwrap();
        for line in commit_and_tag(&version) {
            sh(root, &line);
        }

        let changed = sh(root, "git show --name-only --format=%s v0.2.0");
        let changed: Vec<_> = changed.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(
            changed[changed.len() - 5..],
            [
                "Release 0.2.0",
                CHANGELOG,
                "Cargo.lock",
                MANIFEST,
                "fuzz/Cargo.lock"
            ]
        );
        for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
            let text = read(root, lock).unwrap();
            assert_eq!(
                text.matches("version = \"0.2.0\"").count(),
                2,
                "{lock}: {text}"
            );
        }
        assert!(
            read(root, CHANGELOG)
                .unwrap()
                .contains("## [0.2.0] - 2026-11-25\n\n- More.")
        );
        assert_eq!(sh(root, "git status --porcelain"), "");

        let error = may_be_released(root, &version).unwrap_err();
        assert_eq!(error, "there is a tag v0.2.0 already");
        let error = may_be_released(root, &Version::new(0, 1, 9)).unwrap_err();
        assert_eq!(error, "0.1.9 is before 0.2.0, the version of now");
    }

    #[test]
    fn what_is_not_committed_is_not_released() {
        let folder = workspace();
        write(folder.path(), "new", "").unwrap();
        let error = may_be_released(folder.path(), &Version::new(0, 2, 0)).unwrap_err();
        assert!(error.contains("?? new"), "{error}");
    }

    #[test]
    fn a_changelog_that_says_nothing_leaves_the_manifest_alone() {
        let folder = workspace();
        let root = folder.path();
        write(root, CHANGELOG, "## [Unreleased]\n").unwrap();
        let version = Version::new(0, 2, 0);
        assert!(prepare(root, &version, "2026-11-25").is_err());
        assert_eq!(sh(root, "git status --porcelain"), " M CHANGELOG.md\n");
    }
}
