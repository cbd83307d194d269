//! By which names the sandbox may be called.
//!
//! A page of another site must not reach it through a name that resolves to this machine, so a
//! request's `Host` has to be local, or a name that was allowed at start.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::header;
use http::uri::Authority;

use super::is_repeated;
use crate::engine::Engine;
use crate::error::ApiError;
use crate::request::Request;

pub(super) fn check(engine: &Engine, request: &Request) -> Result<(), ApiError> {
    if request.headers.get(header::HOST).is_none() {
        return Ok(());
    }
    let allowed = authority(request).is_some_and(|authority| {
        let name = authority.host();
        is_local(name)
            || engine
                .options
                .allowed_hosts
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(name))
    });
    if allowed {
        Ok(())
    } else {
        Err(ApiError::ForeignHost)
    }
}

/// Where the sandbox can be reached, as the caller reached it.
pub(super) fn origin(request: &Request) -> String {
    match authority(request) {
        Some(authority) => format!("http://{authority}"),
        None => "http://localhost".to_owned(),
    }
}

/// A host and perhaps a port, and nothing else.
fn authority(request: &Request) -> Option<Authority> {
    if is_repeated(request, &header::HOST) {
        return None;
    }
    let authority: Authority = request.text_header(&header::HOST)?.parse().ok()?;
    (!authority.as_str().contains('@')).then_some(authority)
}

fn is_local(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
        || address
            .parse::<Ipv6Addr>()
            .is_ok_and(|address| address.is_loopback())
}
