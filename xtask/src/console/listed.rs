//! The commands of the documentation that are not simply run, and why.

/// What is done with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It is run, and must succeed.
    Runs,
    /// It is run until it printed what is shown, serves the commands after it, and is stopped.
    Serves,
    /// It is run with `--all` only: it takes long.
    Dear,
    /// It is not run, for this reason.
    Not(&'static str),
}

const ACCOUNT: &str = "needs an account of Clink's, and the network";

const DOCUMENTATION: &str = "cargo doc --no-deps --all-features --open -p clinkbill -p clinkbill-webhook -p clinkbill-types -p clinkbill-sandbox";

const LISTED: &[(&str, Treatment)] = &[
    (
        "CLINK_WEBHOOK_SECRET=whsec_dev cargo run -p clinkbill-cli -- sandbox --webhook-url http://127.0.0.1:3000/webhooks/clink",
        Treatment::Serves,
    ),
    (
        "CLINK_WEBHOOK_SECRET=whsec_dev clinkbill sandbox --webhook-url http://127.0.0.1:3000/webhooks/clink",
        Treatment::Serves,
    ),
    (
        "CLINK_WEBHOOK_SECRET=whsec_dev cargo run --example receive",
        Treatment::Serves,
    ),
    (
        DOCUMENTATION,
        Treatment::Not("opens a browser; the stage docs builds more"),
    ),
    ("clinkbill sandbox", Treatment::Serves),
    ("cargo run -p clinkbill-shop", Treatment::Serves),
    (
        "cargo run -p clinkbill-shop --bin embedded-shop",
        Treatment::Serves,
    ),
    ("cargo install --path crates/clinkbill-cli", Treatment::Dear),
    ("cargo xtask fuzz event --runs 5000000", Treatment::Dear),
    (
        "cargo xtask release 0.1.0 --dry-run",
        Treatment::Not("needs a clean tree; the stage package and the tests of xtask do its parts"),
    ),
    (
        "export CLINK_SECRET_KEY=sk_uat_...",
        Treatment::Not(ACCOUNT),
    ),
    (
        "cargo run -p clinkbill-cli -- conformance --base-url https://uat-api.clinkbill.com/api --save new.json",
        Treatment::Not(ACCOUNT),
    ),
    (
        "cargo run -p clinkbill-cli -- drift old.json new.json",
        Treatment::Not("compares what only an account can make"),
    ),
    ("clinkbill doctor --production", Treatment::Not(ACCOUNT)),
    (
        "clinkbill conformance --webhook https://shop.example.com/webhooks/clink",
        Treatment::Not("asks a shop that is there"),
    ),
    (
        "cargo xtask rules --document GUIDE",
        Treatment::Not("needs a copy of Clink's guide, which is not ours to give"),
    ),
    (
        "cargo +nightly fuzz run event fuzz/corpus/event fuzz/seeds/event",
        Treatment::Not("needs a nightly toolchain and cargo-fuzz, and goes on until it is stopped"),
    ),
    (".ci/run", Treatment::Not("is what runs this")),
    ("cargo xtask ci deep", Treatment::Not("is what runs this")),
];

/// What is done with the command `line`.
pub(super) fn treatment(line: &str) -> Treatment {
    let listed = LISTED.iter().find(|(listed, _)| *listed == line);
    listed.map_or(Treatment::Runs, |(_, treatment)| *treatment)
}

#[cfg(test)]
mod tests {
    use super::super::documents::blocks;
    use super::*;
    use std::path::Path;

    #[test]
    fn every_command_that_is_listed_stands_in_a_page() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let blocks = blocks(&root).unwrap();
        let shown: Vec<_> = blocks.iter().flat_map(|block| &block.shown).collect();
        assert!(shown.len() > 20, "only {} commands were found", shown.len());
        for (line, _) in LISTED {
            assert!(
                shown.iter().any(|shown| shown.line() == *line),
                "`{line}` is listed, and no page shows it"
            );
        }
    }
}
