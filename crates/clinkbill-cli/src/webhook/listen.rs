//! `clinkbill webhook listen`: events received, verified, and passed on.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use clinkbill::webhook::Verifier;
use tokio::sync::mpsc;
use url::Url;

use super::{Secret, now};
use crate::exit::{Exit, Failure};
use crate::listening::{listen_failure, resolve};
use crate::output::{Output, note};
use crate::shape::{Received, Verified};

pub(super) const HELP: &str = "\
Receive events, print and verify them, and pass them on

Prints a line for each request on stdout, and runs until Ctrl-C, or until --count have come. What
is genuine is answered 204, or with what --forward-to answers; anything else is answered 400, or 413
where it is larger than two megabytes, and not passed on. Events may come twice and in any order:
act once for each id.";

pub(super) const EXAMPLES: &str = "\
Examples:
  With the sandbox, in two terminals and the same CLINK_WEBHOOK_SECRET:
    clinkbill webhook listen
    clinkbill sandbox --webhook-url http://127.0.0.1:4242/

  In front of your own endpoint:
    clinkbill webhook listen --forward-to http://127.0.0.1:3000/webhooks/clink

  One event, for a program:
    clinkbill webhook listen --count 1 --json";

/// How much of a request is read, in bytes.
const LARGEST_BODY: usize = 2 * 1024 * 1024;
/// How long an endpoint that events are passed on to may take.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4242")]
    listen: String,

    /// Pass genuine events on to this URL, unchanged
    #[arg(long, value_name = "URL")]
    forward_to: Option<Url>,

    /// End after so many requests
    #[arg(long, value_name = "NUMBER")]
    count: Option<u64>,

    #[command(flatten)]
    secret: Secret,
}

struct Desk {
    verifier: Verifier,
    forward: Option<Forward>,
    told: mpsc::UnboundedSender<Received>,
}

/// Where events are passed on to.
struct Forward {
    client: reqwest::Client,
    to: Url,
}

pub(super) async fn run(args: Args, output: Output) -> Result<Exit, Failure> {
    let verifier = Verifier::new(args.secret.get()?);
    let forward = args.forward_to.map(Forward::to).transpose()?;
    let failed = |error| listen_failure(&args.listen, &error);
    let address = resolve(&args.listen).await.map_err(failed)?;
    let listener = tokio::net::TcpListener::bind(address).await;
    let listener = listener.map_err(failed)?;
    note(format_args!(
        "listening on http://{}/",
        listener.local_addr()?
    ));
    let (told, mut heard) = mpsc::unbounded_channel();
    let desk = Arc::new(Desk {
        verifier,
        forward,
        told,
    });
    let router = axum::Router::new()
        .fallback(receive)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(desk);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let served = tokio::spawn(served.into_future());
    let mut left = args.count;
    while left != Some(0) {
        let received = tokio::select! {
            received = heard.recv() => received,
            _ = tokio::signal::ctrl_c() => None,
        };
        let Some(received) = received else { break };
        output.say_line(&received)?;
        left = left.map(|left| left - 1);
    }
    // Whoever sent the last event still gets the answer.
    let _ = stop.send(());
    let _ = tokio::time::timeout(PATIENCE, served).await;
    Ok(Exit::Success)
}

async fn receive(
    State(desk): State<Arc<Desk>>,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> StatusCode {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return desk.refuse(rejection.status()),
    };
    let header = |name: &'static str| headers.get(name)?.to_str().ok();
    let Ok(at) = now() else {
        return StatusCode::INTERNAL_SERVER_ERROR;
    };
    let verified = Verified::of(desk.verifier.verify_at(header, &body, at));
    let (answered, not_forwarded) = match &desk.forward {
        _ if !verified.genuine => (StatusCode::BAD_REQUEST, None),
        None => (StatusCode::NO_CONTENT, None),
        Some(forward) => match forward.pass_on(&uri, &headers, &body).await {
            Ok(status) => (status, None),
            Err(problem) => (StatusCode::BAD_GATEWAY, Some(problem)),
        },
    };
    let body = verified
        .genuine
        .then(|| String::from_utf8_lossy(&body).into_owned());
    // Nobody listens any more when the last of --count was told.
    let _ = desk.told.send(Received {
        at: at.to_string(),
        verified,
        body,
        answered: answered.as_u16(),
        not_forwarded,
    });
    answered
}

impl Desk {
    /// A request whose body could not be read to its end.
    fn refuse(&self, answered: StatusCode) -> StatusCode {
        let Ok(at) = now() else {
            return StatusCode::INTERNAL_SERVER_ERROR;
        };
        let problem = if answered == StatusCode::PAYLOAD_TOO_LARGE {
            format!("the body is larger than {LARGEST_BODY} bytes")
        } else {
            "the body broke off".to_owned()
        };
        let _ = self.told.send(Received {
            at: at.to_string(),
            verified: Verified::not(problem),
            body: None,
            answered: answered.as_u16(),
            not_forwarded: None,
        });
        answered
    }
}

impl Forward {
    fn to(to: Url) -> Result<Self, Failure> {
        if !matches!(to.scheme(), "http" | "https") {
            let message = "--forward-to is no http or https URL";
            return Err(Failure::new(Exit::Usage, message));
        }
        let options = clinkbill_api::Options::default().with_timeout(PATIENCE);
        let client = clinkbill_api::http_client(&to, &options)
            .map_err(|error| Failure::new(Exit::Config, error))?;
        Ok(Self { client, to })
    }

    /// The event as it came: body, content type and the headers that prove it.
    async fn pass_on(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<StatusCode, String> {
        let mut to = self.to.clone();
        if to.query().is_none() {
            to.set_query(uri.query());
        }
        let mut request = self.client.post(to).body(body.clone());
        for (name, value) in headers {
            if name == "content-type" || name.as_str().starts_with("x-clink-") {
                request = request.header(name, value);
            }
        }
        match request.send().await {
            Ok(answer) => Ok(answer.status()),
            Err(error) if error.is_connect() => Err("nobody listens at --forward-to".to_owned()),
            Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
            Err(_) => Err("the connection broke off".to_owned()),
        }
    }
}
