//! Both shops at the level of HTTP, with the sandbox in this process.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what a test's helper cannot do fails the test"
)]

mod buying;
mod embedded;
mod failing;
mod programs;
mod visitor;
mod webhooks;
