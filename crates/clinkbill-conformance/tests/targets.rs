//! The same scenarios against every kind of target.

#![expect(clippy::unwrap_used, reason = "a test ends where its set-up fails")]

mod front;

use std::time::Duration;

use clinkbill_conformance::{
    Catalogue, Change, Drift, Elsewhere, Report, RuleReport, Scenario, Target, TargetError,
    TargetKind, Verdict, VerdictKind, run,
};
use clinkbill_sandbox::Sandbox;
use clinkbill_sandbox::rulebook::{self, Cell, Rulebook};
use front::Front;

#[tokio::test]
async fn wiremock_and_the_server_give_the_same_verdicts_rule_by_rule() {
    let mocked = run_all(&Target::wiremock().await.unwrap()).await;
    let served = run_all(&Target::served(&Sandbox::new()).await.unwrap()).await;
    assert_eq!(mocked.target().kind, TargetKind::Wiremock);
    assert_eq!(served.target().kind, TargetKind::Server);
    assert_eq!(mocked.rules(), served.rules());
    assert_eq!(Drift::between(&mocked, &served).changes, []);
    for report in [mocked, served] {
        assert!(report.conforms(), "{report}");
        let axes = report.axes();
        assert_eq!(axes.answers_matched, axes.answers_checked);
        assert!(axes.answers_checked > 400);
        assert_eq!(report.answers().unknown_fields, []);
        assert!(report.rules().iter().any(RuleReport::is_passed));
        assert!(
            report
                .scenarios()
                .all(|(_, verdict)| *verdict == Verdict::Passed)
        );
    }
}

#[tokio::test]
async fn a_sandbox_that_runs_elsewhere_is_asked_for_all_that_a_sandbox_promises() {
    let server = Sandbox::new().serve().await.unwrap();
    let elsewhere = Elsewhere::new(server.base_url(), server.secret_key()).unwrap();
    let target = Target::elsewhere(&elsewhere).await.unwrap();
    assert_eq!(target.kind(), TargetKind::Server);
    let report = run_some(&target, |scenario| scenario.has_tag("our-choice")).await;
    for (scenario, verdict) in report.scenarios() {
        assert_eq!(*verdict, Verdict::Passed, "{}", scenario.name);
    }
}

#[tokio::test]
async fn a_remote_server_over_tls_is_judged_by_what_the_guide_says_twice_in_a_row() {
    let front = Front::start(&Sandbox::new()).await;
    let target = remote(&front).await.with_concurrency(8);
    assert_eq!(target.kind(), TargetKind::Remote);
    let first = run_all(&target).await;
    for (scenario, verdict) in first.scenarios() {
        let expected = expected_on_a_remote_sandbox(scenario);
        assert_eq!(verdict.kind(), expected, "{}: {verdict:?}", scenario.name);
        if let Verdict::Observed(observation) = verdict {
            assert!(observation.as_we_read_it, "{}: {verdict:?}", scenario.name);
        }
    }
    assert!(first.conforms());

    let second = run_all(&target).await;
    assert_eq!(Drift::between(&first, &second).changes, []);
}

/// The sandbox does what its authors read in the guide, also when nobody knows it for one.
fn expected_on_a_remote_sandbox(scenario: &Scenario) -> VerdictKind {
    let needs = [
        "buyer",
        "dashboard",
        "time",
        "faults",
        "page",
        "second-merchant",
    ];
    if needs.iter().any(|tag| scenario.has_tag(tag)) {
        VerdictKind::NotRun
    } else if scenario.has_tag("our-choice") {
        VerdictKind::Observed
    } else {
        VerdictKind::Passed
    }
}

/// Refuses under another name where the guide gives none, and where the guide is silent.
struct Otherwise;

impl Rulebook for Otherwise {
    fn customer_verdict(&self, cell: Cell) -> rulebook::Verdict {
        match cell {
            Cell::Cr13 | Cell::Cr43 => rulebook::Verdict::RefuseNotFound,
            other => other.documented_verdict(),
        }
    }
}

