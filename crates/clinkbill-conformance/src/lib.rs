//! The rules of Clink's Checkout Session guide as scenarios that run against any server.

#![warn(missing_docs)]
