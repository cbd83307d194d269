//! Maintenance of the workspace: `cargo xtask --help`.

mod bench;
mod ci;
mod codegen;
mod console;
mod copy;
mod document;
mod exact_numbers;
mod fuzz;
mod minimal;
mod overlay;
mod package;
mod prove;
mod release;
mod rules;
mod semver;
mod shell;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Maintenance of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure, and write the figures beside their floors to docs/benchmarks.md
    Bench,
    /// Run what a change must pass, by tier or stage by stage
    Ci(ci::Arguments),
    /// Generate the low-level client from the contract
    Codegen {
        /// Write nothing; fail with the difference if the committed client is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Run the commands that the documentation shows, as they stand there
    Console {
        /// Also those in the README's sentences, and those that take long
        #[arg(long)]
        all: bool,
    },
    /// Fail if a dependency changes how the whole build reads JSON numbers
    ExactNumbers,
    /// Look for inputs that break the readers of amounts, URLs, answers, events and requests
    Fuzz(fuzz::Arguments),
    /// Build with the oldest dependencies that the manifests allow
    MinimalVersions,
    /// Package each published crate, and build it from its package
    Package {
        /// Also what is not committed
        #[arg(long)]
        allow_dirty: bool,
    },
    /// Break every rule that must hold, and fail unless its scenarios notice
    Prove {
        /// Name the scenarios that noticed and those that could not be judged
        #[arg(long)]
        scenarios: bool,
    },
    /// Make a release ready: version, changelog, lock files, packages
    Release(release::Arguments),
    /// Check the catalogue of rules, by itself or against a copy of the guide
    Rules {
        /// A copy of the guide as text: tells which sentences are gone and which are not covered
        #[arg(long, value_name = "FILE")]
        document: Option<PathBuf>,
    },
    /// Fail if something public breaks that the version does not say may break
    Semver,
}

fn main() -> ExitCode {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.parent().unwrap_or(here);
    let contract = root.join(codegen::CONTRACT);
    let generated = root.join(codegen::GENERATED);
    let outcome = match Arguments::parse().task {
        Task::Bench => bench::run(root),
        Task::Ci(arguments) => ci::run(root, &arguments),
        Task::Codegen { check: false } => codegen::write(&contract, &generated),
        Task::Codegen { check: true } => codegen::check(&contract, &generated),
        Task::Console { all } => console::run(root, all),
        Task::ExactNumbers => exact_numbers::check(root),
        Task::Fuzz(arguments) => fuzz::run(root, &arguments),
        Task::MinimalVersions => minimal::check(root),
        Task::Package { allow_dirty } => package::check(root, allow_dirty),
        Task::Prove { scenarios } => prove::run(root, scenarios),
        Task::Release(arguments) => release::run(root, &arguments),
        Task::Rules { document } => rules::check(root, document.as_deref()),
        Task::Semver => semver::check(root),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if stderr is closed.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
