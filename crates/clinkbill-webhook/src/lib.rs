//! Verify, sign and read the webhook events of Clink's Checkout Session API.

#![warn(missing_docs)]
