//! Whose session it is: every row of the customer table, and what the table leaves out.

use clinkbill_sandbox::Sandbox;
use clinkbill_sandbox::rulebook::{Cell, Rulebook, Verdict};

use super::{Deviant, deviant};
use crate::proof::judgement::Claim;

const ADA: &str = "the session is for Ada";
const SOMEBODY_NEW: &str = "the session is for a new customer";
const REFUSED: &str = "Clink refuses";
const BOUND: &str = "the new reference now leads to Ada";

/// The sandbox that answers otherwise in one row.
struct Row(Cell, Verdict);

impl Rulebook for Row {
    fn customer_verdict(&self, cell: Cell) -> Verdict {
        if cell == self.0 {
            self.1
        } else {
            cell.documented_verdict()
        }
    }
}

macro_rules! rows {
    ($($rule:literal $cell:ident -> $verdict:ident: $does:literal, fails $fails:expr
        $(, or $or:literal)? $(, also $($also:literal)+)?;)+) => {
        vec![$(Deviant {
            claim: Claim { rule: $rule, does: $does, fails: &[$fails $(, $or)?], also: &[$($($also),+)?] },
            sandbox: Box::new(|| {
                Sandbox::builder().rulebook(Row(Cell::$cell, Verdict::$verdict)).build()
            }),
        }),+]
    };
}

pub(super) fn all() -> Vec<Deviant> {
    let mut all = table();
    all.extend(beside_the_table());
    all
}

fn table() -> Vec<Deviant> {
    rows! {
        "CR-01" Cr01 -> Create: "makes a customer nobody named", fails REFUSED;
        "CR-02" Cr02 -> Create: "makes a second customer with a known email", fails ADA, also "CR-35" "CR-38" "MR-02";
        "CR-03" Cr03 -> RefuseNotFound: "refuses an email nobody has", fails SOMEBODY_NEW, also "RD-01" "RD-02" "MR-01" "QS-02" "QS-03";
        "CR-04" Cr04 -> Create: "makes a second customer with a known reference", fails ADA, also "CR-38" "CX-04";
        "CR-05" Cr05 -> RefuseNotFound: "refuses a reference nobody has", fails SOMEBODY_NEW, also "CR-37" "CR-38";
        "CR-06" Cr06 -> RefuseNotMatched: "refuses one customer's email and reference", fails ADA, also "CR-38";
        "CR-07" Cr07 -> Use: "passes over the reference of another", fails REFUSED;
        "CR-08" Cr08 -> UseAndBind: "binds a new reference to an email", fails REFUSED;
        "CR-09" Cr09 -> Use: "passes over a new email beside a reference", fails REFUSED;
        "CR-10" Cr10 -> RefuseNotFound: "refuses a new email and reference", fails SOMEBODY_NEW, also "CR-38";
        "CR-11" Cr11 -> RefuseNotFound: "refuses a customer id alone", fails ADA;
        "CR-12" Cr12 -> RefuseNotMatched: "refuses the customer's own email", fails ADA, also "CR-35";
        "CR-13" Cr13 -> Use: "passes over an email nobody has", fails REFUSED;
        "CR-14" Cr14 -> Use: "passes over another's email", fails REFUSED;
        "CR-15" Cr15 -> RefuseNotMatched: "refuses the customer's own reference", fails ADA;
        "CR-16" Cr16 -> Use: "does not bind a new reference", fails BOUND, also "CR-37";
        "CR-17" Cr17 -> Use: "passes over another's reference", fails REFUSED;
        "CR-18" Cr18 -> Use: "passes over a second reference", fails REFUSED;
        "CR-19" Cr19 -> Use: "passes over another's reference for the own", fails REFUSED;
        "CR-20" Cr20 -> RefuseNotMatched: "refuses the own email and reference", fails ADA;
        "CR-21" Cr21 -> Use: "does not bind beside the own email", fails BOUND, also "CR-37";
        "CR-22" Cr22 -> Use: "passes over another's beside the own email", fails REFUSED;
        "CR-23" Cr23 -> Use: "passes over a second beside the own email", fails REFUSED;
        "CR-24" Cr24 -> Use: "passes over another's for the own, own email", fails REFUSED;
        "CR-25" Cr25 -> Use: "passes over a wrong email", fails REFUSED;
        "CR-26" Cr26 -> UseAndBind: "binds a reference beside a wrong email", fails REFUSED;
        "CR-27" Cr27 -> Use: "passes over a wrong email and reference", fails REFUSED;
        "CR-28" Cr28 -> Create: "makes a customer for an unknown id", fails REFUSED;
        "CR-29" Cr29 -> Create: "makes up for an unknown id by the email", fails REFUSED;
        "CR-30" Cr30 -> Create: "makes up for an unknown id by the reference", fails REFUSED;
        "CR-34" Cr34Known -> Create: "makes a second customer of one import", fails
            "both sessions are for one customer";
        "CR-34" Cr34New -> RefuseNotFound: "makes no customer of an import", fails SOMEBODY_NEW,
            or "Clink accepts both";
        "CR-43" Cr43 -> Use: "passes over an email nobody can match", fails REFUSED;
    }
}

fn beside_the_table() -> Vec<Deviant> {
    vec![
        deviant! {
            "CR-32": "tells another customer when a session is read";
            fails ["it is for the customer it was created for"];
            also ["QS-02"];
            fn customer_of_session<'a>(&self, _: &'a str) -> &'a str {
                "cus_somebody"
            }
        },
        deviant! {
            "CR-33": "does not name a customer who was just made";
            fails ["the answer names the new customer"];
            fn customer_in_answer<'a>(&self, resolved: &'a str, made: bool) -> &'a str {
                if made { "" } else { resolved }
            }
        },
    ]
}
