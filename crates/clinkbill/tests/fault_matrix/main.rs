//! Whatever goes wrong, no session is made twice, and the caller is told the truth.
//!
//! `cargo test -p clinkbill --test fault_matrix -- --nocapture` prints what was measured. It
//! stands in `docs/fault-matrix.md` too; `UPDATE_FAULT_MATRIX=1` writes it anew.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helper cannot do fails the test"
)]

mod fault;
mod server;

use std::fmt::{self, Write as _};
use std::pin::Pin;
use std::time::Duration;

use clinkbill::{
    Client, Clock, Currency, CustomerRef, Environment, Error, Line, NewSession, Outcome, SecretKey,
    SessionId,
};
use tokio::net::{TcpListener, TcpSocket};

use self::fault::{ALL, Fault, Told};
use self::server::Server;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fault-matrix.md");
const FOR_EVER: usize = 1000;

/// One row of the table.
struct Measured {
    fault: Fault,
    create: (usize, usize, Told),
    read: (usize, Told),
    /// `None` of what does not pass by itself.
    read_once: Option<(usize, Told)>,
}

/// Nobody waits before a request is sent again.
struct Hasty;

impl Clock for Hasty {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }
}

#[tokio::test]
async fn whatever_goes_wrong_no_session_is_made_twice_and_the_caller_is_told_the_truth() {
    let mut rows = Vec::new();
    for fault in ALL {
        rows.push(measure(fault).await);
    }
    let table = table(&rows);
    print!("{table}");

    for row in &rows {
        let (most, told) = row.fault.demanded();
        let (seen, sessions, was_told) = row.create;
        let name = row.fault.name();
        assert!(seen <= most, "{name}: the server saw {seen} requests");
        assert!(sessions <= seen, "{name}: {sessions} sessions were made");
        assert_eq!(was_told, told, "{name}");
        let committed = usize::from(row.fault.commits());
        assert_eq!(sessions, committed, "{name}: the fault is another one");
    }

    if std::env::var_os("UPDATE_FAULT_MATRIX").is_some() {
        std::fs::write(DOCUMENT, &table).unwrap();
    }
    let documented = std::fs::read_to_string(DOCUMENT).unwrap_or_default();
    assert!(
        documented == table,
        "docs/fault-matrix.md says something else; UPDATE_FAULT_MATRIX=1 writes it anew"
    );
}

async fn measure(fault: Fault) -> Measured {
    let bench = Bench::set_up(fault).await;
    let before = bench.server.sessions();
    bench.arm(FOR_EVER).await;
    let told = told(&bench.create().await);
    let create = (
        bench.server.requests(),
        bench.server.sessions() - before,
        told,
    );

    let bench = Bench::set_up(fault).await;
    bench.arm(FOR_EVER).await;
    let told_of_read = self::told(&bench.read().await);
    let read = (bench.server.requests(), told_of_read);

    let read_once = if fault.demanded().0 == 0 {
        None
    } else {
        let bench = Bench::set_up(fault).await;
        bench.arm(1).await;
        let told_of_read = self::told(&bench.read().await);
        Some((bench.server.requests(), told_of_read))
    };

    Measured {
        fault,
        create,
        read,
        read_once,
    }
}

/// A client, and a server that has one session already.
struct Bench {
    fault: Fault,
    client: Client,
    server: Server,
    elsewhere: Server,
    session: SessionId,
    _unused_port: TcpSocket,
}

impl Bench {
    async fn set_up(fault: Fault) -> Self {
        let (elsewhere, other_port) = start(String::new()).await;
        let (server, port) = start(format!("http://localhost:{other_port}/api/")).await;
        // Bound and not listened on: nobody else gets the port, and nobody answers.
        let unused = TcpSocket::new_v4().unwrap();
        unused.bind("127.0.0.1:0".parse().unwrap()).unwrap();

        let api = format!("http://127.0.0.1:{port}/api/");
        let session = client(&server, &api)
            .checkout_sessions()
            .create(&purchase())
            .await
            .unwrap()
            .session_id;
        let faulty = match fault {
            // A label may have 63 characters: no name service has to be asked.
            Fault::NameNotResolved => format!("http://{}.invalid/api/", "x".repeat(64)),
            Fault::Refused => format!("http://{}/api/", unused.local_addr().unwrap()),
            Fault::ConnectTimeout | Fault::TlsRefused => api.replace("http:", "https:"),
            _ => api,
        };
        Self {
            fault,
            client: client(&server, &faulty),
            server,
            elsewhere,
            session,
            _unused_port: unused,
        }
    }

    /// Has the fault happen from now on, so many times.
    async fn arm(&self, times: usize) {
        match self.fault {
            Fault::IdleConnectionDead => {
                // One connection is kept, and nothing on it answers a second time.
                self.read().await.unwrap();
                self.server.arm(self.fault, times);
            }
            Fault::IdleConnectionClosed => {
                self.server.arm(self.fault, 1);
                self.read().await.unwrap();
                self.server.idle_connection_closed().await;
                self.server.arm(self.fault, 0);
            }
            _ => self.server.arm(self.fault, times),
        }
    }

    async fn create(&self) -> Result<(), Error> {
        let made = self.client.checkout_sessions().create(&purchase()).await;
        self.nobody_else_was_asked();
        made.map(drop)
    }

    async fn read(&self) -> Result<(), Error> {
        let sessions = self.client.checkout_sessions();
        let read = sessions.retrieve(&self.session).await;
        self.nobody_else_was_asked();
        read.map(drop)
    }

    fn nobody_else_was_asked(&self) {
        assert_eq!(self.elsewhere.connections(), 0, "{:?}", self.fault);
    }
}

/// A server on a port of its own, which redirects to this URL if it redirects.
async fn start(elsewhere: String) -> (Server, u16) {
    let server = Server::new(elsewhere);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(server.clone().serve(listener));
    (server, port)
}

fn client(server: &Server, api: &str) -> Client {
    Client::builder(SecretKey::new(server.key()).unwrap())
        .environment(Environment::custom(api).unwrap())
        .allow_insecure_http()
        .clock(Hasty)
        .build()
        .expect("a client; for the rows about TLS the system must have certificates")
}

fn purchase() -> NewSession<CustomerRef, clinkbill::Hosted, clinkbill::Lines> {
    NewSession::hosted_without_return_urls()
        .customer(CustomerRef::email("customer@example.com").unwrap())
        .lines(Currency::USD, [Line::new("A one-time purchase", 1, "4.99")])
        .merchant_reference("A-17")
}

fn told(result: &Result<(), Error>) -> Told {
    match result {
        Ok(()) => Told::Success,
        Err(error) => Told::Error(error.outcome()),
    }
}

fn table(rows: &[Measured]) -> String {
    let mut table = String::from(
        "| what happens, each time | `create`: requests the server saw | sessions made \
         | the caller is told | a read: requests | is told | a read, if it happens once: requests \
         | is told |\n|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let (seen, sessions, told) = row.create;
        let (read, read_told) = row.read;
        let name = row.fault.name();
        write!(
            table,
            "| {name} | {seen} | {sessions} | {told} | {read} | {read_told} |"
        )
        .unwrap();
        match row.read_once {
            Some((once, told)) => writeln!(table, " {once} | {told} |"),
            None => writeln!(table, " | |"),
        }
        .unwrap();
    }
    table
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Error(Outcome::NotSent) => f.write_str("`NotSent`"),
            Self::Error(Outcome::Rejected) => f.write_str("`Rejected`"),
            Self::Error(_) => f.write_str("`Unknown`"),
        }
    }
}
