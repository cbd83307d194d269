//! Low-level client of Clink's Checkout Session API, generated from its OpenAPI document.

#![warn(missing_docs)]
