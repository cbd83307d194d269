//! The door on a real port.

mod connection;
mod held;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clinkbill_types::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::engine::{BreakingDoor, Engine};
use crate::webhook::courier::{Courier, Settler};
use crate::{ControlError, Merchant, Sandbox, StartError};

/// How long nothing is accepted after the machine has run out of sockets.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A sandbox on a port. It stops when it is dropped: requests that are being answered are still
/// answered, as long as the runtime lives.
pub struct Server {
    sandbox: Sandbox,
    address: SocketAddr,
    base_url: String,
    /// Dropped with the server, which is how connections learn of it.
    _running: watch::Sender<()>,
    _door: BreakingDoor,
    courier: Courier,
}

impl Sandbox {
    /// Serves the API and the checkout page on a free loopback port, and delivers webhooks.
    ///
    /// It speaks HTTP/1.1. What is no such request is answered with the documented envelope as
    /// well, and the connection closed: HTTP 400 for bytes that are no head, HTTP 414 for a target
    /// and HTTP 431 for a head that are too large. Behind requests that were sent without waiting
    /// for their answers, such an answer may be bare.
    ///
    /// Must be called inside a tokio runtime.
    pub async fn serve(&self) -> Result<Server, StartError> {
        self.serve_on((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// Like [`serve`](Self::serve), on an address of your choice. Requests are answered only
    /// when their `Host` is local.
    pub async fn serve_on(&self, address: SocketAddr) -> Result<Server, StartError> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let courier = Courier::start(&self.engine);
        let (running, stopped) = watch::channel(());
        tokio::spawn(accept(listener, courier.settler().clone(), stopped));
        Ok(Server {
            sandbox: self.clone(),
            address,
            base_url: format!("http://{}/api/", reachable(address)),
            _running: running,
            _door: Engine::open_breaking_door(&self.engine),
            courier,
        })
    }
}

impl Server {
    /// What a client takes as its base URL: `http://127.0.0.1:PORT/api/`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A secret key that this sandbox made up.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        self.sandbox.secret_key()
    }

    /// The merchant of [`secret_key`](Self::secret_key).
    #[must_use]
    pub fn merchant(&self) -> Merchant {
        self.sandbox.merchant()
    }

    /// Moves the time of [`merchant`](Self::merchant) forward, and waits until every delivery
    /// that became due on the way has been attempted, retries included.
    ///
    /// Fails if the time would be later than the year 9000.
    pub async fn advance(&self, by: Duration) -> Result<Timestamp, ControlError> {
        let now = self.merchant().advance(by)?;
        self.settled(&self.merchant()).await;
        Ok(now)
    }

    /// Waits until everything that is due to this merchant's endpoints by now has been attempted.
    pub async fn settled(&self, merchant: &Merchant) {
        self.courier.settler().settled(merchant).await;
    }

    /// The sandbox behind the port.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

async fn accept(listener: TcpListener, door: Settler, mut stopped: watch::Receiver<()>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(connection::serve(stream, door.clone(), stopped.clone()));
            }
            // Either this one caller is gone, or there are no sockets left until others are.
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// The address a client on this machine uses: "any address" is not one that can be called.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
