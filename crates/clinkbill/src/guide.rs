//! Pages to read: what the types cannot say.

#[doc = include_str!("../docs/reconciliation.md")]
///
/// ```no_run
#[doc = include_str!("../docs/reconcile.rs")]
/// # fn main() {}
/// ```
///
#[doc = include_str!("../docs/reconciliation-end.md")]
pub mod reconciliation {}

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
