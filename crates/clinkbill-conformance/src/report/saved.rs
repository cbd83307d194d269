//! Reports that were saved, of whichever kind.

use serde::Deserialize;

use super::{Drift, Report, ReportError};
use crate::receiver;

/// A report that was saved: of a server, or of a webhook endpoint.
#[derive(Debug, Clone)]
pub enum Saved {
    /// What became of a run against a server.
    Server(Box<Report>),
    /// What became of a check of a webhook endpoint.
    Webhook(receiver::Report),
}

impl Saved {
    /// Reads a report of either kind.
    pub fn from_json(text: &str) -> Result<Self, ReportError> {
        #[derive(Deserialize)]
        struct Told {
            endpoint: Option<String>,
        }
        match serde_json::from_str(text)? {
            Told { endpoint: Some(_) } => receiver::Report::from_json(text).map(Self::Webhook),
            Told { endpoint: None } => {
                Report::from_json(text).map(|report| Self::Server(Box::new(report)))
            }
        }
    }

    /// What changed from this report to a later one.
    ///
    /// # Errors
    /// One is of a server, and the other of a webhook endpoint.
    pub fn drift(&self, after: &Self) -> Result<Drift, ReportError> {
        match (self, after) {
            (Self::Server(before), Self::Server(after)) => Ok(Drift::between(before, after)),
            (Self::Webhook(before), Self::Webhook(after)) => {
                Ok(Drift::between_checks(before, after))
            }
            _ => Err(ReportError::Unlike),
        }
    }
}
