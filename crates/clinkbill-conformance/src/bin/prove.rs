//! Breaks every rule and shows whether its scenarios notice: `cargo xtask prove`.

use std::io::Write as _;
use std::process::ExitCode;

use clinkbill_conformance::proof;

fn main() -> ExitCode {
    let in_full = std::env::args()
        .skip(1)
        .any(|argument| argument == "--scenarios");
    match proof::prove() {
        Ok(proof) => {
            let mut out = std::io::stdout();
            // Nobody is left to tell if stdout is closed; the exit status says it.
            let _ = if in_full {
                write!(out, "{}", proof.in_full())
            } else {
                write!(out, "{proof}")
            };
            if proof.holds() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
