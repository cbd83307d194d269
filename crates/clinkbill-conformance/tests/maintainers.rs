//! The page for maintainers, followed.

#[path = "../docs/judge.rs"]
#[expect(unreachable_pub, reason = "the file is a part of the documentation")]
mod judge;

use clinkbill_conformance::{Change, Target, VerdictKind};
use clinkbill_sandbox::Sandbox;
use clinkbill_sandbox::rulebook::{Cell, Rulebook, Verdict};

use self::judge::judge;

/// Binds a reference to a customer who was found by email.
struct BindsByEmail;

impl Rulebook for BindsByEmail {
    fn customer_verdict(&self, cell: Cell) -> Verdict {
        match cell {
            Cell::Cr08 => Verdict::UseAndBind,
            other => other.documented_verdict(),
        }
    }
}

#[tokio::test]
async fn a_release_that_breaks_a_rule_is_told_from_the_one_before() {
    let good = Target::wiremock().await.unwrap();
    let first = judge(&good, None).await.unwrap();
    assert!(first.conforms);
    assert_eq!(first.to_look_at, Vec::<String>::new());
    assert!(first.drift.is_none());

    let bad = Sandbox::builder().rulebook(BindsByEmail).build();
    let bad = Target::wiremock_of(&bad).await.unwrap();
    let second = judge(&bad, Some(&first.report)).await.unwrap();
    assert!(!second.conforms);
    assert!(!second.to_look_at.is_empty());
    let drift = second.drift.unwrap();
    assert!(!drift.changes.is_empty());
    for change in &drift.changes {
        assert!(
            matches!(
                change,
                Change::Verdict {
                    before: VerdictKind::Passed,
                    after: VerdictKind::Failed | VerdictKind::Blocked,
                    ..
                }
            ),
            "{change}"
        );
    }
}
