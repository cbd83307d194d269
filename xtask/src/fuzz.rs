//! Runs the fuzz targets, on the toolchain that is there: libFuzzer with coverage to guide it and
//! without a sanitizer, which would need another one.
//!
//! Runs are repeatable: a fixed seed, one process at a time for each target, and a corpus that
//! begins with what is committed.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{self, cargo, tell};

/// Small, so that most changes are small too; what is longer is not likelier to be read.
const LONGEST_INPUT: usize = 4096;
/// An input that takes this many seconds is a find.
const TIMEOUT: u32 = 10;
const SEED: u32 = 17;

/// What makes the compiler tell the fuzzer where an input got to, as cargo-fuzz asks for it.
const INSTRUMENTED: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0";

/// What is asked for.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which targets; all of them if none is named
    targets: Vec<String>,
    /// How many inputs each gets
    #[arg(long, default_value_t = 100_000)]
    runs: u32,
    /// After how many seconds each ends, however many inputs it had by then
    #[arg(long, value_name = "N")]
    seconds: Option<NonZeroU32>,
}

/// Gives each of the targets, or of all, what is asked for.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let targets = &arguments.targets;
    let all = targets_of(root)?;
    if let Some(unknown) = targets.iter().find(|target| !all.contains(target)) {
        return Err(format!(
            "there is no fuzz target {unknown}; there are {}",
            all.join(", ")
        ));
    }
    let chosen = if targets.is_empty() { &all } else { targets };
    let host = host()?;
    let built = build(root, &host)?;

    let mut failed = Vec::new();
    for target in chosen {
        if !fuzz(root, &built, target, arguments)? {
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{} found something or did not get far enough\n\nhint: an input that was found lies in {}; \
             once it is mended, add it to fuzz/seeds",
            failed.join(", "),
            finds(root).display()
        ))
    }
}

/// Each target has a folder of seeds of its name.
fn targets_of(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join("fuzz/fuzz_targets");
    let mut targets: Vec<String> = fs::read_dir(&folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<Vec<_>, std::io::Error>>()
        })
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    match targets.iter().find(|target| !seeds(root, target).is_dir()) {
        None => Ok(targets),
        Some(target) => Err(format!("{} is missing", seeds(root, target).display())),
    }
}

/// With a target named, the flags are for what runs there, and not for build scripts.
fn build(root: &Path, host: &str) -> Result<PathBuf, String> {
    let folder = root.join("target/fuzz");
    let mut build = cargo(root);
    build
        .args(["build", "--quiet", "--bins", "--target", host])
        .args(["--manifest-path", "fuzz/Cargo.toml", "--target-dir"])
        .arg(&folder)
        .env("RUSTFLAGS", INSTRUMENTED)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    shell::succeed("cargo build", build)
        .map_err(|error| format!("the fuzz targets do not build: {error}"))?;
    Ok(folder.join(host).join("debug"))
}

fn fuzz(root: &Path, built: &Path, target: &str, arguments: &Arguments) -> Result<bool, String> {
    let unreadable = |path: &Path, error| format!("{}: {error}", path.display());
    let corpus = root.join("target/fuzz/corpus").join(target);
    if corpus.exists() {
        fs::remove_dir_all(&corpus).map_err(|error| unreadable(&corpus, error))?;
    }
    for folder in [&corpus, &finds(root)] {
        fs::create_dir_all(folder).map_err(|error| unreadable(folder, error))?;
    }
    let mut fuzzer = Command::new(built.join(target));
    if let Some(seconds) = arguments.seconds {
        fuzzer.arg(format!("-max_total_time={seconds}"));
    }
    let output = fuzzer
        .arg(format!("-runs={}", arguments.runs))
        .arg(format!("-seed={SEED}"))
        .arg(format!("-max_len={LONGEST_INPUT}"))
        // Seeds are whole from the start, and a change upon a change mostly breaks both.
        .args(["-len_control=0", "-mutate_depth=2"])
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!(
            "-artifact_prefix={}/{target}-",
            finds(root).display()
        ))
        .args([&corpus, &seeds(root, target)])
        .output()
        .map_err(|error| format!("cannot run the target {target}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let reached = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success();
    tell(&format!("{target}\n"));
    for line in reached
        .lines()
        .chain(said.lines())
        .filter(|line| told(line, passed))
    {
        tell(&format!("  {line}\n"));
    }
    Ok(passed)
}

/// The fuzzer's own progress interests nobody unless something was found.
fn told(line: &str, passed: bool) -> bool {
    !passed && !line.starts_with('#') || line.starts_with("reached: ") || line.starts_with("Done ")
}

fn seeds(root: &Path, target: &str) -> PathBuf {
    root.join("fuzz/seeds").join(target)
}

fn finds(root: &Path) -> PathBuf {
    root.join("target/fuzz/finds")
}

fn host() -> Result<String, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut version = Command::new(rustc);
    version.arg("-vV");
    shell::read("rustc -vV", version)?
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "rustc does not say for which host it is".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn every_target_has_seeds_and_is_built() {
        let targets = targets_of(&root()).unwrap();
        let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
        assert!(targets.len() >= 6, "{targets:?}");
        for target in targets {
            assert!(manifest.contains(&format!("fuzz_targets/{target}.rs")));
            assert!(fs::read_dir(seeds(&root(), &target)).unwrap().count() >= 5);
        }
    }

    #[test]
    fn a_target_that_does_not_exist_is_named_before_anything_is_built() {
        let arguments = Arguments {
            targets: vec!["nonsense".to_owned()],
            runs: 1,
            seconds: None,
        };
        let error = run(&root(), &arguments).unwrap_err();
        assert!(
            error.contains("nonsense") && error.contains("amount"),
            "{error}"
        );
    }

    #[test]
    fn progress_is_told_only_after_a_find() {
        assert!(told("reached: x: 1 of 2", true) && told("Done 5 runs", true));
        assert!(!told("INFO: Seed: 17", true) && told("panicked at", false));
        assert!(!told("#2\tINITED", false));
    }
}
