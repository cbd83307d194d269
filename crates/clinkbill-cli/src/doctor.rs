//! `clinkbill doctor`: looks at all that a call needs, and says what to do.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clinkbill::Environment;
use serde_json::Value;
use url::Url;

use crate::connect::{Connect, IN_CLEAR, NOT_IN_CLEAR, is_in_clear};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::secret::{self, Kind, Unusable, WEBHOOK_SECRET, masked};
use crate::shape::{Check, Diagnosis, Found};

pub(crate) const HELP: &str = "\
Look at key, environment, server, clock and webhook secret, and say what to do

Reads the same variables and files as the other commands, and asks the server for a list of orders,
which changes nothing. The command ends with status 3 when something has to be mended.";

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

/// What a server said, and when.
struct Heard {
    status: u16,
    code: Option<i64>,
    date: Option<SystemTime>,
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
    let heard = match &key {
        Some(key) if is_sendable => Some(ask(&environment, key).await),
        _ => None,
    };
    checks.push(check_server(heard.as_ref()));
    let heard = heard.and_then(Result::ok);
    checks.push(check_clock(heard.as_ref(), SystemTime::now()));
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

/// Asks for a list of orders, which changes nothing.
async fn ask(environment: &Environment, key: &str) -> Result<Heard, String> {
    let base_url = environment.to_string();
    let url = format!(
        "{}/order?pageNum=1&pageSize=1",
        base_url.trim_end_matches('/')
    );
    let url: Url = url
        .parse()
        .map_err(|_| "its URL cannot be used".to_owned())?;
    let options = clinkbill_api::Options::default().with_timeout(PATIENCE);
    let client = clinkbill_api::http_client(&url, &options).map_err(|error| error.to_string())?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or_default().as_millis().to_string();
    let request = client.get(url).header("x-api-key", key);
    let answer = request.header("x-timestamp", now).send().await;
    let answer = answer.map_err(|error| {
        let problem = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection can be made"
        } else if error.is_builder() {
            "the key has characters that no header can hold"
        } else {
            "the connection broke off"
        };
        problem.to_owned()
    })?;
    let date = answer.headers().get("date");
    let date = date.and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap_or_default();
    let envelope = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    Ok(Heard {
        status,
        code: envelope["code"].as_i64(),
        date,
    })
}

fn check_server(heard: Option<&Result<Heard, String>>) -> Check {
    let check = |found, said: String| Check::new("server", found, said);
    match heard {
        None => check(
            Found::NotLooked,
            "without a key that may be sent there, nothing is asked".to_owned(),
        ),
        Some(Err(problem)) => check(Found::Wrong, problem.clone())
            .hint("is the server running, is there a proxy, and is the base URL right?"),
        Some(Ok(Heard { status, code, .. })) => match (status, code) {
            (200, Some(200)) => check(Found::Sound, "it answers, and takes the key".to_owned()),
            // The clock has a check of its own.
            (_, Some(80_102_203 | 80_102_212 | 80_102_213)) => {
                check(Found::Sound, "it answers".to_owned())
            }
            (401, _) | (_, Some(401 | 80_102_221..=80_102_223)) => {
                check(Found::Wrong, "it does not take the key".to_owned())
                    .hint("is it the key of this environment, and is it still valid?")
            }
            (404, _) | (_, None) => {
                check(Found::Wrong, format!("HTTP {status}, and not from the API"))
                    .hint("the base URL may be wrong: it ends in /api/")
            }
            (_, Some(code)) => check(Found::Doubtful, format!("HTTP {status}, code {code}")),
        },
    }
}

fn check_clock(heard: Option<&Heard>, now: SystemTime) -> Check {
    let check = |found, said: String| Check::new("clock", found, said);
    let refused =
        heard.is_some_and(|heard| matches!(heard.code, Some(80_102_203 | 80_102_212 | 80_102_213)));
    let date = heard.and_then(|heard| heard.date);
    let skew = date.map(|date| {
        now.duration_since(date)
            .unwrap_or_else(|early| early.duration())
    });
    let seconds = skew.map(|skew| format!("{} s from the server's", skew.as_secs()));
    match (skew, seconds) {
        (skew, seconds) if refused || skew.is_some_and(|skew| skew > MOST_SKEW) => check(
            Found::Wrong,
            seconds.unwrap_or("the server refuses its time".to_owned()),
        )
        .hint("set the clock of this machine, or let it be set by the network"),
        (_, Some(seconds)) => check(Found::Sound, seconds),
        (_, None) => check(
            Found::NotLooked,
            "the server did not tell the time".to_owned(),
        ),
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
    fn a_clock_is_wrong_by_what_the_server_tells_or_refuses() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let heard = |code, off: Option<i64>| Heard {
            status: 200,
            code: Some(code),
            date: off.map(|off| {
                let moved = Duration::from_secs(off.unsigned_abs());
                if off < 0 { now - moved } else { now + moved }
            }),
        };
        for (code, off, found) in [
            (200, Some(0), Found::Sound),
            (200, Some(-60), Found::Sound),
            (200, Some(61), Found::Wrong),
            (200, Some(-3600), Found::Wrong),
            (80_102_212, Some(1), Found::Wrong),
            (80_102_212, None, Found::Wrong),
            (200, None, Found::NotLooked),
        ] {
            let check = check_clock(Some(&heard(code, off)), now);
            assert!(check.found == found, "{code} {off:?}: {}", check.said);
        }
        assert!(check_clock(None, now).found == Found::NotLooked);
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
