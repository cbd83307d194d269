//! The sandbox through its doors.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod attempts;
mod bad_input;
mod books;
mod bounds;
mod call;
mod catalogue;
mod changes;
mod clock;
mod contract;
mod control;
mod customer_histories;
mod customers;
mod decisions;
mod delivery;
mod doors;
mod endpoints;
mod faults;
mod head;
mod log;
mod mischief;
mod offering;
mod onward;
mod orders;
mod page;
mod payment;
mod portal;
mod raw;
mod receiver;
mod rules;
mod state;
mod subscriptions;
mod webhooks;
