use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::Url;
use reqwest::redirect::Policy;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::{BuilderVerifierExt as _, Verifier};
use secrecy::SecretString;

use crate::auth::{Clock, Inner};
use crate::generated::Client;
use crate::patience::Patience;

/// How long a [`Client`] waits, whom it trusts, and which clock it signs with.
///
/// The defaults: 10 seconds to connect, 30 seconds for the whole exchange, the certificates this
/// system trusts, the system's clock.
#[derive(Clone)]
pub struct Options {
    connect_timeout: Duration,
    timeout: Option<Duration>,
    extra_roots: Vec<CertificateDer<'static>>,
    clock: Clock,
}

/// Why there is no client. No message shows the key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The base URL is not an absolute `http` or `https` URL, or it has a user, a query or a
    /// fragment.
    #[error("not a base URL: an absolute http or https URL without user, query and fragment")]
    BaseUrl,
    /// The key is empty, or has a character that no HTTP header can carry.
    #[error("the key is empty, or has a character that an HTTP header cannot carry")]
    Key,
    /// There is no certificate in what was given as one.
    #[error("not a certificate in PEM format")]
    Certificate,
    /// The program has installed no provider of cryptography, and the feature `ring` is off.
    #[error(
        "no rustls provider is installed: install one at the start of the program \
         (CryptoProvider::install_default), or turn on the feature `ring`"
    )]
    NoProvider,
    /// The certificates could not be used.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The HTTP client could not be set up.
    #[error("the HTTP client cannot be set up")]
    Http(#[source] reqwest::Error),
}

impl Client {
    /// A client of the API at `base_url` (with or without a slash at its end) that signs with
    /// `key`. Nothing is sent yet.
    ///
    /// Plain `http` shows the key to the network: it is for a server on this machine.
    pub fn connect(
        base_url: &str,
        key: &SecretString,
        options: Options,
    ) -> Result<Self, ConnectError> {
        let base_url = parse_base_url(base_url)?;
        let http = http_client(&base_url, &options)?;
        let inner = Inner::new(key, options.clock)?;
        let base_url = base_url.as_str().trim_end_matches('/');
        Ok(Self::new_with_client(base_url, http, inner))
    }
}

impl Options {
    /// Waits at most so long for a connection, TLS included.
    #[must_use]
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Waits at most so long for the whole exchange, from connecting to the last byte; without
    /// an end when it is `None`.
    #[must_use]
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Trusts the certificate authorities of this PEM text as well as those of the system.
    /// Without effect on an `http` server.
    pub fn with_extra_roots(mut self, pem: &[u8]) -> Result<Self, ConnectError> {
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        match roots {
            Ok(roots) if !roots.is_empty() => self.extra_roots.extend(roots),
            _ => return Err(ConnectError::Certificate),
        }
        Ok(self)
    }

    /// Takes the time of `X-Timestamp` from `clock`, once for each sending.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Some(Duration::from_secs(30)),
            extra_roots: Vec::new(),
            clock: Arc::new(SystemTime::now),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("extra_roots", &self.extra_roots.len())
            .finish_non_exhaustive()
    }
}

/// An HTTP client for the server at `base_url` that a key can be trusted to.
///
/// * A redirect is an answer like any other: following it would hand the key and the body to
///   whoever it names.
/// * Nothing is sent a second time. (A kept connection that turns out to be closed before a byte
///   was written is replaced.)
/// * An `https` server is reached by TLS only, checked against the certificates this system
///   trusts and those of the options, and through the proxy the environment names, if any (a tunnel: the proxy sees no
///   key). An `http` server is reached directly: a proxy would see all.
/// * HTTP/1.1 only; no cookies, no `User-Agent`, no `Accept-Encoding`.
pub fn http_client(base_url: &Url, options: &Options) -> Result<reqwest::Client, ConnectError> {
    let secure = base_url.scheme() == "https";
    let provider = provider().ok_or(ConnectError::NoProvider)?;
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(secure, options, provider).map_err(ConnectError::Tls)?)
        .https_only(secure)
        .http1_only()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .connector_layer(Patience(options.connect_timeout));
    let builder = match options.timeout {
        Some(timeout) => builder.timeout(timeout),
        None => builder,
    };
    let builder = if secure { builder } else { builder.no_proxy() };
    builder.build().map_err(ConnectError::Http)
}

/// That of the program where it has installed one; or else ring, which is handed over, so that no
/// program has to install anything for its whole process.
fn provider() -> Option<Arc<CryptoProvider>> {
    let installed = CryptoProvider::get_default().map(Arc::clone);
    #[cfg(feature = "ring")]
    let installed = installed.or_else(|| Some(Arc::new(rustls::crypto::ring::default_provider())));
    installed
}

fn tls(
    secure: bool,
    options: &Options,
    provider: Arc<CryptoProvider>,
) -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let config = if !secure {
        // Trusts nobody. A system without certificates can still reach a server by plain HTTP.
        config.with_root_certificates(RootCertStore::empty())
    } else if options.extra_roots.is_empty() {
        config.with_platform_verifier()?
    } else {
        let verifier = Verifier::new_with_extra_roots(options.extra_roots.clone(), provider)?;
        // Rustls calls every verifier dangerous that is handed to it; this one is the system's.
        config
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
    };
    Ok(config.with_no_client_auth())
}

fn parse_base_url(text: &str) -> Result<Url, ConnectError> {
    let url = Url::parse(text).map_err(|_| ConnectError::BaseUrl)?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if is_plain {
        Ok(url)
    } else {
        Err(ConnectError::BaseUrl)
    }
}
