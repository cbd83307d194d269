//! `clinkbill conformance`: judges a server by the rules of Clink's guide.

mod webhook;

pub(crate) use webhook::endpoint_failure;

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clinkbill_api::Options;
use clinkbill_conformance::{
    Catalogue, Choice, Elsewhere, JunitError, Rule, Rules, RunError, Scenario, Target, TargetError,
};

use crate::address::Address;
use crate::call::not_the_api;
use crate::cause::{Cause, Clock};
use crate::connect::NOT_IN_CLEAR;
use crate::exit::{Exit, Failure};
use crate::files::{Promised, read_bytes};
use crate::output::{Counter, Output, say};
use crate::secret::{self, SECRET_KEY, Unusable, kind_of};
use crate::stop::Stop;

pub(crate) const HELP: &str = "\
Judge a server by the rules of Clink's guide

Runs the scenarios that travel inside this program against the server at --base-url, and prints
what became of them. The key of a merchant of that server is read from CLINK_SECRET_KEY, or from
--key-file; hosts and keys of production are refused. Without --base-url they run against the
sandbox inside this program.

On a server that is no sandbox of ours, what needs a buyer, time or faults is not run, and what
the guide leaves open is observed and never wrong. The scenarios use identifiers of their own in
every run, so they can be run again; they cannot remove what they made.

With --webhook a merchant's own webhook endpoint is judged instead: it gets events as Clink signs
them, and events that are forged, changed or stale, about orders nobody made. Use an endpoint that
delivers nothing for them. Its signing secret is read from CLINK_WEBHOOK_SECRET. Clink publishes
neither how fast an endpoint has to answer nor how old an event may be: ten seconds and less than
two days are our choices.";

pub(crate) const EXAMPLES: &str = "\
Examples:
  The sandbox inside this program:
    clinkbill conformance

  A server of yours, its report kept for a comparison:
    clinkbill conformance --base-url http://127.0.0.1:4010/api --save monday.json

  Two rules of Clink's own sandbox, politely:
    clinkbill conformance --base-url https://uat-api.clinkbill.com/api --rule CR-06 --rule CR-08 --pause 500

  Your webhook endpoint:
    clinkbill conformance --webhook http://127.0.0.1:3000/webhooks/clink --junit webhook.xml";

const OF_A_SANDBOX: &str = "take the server and the key of a sandbox";
const LIST: &str = "--list names all scenarios with their rules";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The server to judge: its base URL, with /api in it
    #[arg(long, value_name = "URL", group = "judged")]
    base_url: Option<String>,

    /// Read the key of a merchant of that server from this file
    #[arg(long, value_name = "FILE", requires = "base_url")]
    key_file: Option<PathBuf>,

    /// Also trust the certificate authorities of this PEM file
    #[arg(long, value_name = "FILE", requires = "judged")]
    ca: Option<PathBuf>,

    /// Leave at least so many milliseconds between two requests
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0, allow_negative_numbers = true,
        value_parser = clap::value_parser!(u64).range(..=60_000))]
    pause: u64,

    /// Run at most so many scenarios at once; left out, 4 on a server that is no sandbox of ours
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true,
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=64))]
    concurrency: Option<usize>,

    /// Only the scenarios of this rule, such as CR-08; may be repeated
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,

    /// Only the scenarios whose name contains this; may be repeated
    #[arg(long = "name", value_name = "TEXT")]
    names: Vec<String>,

    /// Print the names of the scenarios and run none
    #[arg(long, conflicts_with_all = ["save", "junit"])]
    list: bool,

    /// Write the report to this file, as JSON
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Write the report to this file, as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    #[command(flatten)]
    webhook: webhook::Args,
}

pub(crate) async fn run(args: &Args, output: Output) -> Result<Exit, Failure> {
    let mut stop = Stop::new()?;
    tokio::select! {
        judged = judge(args, output) => judged,
        () = stop.asked() => {
            let message = "interrupted: nothing is judged, and no report is written";
            Err(Failure::new(Exit::Interrupted, message))
        }
    }
}

