use super::*;

const RULES: &str = "
[[rule]]
id = 'AA-01'
section = 'S'
level = 'must'
says = 'One.'
same_as = ['AA-02']
implies = ['AA-03']

[[rule]]
id = 'AA-02'
section = 'S'
level = 'must'
says = 'The same.'
same_as = ['AA-01']

[[rule]]
id = 'AA-03'
section = 'S'
level = 'open'
says = 'What follows.'

[[rule]]
id = 'AA-04'
section = 'S'
level = 'open'
says = 'Something else.'
";

/// Scenarios 0 and 1 are of AA-01 and of AA-02, which say the same; 2 and 3 of the others.
fn scenarios() -> Vec<Scenario> {
    ["AA-01", "AA-02", "AA-03", "AA-04"]
        .into_iter()
        .map(|id| Scenario {
            name: format!("of {id}"),
            rules: vec![id.to_owned()],
            tags: Vec::new(),
            file: String::new(),
            line: 0,
        })
        .collect()
}

fn claim() -> Claim {
    Claim {
        rule: "AA-01",
        does: "nothing right",
        fails: &["all is"],
        also: &[],
    }
}

fn outcome(bites: &[(usize, &str)], blocked: &[usize]) -> Outcome {
    let bites = bites.iter().map(|(scenario, step)| Bite {
        scenario: *scenario,
        step: (*step).to_owned(),
    });
    Outcome {
        bites: bites.collect(),
        blocked: blocked.to_vec(),
    }
}

fn judged(tried: &[(Claim, Outcome)]) -> Vec<String> {
    let rules = Rules::parse(RULES).unwrap_or_else(|error| panic!("{error}"));
    let tried: Vec<_> = tried
        .iter()
        .map(|(claim, outcome)| (claim, outcome))
        .collect();
    of_the_deviants(&rules, &scenarios(), &tried)
}

const WELL: &str = "Then all is well";

fn exact() -> Outcome {
    outcome(
        &[(0, WELL), (1, "And all is well"), (2, "When it follows")],
        &[],
    )
}

#[test]
fn a_deviant_that_bites_its_rule_and_what_follows_proves_it() {
    assert_eq!(judged(&[(claim(), exact())]), [""; 0]);
}

#[test]
fn a_rule_that_must_hold_needs_a_deviant_and_an_open_one_does_not() {
    assert_eq!(judged(&[]), ["AA-01: no deviant", "AA-02: no deviant"]);
}

#[test]
fn a_deviant_that_bites_nothing_proves_nothing() {
    let findings = judged(&[(claim(), outcome(&[], &[]))]);
    assert!(
        findings.contains(&"AA-01 (nothing right): bites no scenario of its rule".to_owned()),
        "{findings:#?}"
    );
}

#[test]
fn what_only_the_rules_that_follow_notice_is_no_proof_of_the_rule() {
    let findings = judged(&[(claim(), outcome(&[(2, WELL)], &[0, 1]))]);
    assert_eq!(
        findings,
        ["AA-01 (nothing right): bites no scenario of its rule"]
    );
}

#[test]
fn a_deviant_that_bites_a_rule_it_should_not_is_found() {
    let mut too_much = exact();
    too_much.bites.extend(outcome(&[(3, WELL)], &[]).bites);
    assert_eq!(
        judged(&[(claim(), too_much)]),
        ["AA-01 (nothing right): bites too much: of AA-04, in: Then all is well"]
    );
}

#[test]
fn a_scenario_that_fails_in_another_step_is_found() {
    let elsewhere = outcome(&[(0, WELL), (1, "When the sky falls"), (2, WELL)], &[]);
    assert_eq!(
        judged(&[(claim(), elsewhere)]),
        ["AA-01 (nothing right): bites in another step: of AA-02, in: When the sky falls"]
    );
}

#[test]
fn a_scenario_that_passes_although_its_rule_is_broken_is_found() {
    let weak = outcome(&[(0, WELL), (2, WELL)], &[]);
    assert_eq!(
        judged(&[(claim(), weak)]),
        ["AA-02: passes although it is broken: of AA-02"]
    );
}

#[test]
fn a_blocked_scenario_neither_bites_nor_counts_as_passed() {
    let blocked = outcome(&[(0, WELL), (2, WELL)], &[1, 3]);
    assert_eq!(judged(&[(claim(), blocked)]), [""; 0]);
}

#[test]
fn two_deviants_of_a_rule_may_share_its_scenarios() {
    let first = outcome(&[(0, WELL), (2, WELL)], &[]);
    let second = outcome(&[(1, WELL)], &[]);
    assert_eq!(judged(&[(claim(), first), (claim(), second)]), [""; 0]);
}

#[test]
fn what_a_rule_is_said_to_imply_has_to_fall_with_it() {
    let alone = outcome(&[(0, WELL), (1, WELL)], &[]);
    assert_eq!(
        judged(&[(claim(), alone)]),
        ["AA-01: is said to imply AA-03, and no deviant bites it"]
    );
}

#[test]
fn what_a_deviant_is_said_to_bite_as_well_it_has_to_bite() {
    let more = Claim {
        also: &["AA-04"],
        ..claim()
    };
    assert_eq!(
        judged(&[(more.clone(), exact())]),
        ["AA-01 (nothing right): is said to bite AA-04 as well, and does not"]
    );
    let mut bitten = exact();
    bitten
        .bites
        .extend(outcome(&[(3, "When anything")], &[]).bites);
    assert_eq!(judged(&[(more, bitten)]), [""; 0]);
}

#[test]
fn a_deviant_of_no_rule_is_found() {
    let stray = Claim {
        rule: "ZZ-01",
        ..claim()
    };
    let findings = judged(&[(claim(), exact()), (stray, outcome(&[], &[]))]);
    assert_eq!(findings[0], "ZZ-01: a deviant of no rule");
}

#[test]
fn a_scenario_that_fails_without_any_deviant_makes_the_proof_worthless() {
    let outcome = outcome(&[(1, WELL)], &[3]);
    assert_eq!(
        of_the_faithful(&scenarios(), &outcome),
        [
            "does not pass where no rule is broken: of AA-02",
            "does not pass where no rule is broken: of AA-04",
        ]
    );
}
