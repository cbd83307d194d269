//! The first request.

use clinkbill_sandbox::Refusal;
use clinkbill_sandbox::rulebook::Forbidden;
use clinkbill_types::Amount;

use super::{Deviant, deviant};

pub(super) fn all() -> Vec<Deviant> {
    const TURNED_AWAY: &str = "Clink turns the request away";
    const SOMEBODY_NEW: &str = "the session is for a new customer";

    vec![
        deviant! {
            "QS-01": "answers whoever has no key";
            fails [TURNED_AWAY];
            fn secret_key<'a>(&self, sent: Option<&'a [u8]>) -> Option<&'a [u8]> {
                Some(sent.filter(|key| key.starts_with(b"sk_")).unwrap_or(b"sk_test_anybody"))
            }
        },
        deviant! {
            "QS-01": "does not look at the time";
            fails [TURNED_AWAY];
            fn timestamp_is_fresh(&self, _: Option<u64>, _: u64) -> bool {
                true
            }
        },
        deviant! {
            "QS-01": "reads a body that is said to be text";
            fails ["Clink refuses"];
            fn body_may_be_anything(&self) -> bool {
                true
            }
        },
        deviant! {
            "QS-02": "wants more than a name, a number and a price of a line";
            fails [SOMEBODY_NEW];
            also ["CR-03", "CR-33", "RD-01", "RD-02", "MR-01", "QS-03"];
            fn amount(&self, field: &str, exact: Option<Amount>) -> Result<Amount, Refusal> {
                let of_line = field.starts_with("priceDataList");
                let reason = || Refusal::new("INVALID_PARAMETER", format!("{field} is not enough"));
                exact.filter(|_| !of_line).ok_or_else(reason)
            }
        },
        deviant! {
            "QS-03": "takes no number for an amount";
            fails [SOMEBODY_NEW];
            also ["CR-03", "CR-33", "RD-01", "RD-02", "MR-01", "QS-02"];
            fn amount(&self, field: &str, _: Option<Amount>) -> Result<Amount, Refusal> {
                Err(Refusal::new("INVALID_PARAMETER", format!("{field} is no amount")))
            }
        },
        deviant! {
            "QS-03": "takes an amount in quotes";
            fails ["Clink refuses"];
            fn forbidden_body(&self, body: &[u8]) -> Forbidden {
                super::purchases::unquoted(body)
            }
        },
    ]
}
