//! Where `clinkbill webhook listen` passes events on to.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use clinkbill_conformance::receiver::EndpointError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::{Host, Url};

use crate::address::Address;
use crate::cause::Cause;
use crate::conformance::endpoint_failure;
use crate::endpoint::{self, endpoint_url};
use crate::exit::{Exit, Failure};

/// How long the endpoint may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many events may be on their way at the same time.
const MOST: usize = 64;

/// An endpoint that events are passed on to.
pub(super) struct Forward {
    client: reqwest::Client,
    to: Url,
    address: Option<Address>,
    free: Arc<Semaphore>,
}

/// An event on its way: from when it is sent until it was told what became of it.
pub(super) type Underway = OwnedSemaphorePermit;

/// What became of an event.
pub(super) struct Passed {
    /// What its sender is answered.
    pub(super) status: StatusCode,
    /// Why it was not passed on, where it should have been.
    pub(super) problem: Option<String>,
    pub(super) underway: Option<Underway>,
}

impl Passed {
    /// Answered without being passed on.
    pub(super) fn no_further(status: StatusCode) -> Self {
        Self {
            status,
            problem: None,
            underway: None,
        }
    }
}

impl Forward {
    /// To this URL, `plain_http` also where others can read what is sent.
    pub(super) fn to(url: &str, plain_http: bool) -> Result<Self, Failure> {
        let to = endpoint_url("--forward-to", url)?;
        if to.scheme() == "http" && !plain_http && !clinkbill_api::is_loopback(&to) {
            return Err(endpoint_failure(EndpointError::PlainHttp, "--plain-http"));
        }
        let options = clinkbill_api::Options::default().with_timeout(PATIENCE);
        let client = clinkbill_api::http_client(&to, &options)
            .map_err(|error| Failure::new(Exit::Config, error))?;
        Ok(Self {
            client,
            address: Address::of(to.as_str()),
            to,
            free: Arc::new(Semaphore::new(MOST)),
        })
    }

    /// Fails where events would come back to who listens at this address.
    pub(super) async fn check_leads_on_from(&self, own: SocketAddr) -> Result<(), Failure> {
        if !leads_to(&self.to, own).await {
            return Ok(());
        }
        let message = "--forward-to leads back to this command: each event would come again";
        Err(Failure::new(Exit::Config, message).hint(format_args!(
            "give the URL of your endpoint, {}",
            endpoint::EXAMPLE
        )))
    }

    /// How many events are on their way.
    pub(super) fn underway(&self) -> usize {
        MOST - self.free.available_permits()
    }

    /// Passes an event on, unless too many are on their way.
    pub(super) async fn pass_on(&self, uri: &Uri, headers: &HeaderMap, body: Bytes) -> Passed {
        let Ok(underway) = Arc::clone(&self.free).try_acquire_owned() else {
            return Passed {
                status: StatusCode::SERVICE_UNAVAILABLE,
                problem: Some(format!("{MOST} events are being passed on already")),
                underway: None,
            };
        };
        let (status, problem) = match self.send(uri, headers, body).await {
            Ok(status) => (status, None),
            Err(error) => (StatusCode::BAD_GATEWAY, Some(self.problem(&error))),
        };
        Passed {
            status,
            problem,
            underway: Some(underway),
        }
    }

    /// The event as it came: body, content type and the headers that prove it.
    async fn send(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> reqwest::Result<StatusCode> {
        let mut to = self.to.clone();
        if to.query().is_none() {
            to.set_query(uri.query());
        }
        let mut request = self.client.post(to).body(body);
        for (name, value) in headers {
            if name == "content-type" || name.as_str().starts_with("x-clink-") {
                request = request.header(name, value);
            }
        }
        Ok(request.send().await?.status())
    }

    /// Why there was no answer.
    fn problem(&self, error: &reqwest::Error) -> String {
        let said = match (Cause::of(error), &self.address) {
            (Some(cause), Some(address)) => cause.said(address),
            _ if error.is_timeout() => format!("no answer within {} s", PATIENCE.as_secs()),
            _ => "the connection broke off".to_owned(),
        };
        format!("--forward-to: {said}")
    }
}

/// Whether a request to this URL comes to who listens at this address.
async fn leads_to(url: &Url, own: SocketAddr) -> bool {
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return false;
    };
    if port != own.port() {
        return false;
    }
    let addresses = match host {
        Host::Ipv4(ip) => vec![ip.into()],
        Host::Ipv6(ip) => vec![ip.into()],
        Host::Domain(name) => match tokio::net::lookup_host((name, port)).await {
            Ok(found) => found.map(|address| address.ip()).collect(),
            // Who has no address leads nowhere, as is told for each event.
            Err(_) => Vec::new(),
        },
    };
    let listens = own.ip().to_canonical();
    addresses.iter().map(IpAddr::to_canonical).any(|ip| {
        if listens.is_unspecified() {
            is_of_this_machine(ip)
        } else {
            // What is sent to "any address" stays on this machine.
            ip == listens || (ip.is_unspecified() && listens.is_loopback())
        }
    })
}

/// Only an own address can be bound to.
fn is_of_this_machine(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_address_is_known_however_it_is_spelled() {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        for (url, own, leads) in [
            ("http://127.0.0.1:4242/", "127.0.0.1:4242", true),
            ("https://127.0.0.1:4242/hook?x=1", "127.0.0.1:4242", true),
            ("http://127.1:4242/", "127.0.0.1:4242", true),
            ("http://localhost:4242/", "127.0.0.1:4242", true),
            ("http://0.0.0.0:4242/", "127.0.0.1:4242", true),
            ("http://[::1]:4242/", "[::1]:4242", true),
            ("http://[::ffff:127.0.0.1]:4242/", "127.0.0.1:4242", true),
            ("http://127.0.0.1:4242/", "0.0.0.0:4242", true),
            ("http://localhost:4242/", "0.0.0.0:4242", true),
            ("http://127.0.0.1:4242/", "[::]:4242", true),
            ("http://127.0.0.1/", "127.0.0.1:80", true),
            ("http://127.0.0.1:4243/", "127.0.0.1:4242", false),
            ("http://127.0.0.1:4243/", "0.0.0.0:4242", false),
            ("http://192.0.2.1:4242/", "0.0.0.0:4242", false),
            ("http://192.0.2.1:4242/", "127.0.0.1:4242", false),
        ] {
            let url = Url::parse(url).unwrap();
            let led = runtime.block_on(leads_to(&url, own.parse().unwrap()));
            assert_eq!(led, leads, "{url} from {own}");
        }
    }
}
