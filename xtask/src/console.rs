//! Runs the commands that the documentation shows, as they stand there, so that nobody follows a
//! page that no longer works.

mod documents;
mod listed;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::ci::STAGES;
use crate::shell::{shell, succeed, tell};
use documents::{Block, Shown, blocks};
use listed::{Treatment, treatment};

/// What takes longer than this, to build included, does not end by itself.
const DEADLINE: Duration = Duration::from_secs(30 * 60);
/// The command that pages call by its bare name.
const BUILD: &str = "cargo build --quiet --package clinkbill-cli";

/// Runs what blocks of `console` show; with `all`, also what the README shows in its sentences, and
/// what takes long.
pub(crate) fn run(root: &Path, all: bool) -> Result<(), String> {
    succeed(BUILD, shell(root, BUILD))?;
    for block in blocks(root)? {
        if all || !block.in_a_sentence {
            run_block(root, &block, all)?;
        }
    }
    Ok(())
}

/// The commands of a block are one session: what serves goes on serving, and what it printed to be
/// exported is.
fn run_block(root: &Path, block: &Block, all: bool) -> Result<(), String> {
    let mut exported = BTreeMap::new();
    let mut serving = Vec::new();
    for shown in &block.shown {
        let line = shown.line();
        let stage = STAGES.iter().find(|stage| stage.commands.contains(&line));
        let left_out = match (stage, treatment(line)) {
            (Some(stage), _) => Some(format!("is the stage {}", stage.name)),
            (None, Treatment::Not(why)) => Some(format!("not run: {why}")),
            (None, Treatment::Dear) if !all => Some("not run: takes long; --all does".to_owned()),
            _ => None,
        };
        let note = left_out.as_deref().unwrap_or("run");
        tell(&format!("{}: $ {line}  ({note})\n", block.document));
        if left_out.is_some() {
            continue;
        }
        let ends = !matches!(treatment(line), Treatment::Serves);
        let (child, said) = follow(start(root, shown, &exported)?, shown, ends)
            .map_err(|error| format!("{}: `{line}` {error}", block.document))?;
        if !ends {
            exported.extend(said.iter().filter_map(|said| assignment(said)));
            serving.push(child);
        }
    }
    Ok(())
}

fn start(
    root: &Path,
    shown: &Shown,
    exported: &BTreeMap<String, String>,
) -> Result<Running, String> {
    // A variable may be set before the command.
    let mut command: Command = shell(root, &format!("exec env {}", shown.printed));
    // What a page installs goes to a place of ours, and is found first.
    let installed = root.join("target/ci/installed");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = [installed.join("bin"), root.join("target/debug")];
    let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path)))
        .map_err(|error| error.to_string())?;
    command
        .env("PATH", path)
        .env("CARGO_INSTALL_ROOT", installed)
        .env("CARGO_TERM_COLOR", "never")
        .envs(exported)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let child = command.spawn();
    child.map(Running).map_err(|error| error.to_string())
}

/// Reads what a command prints until it ends, or until all that is shown was printed.
fn follow(
    mut running: Running,
    shown: &Shown,
    ends: bool,
) -> Result<(Running, Vec<String>), String> {
    let stdout = running.0.stdout.take().ok_or("has no stdout")?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Who no longer listens still wants the pipe to be read.
            let _ = sender.send(line);
        }
    });
    let started = Instant::now();
    let mut said = Vec::new();
    loop {
        if !ends && shown.missing(&said).is_none() && !said.is_empty() {
            return Ok((running, said));
        }
        match lines.recv_timeout(DEADLINE.saturating_sub(started.elapsed())) {
            Ok(line) => said.push(line),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                return Err(format!(
                    "did not end in {} minutes\n\nhint: what serves until it is stopped is listed in xtask/src/console/listed.rs",
                    DEADLINE.as_secs() / 60
                ));
            }
        }
    }
    let status = running.0.wait().map_err(|error| error.to_string())?;
    let told = said.join("\n");
    if !status.success() {
        return Err(format!("failed ({status})\n{told}"));
    }
    if !ends {
        return Err(format!("was to serve, and ended\n{told}"));
    }
    match shown.missing(&said) {
        None => Ok((running, said)),
        Some(missing) => Err(format!("did not print `{missing}`\n{told}")),
    }
}

/// A line such as `NAME=value`.
fn assignment(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    is_name.then(|| (name.to_owned(), value.to_owned()))
}

/// Ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Block {
        let document = format!("```console\n{text}\n```\n");
        documents::read("page.md", &document, false).remove(0)
    }

    fn outcome(text: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        run_block(folder.path(), &block(text), false)
    }

    #[test]
    fn what_runs_and_prints_what_is_shown_passes() {
        assert_eq!(
            outcome("$ echo one two    # a remark\none ...\n$ true"),
            Ok(())
        );
    }

    #[test]
    fn a_command_may_set_a_variable_for_itself() {
        assert_eq!(outcome("$ A='1 2' sh -c 'echo $A'\n1 2"), Ok(()));
    }

    #[test]
    fn what_fails_is_named_with_its_document() {
        let error = outcome("$ false").unwrap_err();
        assert!(error.starts_with("page.md: `false` failed"), "{error}");
    }

    #[test]
    fn what_prints_something_else_than_is_shown_fails() {
        let error = outcome("$ echo one\ntwo").unwrap_err();
        assert!(error.contains("did not print `two`"), "{error}");
    }

    #[test]
    fn what_serves_is_followed_until_all_that_is_shown_was_printed() {
        let folder = tempfile::tempdir().unwrap();
        let block = block("$ sh -c 'echo A_NAME=1; echo B=22; exec sleep 600'\nA_NAME=1\nB=2...");
        let shown = &block.shown[0];
        let running = start(folder.path(), shown, &BTreeMap::new()).unwrap();
        let (_running, said) = follow(running, shown, false).unwrap();
        assert_eq!(said, ["A_NAME=1", "B=22"]);
        assert_eq!(
            assignment(&said[1]),
            Some(("B".to_owned(), "22".to_owned()))
        );
        assert_eq!(assignment("a sentence = no assignment"), None);
    }

    #[test]
    fn what_was_to_serve_and_ended_fails() {
        let folder = tempfile::tempdir().unwrap();
        let block = block("$ echo one\none\ntwo");
        let shown = &block.shown[0];
        let running = start(folder.path(), shown, &BTreeMap::new()).unwrap();
        let error = follow(running, shown, false).map(|_| ()).unwrap_err();
        assert!(error.contains("was to serve, and ended"), "{error}");
    }
}
