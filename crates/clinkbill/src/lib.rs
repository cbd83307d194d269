//! Rust client of Clink's Checkout Session API that merchants can trust with money.

#![warn(missing_docs)]
