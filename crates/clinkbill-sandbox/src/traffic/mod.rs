//! What a merchant's requests meet before and after they are performed: armed faults, and the log.

mod armory;
pub(crate) mod fault;
mod log;
mod mask;

pub use fault::{ArmedFault, Fault, FaultKind, FaultTime, ProxyStatus};
pub use log::{LoggedRequest, RequestLog};

pub(crate) use mask::secrets as without_secrets;

use std::borrow::Cow;

use armory::Armory;
use log::Requests;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
use crate::http::is_operation;
use crate::journal::{ArmoryChange, NotKept};
use crate::key::KeyDigest;
use crate::request::{Answer, Reply, Request};
use crate::rulebook::Decisions;
use crate::watch::News;
use crate::{ControlError, Merchant};

/// What a door can do to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Door {
    /// It hands over answers, and has no connection to break.
    AnswersOnly,
    /// It also breaks connections.
    BreaksConnections,
}

/// What stands beside one merchant's book.
pub(crate) struct Desk {
    /// The number of that book.
    pub(crate) book: u64,
    armory: Armory,
    pub(crate) requests: Requests,
}

impl Desk {
    /// Without faults, and with a log of so many requests.
    pub(crate) fn keeping(request_log: usize) -> Self {
        Self {
            book: 0,
            armory: Armory::default(),
            requests: Requests::keeping(request_log),
        }
    }

    /// The armed faults, in the order in which they are met.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &ArmedFault> {
        self.armory.iter()
    }
}

/// Performs a merchant's request, or fails it as armed, and logs it either way.
///
/// `operation` is the id of a documented operation; nothing else fails on demand.
pub(crate) fn meet(
    engine: &Engine,
    merchant: KeyDigest,
    request: &Request,
    operation: Option<&'static str>,
    door: Door,
    perform: impl FnOnce(&mut Decisions) -> Answer,
) -> Reply {
    let fault = operation.and_then(|operation| engine.take_fault(merchant, operation, door));
    let mut decisions = Decisions::new(engine.options.strict);
    let reply = match &fault {
        None => Reply::Answer(perform(&mut decisions)),
        Some(fault) => match fault.time() {
            FaultTime::BeforeCommit => fault.act(None),
            FaultTime::AfterCommit => fault.act(Some(perform(&mut decisions))),
        },
    };
    if engine.options.request_log > 0 {
        let status = match &reply {
            Reply::Answer(answer) => Some(answer.status().as_u16()),
            Reply::Fault(_) => None,
        };
        let decided = decisions.into_decided();
        engine.at_desk(merchant, |desk| {
            desk.requests
                .push(request, operation, status, fault.as_ref(), decided);
        });
        engine.watchers.tell(merchant, News::Changed);
    }
    reply
}

impl Engine {
    /// Arms a fault, if the operation exists and one of the open doors can make it.
    pub(crate) fn arm(&self, merchant: KeyDigest, fault: Fault) -> Result<(), ApiError> {
        if let Some(operation) = fault.operation()
            && !is_operation(operation)
        {
            return Err(Refusal::field(
                "operation",
                "is not the operationId of an operation that is answered here",
            )
            .into());
        }
        if fault.breaks_connections() && !self.can_break_connections() {
            return Err(Refusal::new(
                "FAULT_NOT_POSSIBLE",
                "no open door has connections to break; serve the sandbox on a port",
            )
            .into());
        }
        self.arm_again(merchant, fault)
    }

    /// Arms a fault that was possible when it was asked for.
    pub(crate) fn arm_again(&self, merchant: KeyDigest, fault: Fault) -> Result<(), ApiError> {
        self.at_desk(merchant, |desk| {
            self.check_journal()?;
            desk.armory.arm(fault.clone())?;
            self.keep_armory(desk.book, ArmoryChange::Arm(Cow::Owned(fault)))?;
            self.watchers.tell(merchant, News::Changed);
            Ok(())
        })
    }

    /// The fault that a request meets, if any.
    pub(crate) fn take_fault(
        &self,
        merchant: KeyDigest,
        operation: &str,
        door: Door,
    ) -> Option<Fault> {
        self.at_desk(merchant, |desk| {
            let fault = desk.armory.take(operation, door)?;
            if fault.is_limited() {
                let operation = operation.into();
                // The request fails as it was armed to, be it kept or not.
                let _ = self.keep_armory(desk.book, ArmoryChange::Met { operation, door });
                self.watchers.tell(merchant, News::Changed);
            }
            Some(fault)
        })
    }

    pub(crate) fn clear_faults(&self, merchant: KeyDigest) -> Result<(), NotKept> {
        self.at_desk(merchant, |desk| {
            self.check_journal()?;
            desk.armory.clear();
            self.watchers.tell(merchant, News::Changed);
            self.keep_armory(desk.book, ArmoryChange::Clear)
        })
    }

    /// Takes the faults and the log of requests away.
    pub(crate) fn clear_desk(&self, merchant: KeyDigest) -> Result<(), NotKept> {
        self.at_desk(merchant, |desk| {
            *desk = Desk {
                book: desk.book,
                ..Desk::keeping(self.options.request_log)
            };
            self.keep_armory(desk.book, ArmoryChange::Clear)
        })
    }
}

impl Merchant {
    /// Makes later requests of this merchant fail.
    ///
    /// # Errors
    ///
    /// The operation is unknown, too many faults are armed, or the fault breaks connections and
    /// no door of this sandbox has any.
    pub fn arm(&self, fault: Fault) -> Result<(), ControlError> {
        self.engine
            .arm(self.digest, fault)
            .map_err(ControlError::from)
    }

    /// The faults that are still armed, in the order in which they are met.
    #[must_use]
    pub fn faults(&self) -> Vec<ArmedFault> {
        self.engine
            .at_desk(self.digest, |desk| desk.faults().cloned().collect())
    }

    /// Lets every later request of this merchant succeed again.
    pub fn clear_faults(&self) {
        let _ = self.engine.clear_faults(self.digest);
    }

    /// The requests that reached the documented API with this merchant's key, also those whose
    /// answer a fault has eaten: what a client really sent.
    #[must_use]
    pub fn requests(&self) -> RequestLog {
        self.engine
            .at_desk(self.digest, |desk| desk.requests.to_public())
    }

    /// The ids of the sessions this merchant has, oldest first, those included that no answer told
    /// of: what a client's requests really made.
    #[must_use]
    pub fn session_ids(&self) -> Vec<String> {
        self.engine.peek(self.digest, |book| {
            book.sessions.ids().map(|id| id.to_string()).collect()
        })
    }

    /// Empties the merchant's book: customers, sessions and their links, orders, events, log,
    /// faults and clock. Ids go on from where they were, so none is given out twice.
    pub fn reset(&self) {
        let _ = self.engine.reset(self.digest);
    }
}
