//! `clinkbill doctor`: looks at all that a call needs, and says what to do.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clinkbill::{CallOptions, Environment, Error, OrderFilter, Paging, RetryPolicy};
use url::Url;

use crate::address::Address;
use crate::call::{Call, Explained, SET_THE_CLOCK, explain, is_about_time};
use crate::connect::{Connect, IN_CLEAR, NOT_IN_CLEAR, is_in_clear, server};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::secret::{self, Kind, Unusable, WEBHOOK_SECRET, masked};
use crate::shape::{Check, Diagnosis, Found};

pub(crate) const HELP: &str = "\
Look at key, environment, server, clock and webhook secret, and say what to do

Reads the same variables and files as the other commands, asks the server for a list of orders,
which changes nothing, and, without the key, what time it is there. The command ends with status 3 when something has to be mended.";

pub(crate) const EXAMPLES: &str = "\
Examples:
    clinkbill doctor
    clinkbill doctor --base-url http://127.0.0.1:4010/api/ --key-file key.txt
    clinkbill doctor --json";

const PATIENCE: Duration = Duration::from_secs(10);
/// Clink publishes no limit; the sandbox takes five minutes. A clock that is set right is off by
/// less than this.
const MOST_SKEW: Duration = Duration::from_secs(60);

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    connect: Connect,

    /// Read the signing secret from this file instead of `CLINK_WEBHOOK_SECRET`
    #[arg(long, value_name = "FILE")]
    webhook_secret_file: Option<PathBuf>,
}

/// What came of asking a server.
struct Heard {
    address: Address,
    /// Whether it gave what was asked for.
    answer: Result<(), Error>,
    /// The time of its own clock beside that of this machine.
    clocks: Option<Clocks>,
}

/// What two clocks showed at the same moment.
struct Clocks {
    server: SystemTime,
    here: SystemTime,
}

pub(crate) async fn run(args: &Args, output: Output) -> Result<Exit, Failure> {
    let environment = args.connect.environment()?;
    let key = args.connect.key_text()?;
    let mut checks = vec![
        check_key(key.as_deref(), &environment),
        check_environment(&environment),
    ];
    // A key that is none of this server's is not shown to it.
    let is_sendable = checks.iter().all(|check| check.found != Found::Wrong);
    let heard = match key {
        Some(key) if is_sendable => Some(ask(environment, key, output).await?),
        _ => None,
    };
    checks.push(check_server(heard.as_ref()));
    checks.push(match &heard {
        Some(heard) => check_clock(heard),
        None => Check::new("clock", Found::NotLooked, NOT_ASKED),
    });
    let secret = secret::text(args.webhook_secret_file.as_deref(), WEBHOOK_SECRET)?;
    checks.push(check_webhook_secret(secret.as_deref()));
    let sound = checks.iter().all(|check| check.found != Found::Wrong);
    output.say(&Diagnosis { sound, checks })?;
    Ok(if sound { Exit::Success } else { Exit::No })
}

