//! Events on their way to a merchant: what is due, and who carries it.

pub(crate) mod catalogue;
#[cfg(feature = "courier")]
pub(crate) mod courier;
pub(crate) mod endpoint;
pub(crate) mod event;
pub(crate) mod log;
pub(crate) mod mischief;
pub(crate) mod outbox;
pub(crate) mod schedule;

use crate::key::KeyDigest;

/// What has to be attempted before a request is answered: everything of a merchant that was due
/// by then. Stands among the extensions of the answer; a door that can wait does.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(feature = "courier"),
    expect(dead_code, reason = "read by whoever delivers")
)]
pub(crate) struct Settle {
    pub(crate) merchant: KeyDigest,
    pub(crate) until: i64,
}
