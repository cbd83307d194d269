//! Builds the workspace with the oldest versions of its own dependencies that the manifests allow:
//! a version that is too low is a promise that nobody kept.
//!
//! Which versions these are, only an unstable option of Cargo tells. It is used to write a lock file
//! for a copy and for nothing else: what is built is built by the stable compiler, as ever.

use std::fs;
use std::path::Path;

use crate::copy::copy;
use crate::shell;

const FOLDER: &str = "target/minimal";
const RESOLVE: &str = "cargo update --quiet -Z direct-minimal-versions";
const BUILD: &str = "cargo check --quiet --locked --workspace --all-features --target-dir ../build";

/// Fails if what is oldest does not build.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let workspace = root.join(FOLDER).join("workspace");
    if workspace.exists() {
        fs::remove_dir_all(&workspace)
            .map_err(|error| format!("{}: {error}", workspace.display()))?;
    }
    copy(root, &workspace)?;
    let mut resolve = shell::shell(&workspace, RESOLVE);
    resolve.env("RUSTC_BOOTSTRAP", "1");
    shell::succeed(RESOLVE, resolve)?;
    shell::succeed(BUILD, shell::shell(&workspace, BUILD))
        .map_err(|error| format!("{error}\n\nhint: raise the version that is too low in Cargo.toml; {FOLDER}/workspace/Cargo.lock has what was tried"))
}
