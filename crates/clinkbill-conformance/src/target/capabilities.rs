//! What a target allows beyond the documented API.

use crate::catalogue::Scenario;

/// What a target allows beyond the documented API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The target is a sandbox of ours: its control API plays the buyer, moves time and makes
    /// faults, its page is the one the scenarios read, and any key opens another merchant.
    pub own_sandbox: bool,
    /// How many scenarios may run at once.
    pub concurrency: usize,
}

/// What a scenario may need beyond the documented API: its tag, and why a target that is not a
/// sandbox of ours cannot give it.
const NEEDS: [(&str, &str); 6] = [
    (
        "buyer",
        "needs a buyer, and the target has no control API to play one",
    ),
    (
        "dashboard",
        "needs the merchant's dashboard, and the target has no control API to play it",
    ),
    (
        "time",
        "needs time to pass, and the target has no control API to move it",
    ),
    (
        "faults",
        "needs faults, and the target has no control API to make them",
    ),
    ("page", "needs the sandbox's own checkout page"),
    ("second-merchant", "needs a second merchant's key"),
];

impl Capabilities {
    pub(super) const OWN_SANDBOX: Self = Self {
        own_sandbox: true,
        concurrency: 64,
    };
    pub(super) const DOCUMENTED_API: Self = Self {
        own_sandbox: false,
        concurrency: 4,
    };

    /// Why a scenario cannot be run here, if so.
    #[must_use]
    pub fn lacking(self, scenario: &Scenario) -> Option<&'static str> {
        if self.own_sandbox {
            return None;
        }
        NEEDS
            .into_iter()
            .find(|(tag, _)| scenario.has_tag(tag))
            .map(|(_, reason)| reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_says_why_a_scenario_cannot_be_run_there() {
        let scenario = |tag: &str| Scenario {
            name: String::new(),
            rules: Vec::new(),
            tags: vec![tag.to_owned()],
            file: String::new(),
            line: 0,
        };
        for (tag, word) in [
            ("buyer", Some("buyer")),
            ("dashboard", Some("dashboard")),
            ("time", Some("time")),
            ("faults", Some("faults")),
            ("page", Some("page")),
            ("second-merchant", Some("second merchant")),
            ("our-choice", None),
        ] {
            let reason = Capabilities::DOCUMENTED_API.lacking(&scenario(tag));
            assert_eq!(reason.is_some(), word.is_some(), "{tag}");
            assert!(
                reason
                    .unwrap_or_default()
                    .contains(word.unwrap_or_default()),
                "{tag}"
            );
            assert_eq!(Capabilities::OWN_SANDBOX.lacking(&scenario(tag)), None);
        }
    }
}
