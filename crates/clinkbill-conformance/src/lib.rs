//! The rules of Clink's Checkout Session guide as scenarios that run against any server.
//!
//! The promise: a scenario that passed was really run, step by step, against the target, and a
//! scenario that could not be judged never counts as passed. Feature files that could hide a
//! scenario or a step (a misspelt keyword, an outline without rows, a step nobody wrote) are
//! refused before anything runs ([`Catalogue::parse`]).
//!
//! The scenarios speak to the server as any client could: JSON over HTTP, and where only a buyer
//! could act, the sandbox's control API. They use identifiers of their own in every run, so the
//! same files run twice against the same merchant.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use clinkbill_conformance::{Catalogue, Target, Verdict, run};
//!
//! let catalogue = Catalogue::embedded()?;
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let report = runtime.block_on(async {
//!     let target = Target::wiremock().await?;
//!     Ok::<_, Box<dyn std::error::Error>>(run(&catalogue, &target, |_| true).await?)
//! })?;
//! assert!(report.scenarios().all(|(_, verdict)| matches!(verdict, Verdict::Passed)));
//! # Ok(())
//! # }
//! ```
//!
//! Beside the server there are two more to judge: the SDK, by what it sends ([`sdk`]), and a
//! merchant's own webhook endpoint, by what it answers ([`receiver`]). [`maintainers`] is a page for
//! those who look after a server.

#![warn(missing_docs)]

mod catalogue;
mod draft;
mod exchange;
mod html;
mod judgement;
mod lint;
// Where the links of the page lead: of two definitions the first counts, and the page's own are for
// who reads it in the repository.
#[doc = include_str!("../docs/in-rustdoc.md")]
#[doc = include_str!("../docs/maintainers.md")]
///
/// ```no_run
#[doc = include_str!("../docs/judge.rs")]
/// ```
///
#[doc = include_str!("../docs/maintainers-end.md")]
pub mod maintainers {}
pub mod proof;
pub mod receiver;
mod report;
mod rules;
mod runner;
mod schema;
pub mod sdk;
mod steps;
mod target;
mod wire;
mod world;

pub use catalogue::{Catalogue, CatalogueError, Scenario};
pub use exchange::Exchange;
pub use lint::Fault;
pub use report::{
    Answers, Axes, Break, Change, Drift, Failure, JunitError, Observation, Outcome, Phase,
    REPORT_VERSION, Report, ReportError, RuleReport, RuleScenario, Run, Saved, TargetReport,
    UnknownField, Verdict, VerdictKind,
};
pub use rules::{Level, Rule, Rules, RulesError};
pub use runner::{Progress, RunError, run, run_watched};
pub use schema::{Checked, ContractError};
pub use target::{Capabilities, Choice, Elsewhere, Target, TargetError, TargetKind};
