//! `clinkbill drift`: what changed between two saved reports.

use std::io;
use std::path::{Path, PathBuf};

use clinkbill_conformance::{Drift, Report, ReportError};

use crate::exit::Exit;
use crate::say;

pub(crate) const HELP: &str = "\
Tell what changed between two saved reports

Both are files that `clinkbill conformance --save` wrote: of two dates, or of two targets. What
differs in every run, such as ids, is no change.";

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

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("failed to read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Report { path: PathBuf, source: ReportError },
    #[error("failed to write the drift as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("failed to write to stdout: {0}")]
    Output(#[from] io::Error),
}

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let drift = Drift::between(&read(&args.before)?, &read(&args.after)?);
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

fn read(path: &Path) -> Result<Report, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    Report::from_json(&text).map_err(|source| Error::Report {
        path: path.to_owned(),
        source,
    })
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Read { .. } => Exit::NoInput,
            Self::Report { .. } => Exit::Data,
            Self::Json(_) | Self::Output(_) => Exit::Failure,
        }
    }
}
