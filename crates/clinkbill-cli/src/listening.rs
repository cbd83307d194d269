//! An address to listen on.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

use crate::exit::{Exit, Failure};

/// The address of a host and a port.
pub(crate) async fn resolve(address: &str) -> Result<SocketAddr, Error> {
    let mut addresses = tokio::net::lookup_host(address).await?;
    addresses
        .next()
        .ok_or_else(|| Error::other("the name has no address"))
}

/// Nothing can listen there.
pub(crate) fn listen_failure(address: &str, error: &Error) -> Failure {
    let (exit, hint) = match error.kind() {
        ErrorKind::AddrInUse => (
            Exit::Unavailable,
            Some("something else listens there: give another --listen; port 0 picks a free one"),
        ),
        ErrorKind::InvalidInput => (
            Exit::Usage,
            Some("an address has a host and a port, such as 127.0.0.1:4010"),
        ),
        ErrorKind::PermissionDenied => (
            Exit::NoPermission,
            Some("ports below 1024 are for the system: give another --listen"),
        ),
        _ => (Exit::Unavailable, None),
    };
    Failure::new(exit, format!("failed to listen on {address}: {error}")).hint_if(hint)
}
