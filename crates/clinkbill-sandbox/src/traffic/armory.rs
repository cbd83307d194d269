//! The faults a merchant has armed.

use super::Door;
use super::fault::{ArmedFault, Fault};
use crate::error::Refusal;

/// How many faults a merchant may have armed at once.
pub(crate) const MOST_FAULTS: usize = 100;

/// Armed faults, met in the order in which they were armed.
#[derive(Default)]
pub(crate) struct Armory(Vec<ArmedFault>);

impl Armory {
    pub(crate) fn arm(&mut self, fault: Fault) -> Result<(), Refusal> {
        if self.0.len() >= MOST_FAULTS {
            return Err(Refusal::new(
                "TOO_MANY_FAULTS",
                format!("{MOST_FAULTS} faults are armed; clear them first"),
            ));
        }
        self.0.push(fault.armed());
        Ok(())
    }

    /// The fault that a request meets, if any. One that the door cannot make stays armed for a
    /// request through a door that can.
    pub(crate) fn take(&mut self, operation: &str, door: Door) -> Option<Fault> {
        let place = self.0.iter().position(|armed| {
            armed.fault.concerns(operation)
                && (door == Door::BreaksConnections || !armed.fault.breaks_connections())
        })?;
        let armed = &mut self.0[place];
        match &mut armed.left {
            None => Some(armed.fault.clone()),
            Some(left @ 2..) => {
                *left -= 1;
                Some(armed.fault.clone())
            }
            Some(_) => Some(self.0.remove(place).fault),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ArmedFault> {
        self.0.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