async fn judge(args: &Args, output: Output) -> Result<Exit, Failure> {
    match &args.webhook.webhook {
        Some(url) => judge_webhook(url, args, output).await,
        None => judge_server(args, output).await,
    }
}

async fn judge_webhook(url: &str, args: &Args, output: Output) -> Result<Exit, Failure> {
    let files = args.files()?;
    let report = webhook::check(url, args.ca()?, &args.webhook).await?;
    files.hand_out(&report, report.to_json()?, || report.to_junit(), output)?;
    Ok(webhook::exit_of(&report))
}

async fn judge_server(args: &Args, output: Output) -> Result<Exit, Failure> {
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
        return Err(Failure::new(Exit::Usage, "no scenario is selected").hint(LIST));
    }
    if args.list {
        match output {
            Output::People => say(selected.join("\n") + "\n")?,
            Output::Programs => say(serde_json::to_string_pretty(&selected)? + "\n")?,
        }
        return Ok(Exit::Success);
    }

    let files = args.files()?;
    let target = Target::open(&args.choice()?)
        .await
        .map_err(|error| args.no_target(error))?;
    let speaks = target.speaks().await;
    if !speaks.map_err(|error| args.no_target(error))? {
        let message =
            "what answers at the base URL is not the API: it does not even refuse as the API does";
        let at = args.base_url.as_deref().and_then(Address::of);
        let hint = at.map(|at| not_the_api(&at));
        return Err(Failure::new(Exit::Config, message).hint_if(hint));
    }
    let target = target.with_pause(Duration::from_millis(args.pause));
    let target = match args.concurrency {
        Some(concurrency) => target.with_concurrency(concurrency),
        None => target,
    };
    let counter = Counter::of(format!("scenarios against {}", target.base_url()));
    let watch = counter.watch();
    let report = clinkbill_conformance::run_watched(&catalogue, &target, is_selected, watch).await;
    drop(counter);
    let report = report.map_err(|error| match error {
        RunError::TargetGone => Failure::new(Exit::Unavailable, error)
            .hint("nothing can be said of it; see whether it still runs, and start the run again"),
        other => other.into(),
    })?;
    files.hand_out(&report, report.to_json()?, || report.to_junit(), output)?;
    Ok(if report.conforms() {
        Exit::Success
    } else {
        Exit::No
    })
}

/// Where a report is wanted.
struct Files {
    save: Option<Promised>,
    junit: Option<Promised>,
}

impl Files {
    /// Hands out a report: a place where it cannot be written keeps it from no other.
    fn hand_out(
        self,
        shown: &impl Display,
        json: String,
        junit: impl FnOnce() -> Result<String, JunitError>,
        output: Output,
    ) -> Result<(), Failure> {
        let saved = self.save.map_or(Ok(()), |file| file.fill(&json));
        let junit = match self.junit {
            Some(file) => file.fill(&junit()?),
            None => Ok(()),
        };
        let said = match output {
            Output::People => say(shown),
            Output::Programs => say(json),
        };
        saved.and(junit).and(said)
    }
}

impl Args {
    /// Before a run, which is too long to find out after it that nothing can be written.
    fn files(&self) -> Result<Files, Failure> {
        let open = |path: &Option<PathBuf>| path.as_deref().map(Promised::open).transpose();
        Ok(Files {
            save: open(&self.save)?,
            junit: open(&self.junit)?,
        })
    }

    /// The certificates of --ca.
    fn ca(&self) -> Result<Option<Vec<u8>>, Failure> {
        const HINT: &str = "--ca takes the certificate of an authority, in PEM format";
        let Some(path) = &self.ca else {
            return Ok(None);
        };
        let pem = read_bytes(path).map_err(|failure| failure.hint(HINT))?;
        if Options::default().with_extra_roots(&pem).is_err() {
            let message = format!("there is no certificate in {}", path.display());
            return Err(Failure::new(Exit::Data, message).hint(HINT));
        }
        Ok(Some(pem))
    }