impl Check {
    fn new(what: &'static str, found: Found, said: impl Into<String>) -> Self {
        Self {
            what,
            found,
            said: said.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

fn check_key(key: Option<&str>, environment: &Environment) -> Check {
    let check = |found, said: String| Check::new("key", found, said);
    let Some(key) = key else {
        return check(Found::Wrong, "there is none".to_owned())
            .hint("set CLINK_SECRET_KEY, or give --key-file; `clinkbill sandbox` prints one");
    };
    match secret::check_key(key, environment) {
        Err(Unusable { said, hint }) => check(Found::Wrong, said).hint(hint),
        Ok(Kind::Unknown) => check(
            Found::Doubtful,
            "it begins with nothing that is known after sk_".to_owned(),
        )
        .hint("keys begin with sk_test_, sk_uat_ or sk_prod_"),
        Ok(Kind::Sandbox | Kind::Production) => check(Found::Sound, masked(key)),
    }
}

fn check_environment(environment: &Environment) -> Check {
    let check = |found, said: String| Check::new("environment", found, said);
    let said = environment.to_string();
    if is_in_clear(environment) {
        check(Found::Wrong, format!("{said} {IN_CLEAR}")).hint(NOT_IN_CLEAR)
    } else if said.trim_end_matches('/').ends_with("/api") {
        check(Found::Sound, said)
    } else {
        check(Found::Doubtful, said).hint("the base URL of Clink ends in /api/")
    }
}

/// Asks for a list of orders, which changes nothing, as `clinkbill order list` does, but once.
async fn ask(environment: Environment, key: String, output: Output) -> Result<Heard, Failure> {
    let base_url = environment.to_string();
    let server = server(environment, key)?;
    let once = CallOptions::default()
        .deadline(PATIENCE)
        .retry(RetryPolicy::never());
    let client = server.client.with_options(once);
    let filter = OrderFilter::new().paging(Paging::page(1).size(1));
    let answer = server.wait(output, client.orders().list(&filter)).await;
    let answer = answer.map(drop);
    let answers = match &answer {
        Ok(()) => true,
        Err(error) => error.http_status().is_some(),
    };
    let clocks = if answers {
        server.wait(output, clocks(&base_url)).await
    } else {
        None
    };
    Ok(Heard {
        address: server.address,
        answer,
        clocks,
    })
}

/// What time it is where the server is, which every answer tells, also the one to who has no key.
async fn clocks(base_url: &str) -> Option<Clocks> {
    let url = format!("{}/order", base_url.trim_end_matches('/'));
    let url: Url = url.parse().ok()?;
    let options = clinkbill_api::Options::default().with_timeout(PATIENCE);
    let client = clinkbill_api::http_client(&url, &options).ok()?;
    let answer = client.get(url).send().await.ok()?;
    let here = SystemTime::now();
    let date = answer.headers().get("date")?.to_str().ok()?;
    let server = httpdate::parse_http_date(date).ok()?;
    Some(Clocks { server, here })
}

fn check_server(heard: Option<&Heard>) -> Check {
    let check = |found, said: String| Check::new("server", found, said);
    match heard {
        None => check(Found::NotLooked, NOT_ASKED.to_owned()),
        Some(Heard { answer: Ok(()), .. }) => {
            check(Found::Sound, "it answers, and takes the key".to_owned())
        }
        // The clock has a check of its own.
        Some(Heard {
            answer: Err(error), ..
        }) if is_about_time(error) => check(Found::Sound, "it answers".to_owned()),
        Some(Heard {
            answer: Err(error),
            address,
            ..
        }) => {
            let Explained { said, hint, .. } = explain(error, Call::Read, address);
            let hint = hint.unwrap_or_else(|| {
                "a list of orders is nothing to refuse: is it Clink's API that answers?".to_owned()
            });
            check(Found::Wrong, said).hint(hint)
        }
    }
}

/// Said of what a server would have to tell.
const NOT_ASKED: &str = "without a key that may be sent there, nothing is asked";

fn check_clock(heard: &Heard) -> Check {
    let check = |found, said: String| Check::new("clock", found, said);
    let refusal = heard.answer.as_ref().err();
    let refusal = refusal.filter(|error| is_about_time(error));
    let clocks = heard.clocks.as_ref();
    let is_off = clocks.is_some_and(|clocks| clocks.apart() > MOST_SKEW);
    match (refusal, clocks) {
        (None, None) => check(
            Found::NotLooked,
            "the server did not tell the time".to_owned(),
        ),
        (None, Some(clocks)) if is_off => {
            check(Found::Wrong, clocks.to_string()).hint(SET_THE_CLOCK)
        }
        (None, Some(clocks)) => check(Found::Sound, clocks.to_string()),
        (Some(error), Some(clocks)) if !is_off => {
            check(Found::Wrong, format!("{error}; this clock: {clocks}")).hint(
                "the clocks are not to blame: the server takes less difference than there is \
                 (a sandbox: --timestamp-tolerance)",
            )
        }
        (Some(error), clocks) => {
            let clocks = clocks.map(|clocks| format!("; this clock: {clocks}"));
            let said = format!("{error}{}", clocks.unwrap_or_default());
            check(Found::Wrong, said).hint(SET_THE_CLOCK)
        }
    }
}

impl Clocks {
    fn apart(&self) -> Duration {
        let apart = self.here.duration_since(self.server);
        apart.unwrap_or_else(|early| early.duration())
    }
}

impl fmt::Display for Clocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.here < self.server {
            "behind"
        } else {
            "ahead of"
        };
        match self.apart().as_secs() {
            0 => f.write_str("the same as the server's, to the second"),
            seconds => write!(f, "{seconds} s {side} the server's"),
        }
    }
}

fn check_webhook_secret(secret: Option<&str>) -> Check {
    let check = |found, said: &str| Check::new("webhook secret", found, said);
    match secret {
        None => check(Found::NotLooked, "there is none; events cannot be verified")
            .hint("whoever receives events sets CLINK_WEBHOOK_SECRET to that of the endpoint"),
        Some(secret) => match secret::check_webhook_secret(secret) {
            Err(Unusable { said, hint }) => check(Found::Wrong, &said).hint(hint),
            Ok(true) => check(Found::Sound, "whsec_***"),
            Ok(false) => check(Found::Doubtful, "it begins with nothing that is known")
                .hint("signing secrets begin with whsec_"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_wrong_by_what_the_server_tells_and_on_which_side() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let at = |off: i64| {
            let moved = Duration::from_secs(off.unsigned_abs());
            if off < 0 { now - moved } else { now + moved }
        };
        for (off, found, said) in [
            (Some(0), Found::Sound, "the same as"),
            (Some(-60), Found::Sound, "60 s ahead of the server's"),
            (Some(61), Found::Wrong, "61 s behind the server's"),
            (Some(-3600), Found::Wrong, "3600 s ahead of the server's"),
            (None, Found::NotLooked, "did not tell"),
        ] {
            let heard = Heard {
                address: Address::of("http://127.0.0.1:1/api/").unwrap(),
                answer: Ok(()),
                clocks: off.map(|off| Clocks {
                    server: at(off),
                    here: now,
                }),
            };
            let check = check_clock(&heard);
            assert!(check.found == found, "{off:?}: {}", check.said);
            assert!(check.said.contains(said), "{off:?}: {}", check.said);
        }
    }

    #[test]
    fn a_key_is_held_against_the_environment_and_never_shown() {
        let sandbox = Environment::Sandbox;
        for (key, environment, found) in [
            ("sk_test_canary", &sandbox, Found::Sound),
            ("sk_uat_canary", &sandbox, Found::Sound),
            ("sk_prod_canary", &Environment::Production, Found::Sound),
            ("sk_prod_canary", &sandbox, Found::Wrong),
            ("sk_test_canary", &Environment::Production, Found::Wrong),
            ("pk_test_canary", &sandbox, Found::Wrong),
            ("whsec_canary", &sandbox, Found::Wrong),
            ("canary", &sandbox, Found::Wrong),
            ("sk_canary", &sandbox, Found::Doubtful),
        ] {
            let check = check_key(Some(key), environment);
            assert!(check.found == found, "{key}: {}", check.said);
            assert!(!check.to_string().contains("canary"), "{}", check.said);
        }
    }
}
