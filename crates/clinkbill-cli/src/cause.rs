//! Why no answer came back from a server, in the words of whoever has to mend it.

use std::error::Error;
use std::io::{self, ErrorKind};

use rustls::CertificateError;

use crate::address::Address;

/// What stood between this machine and an answer.
pub(crate) enum Cause {
    UnknownHost,
    Refused,
    NoWay,
    /// With what is wrong with the certificate, and whether a clock could be to blame.
    Untrusted(String, Clock),
    NoTls,
    OtherTls(String),
    NoHttp,
    CutOff,
    Silent,
    /// With the words of whoever tried.
    Other(String),
}

/// Whether a certificate is refused for its time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    MayBeWrong,
    IsNotAsked,
}

/// How hyper-util says that a name service knew no address. Its type is not public.
const UNKNOWN_HOST: &str = "dns error";

impl Cause {
    /// The first thing in a chain of errors that says it.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        if error.to_string() == UNKNOWN_HOST {
            return Some(Self::UnknownHost);
        }
        let in_time = |error: &reqwest::Error| !error.is_timeout();
        if !error.downcast_ref().is_none_or(in_time) {
            return Some(Self::Silent);
        }
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(Self::of_tls(error));
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            if error.is_parse() {
                return Some(Self::NoHttp);
            }
            if error.is_incomplete_message() {
                return Some(Self::CutOff);
            }
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            // Its `source` is that of what it holds, and passes over the thing itself.
            let held = error.get_ref().and_then(|held| Self::of(held));
            return held.or_else(|| Self::of_io(error.kind()));
        }
        Self::of(error.source()?)
    }

    fn of_io(kind: ErrorKind) -> Option<Self> {
        Some(match kind {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable => Self::NoWay,
            ErrorKind::TimedOut => Self::Silent,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Self::CutOff,
            _ => return None,
        })
    }

    fn of_tls(error: &rustls::Error) -> Self {
        use CertificateError as Bad;

        let bad = match error {
            rustls::Error::InvalidCertificate(bad) => bad,
            rustls::Error::InvalidMessage(_) => return Self::NoTls,
            other => return Self::OtherTls(other.to_string()),
        };
        let (problem, clock) = match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => ("it has expired", Clock::MayBeWrong),
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                ("it is not valid yet", Clock::MayBeWrong)
            }
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                ("it is for another name", Clock::IsNotAsked)
            }
            Bad::UnknownIssuer => (
                "nobody whom this system trusts vouches for it",
                Clock::IsNotAsked,
            ),
            Bad::Revoked => ("it was revoked", Clock::IsNotAsked),
            Bad::Other(other) => {
                let problem = format!("it is self-signed, or no server's ({other})");
                return Self::Untrusted(problem, Clock::IsNotAsked);
            }
            other => return Self::Untrusted(other.to_string(), Clock::IsNotAsked),
        };
        Self::Untrusted(problem.to_owned(), clock)
    }

    /// What is at the end of a chain of errors that says nothing known.
    pub(crate) fn other(error: &(dyn Error + 'static)) -> Self {
        match error.source() {
            Some(behind) => Self::other(behind),
            None => Self::Other(error.to_string()),
        }
    }

    /// What happened, with the address it happened at.
    pub(crate) fn said(&self, at: &Address) -> String {
        let way = match at.proxy {
            Some(variable) => format!("{at} (or the proxy that {variable} names)"),
            None => at.to_string(),
        };
        match self {
            Self::UnknownHost if at.proxy.is_some() => format!("no address is known for {way}"),
            Self::UnknownHost => format!("no address is known for {}", at.host),
            Self::Refused => format!("{way} refuses connections"),
            Self::NoWay => format!("no way leads to {way}"),
            Self::Untrusted(problem, _) => {
                format!("the certificate of {at} is not trusted here: {problem}")
            }
            Self::NoTls => format!("{at} speaks no TLS"),
            Self::OtherTls(problem) => format!("TLS with {at} failed: {problem}"),
            Self::NoHttp => format!("{at} answers with something that is not HTTP"),
            Self::CutOff => format!("{way} closed the connection before its answer was complete"),
            Self::Silent => format!("nothing came from {way}"),
            Self::Other(problem) => format!("no connection to {way}: {problem}"),
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self, at: &Address) -> String {
        let hint = match self {
            _ if at.proxy.is_some() && self.may_be_of_a_proxy() => {
                return "is the base URL right, and is the proxy, which can be left out by NO_PROXY?".to_owned();
            }
            Self::UnknownHost => {
                "is the host of the base URL right, and does this machine reach its name service?"
            }
            Self::Refused if at.is_here => {
                "does the server run, and on this port? `clinkbill sandbox` starts one"
            }
            Self::Refused => "does the server run, and on this port?",
            Self::NoWay => "is this machine on the network, and the base URL right?",
            Self::Untrusted(_, Clock::MayBeWrong) => {
                "is the clock of this machine right? if it is, the server needs another certificate"
            }
            Self::Untrusted(..) => {
                "is the base URL right? if it is, have this system trust whoever issued the \
                 certificate, on Linux by SSL_CERT_FILE as well"
            }
            Self::NoTls if at.is_here => "take http:// instead of https:// in the base URL",
            Self::NoTls | Self::OtherTls(_) => "is the port of the base URL the one for https?",
            Self::NoHttp if at.is_secure => "is it the API that listens there?",
            Self::NoHttp => "take https:// instead of http:// in the base URL, or another port",
            Self::Other(_) => "is the base URL right?",
            Self::CutOff if at.is_secure => "is it the API that listens there, and is it well?",
            Self::CutOff => {
                "is it the API that listens there, and is it well? one that wants TLS needs https://"
            }
            Self::Silent => {
                "is the server overloaded, or does something in between, as a firewall, let nothing \
                 through?"
            }
        };
        hint.to_owned()
    }

    /// Whether it happens before anything is heard of the server itself.
    fn may_be_of_a_proxy(&self) -> bool {
        matches!(
            self,
            Self::UnknownHost
                | Self::Refused
                | Self::NoWay
                | Self::CutOff
                | Self::Silent
                | Self::Other(_)
        )
    }
}

/// One hint, and another after it.
pub(crate) fn then(hint: &str, more: &str) -> String {
    let end = if hint.ends_with('?') { "" } else { ";" };
    format!("{hint}{end} {more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(error: rustls::Error) -> io::Error {
        io::Error::new(ErrorKind::InvalidData, error)
    }

    fn certificate(error: CertificateError) -> io::Error {
        tls(rustls::Error::InvalidCertificate(error))
    }

    #[test]
    fn what_is_inside_of_an_error_says_more_than_its_kind() {
        let at = Address::of("https://shop.example.com/api/").unwrap();
        for (error, said, hint) in [
            (
                certificate(CertificateError::Expired),
                "it has expired",
                "clock",
            ),
            (
                certificate(CertificateError::NotValidForName),
                "it is for another name",
                "base URL",
            ),
            (
                certificate(CertificateError::UnknownIssuer),
                "shop.example.com:443 is not trusted here: nobody",
                "SSL_CERT_FILE",
            ),
            (
                tls(rustls::InvalidMessage::InvalidContentType.into()),
                "shop.example.com:443 speaks no TLS",
                "the one for https",
            ),
            (
                tls(rustls::Error::DecryptError),
                "cannot decrypt",
                "the one for https",
            ),
            (
                ErrorKind::HostUnreachable.into(),
                "no way leads to shop.example.com:443",
                "network",
            ),
            (ErrorKind::TimedOut.into(), "nothing came from", "firewall"),
        ] {
            let cause = Cause::of(&error).unwrap();
            let text = cause.said(&at);
            assert!(text.contains(said), "{error:?}: {text}");
            let text = cause.hint(&at);
            assert!(text.contains(hint), "{error:?}: {text}");
        }
        assert!(Cause::of(&io::Error::other("odd")).is_none());
    }
}
