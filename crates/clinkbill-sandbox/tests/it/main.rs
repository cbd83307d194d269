//! The sandbox through its doors.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod bad_input;
mod call;
mod catalogue;
mod contract;
mod customers;
mod doors;
mod faults;
mod log;
mod offering;
mod payment;
mod rules;
mod webhooks;
