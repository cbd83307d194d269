//! The command as a shell script sees it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod calls;
mod command;
mod conformance;
mod doctor;
mod forward;
mod front;
#[cfg(unix)]
mod interrupted;
mod listen;
mod mistakes;
mod sandbox;
mod secrets;
mod state;
#[cfg(unix)]
mod terminal;
mod unanswered;
mod webhook;
mod webhook_endpoint;
