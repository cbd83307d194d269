use reqwest::Url;
use url::Host;

const CLINK: &str = "clinkbill.com";
const SANDBOX_PREFIX: &str = "uat-";

/// Whose server a URL leads to.
///
/// The one place that knows Clink's hosts, so that a key of the sandbox and a key of production
/// never meet the other's server, however its name is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deployment {
    /// Clink's sandbox (`uat-api.clinkbill.com`): no money moves.
    Sandbox,
    /// Any other host of Clink's: what does not say that it is the sandbox counts as production.
    Production,
    /// Nobody's that is known here: a server of your own, a proxy, a stranger.
    Elsewhere,
}

impl Deployment {
    /// Whose server `url` leads to. Scheme, port and path do not matter, and neither do upper
    /// case and the dot that may end a host's name.
    ///
    /// ```
    /// use clinkbill_api::Deployment;
    /// use reqwest::Url;
    ///
    /// let url = Url::parse("https://API.clinkbill.com./api/")?;
    /// assert_eq!(Deployment::of(&url), Deployment::Production);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let host = host.trim_end_matches('.');
        match host.strip_suffix(CLINK) {
            Some("") => Self::Production,
            Some(below) => match below.strip_suffix('.') {
                Some(label) if label.starts_with(SANDBOX_PREFIX) => Self::Sandbox,
                Some(_) => Self::Production,
                None => Self::Elsewhere,
            },
            None => Self::Elsewhere,
        }
    }
}

/// Whether the host of `url` is this machine, by its name or by its address: then what is sent
/// there in clear crosses no network.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Deployment {
        Deployment::of(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_host_is_known_however_it_is_spelled() {
        for (host, deployment) in [
            ("api.clinkbill.com", Deployment::Production),
            ("checkout.clinkbill.com", Deployment::Production),
            ("clinkbill.com", Deployment::Production),
            ("a.uat-api.clinkbill.com", Deployment::Production),
            ("uat-api.clinkbill.com", Deployment::Sandbox),
            ("uat-checkout.clinkbill.com", Deployment::Sandbox),
        ] {
            for spelled in [
                format!("https://{host}/api/"),
                format!("https://{host}./api"),
                format!("https://{host}..:443/"),
                format!("https://{}:443", host.to_ascii_uppercase()),
                format!("https://{host}:8443/"),
                format!("http://user@{host}./?x#y"),
                format!("https://{}/", host.replace('.', "%2E")),
                format!("https://{}/", host.replace('.', "。")),
            ] {
                assert_eq!(of(&spelled), deployment, "{spelled}");
            }
        }
    }

    #[test]
    fn a_host_that_only_looks_like_it_is_elsewhere() {
        for url in [
            "https://myclinkbill.com/",
            "https://uat-clinkbill.com/",
            "https://api.clinkbill.com.example.com/",
            "https://example.com/api.clinkbill.com",
            "https://api.clinkbill.com@example.com/",
            "http://127.0.0.1:4010/api/",
            "data:text/plain,api.clinkbill.com",
        ] {
            assert_eq!(of(url), Deployment::Elsewhere, "{url}");
        }
    }
}
