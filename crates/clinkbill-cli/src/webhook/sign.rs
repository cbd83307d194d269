//! `clinkbill webhook sign` and `clinkbill webhook verify`.

use std::path::PathBuf;

use clinkbill::Timestamp;
use clinkbill::webhook::Signer;

use super::verdict::{Judge, TOLERANCE};
use super::{Secret, body, now};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::shape::Signed;

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
verify. The command ends with status 3 when the event is not genuine, or the body is no event.";

#[derive(clap::Args)]
pub(crate) struct Sign {
    /// The body; left out, it is read from stdin
    #[arg(value_name = "FILE")]
    body: Option<PathBuf>,

    /// When it is sent, in milliseconds since the Unix epoch; left out, now
    #[arg(long, value_name = "MILLISECONDS", value_parser = moment)]
    at: Option<Timestamp>,

    #[command(flatten)]
    secret: Secret,
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    /// The body; left out, it is read from stdin
    #[arg(value_name = "FILE")]
    body: Option<PathBuf>,

    /// The header X-Clink-Timestamp: milliseconds since the Unix epoch
    #[arg(long, value_name = "TEXT")]
    timestamp: String,

    /// The header X-Clink-Signature: 64 hexadecimal digits
    #[arg(long, value_name = "TEXT")]
    signature: String,

    /// The header X-Clink-SignType, where there was one
    #[arg(long, value_name = "TEXT")]
    sign_type: Option<String>,

    /// How far the timestamp may be from now, either way
    #[arg(long, value_name = "SECONDS", default_value_t = TOLERANCE)]
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
        Some(at) => at,
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
    let tolerance = (!args.any_age).then_some(args.tolerance);
    let about_old = "--any-age takes what came long ago";
    let judge = Judge::new(args.secret.get()?, tolerance, about_old);
    let header = |name: &str| match name.to_ascii_lowercase().as_str() {
        "x-clink-timestamp" => Some(args.timestamp.as_str()),
        "x-clink-signature" => Some(args.signature.as_str()),
        "x-clink-signtype" => args.sign_type.as_deref(),
        _ => None,
    };
    let told = judge.judge(header, &body(args.body.as_deref())?, now()?);
    output.say(&told)?;
    Ok(if told.is_sound() {
        Exit::Success
    } else {
        Exit::No
    })
}

/// A moment in milliseconds. A number of seconds, which would be a day long ago, is not taken for
/// one: nobody would see why the signature is too old.
fn moment(text: &str) -> Result<Timestamp, String> {
    let millis: i64 = text
        .parse()
        .map_err(|_| "a number of milliseconds since the Unix epoch, such as 1767225600000")?;
    let at = Timestamp::from_millis(millis).map_err(|error| error.to_string())?;
    match Timestamp::from_seconds_or_millis(millis) {
        Ok(meant) if meant != at => Err(format!(
            "as milliseconds since the Unix epoch that is {at}; if seconds are meant, give {}",
            meant.as_millis()
        )),
        _ => Ok(at),
    }
}
