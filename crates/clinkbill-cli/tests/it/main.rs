//! The command as a shell script sees it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod command;
mod conformance;
mod front;
mod sandbox;
mod webhook_endpoint;
