//! The stages: what each is for, what it needs, and the command lines it is.

use super::tools::Need;

/// When a stage runs without being named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// On every change. Installs no cargo tool.
    Quick,
    /// Now and then: installs what it needs, and takes its time.
    Deep,
    /// Never by itself.
    ByName,
}

impl Tier {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "quick" => Some(Self::Quick),
            "deep" => Some(Self::Deep),
            _ => None,
        }
    }
}

/// One thing that is proven, or looked for.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) tier: Tier,
    /// One line for people.
    pub(crate) about: &'static str,
    pub(crate) needs: &'static [Need],
    /// Each as a person would type it at the root of the repository.
    pub(crate) commands: &'static [&'static str],
}

const fn quick(
    name: &'static str,
    about: &'static str,
    commands: &'static [&'static str],
) -> Stage {
    Stage {
        name,
        tier: Tier::Quick,
        about,
        needs: &[],
        commands,
    }
}

const fn deep(name: &'static str, about: &'static str, commands: &'static [&'static str]) -> Stage {
    Stage {
        tier: Tier::Deep,
        ..quick(name, about, commands)
    }
}

impl Stage {
    const fn by_name(self) -> Self {
        Self {
            tier: Tier::ByName,
            ..self
        }
    }

    const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }
}

const fn tool(name: &'static str, version: &'static str) -> Need {
    Need::Cargo { name, version }
}

