//! A server that breaks the rules CR-07 and RD-04, so that reports tell what went over the wire.

use clinkbill_sandbox::rulebook::{Cell, Rulebook, Verdict};

pub(crate) struct Broken;

impl Rulebook for Broken {
    fn customer_verdict(&self, cell: Cell) -> Verdict {
        match cell {
            Cell::Cr07 => Verdict::Use,
            cell => cell.documented_verdict(),
        }
    }

    fn success_redirect(&self, success_url: &str, _: &str) -> String {
        success_url.to_owned()
    }
}
