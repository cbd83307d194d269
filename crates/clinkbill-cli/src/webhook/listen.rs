//! `clinkbill webhook listen`: events received, verified, and passed on.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::forward::{Forward, Passed, Underway};
use super::verdict::{Judge, TOLERANCE};
use super::{Secret, now};
use crate::exit::{Exit, Failure};
use crate::listening::{listen_failure, resolve};
use crate::output::Output;
use crate::shape::{Ending, Listening, Received, Verified};
use crate::stop::Stop;

pub(super) const HELP: &str = "\
Receive events, print and verify them, and pass them on

Prints a line for each request on stdout, also where its sender did not wait for the answer. A
genuine event is answered 204, or with what --forward-to answers; 502 where that gives no answer, and
503 where 64 are on their way to it. Anything else is answered 400, or 413 where it is larger than
two megabytes, and not passed on. Events may come twice and in any order: act once for each id.

Runs until Ctrl-C or SIGTERM, or until --count have come; events that are being passed on are still
told, unless it is asked to end once more. With --json the first line on stderr says where it listens.";

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
/// How long the answers that are left may take to leave, once all is told.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4242")]
    listen: String,

    /// Pass genuine events on to this URL, unchanged
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,

    /// Also pass on to another machine by http, where whoever is on the way can read it
    #[arg(long, requires = "forward_to")]
    plain_http: bool,

    /// End after so many requests
    #[arg(long, value_name = "NUMBER", value_parser = at_least_one)]
    count: Option<NonZeroU64>,

    #[command(flatten)]
    secret: Secret,
}

/// What takes the requests.
struct Desk {
    judge: Judge,
    forward: Option<Forward>,
    told: mpsc::UnboundedSender<Told>,
}

/// What is to be told of a request, and its place among those on their way.
struct Told {
    line: Received,
    _underway: Option<Underway>,
}

pub(super) async fn run(args: Args, output: Output) -> Result<Exit, Failure> {
    let about_old = "sent again by somebody, or a clock is wrong";
    let judge = Judge::new(args.secret.get()?, Some(TOLERANCE), about_old);
    let forward = args.forward_to.as_deref();
    let forward = forward
        .map(|url| Forward::to(url, args.plain_http))
        .transpose()?;
    let listener = TcpListener::bind(resolve(&args.listen).await?).await;
    let listener = listener.map_err(|error| listen_failure(&args.listen, &error))?;
    let address = listener.local_addr()?;
    if let Some(forward) = &forward {
        forward.check_leads_on_from(address).await?;
    }
    let mut stop = Stop::new()?;
    output.note(&Listening {
        url: format!("http://{address}/"),
    });
    let (told, heard) = mpsc::unbounded_channel();
    let desk = Arc::new(Desk {
        judge,
        forward,
        told,
    });
    let mut teller = Teller {
        heard,
        left: args.count.map(NonZeroU64::get),
        output,
    };

    let router = axum::Router::new()
        .fallback(receive)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(Arc::clone(&desk));
    let (close, closed) = oneshot::channel::<()>();
    let served = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = closed.await;
    });
    let served = tokio::spawn(served.into_future());
    tokio::select! {
        told = teller.tell_all() => told?,
        () = stop.asked() => (),
    }
    let _ = close.send(());
    teller.wind_up(&desk, &mut stop).await?;
    // Whoever sent the last event still gets the answer.
    let _ = tokio::time::timeout(LAST_ANSWERS, served).await;
    Ok(Exit::Success)
}

/// Tells what came, until there were so many.
struct Teller {
    heard: mpsc::UnboundedReceiver<Told>,
    left: Option<u64>,
    output: Output,
}

impl Teller {
    /// Nothing is lost where this is broken off.
    async fn tell_all(&mut self) -> Result<(), Failure> {
        while self.left != Some(0)
            && let Some(told) = self.heard.recv().await
        {
            self.tell(&told)?;
        }
        Ok(())
    }

    /// Tells what came before the end, once the endpoint has answered.
    async fn wind_up(mut self, desk: &Desk, stop: &mut Stop) -> Result<(), Failure> {
        let underway = || desk.forward.as_ref().map_or(0, Forward::underway);
        // What is done already has not to be waited for.
        while let Ok(told) = self.heard.try_recv() {
            self.tell(&told)?;
        }
        let waits_for = underway();
        if waits_for > 0 {
            self.output.note(&Ending { waits_for });
        }
        while underway() > 0 {
            let told = tokio::select! {
                told = self.heard.recv() => told,
                () = stop.asked() => return Err(broken_off(underway())),
            };
            let Some(told) = told else { break };
            self.tell(&told)?;
        }
        Ok(())
    }

    fn tell(&mut self, told: &Told) -> Result<(), Failure> {
        match &mut self.left {
            Some(0) => return Ok(()),
            Some(left) => *left -= 1,
            None => (),
        }
        self.output.say_line(&told.line)
    }
}

fn broken_off(underway: usize) -> Failure {
    let message = format!("ended before {underway} of the events were passed on to the end");
    Failure::new(Exit::Failure, message)
        .hint("they may have arrived; their sender had no answer, and will send them again")
}

/// A request is handled in a task of its own, which goes on when its sender has gone.
async fn receive(State(desk): State<Arc<Desk>>, request: Request) -> StatusCode {
    let (answer, answered) = oneshot::channel();
    tokio::spawn(async move { desk.handle(request, answer).await });
    answered.await.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl Desk {
    async fn handle(&self, request: Request, answer: oneshot::Sender<StatusCode>) {
        let (uri, headers) = (request.uri().clone(), request.headers().clone());
        let body = Bytes::from_request(request, &()).await;
        // Without an answer the sender is told that this failed.
        let Ok(at) = now() else { return };
        let (verified, passed, body) = match body {
            Ok(body) => {
                let header = |name: &'static str| headers.get(name)?.to_str().ok();
                let verified = self.judge.judge(header, &body, at);
                let passed = match &self.forward {
                    _ if !verified.is_sound() => Passed::no_further(StatusCode::BAD_REQUEST),
                    None => Passed::no_further(StatusCode::NO_CONTENT),
                    Some(forward) => forward.pass_on(&uri, &headers, body.clone()).await,
                };
                (verified, passed, Some(body))
            }
            Err(rejection) => {
                let status = rejection.into_response().status();
                (unread(status), Passed::no_further(status), None)
            }
        };
        let body = body.filter(|_| verified.genuine);
        let line = Received {
            at: at.to_string(),
            body: body.map(|body| String::from_utf8_lossy(&body).into_owned()),
            verified,
            answered: passed.status.as_u16(),
            not_forwarded: passed.problem,
            sender_left: answer.is_closed(),
        };
        // Nobody listens any more when the last of --count was told.
        let _ = self.told.send(Told {
            line,
            _underway: passed.underway,
        });
        let _ = answer.send(passed.status);
    }
}

/// A request whose body could not be read to its end.
fn unread(answered: StatusCode) -> Verified {
    if answered == StatusCode::PAYLOAD_TOO_LARGE {
        Verified::not(format!("the body is larger than {LARGEST_BODY} bytes"))
    } else {
        Verified::not("the body broke off")
    }
}

fn at_least_one(text: &str) -> Result<NonZeroU64, &'static str> {
    text.parse().map_err(|_| "a whole number, at least 1")
}