    fn choice(&self) -> Result<Choice, Failure> {
        let Some(base_url) = &self.base_url else {
            return Ok(Choice::Server);
        };
        let secret_key = secret::text(self.key_file.as_deref(), SECRET_KEY)?;
        let secret_key = secret_key.ok_or_else(|| target_failure(TargetError::NoKey))?;
        let elsewhere = Elsewhere::new(base_url, &secret_key).map_err(target_failure)?;
        kind_of(&secret_key).map_err(|Unusable { said, hint }| {
            Failure::new(Exit::NoPermission, format!("the key: {said}")).hint(hint)
        })?;
        Ok(Choice::Elsewhere(match self.ca()? {
            Some(pem) => elsewhere.with_extra_roots(pem),
            None => elsewhere,
        }))
    }

    /// What a target that cannot be judged means, with what stands between it and this machine.
    fn no_target(&self, error: TargetError) -> Failure {
        let at = self.base_url.as_deref().and_then(Address::of);
        if let (TargetError::ProductionKey, Some(file)) = (&error, &self.key_file) {
            let file = file.display();
            let message =
                format!("the key in {file} is of production; scenarios run against a sandbox only");
            return Failure::new(Exit::NoPermission, message).hint(OF_A_SANDBOX);
        }
        let (TargetError::NoAnswer(_), Some(at), Some(cause)) = (&error, at, Cause::of(&error))
        else {
            return target_failure(error);
        };
        let message = format!("the target does not answer: {}", cause.said(&at));
        let hint = match &cause {
            // Only this command can be told whom to trust.
            Cause::Untrusted(_, Clock::IsNotAsked) => {
                "is the base URL right? if it is, trust whoever issued the certificate by --ca FILE"
                    .to_owned()
            }
            cause => cause.hint(&at),
        };
        Failure::new(Exit::Unavailable, message).hint(hint)
    }

    /// The rules that --rule names, each of which has a scenario.
    fn rules<'a>(
        &self,
        rules: &'a Rules,
        scenarios: &[Scenario],
    ) -> Result<Vec<&'a Rule>, Failure> {
        let has_one = |rule: &&Rule| scenarios.iter().any(|own| rule.is_exercised_by(own));
        let named = self.rules.iter().map(|id| {
            let rule = rules.get(id).filter(has_one);
            rule.ok_or_else(|| {
                Failure::new(Exit::Usage, format!("no scenario is of rule {id}")).hint(LIST)
            })
        });
        named.collect()
    }
}

fn target_failure(error: TargetError) -> Failure {
    let exit = match error {
        TargetError::BadUrl => Exit::Usage,
        TargetError::NoAnswer(_) => Exit::Unavailable,
        TargetError::NoKey
        | TargetError::BadKey
        | TargetError::KeyRefused
        | TargetError::ProductionKey => Exit::NoPermission,
        TargetError::NotTheApi(_)
        | TargetError::ProductionHost
        | TargetError::PlainHttp
        | TargetError::Client(_) => Exit::Config,
        _ => Exit::Failure,
    };
    let hint = match &error {
        TargetError::NotTheApi(api) => Some(format!("--base-url {api}")),
        TargetError::BadUrl => Some("such as https://uat-api.clinkbill.com/api".to_owned()),
        TargetError::NoKey => Some(format!("set {SECRET_KEY}, or give --key-file")),
        TargetError::NoAnswer(_) => {
            Some("is the server running, and is its certificate one to trust (--ca)?".to_owned())
        }
        TargetError::PlainHttp => Some(NOT_IN_CLEAR.to_owned()),
        TargetError::BadKey | TargetError::KeyRefused => {
            Some("is it the key of this server? `clinkbill doctor` looks".to_owned())
        }
        TargetError::ProductionHost | TargetError::ProductionKey => Some(OF_A_SANDBOX.to_owned()),
        _ => None,
    };
    Failure::new(exit, error).hint_if(hint)
}