/// All of them, each tier cheap to dear.
pub(crate) const STAGES: &[Stage] = &[
    quick(
        "format",
        "every file is formatted; the fuzz targets are a workspace of their own",
        &[
            "cargo fmt --all --check",
            "cargo fmt --manifest-path fuzz/Cargo.toml --check",
        ],
    ),
    quick(
        "locks",
        "both lock files say what the manifests ask for",
        &[
            "cargo tree --quiet --locked --depth 0",
            "cargo tree --quiet --locked --depth 0 --manifest-path fuzz/Cargo.toml",
        ],
    ),
    quick(
        "contract",
        "both OpenAPI documents are sound",
        &[
            "npx --yes @redocly/cli@2.77.0 lint --config openapi/redocly.yaml openapi/clinkbill.yaml openapi/sandbox-control.yaml",
        ],
    )
    .needs(&[Need::Program {
        name: "npx",
        packages: "npm",
    }]),
    quick(
        "codegen",
        "the committed client is what the contract generates",
        &["cargo xtask codegen --check"],
    ),
    quick(
        "numbers",
        "no dependency changes how numbers are read",
        &["cargo xtask exact-numbers"],
    ),
    quick(
        "rules",
        "the catalogue of rules is whole",
        &["cargo xtask rules"],
    ),
    quick(
        "clippy",
        "no lint objects, with every feature",
        &["cargo clippy --quiet --workspace --all-targets --all-features -- -D warnings"],
    ),
    quick(
        "engine",
        "nor with the engine alone",
        &["cargo clippy --quiet --package clinkbill-sandbox --lib -- -D warnings"],
    ),
    quick(
        "bare",
        "nor with the SDK alone",
        &["cargo clippy --quiet --package clinkbill --lib -- -D warnings"],
    ),
    quick(
        "docs",
        "the documentation has no broken link",
        &[r#"RUSTDOCFLAGS="-D warnings" cargo doc --quiet --workspace --no-deps"#],
    ),
    quick(
        "example",
        "a purchase from beginning to end",
        &["cargo run --example checkout"],
    ),
    quick(
        "test",
        "every crate, every rule of the guide",
        &["cargo test"],
    ),
    quick(
        "proof",
        "each rule's scenarios fail when it is broken, and no others",
        &["cargo xtask prove"],
    ),
    quick(
        "xtask",
        "who may depend on whom, how long files are, what is published",
        &["cargo test --quiet --package xtask"],
    ),
    quick(
        "fuzz",
        "inputs looked for by fuzzers break no reader",
        &["cargo xtask fuzz"],
    ),
    quick(
        "requests",
        "requests generated from the contract break nothing",
        &[".ci/schemathesis"],
    ),
    quick(
        "console",
        "what the documentation tells people to type works",
        &["cargo xtask console"],
    ),
    // Where no browser or axe-core can be had, the walks report themselves as ignored, with the reason.
    quick(
        "browser",
        "buyers get through every page in a browser, and axe-core finds nothing",
        &[
            "npm ci --silent --no-fund --no-audit --prefix crates/clinkbill-browser || echo 'axe-core cannot be installed here'",
            "cargo test -p clinkbill-browser",
        ],
    )
    .needs(&[
        Need::Wish {
            name: "chromium",
            packages: "chromium",
        },
        Need::Wish {
            name: "chromedriver",
            packages: "chromium-driver",
        },
    ]),
    deep(
        "deny",
        "licences, crates and sources are those that deny.toml allows; needs no advisory database",
        &["cargo deny check --hide-inclusion-graph bans licenses sources"],
    )
    .needs(&[tool("cargo-deny", "0.20.2")]),
    deep(
        "workflow",
        "the workflow has the form that GitHub wants, and trusts nothing that can change",
        &[
            "python3 -m venv target/ci/workflow",
            "target/ci/workflow/bin/pip install --quiet --disable-pip-version-check check-jsonschema==0.39.0 zizmor==1.32.0",
            "target/ci/workflow/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml",
            "target/ci/workflow/bin/zizmor --offline --no-progress .github/workflows",
        ],
    )
    .needs(&[Need::Program {
        name: "python3",
        packages: "python3 python3-venv",
    }]),
    deep(
        "machete",
        "no dependency is named and not used",
        &["cargo machete"],
    )
    .needs(&[tool("cargo-machete", "0.9.2")]),
    deep(
        "sbom",
        "what each crate is made of, as CycloneDX, in target/sbom",
        &[
            "cargo cyclonedx --quiet --all-features --format json --spec-version 1.5",
            "mkdir -p target/sbom && mv crates/*/*.cdx.json xtask/*.cdx.json target/sbom",
        ],
    )
    .needs(&[tool("cargo-cyclonedx", "0.5.9")]),
    deep(
        "msrv",
        "the oldest Rust that is promised builds it",
        &["cargo +1.88.0 check --quiet --workspace --all-features --target-dir target/msrv"],
    )
    .needs(&[Need::Toolchain("1.88.0")]),
    deep(
        "fuzz-lint",
        "no lint objects to the fuzz targets",
        &[
            r#"RUSTFLAGS="--cfg fuzzing" cargo clippy --quiet --manifest-path fuzz/Cargo.toml --target-dir target/fuzz-lint --all-targets -- -D warnings"#,
        ],
    ),
    deep(
        "minimal",
        "the oldest dependencies that are allowed build it",
        &["cargo xtask minimal-versions"],
    ),
    // `courier` is a part of both doors of the sandbox, and nobody's by itself.
    deep(
        "features",
        "no lint objects to any set of features",
        &[
            "cargo hack clippy --quiet --workspace --feature-powerset --exclude-features courier -- -D warnings",
        ],
    )
    .needs(&[tool("cargo-hack", "0.6.46")]),
    deep(
        "provider",
        "without ring, TLS is done by what the program has installed",
        &["cargo test --quiet --package clinkbill-api --no-default-features --test provider"],
    ),
    deep(
        "semver",
        "nothing public breaks beside the last release",
        &["cargo xtask semver"],
    )
    .needs(&[tool("cargo-semver-checks", "0.51.0")]),
    deep(
        "package",
        "each published crate builds from its package alone",
        &["cargo xtask package --allow-dirty"],
    ),
    deep(
        "instructions",
        "a create and an event cost no more instructions than their limits",
        &["cargo bench -p clinkbill-bench"],
    )
    .needs(&[Need::Program {
        name: "valgrind",
        packages: "valgrind",
    }]),
    deep(
        "bench",
        "what the sandbox and the SDK cost, beside floors in the same run",
        &["cargo xtask bench"],
    )
    .needs(&[Need::Program {
        name: "valgrind",
        packages: "valgrind",
    }]),
    deep(
        "coverage",
        "how much of each file the tests run",
        &["cargo llvm-cov --quiet --workspace --exclude xtask --summary-only --failure-mode all"],
    )
    .needs(&[
        Need::Component("llvm-tools"),
        tool("cargo-llvm-cov", "0.9.1"),
    ]),
    deep(
        "claims",
        "so do the proofs that the README names, and what takes long",
        &["cargo xtask console --all"],
    ),
    deep(
        "long-fuzz",
        "fifty times as many inputs, or seven minutes of them for each reader",
        &["cargo xtask fuzz --runs 5000000 --seconds 420"],
    ),
    quick(
        "cold-build",
        "the SDK builds from nothing faster than its peer",
        &["crates/clinkbill-bench/cold-build"],
    )
    .by_name(),
    quick(
        "mutants",
        "the rulebook changed line by line turns the scenarios red; takes hours",
        &["cargo mutants"],
    )
    .by_name()
    .needs(&[tool("cargo-mutants", "27.1.0")]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_stage_has_a_name_of_its_own_that_is_no_tier() {
        let mut names = BTreeSet::from(["quick", "deep"]);
        for stage in STAGES {
            assert!(
                names.insert(stage.name),
                "{} stands there twice",
                stage.name
            );
            assert!(!stage.commands.is_empty(), "{} does nothing", stage.name);
        }
    }

    #[test]
    fn the_quick_tier_installs_no_cargo_tool_and_no_toolchain() {
        for stage in STAGES.iter().filter(|stage| stage.tier == Tier::Quick) {
            for need in stage.needs {
                assert!(
                    matches!(need, Need::Program { .. } | Need::Wish { .. }),
                    "{}: {need:?}",
                    stage.name
                );
            }
        }
    }

    #[test]
    fn the_oldest_rust_is_the_one_that_the_manifest_promises() {
        let manifest = include_str!("../../../Cargo.toml");
        let manifest: toml::Table = manifest.parse().unwrap();
        let promised = manifest["workspace"]["package"]["rust-version"].as_str();
        let stage = STAGES.iter().find(|stage| stage.name == "msrv").unwrap();
        let toolchain = format!("{}.0", promised.unwrap());
        assert!(stage.commands[0].starts_with(&format!("cargo +{toolchain} ")));
        let [Need::Toolchain(installed)] = stage.needs else {
            panic!("{:?}", stage.needs);
        };
        assert_eq!(*installed, toolchain);
    }
}
