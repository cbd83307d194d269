//! `clinkbill drift`: what changed between two saved reports.

use std::path::{Path, PathBuf};

use clinkbill_conformance::Saved;

use crate::exit::{Exit, Failure};
use crate::files::read;
use crate::output::{Output, say};

pub(crate) const HELP: &str = "\
Tell what changed between two saved reports

Both are files that `clinkbill conformance --save` wrote: of two dates, or of two targets; both of
a server, or both of a webhook endpoint. What differs in every run, such as ids and how long
answers took, is no change.";

pub(crate) const EXAMPLES: &str = "\
Examples:
    clinkbill drift monday.json tuesday.json
    clinkbill drift monday.json tuesday.json --json";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The earlier report, or the one to compare with
    #[arg(value_name = "BEFORE")]
    before: PathBuf,

    /// The later report
    #[arg(value_name = "AFTER")]
    after: PathBuf,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Exit, Failure> {
    let (before, after) = (saved(&args.before)?, saved(&args.after)?);
    let drift = before.drift(&after);
    let drift = drift.map_err(|error| Failure::new(Exit::Data, error))?;
    match output {
        Output::People => say(&drift)?,
        Output::Programs => say(drift.to_json()?)?,
    }
    Ok(if drift.changes.is_empty() {
        Exit::Success
    } else {
        Exit::No
    })
}

fn saved(path: &Path) -> Result<Saved, Failure> {
    let written_by = "`clinkbill conformance --save FILE` writes one";
    Saved::from_json(&read(path).map_err(|failure| failure.hint(written_by))?).map_err(|error| {
        Failure::new(Exit::Data, format!("{}: {error}", path.display())).hint(written_by)
    })
}
