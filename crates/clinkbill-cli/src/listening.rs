//! An address to listen on.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

use crate::exit::{Exit, Failure};

/// The address of a host and a port.
pub(crate) async fn resolve(address: &str) -> Result<SocketAddr, Failure> {
    let host = address.rsplit_once(':').map(|(host, _)| host);
    if host == Some("") {
        let message = format!("failed to listen on {address}: it has no host");
        let hint = format!(
            "127.0.0.1{address} is for this machine alone, 0.0.0.0{address} for others too"
        );
        return Err(Failure::new(Exit::Usage, message).hint(hint));
    }
    let found = tokio::net::lookup_host(address).await;
    let found = found.and_then(|mut addresses| {
        let first = addresses.next();
        first.ok_or_else(|| Error::other("the name has no address"))
    });
    found.map_err(|error| {
        let message = format!("failed to listen on {address}: {error}");
        Failure::new(Exit::Usage, message)
            .hint("an address has a host and a port, such as 127.0.0.1:4010")
    })
}

/// Nothing can listen there.
pub(crate) fn listen_failure(address: &str, error: &Error) -> Failure {
    let (exit, hint) = match error.kind() {
        ErrorKind::AddrInUse => (
            Exit::Unavailable,
            Some("something else listens there: give another --listen; port 0 picks a free one"),
        ),
        ErrorKind::AddrNotAvailable => (
            Exit::Usage,
            Some(
                "it is no address of this machine: 127.0.0.1 is one, and 0.0.0.0 stands for all it has",
            ),
        ),
        ErrorKind::PermissionDenied => (
            Exit::NoPermission,
            Some("ports below 1024 are for the system: give another --listen"),
        ),
        _ => (Exit::Unavailable, None),
    };
    Failure::new(exit, format!("failed to listen on {address}: {error}")).hint_if(hint)
}
