//! What the sentences of the feature files do.

mod customers;
mod redirects;
mod trust;
