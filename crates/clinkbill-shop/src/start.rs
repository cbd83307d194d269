//! From the environment, as the README describes it, to a shop that is open.

use std::env;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clinkbill::webhook::WebhookSecret;
use clinkbill::{Client, Environment, SecretKey};
use clinkbill_sandbox::{Sandbox, Server};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::books::Books;
use crate::sql_dedup::Clock;
use crate::{Kind, Settings, Shop};

const ADDRESS: &str = "127.0.0.1:3000";

const VARIABLES: &str = "\
It prints the URL to open, http://127.0.0.1:3000/ unless told otherwise, and runs until Ctrl-C.
Without an account it brings a sandbox of its own. Variables of the environment:

  SHOP_ADDRESS          where it listens; port 0 picks a free one
  SHOP_URL              where buyers and Clink reach it, if not at that address
  SHOP_DATABASE         the file of its books, with a key only; without, they go when it closes
  CLINK_SECRET_KEY      the key of a sandbox; production is refused
  CLINK_BASE_URL        a server of your own, such as `clinkbill sandbox`; without, Clink's sandbox
  CLINK_WEBHOOK_SECRET  what signs the events to /webhooks/clink; needed with a key";

/// How often the shop looks for purchases whose session nobody knows.
const RECONCILE_EVERY: Duration = Duration::from_secs(60);

