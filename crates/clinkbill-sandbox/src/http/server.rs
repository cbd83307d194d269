//! The door on a real port.

mod changes;
mod connection;
mod held;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Deref;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::engine::{BreakingDoor, Engine};
use crate::http::served::Served;
use crate::webhook::courier::Settler;
use crate::{Sandbox, StartError};

/// How long nothing is accepted after the machine has run out of sockets.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A sandbox on a port. It stops when it is dropped: requests that are being answered are still
/// answered, as long as the runtime lives.
pub struct Server {
    address: SocketAddr,
    /// Dropped with the server, which is how connections learn of it.
    _running: watch::Sender<()>,
    _door: BreakingDoor,
    served: Served,
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
        let served = Served::start(self, &format!("http://{}", reachable(address)));
        let (running, stopped) = watch::channel(());
        tokio::spawn(accept(listener, served.settler().clone(), stopped));
        Ok(Server {
            address,
            _running: running,
            _door: Engine::open_breaking_door(&self.engine),
            served,
        })
    }
}

impl Server {
    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Deref for Server {
    type Target = Served;

    fn deref(&self) -> &Served {
        &self.served
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
