//! `clinkbill drift`: what changed between two saved reports.

use std::path::{Path, PathBuf};

use clinkbill_conformance::Saved;

use crate::exit::{Exit, Failure};
use crate::files::{read, say};

pub(crate) const HELP: &str = "\
Tell what changed between two saved reports

Both are files that `clinkbill conformance --save` wrote: of two dates, or of two targets; both of
a server, or both of a webhook endpoint. What differs in every run, such as ids and how long
answers took, is no change.";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The earlier report, or the one to compare with
    #[arg(value_name = "BEFORE")]
    before: PathBuf,

    /// The later report
    #[arg(value_name = "AFTER")]
    after: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let (before, after) = (saved(&args.before)?, saved(&args.after)?);
    let drift = before.drift(&after);
    let drift = drift.map_err(|error| Failure::new(Exit::Data, error))?;
    if args.json {
        say(drift.to_json()?)?;
    } else {
        say(&drift)?;
    }
    Ok(if drift.changes.is_empty() {
        Exit::Success
    } else {
        Exit::No
    })
}

fn saved(path: &Path) -> Result<Saved, Failure> {
    Saved::from_json(&read(path)?)
        .map_err(|error| Failure::new(Exit::Data, format!("{}: {error}", path.display())))
}
