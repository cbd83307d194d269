//! What changed in the books, told to somebody who keeps it.
//!
//! The engine is deterministic: ids grow from a seed, and time is given. So what is told is what
//! was asked for, and doing it again in the same order makes the same books (`state/replay.rs`).

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::book::Failure;
use crate::flow::{Attempt, EndpointAction, Outcome, Settlement};
use crate::key::KeyDigest;
use crate::offers::{Country, Offer};
use crate::traffic::{Door, Fault};
use crate::webhook::mischief::Mischief;
use crate::webhook::outbox::DeliveryNumber;
use crate::wire::request::PaymentMethodType;

/// Keeps what changes, in the order in which it is told.
pub(crate) trait Journal: Send + Sync {
    /// Keeps an entry before it returns, for as long as the machine runs.
    fn keep(&self, entry: &Entry<'_>) -> Result<(), NotKept>;

    /// Whether an entry was lost, or all of them. What came after it could not be done again, so
    /// nothing is kept any more.
    fn is_broken(&self) -> bool;
}

/// A change could not be kept.
pub(crate) struct NotKept;

/// One entry of a journal. Books go by numbers, which are given out once: a merchant whose book
/// left may come back to another one.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Entry<'a> {
    /// From here on books start with this, and are kept by it.
    Terms(Box<Terms>),
    /// A merchant came, at this wall time.
    Opened {
        book: u64,
        merchant: KeyDigest,
        at: i64,
    },
    /// A book had to leave with all that was in it.
    Left {
        book: u64,
    },
    Changed(Changed<'a>),
    /// What stands beside a book changed.
    Armory {
        book: u64,
        change: ArmoryChange<'a>,
    },
}

/// A change of a book.
#[derive(Serialize, Deserialize)]
pub(crate) struct Changed<'a> {
    pub(crate) book: u64,
    /// The wall time of arrival.
    pub(crate) at: i64,
    /// The merchant's time by then, which may be later than the wall time tells: it never goes back.
    pub(crate) now: i64,
    /// How many ids the book had drawn after it: where that differs, the change was decided
    /// otherwise when it was done again.
    pub(crate) drawn: u64,
    /// It was refused, and may have left something behind all the same: documented rules never do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) refused: bool,
    pub(crate) change: Change<'a>,
}

/// What a sandbox was started with, as far as it decides what becomes of a book.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Terms {
    /// The catalogue file.
    pub(crate) catalogue: String,
    /// When its products were made.
    pub(crate) stocked: i64,
    pub(crate) offers: Vec<Offer>,
    pub(crate) endpoints: Vec<EndpointTerms>,
    pub(crate) session_lifetime_millis: i64,
    pub(crate) strict: bool,
    pub(crate) webhook_retry_delays: Vec<i64>,
}

/// An endpoint that every book starts with, and the secret that signs what goes there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndpointTerms {
    pub(crate) url: String,
    pub(crate) secret: String,
}

/// What was asked for, or came from outside. Only what can change a book stands here.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Change<'a> {
    /// Nothing was asked for, but somebody looked, and saw that sessions had come to their end.
    Tick,
    CreateSession {
        body: Asked<'a>,
        origin: Cow<'a, str>,
    },
    CreateBillingSession {
        body: Asked<'a>,
        origin: Cow<'a, str>,
    },
    CreateProduct {
        body: Asked<'a>,
    },
    RetireProduct {
        product: Cow<'a, str>,
    },
    CreatePrice {
        body: Asked<'a>,
    },
    CreateEndpoint {
        body: Asked<'a>,
    },
    EnsureEndpoint {
        body: Asked<'a>,
    },
    UpdateEndpoint {
        endpoint: Cow<'a, str>,
        body: Asked<'a>,
    },
    ActOnEndpoint {
        endpoint: Cow<'a, str>,
        action: EndpointAction,
    },
    DeleteEndpoint {
        endpoint: Cow<'a, str>,
    },
    Pay {
        session: Cow<'a, str>,
        method: PaymentMethodType,
        country: Country,
        outcome: Ending<'a>,
    },
    Settle {
        order: Cow<'a, str>,
        outcome: Ending<'a>,
    },
    Cancel {
        session: Cow<'a, str>,
    },
    Freeze,
    Resume,
    Advance {
        millis: u64,
    },
    Resend {
        event: Cow<'a, str>,
        endpoint: Option<Cow<'a, str>>,
    },
    ArmMischief {
        #[serde(with = "MischiefForm")]
        mischief: Mischief,
        count: u32,
    },
    ClearMischief,
    /// Due deliveries are under way.
    Take,
    /// Due deliveries were given to somebody.
    HandOut,
    /// A delivery that is under way was signed.
    Start {
        delivery: DeliveryNumber,
    },
    /// What an endpoint answered.
    Record {
        delivery: DeliveryNumber,
        outcome: Result<u16, Cow<'a, str>>,
    },
    PutBack {
        delivery: DeliveryNumber,
    },
    /// The book was emptied: for how many times, and with which number its events go on.
    Reset {
        round: u32,
        next_event: u64,
    },
}

/// What is done to a merchant's armed faults.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ArmoryChange<'a> {
    Arm(Cow<'a, Fault>),
    /// A request met a fault that is not armed for ever.
    Met {
        operation: Cow<'a, str>,
        door: Door,
    },
    Clear,
}

/// The body of a request.
pub(crate) struct Asked<'a>(pub(crate) Cow<'a, [u8]>);

/// How an attempt goes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Ending<'a> {
    Succeeded,
    Failed(Cow<'a, str>),
    Processing,
    RequiresAction,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Mischief", rename_all = "camelCase")]
enum MischiefForm {
    Duplicate,
    Reorder,
    Delay(Duration),
    StaleTimestamp(Duration),
    WrongKey,
}

impl<'a> Change<'a> {
    pub(crate) fn pay(session: &'a str, attempt: &'a Attempt) -> Self {
        Self::Pay {
            session: session.into(),
            method: attempt.method,
            country: attempt.country,
            outcome: match &attempt.outcome {
                Outcome::Settled(settlement) => Ending::of(settlement),
                Outcome::Processing => Ending::Processing,
                Outcome::RequiresAction => Ending::RequiresAction,
            },
        }
    }

    pub(crate) fn settle(order: &'a str, settlement: &'a Settlement) -> Self {
        Self::Settle {
            order: order.into(),
            outcome: Ending::of(settlement),
        }
    }
}

impl<'a> Ending<'a> {
    fn of(Settlement(outcome): &'a Settlement) -> Self {
        match outcome {
            Ok(()) => Self::Succeeded,
            Err(Failure { code, .. }) => Self::Failed(Cow::Borrowed(code)),
        }
    }
}

impl<'a> From<&'a [u8]> for Asked<'a> {
    fn from(body: &'a [u8]) -> Self {
        Self(Cow::Borrowed(body))
    }
}

impl Serialize for Asked<'_> {
    /// A body that was read as JSON is text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.0))
    }
}

impl<'de> Deserialize<'de> for Asked<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Cow::Owned(
            String::deserialize(deserializer)?.into_bytes(),
        )))
    }
}
