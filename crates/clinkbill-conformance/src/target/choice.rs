//! Which target somebody asks for.

use std::env;
use std::fmt;

use clinkbill_api::{Deployment, is_loopback};
use url::Url;

use super::{BASE_URL, SECRET_KEY, TARGET, TargetError};

/// Which target somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The sandbox behind a wiremock server of this process. The feature `wiremock` has it.
    #[cfg(feature = "wiremock")]
    Wiremock,
    /// The sandbox on a loopback port of this process.
    Server,
    /// A server somebody else runs.
    Elsewhere(Elsewhere),
}

/// A server somebody else runs, and a merchant of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Elsewhere {
    pub(super) base_url: Url,
    pub(super) secret_key: String,
    pub(super) extra_roots: Option<Vec<u8>>,
}

impl Choice {
    /// The target that `CLINK_TARGET`, `CLINK_BASE_URL` and `CLINK_SECRET_KEY` ask for.
    pub fn from_env() -> Result<Self, TargetError> {
        let var = |name| env::var(name).ok().filter(|value| !value.trim().is_empty());
        Self::from_vars(
            var(TARGET).as_deref(),
            var(BASE_URL).as_deref(),
            var(SECRET_KEY).as_deref(),
        )
    }

    /// The target that these values of `CLINK_TARGET`, `CLINK_BASE_URL` and `CLINK_SECRET_KEY` ask
    /// for. Only a base URL leads out of this process; a key alone means nothing.
    pub fn from_vars(
        target: Option<&str>,
        base_url: Option<&str>,
        secret_key: Option<&str>,
    ) -> Result<Self, TargetError> {
        match (target.map(str::trim), base_url) {
            #[cfg(feature = "wiremock")]
            (None | Some("wiremock"), None) => Ok(Self::Wiremock),
            #[cfg(not(feature = "wiremock"))]
            (None, None) => Ok(Self::Server),
            (Some("server"), None) => Ok(Self::Server),
            (None | Some("remote"), Some(base_url)) => {
                let secret_key = secret_key.ok_or(TargetError::NoKey)?;
                Elsewhere::new(base_url, secret_key).map(Self::Elsewhere)
            }
            (Some("remote"), None) => Err(TargetError::NoBaseUrl),
            (Some("wiremock" | "server"), Some(_)) => Err(TargetError::TwoTargets),
            (Some(other), _) => Err(TargetError::NoSuchTarget(other.to_owned())),
        }
    }
}

impl Elsewhere {
    /// The server at this base URL, `/api` included, and the secret key of a merchant of it.
    ///
    /// # Errors
    /// Production, by its hosts and by its keys, and what is no address.
    pub fn new(base_url: &str, secret_key: &str) -> Result<Self, TargetError> {
        let base_url = Url::parse(base_url.trim()).map_err(|_| TargetError::BadUrl)?;
        if Deployment::of(&base_url) == Deployment::Production {
            return Err(TargetError::ProductionHost);
        }
        let plain = matches!(base_url.scheme(), "http" | "https")
            && base_url.username().is_empty()
            && base_url.password().is_none()
            && base_url.query().is_none()
            && base_url.fragment().is_none();
        if !plain {
            return Err(TargetError::BadUrl);
        }
        if base_url.scheme() == "http" && !is_loopback(&base_url) {
            return Err(TargetError::PlainHttp);
        }
        let secret_key = secret_key.trim().to_owned();
        if secret_key.starts_with("sk_prod_") || secret_key.starts_with("sk_live_") {
            return Err(TargetError::ProductionKey);
        }
        Ok(Self {
            base_url,
            secret_key,
            extra_roots: None,
        })
    }

    /// Trusts the certificate authorities of this PEM text as well as those of the system.
    #[must_use]
    pub fn with_extra_roots(mut self, pem: Vec<u8>) -> Self {
        self.extra_roots = Some(pem);
        self
    }
}

/// The key stays out of sight.
impl fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elsewhere")
            .field("base_url", &self.base_url.as_str())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "http://127.0.0.1:4010/api/";

    fn elsewhere(base_url: &str, key: &str) -> Result<Elsewhere, String> {
        Elsewhere::new(base_url, key).map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_alone_never_leaves_this_process() {
        for key in [None, Some("sk_uat_1"), Some("sk_prod_1")] {
            for (target, choice) in [
                (None, Choice::Wiremock),
                (Some("wiremock"), Choice::Wiremock),
                (Some("server"), Choice::Server),
            ] {
                assert_eq!(Choice::from_vars(target, None, key).unwrap(), choice);
            }
        }
    }

    #[test]
    fn a_key_does_not_leave_this_machine_in_clear() {
        for url in [
            "http://example.com/api",
            "http://10.0.0.1/api",
            "http://localhost.example/api",
        ] {
            let refused = Elsewhere::new(url, "sk_uat_1");
            assert!(matches!(refused, Err(TargetError::PlainHttp)), "{url}");
        }
        for url in [LOCAL, "http://localhost:4010/api", "http://[::1]:4010/api"] {
            Elsewhere::new(url, "sk_uat_1").unwrap();
        }
    }

    #[test]
    fn a_base_url_with_a_key_chooses_the_server() {
        for url in [LOCAL, "https://uat-api.clinkbill.com/api"] {
            for target in [None, Some("remote")] {
                let choice = Choice::from_vars(target, Some(url), Some("sk_uat_1")).unwrap();
                let expected = Elsewhere::new(url, "sk_uat_1").unwrap();
                assert_eq!(choice, Choice::Elsewhere(expected));
            }
        }
    }

    #[test]
    fn variables_that_ask_for_two_targets_or_for_none_are_an_error() {
        for (target, base_url, key, word) in [
            (Some("server"), Some(LOCAL), Some("k"), "CLINK_BASE_URL"),
            (Some("wiremock"), Some(LOCAL), Some("k"), "CLINK_BASE_URL"),
            (Some("remote"), None, Some("k"), "CLINK_BASE_URL"),
            (Some("clink"), None, None, "clink"),
            (Some("clink"), Some(LOCAL), Some("k"), "clink"),
            (None, Some(LOCAL), None, "CLINK_SECRET_KEY"),
        ] {
            let error = Choice::from_vars(target, base_url, key).unwrap_err();
            assert!(error.to_string().contains(word), "{target:?}: {error}");
        }
    }

    #[test]
    fn production_is_refused_by_host_and_by_key() {
        for url in [
            "https://api.clinkbill.com/api/",
            "https://API.ClinkBill.com./api",
            "http://clinkbill.com/",
            "https://checkout.clinkbill.com/",
            "https://a.uat-api.clinkbill.com/api",
        ] {
            let error = elsewhere(url, "sk_uat_1").unwrap_err();
            assert!(error.contains("production"), "{url}: {error}");
        }
        for key in ["sk_prod_1", "sk_live_1", " sk_prod_1"] {
            let error = elsewhere(LOCAL, key).unwrap_err();
            assert!(error.contains("production"), "{key}: {error}");
        }
    }

    #[test]
    fn a_base_url_that_is_more_than_an_address_is_refused() {
        for url in [
            "",
            "api",
            "ftp://h/api",
            "http://u@h/api",
            "http://h/api?a=1",
            "http://h/#a",
        ] {
            assert!(elsewhere(url, "sk_uat_1").is_err(), "{url}");
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        let shown = format!("{:?}", elsewhere(LOCAL, "sk_uat_secret"));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
