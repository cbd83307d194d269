//! The proof that scenarios can fail. It is made where the scenarios are: nothing of this crate
//! depends on a crate of ours, so that what is broken there never keeps a task here from mending it.

use std::path::Path;

use crate::shell::{self, cargo};

/// Makes the proof, and fails unless it holds.
pub(crate) fn run(root: &Path, scenarios: bool) -> Result<(), String> {
    let mut prove = cargo(root);
    prove
        .args(["run", "--quiet", "--package", "clinkbill-conformance"])
        .args(["--bin", "prove", "--"])
        .args(scenarios.then_some("--scenarios"));
    shell::succeed("prove", prove)
        .map_err(|error| format!("not every rule that must hold is proven: {error}"))
}
