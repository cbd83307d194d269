use std::env::VarError;
use std::fmt;

use clinkbill_api::{Deployment, is_loopback};
use url::{Origin, Url};

use crate::Error;
use crate::redirect::{parse_absolute, unambiguous};

const BASE_URL: &str = "CLINK_BASE_URL";
const SANDBOX_API: &str = "https://uat-api.clinkbill.com/api/";
const SANDBOX_CHECKOUT: &str = "https://uat-checkout.clinkbill.com";
const SANDBOX_PORTAL: &str = "https://uat-portal.clinkbill.com";
const PRODUCTION_API: &str = "https://api.clinkbill.com/api/";
const PRODUCTION_CHECKOUT: &str = "https://checkout.clinkbill.com";
const PRODUCTION_PORTAL: &str = "https://portal.clinkbill.com";

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// Clink's sandbox (`uat-api.clinkbill.com`): no money moves.
    Sandbox,
    /// Clink's production: money moves.
    Production,
    /// A server of your own, such as a local sandbox. Made by [`Environment::custom`].
    Custom(ApiUrl),
}

/// The checked base URL of an API.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiUrl(Url);

impl Environment {
    /// The API at this base URL, its path included: `http://127.0.0.1:4010/api/`.
    ///
    /// Fails when it is no absolute `http` or `https` URL, or has a user, a query or a fragment.
    /// Plain `http` to another machine than this one would show the key to the network: a client
    /// is built for it only when told to
    /// ([`ClientBuilder::allow_insecure_http`](crate::ClientBuilder::allow_insecure_http)).
    pub fn custom(api_url: &str) -> Result<Self, Error> {
        Self::parse("environment", api_url)
    }

    /// The environment variable `CLINK_BASE_URL` as a custom environment; Clink's sandbox when
    /// it is not set.
    ///
    /// With [`SecretKey::from_env`](crate::SecretKey::from_env) the two lines a local sandbox
    /// prints, exported, point a program at it.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_value(std::env::var(BASE_URL))
    }

    /// Whether money moves: requests reach Clink's production, whatever way it was named.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.deployment() == Deployment::Production
    }

    fn from_value(value: Result<String, VarError>) -> Result<Self, Error> {
        match value {
            Ok(url) => Self::parse(BASE_URL, &url),
            Err(VarError::NotPresent) => Ok(Self::Sandbox),
            Err(_) => Err(Error::invalid(BASE_URL, "is not text")),
        }
    }

    fn parse(field: &'static str, api_url: &str) -> Result<Self, Error> {
        let url = Url::parse(api_url)
            .map_err(|_| Error::invalid(field, "is not an absolute http or https URL"))?;
        check_transport(field, &url, PlainHttp::ToAnyMachine)?;
        if !is_bare(&url) {
            return Err(Error::invalid(field, "has a user, a query or a fragment"));
        }
        Ok(Self::Custom(ApiUrl(url)))
    }

    /// Whether the key may go there.
    pub(crate) fn check(&self, plain: PlainHttp) -> Result<(), Error> {
        match self {
            Self::Sandbox | Self::Production => Ok(()),
            Self::Custom(ApiUrl(url)) => check_transport("environment", url, plain),
        }
    }

    pub(crate) fn api_url(&self) -> &str {
        match self {
            Self::Sandbox => SANDBOX_API,
            Self::Production => PRODUCTION_API,
            Self::Custom(ApiUrl(url)) => url.as_str(),
        }
    }

    /// The origin of checkout pages unless the client is told another: Clink's own for Clink's
    /// environments, the API's own for a custom one.
    pub(crate) fn checkout_origin(&self) -> &str {
        match self.deployment() {
            Deployment::Sandbox => SANDBOX_CHECKOUT,
            Deployment::Production => PRODUCTION_CHECKOUT,
            Deployment::Elsewhere => self.api_url(),
        }
    }

    /// The origin of customer portals unless the client is told another, in the same way.
    pub(crate) fn portal_origin(&self) -> &str {
        match self.deployment() {
            Deployment::Sandbox => SANDBOX_PORTAL,
            Deployment::Production => PRODUCTION_PORTAL,
            Deployment::Elsewhere => self.api_url(),
        }
    }

    /// Whose server requests reach, whatever way it was named.
    pub(crate) fn deployment(&self) -> Deployment {
        match self {
            Self::Sandbox => Deployment::Sandbox,
            Self::Production => Deployment::Production,
            Self::Custom(ApiUrl(url)) => Deployment::of(url),
        }
    }
}

/// The base URL requests go to.
impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.api_url())
    }
}

