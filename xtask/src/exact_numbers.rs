//! `serde_json/arbitrary_precision` is on nowhere: it changes how every crate of a build reads
//! numbers, also in the programs of the people who use ours.

use std::path::Path;

use crate::shell::{self, cargo};

const FEATURE: &str = "arbitrary_precision";

/// Fails if any feature of any crate of the workspace at `root` turns the feature on.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut tree = cargo(root);
    tree.args(["tree", "--locked", "--workspace", "--all-features"])
        .args(["--edges", "features", "--invert", "serde_json"]);
    judge(&shell::read("cargo tree", tree)?)
}

fn judge(tree: &str) -> Result<(), String> {
    if !tree.contains("serde_json") {
        return Err("cargo tree does not know serde_json".to_owned());
    }
    match tree.lines().find(|line| line.contains(FEATURE)) {
        None => Ok(()),
        Some(line) => Err(format!(
            "a dependency turns on {FEATURE}: {}\n\nhint: `cargo tree --workspace --all-features -e features -i serde_json` shows which",
            line.trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_without_the_feature_passes() {
        let tree = "serde_json v1.0.154\n├── serde_json feature \"raw_value\"\n";
        assert_eq!(judge(tree), Ok(()));
    }

    #[test]
    fn a_tree_with_the_feature_fails_and_shows_the_line() {
        let tree = "serde_json v1.0.154\n├── serde_json feature \"arbitrary_precision\"\n";
        let error = judge(tree).unwrap_err();
        assert!(
            error.contains("turns on arbitrary_precision: serde_json feature"),
            "{error}"
        );
    }

    #[test]
    fn an_empty_tree_is_not_taken_for_a_good_one() {
        assert!(judge("").is_err());
    }
}
