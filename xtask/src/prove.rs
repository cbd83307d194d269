//! The proof that scenarios can fail. It is made where the scenarios are: nothing of this crate
//! depends on a crate of ours, so that what is broken there never keeps a task here from mending it.

use std::path::Path;
use std::process::Command;

/// Makes the proof, and fails unless it holds.
pub(crate) fn run(root: &Path, scenarios: bool) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["run", "--quiet", "--package", "clinkbill-conformance"])
        .args(["--bin", "prove", "--"])
        .args(scenarios.then_some("--scenarios"))
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("not every rule that must hold is proven".to_owned())
    }
}