impl fmt::Debug for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// Whether the URL has nothing that no base URL has a use for.
pub(crate) fn is_bare(url: &Url) -> bool {
    url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Where plain `http` may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlainHttp {
    ToThisMachine,
    ToAnyMachine,
}

/// `https` to anywhere, `http` only as far as it may lead.
pub(crate) fn check_transport(
    field: &'static str,
    url: &Url,
    plain: PlainHttp,
) -> Result<(), Error> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if plain == PlainHttp::ToAnyMachine || is_loopback(url) => Ok(()),
        "http" => Err(Error::invalid(
            field,
            "uses http to another machine than this one; use https, or `ClientBuilder::allow_insecure_http` where the network may see the key",
        )),
        _ => Err(Error::invalid(
            field,
            "is not an absolute http or https URL",
        )),
    }
}

/// The origin a server's links have to lead to.
#[derive(Debug)]
pub(crate) struct Home {
    origin: Origin,
    /// The same as browsers write it.
    text: String,
}

impl Home {
    pub(crate) fn of(url: &Url) -> Self {
        let origin = url.origin();
        let text = origin.ascii_serialization();
        Self { origin, text }
    }

    /// What is wrong with a URL that a server gave, if it does not lead here.
    pub(crate) fn check(&self, text: &str) -> Result<(), &'static str> {
        let text = unambiguous(text)?;
        // Up to its first slash it is this origin to the letter: no need to take it apart.
        let rest = text.strip_prefix(&self.text);
        if rest.is_some_and(|rest| rest.starts_with('/')) {
            return Ok(());
        }
        let url = parse_absolute(text)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("has a user in it");
        }
        if url.origin() != self.origin {
            return Err("leads to another host than the one of this environment");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://127.0.0.1:4010/api/";

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for url in [
            "http://127.0.0.1:4010/api/",
            "http://localhost/api",
            "http://[::1]:80/api/",
            "https://clink.example.com/api/",
        ] {
            let environment = Environment::custom(url).unwrap();
            environment.check(PlainHttp::ToThisMachine).unwrap();
        }
        for url in [
            "http://clink.example.com/api/",
            "http://127.0.0.1.example.com/api/",
            "http://localhost.example.com/api/",
            "http://10.0.0.1/api/",
        ] {
            let environment = Environment::custom(url).unwrap();
            let error = environment.check(PlainHttp::ToThisMachine).unwrap_err();
            assert_eq!(error.field(), Some("environment"), "{url}");
            environment.check(PlainHttp::ToAnyMachine).unwrap();
        }
    }

    #[test]
    fn what_is_no_base_url_is_no_environment() {
        for url in [
            "ftp://127.0.0.1/api/",
            "127.0.0.1:4010/api/",
            "/api/",
            "",
            "https://user@127.0.0.1/api/",
            "https://127.0.0.1/api/?x=1",
            "https://127.0.0.1/api/#x",
        ] {
            let error = Environment::custom(url).unwrap_err();
            assert_eq!(error.field(), Some("environment"), "{url}");
        }
    }

    #[test]
    fn production_is_known_by_its_host_too() {
        let custom = |url| Environment::custom(url).unwrap();
        for (environment, deployment, checkout) in [
            (
                Environment::Production,
                Deployment::Production,
                PRODUCTION_CHECKOUT,
            ),
            (
                custom("https://api.clinkbill.com./api"),
                Deployment::Production,
                PRODUCTION_CHECKOUT,
            ),
            (Environment::Sandbox, Deployment::Sandbox, SANDBOX_CHECKOUT),
            (
                custom("https://uat-api.clinkbill.com./api"),
                Deployment::Sandbox,
                SANDBOX_CHECKOUT,
            ),
            (
                custom("https://127.0.0.1/api.clinkbill.com/"),
                Deployment::Elsewhere,
                "https://127.0.0.1/api.clinkbill.com/",
            ),
        ] {
            assert_eq!(environment.deployment(), deployment);
            assert_eq!(environment.checkout_origin(), checkout);
            assert_eq!(environment.is_production(), checkout == PRODUCTION_CHECKOUT);
        }
    }

    #[test]
    fn the_variable_is_named_when_its_value_is_no_environment() {
        assert_eq!(
            Environment::from_value(Ok(URL.to_owned())).unwrap(),
            Environment::custom(URL).unwrap()
        );
        assert_eq!(
            Environment::from_value(Err(VarError::NotPresent)).unwrap(),
            Environment::Sandbox
        );
        for text in ["", " ", "localhost:4010", "ftp://shop.example.com/api/"] {
            let error = Environment::from_value(Ok(text.to_owned())).unwrap_err();
            assert_eq!(error.field(), Some("CLINK_BASE_URL"), "{text}");
        }
    }
}
