//! What the sentences of the feature files do.

mod buyer;
mod catalogue;
mod customers;
mod orders;
mod page;
mod purchase;
mod quick_start;
mod redirects;
mod time;
pub(crate) mod trust;
mod words;
