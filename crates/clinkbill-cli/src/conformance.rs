//! `clinkbill conformance`: judges a server by the rules of Clink's guide.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clinkbill_conformance::{
    Catalogue, CatalogueError, Choice, Elsewhere, JunitError, Rule, Rules, RulesError, RunError,
    Scenario, Target, TargetError,
};

use crate::exit::Exit;
use crate::{say, webhook};

pub(crate) const HELP: &str = "\
Judge a server by the rules of Clink's guide

Runs the scenarios that travel inside this program against the server at --base-url, and prints
what became of them. The key of a merchant of that server is read from CLINK_SECRET_KEY; hosts and
keys of production are refused. Without --base-url they run against the sandbox inside this
program.

On a server that is no sandbox of ours, what needs a buyer, time or faults is not run, and what
the guide leaves open is observed and never wrong. The scenarios use identifiers of their own in
every run, so they can be run again; they cannot remove what they made.

With --webhook a merchant's own webhook endpoint is judged instead: it gets events as Clink signs
them, and events that are forged, changed or stale, about orders nobody made. Use an endpoint that
delivers nothing for them. Its signing secret is read from CLINK_WEBHOOK_SECRET. Clink publishes
neither how fast an endpoint has to answer nor how old an event may be: ten seconds and less than
two days are our choices.";

const SECRET_KEY: &str = "CLINK_SECRET_KEY";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The server to judge: its base URL, with /api in it
    #[arg(long, value_name = "URL", group = "judged")]
    base_url: Option<String>,

    /// Also trust the certificate authorities of this PEM file
    #[arg(long, value_name = "FILE", requires = "judged")]
    ca: Option<PathBuf>,

    /// Leave at least so many milliseconds between two requests
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0,
        value_parser = clap::value_parser!(u64).range(..=60_000))]
    pause: u64,

    /// Run at most so many scenarios at once; left out, 4 on a server that is no sandbox of ours
    #[arg(long, value_name = "NUMBER",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=64))]
    concurrency: Option<usize>,

    /// Only the scenarios of this rule, such as CR-08; may be repeated
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,

    /// Only the scenarios whose name contains this; may be repeated
    #[arg(long = "name", value_name = "TEXT")]
    names: Vec<String>,

    /// Print the names of the scenarios and run none
    #[arg(long, conflicts_with_all = ["save", "junit", "json"])]
    list: bool,

    /// Write the report to this file, as JSON
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Write the report to this file, as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    webhook: webhook::Args,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error("no scenario is of rule {0}; --list names them all")]
    NoSuchRule(String),
    #[error("no scenario is selected; --list names them all")]
    NothingSelected,
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("failed to read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("failed to write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("failed to write the report as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Junit(#[from] JunitError),
    #[error(transparent)]
    Webhook(#[from] webhook::Error),
    #[error("failed to write to stdout: {0}")]
    Output(#[from] io::Error),
}

pub(crate) async fn run(args: &Args) -> Result<Exit, Error> {
    match &args.webhook.webhook {
        Some(url) => judge_webhook(url, args).await,
        None => judge_server(args).await,
    }
}

async fn judge_webhook(url: &str, args: &Args) -> Result<Exit, Error> {
    let report = webhook::check(url, args.ca.as_deref(), &args.webhook).await?;
    if let Some(path) = &args.save {
        write(path, &report.to_json()?)?;
    }
    if args.json {
        say(report.to_json()?)?;
    } else {
        say(&report)?;
    }
    Ok(webhook::exit_of(&report))
}

async fn judge_server(args: &Args) -> Result<Exit, Error> {
    let catalogue = Catalogue::embedded()?;
    let scenarios = catalogue.scenarios();
    let rules = Rules::embedded()?;
    let rules = args.rules(&rules, scenarios)?;
    let is_selected = |scenario: &Scenario| {
        let names = &args.names;
        (rules.is_empty() || rules.iter().any(|rule| rule.is_exercised_by(scenario)))
            && (names.is_empty() || names.iter().any(|name| scenario.name.contains(name)))
    };
    let selected = scenarios.iter().filter(|own| is_selected(own));
    let selected: Vec<_> = selected.map(|own| own.name.as_str()).collect();
    if selected.is_empty() {
        return Err(Error::NothingSelected);
    }
    if args.list {
        say(selected.join("\n") + "\n")?;
        return Ok(Exit::Success);
    }

    let target = Target::open(&args.choice()?).await?;
    let target = target.with_pause(Duration::from_millis(args.pause));
    let target = match args.concurrency {
        Some(concurrency) => target.with_concurrency(concurrency),
        None => target,
    };
    let report = clinkbill_conformance::run(&catalogue, &target, is_selected).await?;
    if let Some(path) = &args.save {
        write(path, &report.to_json()?)?;
    }
    if let Some(path) = &args.junit {
        write(path, &report.to_junit()?)?;
    }
    if args.json {
        say(report.to_json()?)?;
    } else {
        say(&report)?;
    }
    Ok(if report.conforms() {
        Exit::Success
    } else {
        Exit::No
    })
}

impl Args {
    fn choice(&self) -> Result<Choice, Error> {
        let Some(base_url) = &self.base_url else {
            return Ok(Choice::Wiremock);
        };
        let secret_key = env::var(SECRET_KEY).unwrap_or_default();
        if secret_key.trim().is_empty() {
            return Err(TargetError::NoKey.into());
        }
        let elsewhere = Elsewhere::new(base_url, &secret_key)?;
        let Some(path) = &self.ca else {
            return Ok(Choice::Elsewhere(elsewhere));
        };
        let pem = std::fs::read(path).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })?;
        Ok(Choice::Elsewhere(elsewhere.with_extra_roots(pem)))
    }

    /// The rules that --rule names, each of which has a scenario.
    fn rules<'a>(&self, rules: &'a Rules, scenarios: &[Scenario]) -> Result<Vec<&'a Rule>, Error> {
        let has_one = |rule: &&Rule| scenarios.iter().any(|own| rule.is_exercised_by(own));
        let named = self.rules.iter().map(|id| {
            let rule = rules.get(id).filter(has_one);
            rule.ok_or_else(|| Error::NoSuchRule(id.clone()))
        });
        named.collect()
    }
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoSuchRule(_) | Self::NothingSelected => Exit::Usage,
            Self::Target(error) => exit_of(error),
            Self::Webhook(error) => error.exit(),
            Self::Read { .. } => Exit::NoInput,
            Self::Write { .. } => Exit::CannotCreate,
            Self::Catalogue(_)
            | Self::Rules(_)
            | Self::Run(_)
            | Self::Json(_)
            | Self::Junit(_)
            | Self::Output(_) => Exit::Failure,
        }
    }
}

fn exit_of(error: &TargetError) -> Exit {
    match error {
        TargetError::BadUrl => Exit::Usage,
        TargetError::NoAnswer(_) => Exit::Unavailable,
        TargetError::NoKey
        | TargetError::BadKey
        | TargetError::KeyRefused
        | TargetError::ProductionKey => Exit::NoPermission,
        TargetError::ProductionHost | TargetError::PlainHttp | TargetError::Client(_) => {
            Exit::Config
        }
        _ => Exit::Failure,
    }
}
