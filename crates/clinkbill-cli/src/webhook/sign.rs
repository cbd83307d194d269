//! `clinkbill webhook sign` and `clinkbill webhook verify`.

use std::path::PathBuf;
use std::time::Duration;

use clinkbill::Timestamp;
use clinkbill::webhook::{Event, Signer, Verifier};

use super::{Secret, body, now};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::shape::{Signed, Verified};

pub(super) const SIGN_EXAMPLES: &str = "\
Examples:
  The headers that go with a body:
    clinkbill webhook sign event.json

  A body from stdin, at a moment of your own:
    clinkbill webhook sign --at 1767225600000";

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  A request that your endpoint refused, from its log:
    clinkbill webhook verify event.json --timestamp 1767225600000 --signature 5f2d --any-age

The body has to be the very bytes that came: JSON that was parsed and written again does not
verify. The command ends with status 3 when the event is not genuine.";

#[derive(clap::Args)]
pub(crate) struct Sign {
    /// The body; left out, it is read from stdin
    #[arg(value_name = "FILE")]
    body: Option<PathBuf>,

    /// When it is sent, in milliseconds since the Unix epoch; left out, now
    #[arg(long, value_name = "MILLISECONDS")]
    at: Option<i64>,

    #[command(flatten)]
    secret: Secret,
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    /// The body; left out, it is read from stdin
    #[arg(value_name = "FILE")]
    body: Option<PathBuf>,

    /// The header X-Clink-Timestamp
    #[arg(long, value_name = "TEXT")]
    timestamp: String,

    /// The header X-Clink-Signature
    #[arg(long, value_name = "TEXT")]
    signature: String,

    /// The header X-Clink-SignType, where there was one
    #[arg(long, value_name = "TEXT")]
    sign_type: Option<String>,

    /// How far the timestamp may be from now, either way
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    tolerance: u32,

    /// Take a timestamp of any age: to look at what came long ago
    #[arg(long, conflicts_with = "tolerance")]
    any_age: bool,

    #[command(flatten)]
    secret: Secret,
}

pub(super) fn sign(args: &Sign, output: Output) -> Result<Exit, Failure> {
    let secret = args.secret.get()?;
    let at = match args.at {
        Some(millis) => Timestamp::from_millis(millis)
            .map_err(|error| Failure::new(Exit::Usage, format!("--at: {error}")))?,
        None => now()?,
    };
    let signed = Signer::new(secret).sign(&body(args.body.as_deref())?, at);
    let headers = signed.pairs().into_iter();
    output.say(&Signed {
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })?;
    Ok(Exit::Success)
}

pub(super) fn verify(args: &Verify, output: Output) -> Result<Exit, Failure> {
    let verifier = Verifier::new(args.secret.get()?);
    let verifier = if args.any_age {
        verifier.without_tolerance()
    } else {
        verifier.with_tolerance(Duration::from_secs(args.tolerance.into()))
    };
    let header = |name: &str| match name.to_ascii_lowercase().as_str() {
        "x-clink-timestamp" => Some(args.timestamp.as_str()),
        "x-clink-signature" => Some(args.signature.as_str()),
        "x-clink-signtype" => args.sign_type.as_deref(),
        _ => None,
    };
    let body = body(args.body.as_deref())?;
    let told = Verified::of(verifier.verify_at(header, &body, now()?));
    output.say(&told)?;
    Ok(if told.genuine {
        Exit::Success
    } else {
        Exit::No
    })
}

impl Verified {
    pub(super) fn of(event: Result<Event, clinkbill::webhook::WebhookError>) -> Self {
        match event {
            Ok(event) => Self {
                genuine: true,
                problem: None,
                event_id: Some(event.id.to_string()),
                event_type: Some(event.event_type().to_string()),
            },
            Err(error) => Self::not(error.to_string()),
        }
    }

    /// Not genuine, for this reason.
    pub(super) fn not(problem: String) -> Self {
        Self {
            genuine: false,
            problem: Some(problem),
            event_id: None,
            event_type: None,
        }
    }
}
