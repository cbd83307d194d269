//! The deviants: for each rule, what a server could do wrong.

mod checkout;
mod customers;
mod payments;
mod purchases;
mod requests;

use clinkbill_sandbox::Sandbox;

use super::judgement::Claim;

/// A sandbox that breaks one rule.
pub(super) struct Deviant {
    pub(super) claim: Claim,
    pub(super) sandbox: Box<dyn Fn() -> Sandbox + Send + Sync>,
}

/// All of them.
pub(super) fn all() -> Vec<Deviant> {
    let mut all = customers::all();
    all.extend(purchases::of_the_request());
    all.extend(purchases::of_the_catalogue());
    all.extend(payments::statuses());
    all.extend(payments::what_is_paid());
    all.extend(payments::references());
    all.extend(checkout::urls());
    all.extend(checkout::redirects());
    all.extend(checkout::page());
    all.extend(checkout::qr());
    all.extend(requests::all());
    all
}

/// A deviant that overrides one method of the rulebook.
macro_rules! deviant {
    ($rule:literal: $does:literal; fails $fails:expr; also $also:expr; $($method:tt)+) => {{
        struct Wrong;

        impl ::clinkbill_sandbox::rulebook::Rulebook for Wrong {
            $($method)+
        }

        $crate::proof::deviants::Deviant {
            claim: $crate::proof::judgement::Claim {
                rule: $rule,
                does: $does,
                fails: &$fails,
                also: &$also,
            },
            sandbox: Box::new(|| ::clinkbill_sandbox::Sandbox::builder().rulebook(Wrong).build()),
        }
    }};
    ($rule:literal: $does:literal; fails $fails:expr; $($method:tt)+) => {
        deviant!($rule: $does; fails $fails; also []; $($method)+)
    };
}
use deviant;
