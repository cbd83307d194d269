//! What a change must pass: stages in two tiers, cheap to dear.
//!
//! The stages are a table (`stages.rs`) of command lines, so that each can be run by hand as it
//! stands there. `.ci/run` and the workflows call this and know no stage themselves.

mod stages;
mod tools;

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::shell::{self, tell};
pub(crate) use stages::{STAGES, Stage, Tier};
use tools::Tools;

/// What is asked for.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Stages by name, or a tier: quick (if nothing is named) or deep
    #[arg(value_name = "STAGE")]
    wanted: Vec<String>,
    /// Run nothing: say which stages there are, and what each runs
    #[arg(long)]
    list: bool,
    /// Go on after a stage that failed, and fail at the end
    #[arg(long)]
    keep_going: bool,
}

/// Runs stages, or lists them.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let chosen = choose(&arguments.wanted)?;
    if arguments.list {
        tell(&listed(&chosen));
        return Ok(());
    }
    let started = Instant::now();
    let tools = Tools::new(root);
    let mut times = Vec::new();
    let mut failed = Vec::new();
    for stage in chosen {
        tell(&format!("\n== {}: {}\n", stage.name, stage.about));
        let from = Instant::now();
        let outcome = pass(root, &tools, stage);
        times.push((stage.name, from.elapsed(), outcome.is_ok()));
        if let Err(error) = outcome {
            tell(&format!("{}: {error}\n", stage.name));
            failed.push(stage.name);
            if !arguments.keep_going {
                break;
            }
        }
    }
    tell(&summary(&times, started.elapsed()));
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "did not pass: {}\n\nhint: `cargo xtask ci {}` runs that alone",
            failed.join(", "),
            failed.join(" ")
        ))
    }
}

/// The stages that are named, by themselves or by their tier, in the order of the table.
fn choose(wanted: &[String]) -> Result<Vec<&'static Stage>, String> {
    let is_known = |name: &String| {
        Tier::named(name).is_some() || STAGES.iter().any(|stage| stage.name == name)
    };
    if let Some(unknown) = wanted.iter().find(|name| !is_known(name)) {
        let names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
        return Err(format!(
            "there is no stage {unknown}; there are quick, deep, and {}",
            names.join(", ")
        ));
    }
    let is_wanted = |stage: &Stage| {
        wanted
            .iter()
            .any(|name| name == stage.name || Tier::named(name) == Some(stage.tier))
            || wanted.is_empty() && stage.tier == Tier::Quick
    };
    Ok(STAGES.iter().filter(|stage| is_wanted(stage)).collect())
}

fn pass(root: &Path, tools: &Tools, stage: &Stage) -> Result<(), String> {
    for need in stage.needs {
        tools.provide(need)?;
    }
    for line in stage.commands {
        tell(&format!("$ {line}\n"));
        let mut command = shell::shell(root, line);
        tools.equip(&mut command);
        shell::succeed(line, command)?;
    }
    Ok(())
}

fn listed(stages: &[&Stage]) -> String {
    let mut text = String::new();
    for stage in stages {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:<13} {}", stage.name, stage.about);
        for line in stage.commands {
            let _ = writeln!(text, "{:<13}   $ {line}", "");
        }
    }
    text
}

fn summary(times: &[(&str, Duration, bool)], total: Duration) -> String {
    let passed = times.iter().all(|(_, _, passed)| *passed);
    let verdict = if passed { "All passed" } else { "Not passed" };
    let mut text = format!("\n{verdict} in {}s\n", total.as_secs());
    for (name, took, passed) in times {
        let mark = if *passed { "" } else { "  FAILED" };
        let _ = writeln!(text, "{name:<13} {:>5}s{mark}", took.as_secs());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(wanted: &[&str]) -> Vec<&'static str> {
        let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
        let chosen = choose(&wanted).unwrap();
        chosen.iter().map(|stage| stage.name).collect()
    }

    #[test]
    fn nothing_named_is_the_quick_tier() {
        assert_eq!(names(&[]), names(&["quick"]));
        assert!(names(&[]).contains(&"clippy") && !names(&[]).contains(&"deny"));
    }

    #[test]
    fn stages_run_once_and_in_the_order_of_the_table() {
        assert_eq!(names(&["test", "format", "test"]), ["format", "test"]);
        let all = names(&["deep", "quick", "clippy"]);
        let table = STAGES.iter().filter(|stage| stage.tier != Tier::ByName);
        assert_eq!(all, table.map(|stage| stage.name).collect::<Vec<_>>());
    }

    #[test]
    fn a_stage_that_does_not_exist_is_named_beside_those_that_do() {
        let error = choose(&["nonsense".to_owned()]).unwrap_err();
        assert!(
            error.contains("no stage nonsense") && error.contains("clippy"),
            "{error}"
        );
    }

    #[test]
    fn the_summary_says_which_stage_failed() {
        let second = Duration::from_secs(1);
        let text = summary(&[("format", second, true), ("test", second, false)], second);
        assert_eq!(
            text,
            "\nNot passed in 1s\nformat            1s\ntest              1s  FAILED\n"
        );
    }
}
