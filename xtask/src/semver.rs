//! Compares what is public with the last release.

use std::path::Path;

use crate::shell::{self, tell};

const RELEASES: &str = "git tag --list 'v*' --sort=-version:refname";

/// Fails if the version promises more than is kept. Before the first release nothing is promised.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let releases = shell::read(RELEASES, shell::shell(root, RELEASES))?;
    let Some(last) = releases.lines().next() else {
        tell("there is no release yet: no tag is a v and a version\n");
        return Ok(());
    };
    let line = comparison(last);
    shell::succeed(&line, shell::shell(root, &line))
}

/// Crates that are not published promise nothing.
fn comparison(release: &str) -> String {
    format!("cargo semver-checks --workspace --baseline-rev {release}")
}
