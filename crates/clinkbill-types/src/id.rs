use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const LONGEST: usize = 255;

/// The text cannot be an id: an id has 1 to 255 characters out of `A-Z a-z 0-9 _ -`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: 1 to 255 characters out of A-Z a-z 0-9 _ -")]
pub struct IdError;

/// An id that may stand in a URL path: nothing in it can leave its path segment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathId(String);

impl PathId {
    /// The id as it stands in the path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PathId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        let safe = (1..=LONGEST).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if safe { Ok(Self(text)) } else { Err(IdError) }
    }
}

impl From<PathId> for String {
    fn from(id: PathId) -> Self {
        id.0
    }
}

impl FromStr for PathId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.to_owned().try_into()
    }
}

impl fmt::Display for PathId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        ///
        /// What you build from text is checked; what a server sends is kept as it came, and is
        /// checked when it is used in a request ([`PathId`]).
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id a server sent, kept as it came.
            #[must_use]
            pub fn from_wire(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as it may stand in a URL path.
            pub fn to_path(&self) -> Result<PathId, IdError> {
                self.0.parse()
            }
        }

        impl $crate::ReadText for $name {
            fn read_text(text: &str) -> Option<Self> {
                Some(Self::from_wire(text))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(|PathId(text)| Self(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )+};
}

ids! {
    /// The id of a checkout session (`sess_...`).
    SessionId,
    /// The id of a customer (`cus_...`).
    CustomerId,
    /// The id of an order (`order_...`).
    OrderId,
    /// The id of a product of the dashboard (`prd_...`).
    ProductId,
    /// The id of a price of the dashboard (`price_...`).
    PriceId,
    /// The id of a subscription (`sub_...`).
    SubscriptionId,
    /// The id of an invoice (`inv_...`).
    InvoiceId,
    /// The id of a refund (`rfd_...`).
    RefundId,
    /// The id of a dispute.
    DisputeId,
    /// The id of a saved payment instrument (`pi_...`).
    PaymentInstrumentId,
    /// The id of a webhook event (`event_...`).
    EventId,
    /// The id of a webhook endpoint (`whk_...`).
    WebhookEndpointId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_leave_its_path_segment_is_refused() {
        for text in [
            "", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a%2fb", "a b", "ä", "sess_1\n",
        ] {
            assert_eq!(text.parse::<SessionId>(), Err(IdError), "{text:?}");
            assert_eq!(
                SessionId::from_wire(text).to_path(),
                Err(IdError),
                "{text:?}"
            );
        }
        assert!("x".repeat(256).parse::<OrderId>().is_err());
        assert_eq!(
            "sess_Ab-9".parse::<SessionId>().unwrap().as_str(),
            "sess_Ab-9"
        );
    }

    #[test]
    fn whatever_a_server_sends_can_be_read() {
        let read: SessionId = serde_json::from_str("\"../odd\"").unwrap();
        assert_eq!(read.as_str(), "../odd");
    }
}