#[tokio::test]
async fn a_server_that_reads_the_guide_otherwise_is_observed_and_not_failed() {
    let faithful = Front::start(&Sandbox::new()).await;
    let otherwise = Front::start(&Sandbox::builder().rulebook(Otherwise).build()).await;
    let some = |scenario: &Scenario| {
        ["CR-12", "CR-13", "CR-28", "CR-43"]
            .iter()
            .any(|rule| scenario.has_tag(rule))
    };
    let before = run_some(&remote(&faithful).await, some).await;
    let after = run_some(&remote(&otherwise).await, some).await;
    assert!(after.conforms(), "{after}");

    let drift = Drift::between(&before, &after);
    assert!(drift.changes.len() > 2, "{drift}");
    for change in &drift.changes {
        match change {
            Change::Verdict {
                scenario,
                before: VerdictKind::Passed,
                after: VerdictKind::Observed,
            } => assert!(scenario.contains("CR-13"), "{change}"),
            Change::Answer {
                scenario, after, ..
            } => {
                assert!(scenario.contains("CR-43"), "{change}");
                let answer = "otherwise: HTTP 200, code 400, CUSTOMER_NOT_FOUND";
                assert!(after.starts_with(answer), "{change}");
            }
            _ => panic!("{change}"),
        }
    }

    let sandbox = Sandbox::builder().rulebook(Otherwise).build();
    let own = Target::wiremock_of(&sandbox).await.unwrap();
    let report = run_some(&own, some).await;
    assert!(!report.conforms());
    for rule in report.rules() {
        let broken = ["CR-13", "CR-43"].contains(&rule.id.as_str());
        assert_eq!(rule.has(VerdictKind::Failed), broken, "{}", rule.id);
    }
}

#[tokio::test]
async fn a_server_whose_authority_is_unknown_is_not_talked_to() {
    let front = Front::start(&Sandbox::new()).await;
    let stranger = Front::start(&Sandbox::new()).await;
    let elsewhere = Elsewhere::new(&front.base_url, &front.secret_key).unwrap();
    for elsewhere in [
        elsewhere.clone(),
        elsewhere.with_extra_roots(stranger.authority.into_bytes()),
    ] {
        let refused = Target::elsewhere(&elsewhere).await;
        assert!(
            matches!(refused, Err(TargetError::NoAnswer(_))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn what_is_no_certificate_is_said_before_anything_is_sent() {
    let elsewhere = Elsewhere::new("https://127.0.0.1:1/api", "sk_test_1").unwrap();
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAA"] {
        let elsewhere = elsewhere.clone().with_extra_roots(pem.into());
        let refused = Target::elsewhere(&elsewhere).await;
        assert!(
            matches!(refused, Err(TargetError::Client(_))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_key_that_the_server_does_not_know_is_no_target() {
    let front = Front::start(&Sandbox::new()).await;
    let elsewhere = Elsewhere::new(&front.base_url, "nobodys_key").unwrap();
    let elsewhere = elsewhere.with_extra_roots(front.authority.clone().into_bytes());
    let refused = Target::elsewhere(&elsewhere).await;
    assert!(
        matches!(refused, Err(TargetError::KeyRefused)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn no_two_requests_are_closer_together_than_the_pause() {
    let pause = Duration::from_millis(200);
    let target = Target::wiremock().await.unwrap().with_pause(pause);
    let report = run_some(&target, |scenario| scenario.has_tag("CR-06")).await;
    let requests = u32::try_from(report.axes().answers_checked).unwrap();
    assert!(requests > 2);
    assert!(report.took() >= pause * (requests - 1), "{requests}");
}

async fn remote(front: &Front) -> Target {
    let elsewhere = Elsewhere::new(&front.base_url, &front.secret_key).unwrap();
    let elsewhere = elsewhere.with_extra_roots(front.authority.clone().into_bytes());
    Target::elsewhere(&elsewhere).await.unwrap()
}

async fn run_all(target: &Target) -> Report {
    run_some(target, |_| true).await
}

async fn run_some(target: &Target, select: impl Fn(&Scenario) -> bool) -> Report {
    let catalogue = Catalogue::embedded().unwrap();
    run(&catalogue, target, select).await.unwrap()
}
