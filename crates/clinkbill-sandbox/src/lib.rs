//! A stand-in for Clink's Checkout Session API that follows every documented rule, in process or on a port.

#![warn(missing_docs)]
