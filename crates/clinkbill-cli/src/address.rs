//! Where a server is, as far as it may be told.

use std::fmt;

use url::Url;

/// The host and the port of a server: no user, no path, no query.
pub(crate) struct Address {
    pub(crate) host: String,
    port: u16,
    pub(crate) is_secure: bool,
    /// On this machine.
    pub(crate) is_here: bool,
    /// Whether the path of the base URL ends as that of Clink's API does.
    pub(crate) ends_in_api: bool,
    /// The variable that names a proxy.
    pub(crate) proxy: Option<&'static str>,
}

impl Address {
    /// Of a base URL, or none of what is no URL with a host.
    pub(crate) fn of(base_url: &str) -> Option<Self> {
        let url = Url::parse(base_url).ok()?;
        let is_secure = url.scheme() == "https";
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
            is_secure,
            is_here: clinkbill_api::is_loopback(&url),
            ends_in_api: url.path().trim_end_matches('/').ends_with("/api"),
            proxy: if is_secure { proxy() } else { None },
        })
    }
}

/// Only https goes through a proxy, which http would show the key. Whether it does is also for
/// `NO_PROXY` to say, so that what is named here may stand on the way, or may not.
fn proxy() -> Option<&'static str> {
    let mut variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter();
    variables.find(|variable| std::env::var_os(variable).is_some_and(|proxy| !proxy.is_empty()))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