/// Why a shop does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A variable of the environment is missing or makes no sense.
    #[error("{variable} {problem}")]
    Variable {
        /// Its name.
        variable: &'static str,
        /// What is wrong, and what would be right.
        problem: &'static str,
    },
    /// The key or the base URL of Clink cannot be used.
    #[error(transparent)]
    Clink(#[from] clinkbill::Error),
    /// The address is taken, or is none of this machine.
    #[error("cannot listen on {address}; set SHOP_ADDRESS, such as 127.0.0.1:0 for a free port")]
    Listen {
        /// The address.
        address: String,
        /// Why not.
        source: io::Error,
    },
    /// The database cannot be opened.
    #[error("cannot open the database")]
    Books(#[from] sqlx::Error),
    /// The sandbox of this process does not start.
    #[error("cannot start the sandbox")]
    Sandbox(#[from] clinkbill_sandbox::StartError),
    /// A file or the listening port failed.
    #[error("cannot serve")]
    Serve(#[from] io::Error),
}

/// A shop that is open, with a sandbox in this process. It closes when it is dropped.
pub struct Local {
    /// The shop.
    pub shop: Shop,
    /// Its sandbox: what buyers, time and bad luck do.
    pub sandbox: Server,
    /// Where buyers reach it.
    pub url: String,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

/// The time of this machine.
#[must_use]
pub fn machine_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().cast_signed())
}

impl Local {
    /// Opens a shop on this port, which buyers and the sandbox call by this URL.
    pub async fn open(
        kind: Kind,
        listener: TcpListener,
        url: &str,
        now: Clock,
    ) -> Result<Self, StartError> {
        let secret = format!("whsec_{:032x}", rand::random::<u128>());
        let sandbox = Sandbox::builder()
            .webhook(&format!("{url}/webhooks/clink"), &secret)?
            .build()
            .serve()
            .await?;
        let client = Client::builder(SecretKey::new(sandbox.secret_key())?)
            .environment(Environment::custom(sandbox.base_url())?)
            .build()?;
        let folder = TempDir::new()?;
        let shop = Shop::open(Settings {
            kind,
            url: url.to_owned(),
            client,
            secret: WebhookSecret::new(secret).map_err(io::Error::other)?,
            books: Books::open(&folder.path().join("shop.sqlite")).await?,
            now,
        })
        .await?;
        let router = shop.router();
        let serving = tokio::spawn(async move {
            // It ends with the shop.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            shop,
            sandbox,
            url: url.to_owned(),
            serving,
            _folder: folder,
        })
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Opens the shop that the environment describes, and keeps it open until Ctrl-C. `tell` is given
/// what a person at a terminal wants to know.
pub async fn run(kind: Kind, tell: impl Fn(&str)) -> Result<(), StartError> {
    let address = text("SHOP_ADDRESS")?.unwrap_or_else(|| ADDRESS.to_owned());
    let listening = TcpListener::bind(&address).await;
    let listener = listening.map_err(|source| StartError::Listen { address, source })?;
    let url = match text("SHOP_URL")? {
        Some(url) => site(&url)?,
        None => format!("http://{}", listener.local_addr()?),
    };
    let database = text("SHOP_DATABASE")?.map(PathBuf::from);
    let told = |name| env::var_os(name).is_some();
    if told("CLINK_BASE_URL") || told("CLINK_SECRET_KEY") {
        let folder = TempDir::new()?;
        let file = database.unwrap_or_else(|| folder.path().join("shop.sqlite"));
        let environment = environment()?;
        let shop = Shop::open(Settings {
            kind,
            url: url.clone(),
            client: Client::builder(SecretKey::from_env()?)
                .environment(environment.clone())
                .build()?,
            secret: webhook_secret()?,
            books: Books::open(&file).await?,
            now: machine_time,
        })
        .await?;
        tell(&format!("The shop is open at {url}/"));
        tell(&format!("Sessions are made at {environment}"));
        tell(&format!("It takes webhooks at {url}/webhooks/clink"));
        let reconciling = tokio::spawn(reconcile(shop.clone()));
        axum::serve(listener, shop.router())
            .with_graceful_shutdown(interrupted())
            .await?;
        reconciling.abort();
    } else if database.is_some() {
        return Err(StartError::Variable {
            variable: "SHOP_DATABASE",
            problem: "is set, but without CLINK_SECRET_KEY the sessions in it end with the shop, \
                      whose sandbox is in its own process: set CLINK_SECRET_KEY and \
                      CLINK_BASE_URL, such as those of `clinkbill sandbox --state FILE`, or leave \
                      SHOP_DATABASE out",
        });
    } else {
        let local = Local::open(kind, listener, &url, machine_time).await?;
        tell(&format!("The shop is open at {url}/"));
        let books = local.sandbox.address();
        tell(&format!("Its sandbox shows its books at http://{books}/"));
        tell("Pay with 4242 4242 4242 4242, any date to come and any CVC; Ctrl-C closes the shop");
        let reconciling = tokio::spawn(reconcile(local.shop.clone()));
        interrupted().await;
        reconciling.abort();
    }
    Ok(())
}

async fn reconcile(shop: Shop) {
    let mut every = tokio::time::interval(RECONCILE_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = shop.reconcile().await {
            tracing::error!(%error, "not reconciled");
        }
        if let Err(error) = shop.receiver().seen.tidy().await {
            tracing::error!(%error, "not tidied");
        }
    }
}

/// Ctrl-C; when it cannot be waited for, the shop stays open.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn environment() -> Result<Environment, StartError> {
    let environment = Environment::from_env()?;
    if environment.is_production() {
        return Err(StartError::Variable {
            variable: "CLINK_BASE_URL",
            problem: "is production, where this example would move money; use a sandbox",
        });
    }
    Ok(environment)
}

fn webhook_secret() -> Result<WebhookSecret, StartError> {
    const VARIABLE: &str = "CLINK_WEBHOOK_SECRET";
    let problem = |problem| StartError::Variable {
        variable: VARIABLE,
        problem,
    };
    let text = text(VARIABLE)?.ok_or_else(|| {
        problem("is not set; set it to the signing secret of the endpoint at /webhooks/clink")
    })?;
    WebhookSecret::new(text)
        .map_err(|_| problem("is empty or has white space in it; it looks like whsec_..."))
}

/// A URL that the paths of the shop can be put behind.
fn site(text: &str) -> Result<String, StartError> {
    let url = Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let url = url.ok_or(StartError::Variable {
        variable: "SHOP_URL",
        problem: "is not an absolute http or https URL without user, query and fragment, \
                  such as https://shop.example.com",
    })?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A variable that is empty says as much as one that is not set.
fn text(variable: &'static str) -> Result<Option<String>, StartError> {
    match env::var(variable) {
        Ok(text) => Ok((!text.is_empty()).then_some(text)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(StartError::Variable {
            variable,
            problem: "is not text",
        }),
    }
}

/// The command line, which says nothing but whether help is wanted: shops are told by variables.
fn command(kind: Kind) -> clap::Command {
    let (name, about) = match kind {
        Kind::Hosted => (
            "hosted-shop",
            "A shop to run and to copy from, whose buyers pay on Clink's hosted page",
        ),
        Kind::Embedded => (
            "embedded-shop",
            "A shop to run and to copy from, whose buyers pay in a frame on its own page",
        ),
    };
    clap::Command::new(name).about(about).after_help(VARIABLES)
}

/// What the programs do: [`run`], with its words on stdout, logs and errors on stderr.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to a person"
)]
pub async fn main(kind: Kind) -> ExitCode {
    command(kind).get_matches();
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let Err(error) = run(kind, |line| println!("{line}")).await else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error}");
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
