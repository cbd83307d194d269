//! `clinkbill webhook trigger`: an event, sent to an endpoint.

use std::time::Duration;

use clinkbill_conformance::receiver::{Endpoint, PlainHttp, Sample, Seen};

use super::Secret;
use crate::conformance::endpoint_failure;
use crate::endpoint::endpoint_url;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::shape::Triggered;

pub(super) const EXAMPLES: &str = "\
Examples:
    clinkbill webhook trigger order.succeeded --to http://127.0.0.1:3000/webhooks/clink
    clinkbill webhook trigger invoice.paid --to http://127.0.0.1:3000/webhooks/clink --json

The event is of the form that Clink's have, and signed; its ids are new each time. The command ends
with status 3 unless the endpoint answers 2xx, and with 69 when it does not answer.
`clinkbill conformance --webhook` sends events that a sound endpoint refuses as well.";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What the event tells
    #[arg(value_name = "EVENT", value_parser = sample())]
    event: String,

    /// The endpoint
    #[arg(long, value_name = "URL")]
    to: String,

    /// Wait at most so long for its answer
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,

    /// Also send to another machine by http, where whoever is on the way can read it
    #[arg(long)]
    plain_http: bool,

    #[command(flatten)]
    secret: Secret,
}

fn sample() -> clap::builder::PossibleValuesParser {
    Sample::ALL.map(Sample::event_type).into()
}

pub(super) async fn run(args: &Args, output: Output) -> Result<Exit, Failure> {
    let sample = Sample::ALL
        .into_iter()
        .find(|sample| sample.event_type() == args.event)
        .unwrap_or(Sample::OrderSucceeded);
    let plain = if args.plain_http {
        PlainHttp::ToAnyMachine
    } else {
        PlainHttp::ToThisMachine
    };
    let failed = |error| endpoint_failure(error, "--plain-http");
    let secret = args.secret.get()?;
    let url = endpoint_url("--to", &args.to)?;
    let endpoint = Endpoint::new(url.as_str(), secret, plain).map_err(failed)?;
    let endpoint = endpoint.with_patience(Duration::from_secs(args.timeout));
    let (status, took_ms) = match endpoint.send(sample).await.map_err(failed)? {
        Seen::Answer { status, took_ms } => (status, took_ms),
        nothing => {
            let message = format!("{} to {}: {nothing}", args.event, endpoint.shown());
            return Err(Failure::new(Exit::Unavailable, message).hint(hint(&nothing)));
        }
    };
    output.say(&Triggered {
        event_type: args.event.clone(),
        endpoint: endpoint.shown(),
        status,
        took_ms,
    })?;
    Ok(match status {
        200..=299 => Exit::Success,
        _ => Exit::No,
    })
}

/// What to do where there was no answer.
fn hint(seen: &Seen) -> &'static str {
    match seen {
        Seen::TimedOut => "the event may have arrived; --timeout waits longer",
        Seen::BrokeOff => "the event may have arrived; is it an http server, or https?",
        _ => "is the endpoint running? `clinkbill webhook listen` receives events too",
    }
}
