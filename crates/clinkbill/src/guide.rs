//! Pages to read: what the types cannot say.
//!
//! | to | read |
//! |---|---|
//! | have a session, and see it paid | [`quick_start`] |
//! | send buyers to Clink's page | [`hosted_checkout`] |
//! | let them pay on a page of yours | [`embedded_checkout`] |
//! | sell by the month | [`subscriptions`] |
//! | be told of payments, and deliver once | [`fulfilment`] |
//! | take goods back when money goes back | [`refunds`] |
//! | know what became of a purchase after a failure | [`reconciliation`] |
//! | know what is sent when something goes wrong | [`faults`] |
//! | test a shop | [`testing`] |
//! | leave Clink's TypeScript SDK | [`typescript`] |
//! | take real money | [`going_live`] |
//! | run it from day to day | [`operations`] |
//! | know what an upgrade may change | [`upgrades`] |

// In the repository the links of a page lead to files, as the definitions at its end say. Of two
// definitions the first counts: `in-rustdoc.md`, put before a page, leads them to what is documented.

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/quick-start.md")]
pub mod quick_start {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/hosted-checkout.md")]
pub mod hosted_checkout {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/embedded-checkout.md")]
pub mod embedded_checkout {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/subscriptions.md")]
pub mod subscriptions {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/refunds.md")]
pub mod refunds {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/going-live.md")]
pub mod going_live {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/operations.md")]
pub mod operations {}

#[doc = include_str!("../docs/upgrades.md")]
pub mod upgrades {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/typescript.md")]
pub mod typescript {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/reconciliation.md")]
///
/// ```no_run
#[doc = include_str!("../docs/reconcile.rs")]
/// # fn main() {}
/// ```
///
#[doc = include_str!("../docs/reconciliation-end.md")]
pub mod reconciliation {}

#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/fulfilment.md")]
///
/// ```ignore
#[doc = include_str!("../docs/webhook.rs")]
/// ```
///
/// `fulfil.rs`:
///
/// ```ignore
#[doc = include_str!("../docs/fulfil.rs")]
/// ```
///
/// `sql_dedup.rs`:
///
/// ```ignore
#[doc = include_str!("../docs/sql_dedup.rs")]
/// ```
///
/// `schema.sql`, for both:
///
/// ```sql
#[doc = include_str!("../docs/schema.sql")]
/// ```
///
/// # The shop of one process
///
/// `receive.rs`:
///
/// ```ignore
#[doc = include_str!("../examples/receive.rs")]
/// ```
pub mod fulfilment {}

/// What the SDK does when something goes wrong, measured.
///
/// Each row is a fault between the SDK and a server with a sandbox behind it. The server counts the
/// requests that reach it, whole or not, and the sessions that are made of them; *after the commit*
/// means that the session was made before the answer went wrong. The test `fault_matrix` of this
/// crate makes the faults, holds the outcomes against what they must be, and fails when this table
/// says anything else.
///
/// `create` never reaches a server twice. `NotSent` may be sent again; `Rejected` will be refused
/// again; after `Unknown` see [`reconciliation`]. Reads change nothing and are repeated, here up to
/// four times in all.
///
#[doc = include_str!("../docs/fault-matrix.md")]
pub mod faults {}
