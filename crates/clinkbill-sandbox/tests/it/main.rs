//! The sandbox through its doors.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod bad_input;
mod call;
mod contract;
mod customers;
mod doors;
mod faults;
mod log;
mod payment;
mod webhooks;
