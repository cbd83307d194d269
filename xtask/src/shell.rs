//! How a task runs other programs, and how it speaks.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// Cargo, as it was called itself.
pub(crate) fn cargo(root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root);
    command
}

/// A command line, run at `root` as a person would run it there.
pub(crate) fn shell(root: &Path, line: &str) -> Command {
    let mut command = Command::new("sh");
    command.current_dir(root).args(["-e", "-c", line]);
    // `cargo run` describes this program to it, which is nobody else's business.
    for (name, _) in std::env::vars_os() {
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
        if ours
            .iter()
            .any(|ours| name.to_string_lossy().starts_with(ours))
        {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command line, and says which one it was if it fails.
pub(crate) fn succeed(line: &str, mut command: Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| format!("`{line}` cannot be run: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{line}` failed ({status})"))
    }
}

/// What a command line prints, if it succeeds.
pub(crate) fn read(line: &str, mut command: Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("`{line}` cannot be run: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!(
            "`{line}` failed ({})\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}

/// Prints at once.
pub(crate) fn tell(text: &str) {
    let mut stdout = std::io::stdout().lock();
    // Nobody is left to tell if stdout is closed.
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}
