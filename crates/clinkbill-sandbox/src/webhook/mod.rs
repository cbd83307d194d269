//! Events on their way to a merchant: what is due, and who carries it.

#[cfg(feature = "courier")]
pub(crate) mod courier;
pub(crate) mod outbox;
