use super::*;

const GUIDE: &str = "\
Keeping cats

A cat must be fed. We recommend fish. A cat sleeps or eats.
";

/// A catalogue that is in order and knows the whole of [`GUIDE`].
fn files() -> (String, String) {
    let [heading, fed, fish, both] = &guide::sentences(GUIDE)[..] else {
        panic!("four sentences");
    };
    let rules = [
        rule("AA-01", "must", &format!("sentences = ['{}']", fed.digest)),
        rule(
            "AA-02",
            "advice",
            &format!("reason = 'R'\nsentences = ['{}']", fish.digest),
        ),
        rule(
            "BB-01",
            "must",
            &format!("same_as = ['BB-02']\nsentences = ['{}']", both.digest),
        ),
        rule(
            "BB-02",
            "must",
            &format!(
                "same_as = ['BB-01']\nimplies = ['AA-01']\nsentences = ['{}']",
                both.digest
            ),
        ),
    ];
    let not_rules = format!(
        "[[group]]\nreason = 'a heading'\nsentences = ['{}']\n",
        heading.digest
    );
    (rules.concat(), not_rules)
}

fn rule(id: &str, level: &str, rest: &str) -> String {
    format!("[[rule]]\nid = '{id}'\nsection = 'Cats'\nlevel = '{level}'\nsays = 'So.'\n{rest}\n")
}

fn digest(text: &str) -> String {
    guide::sentences(text).remove(0).digest
}

#[track_caller]
fn catalogue((rules, not_rules): &(String, String)) -> Catalogue {
    Catalogue::parse(rules, not_rules).unwrap_or_else(|error| panic!("{error}"))
}

/// The faults of the good catalogue after one change.
#[track_caller]
fn faults(from: &str, to: &str) -> Vec<String> {
    let (rules, not_rules) = files();
    assert!(rules.contains(from), "{from:?} is not in the good file");
    catalogue(&(rules.replacen(from, to, 1), not_rules)).faults()
}

#[test]
fn a_catalogue_in_order_and_its_guide_know_of_each_other() {
    let catalogue = catalogue(&files());
    assert_eq!(catalogue.faults(), [""; 0]);
    assert_eq!(catalogue.compare(&guide::sentences(GUIDE)), [""; 0]);
}

#[test]
fn a_sentence_that_nothing_covers_is_shown_with_its_digest() {
    let guide = format!("{GUIDE}\nA cat purrs.\n");
    assert_eq!(
        catalogue(&files()).compare(&guide::sentences(&guide)),
        [format!(
            "covered by no rule and not in features/not-rules.toml: A cat purrs\n  {}",
            digest("A cat purrs")
        )]
    );
}

#[test]
fn a_sentence_that_is_gone_is_told_with_every_rule_it_stated() {
    let guide = GUIDE
        .replace(" A cat sleeps or eats.", "")
        .replace("Keeping cats\n", "");
    let both = digest("A cat sleeps or eats");
    assert_eq!(
        catalogue(&files()).compare(&guide::sentences(&guide)),
        [
            format!("no longer in the document: a sentence of BB-01\n  {both}\n  So."),
            format!("no longer in the document: a sentence of BB-02\n  {both}\n  So."),
            format!(
                "no longer in the document: a sentence of a heading\n  {}",
                digest("Keeping cats")
            ),
        ]
    );
}

#[test]
fn a_changed_sentence_is_both_gone_and_uncovered() {
    let guide = GUIDE.replace("must be fed", "should be fed");
    let findings = catalogue(&files()).compare(&guide::sentences(&guide));
    assert_eq!(findings.len(), 2, "{findings:#?}");
    assert!(findings[0].contains("a sentence of AA-01"), "{findings:#?}");
    assert!(findings[1].contains("A cat should be fed"), "{findings:#?}");
}

#[test]
fn ids_are_unique_and_none_is_left_out() {
    assert_eq!(
        faults("id = 'AA-02'", "id = 'AA-01'"),
        ["AA-01 stands there twice"]
    );
    assert_eq!(
        faults("id = 'AA-02'", "id = 'AA-03'"),
        ["AA-02 is left out"]
    );
    for id in ["AA-2", "aa-02", "AAA-02", "AA02", "AA-0x"] {
        assert_eq!(
            faults("id = 'AA-02'", &format!("id = '{id}'")),
            [format!("{id} has not the form of an id such as CR-08")]
        );
    }
}

#[test]
fn what_a_rule_refers_to_is_another_rule() {
    assert_eq!(
        faults("implies = ['AA-01']", "implies = ['AA-07']"),
        ["BB-02: `implies` names AA-07, which is no rule"]
    );
    assert_eq!(
        faults("implies = ['AA-01']", "implies = ['BB-02']"),
        ["BB-02: `implies` names BB-02 needlessly"]
    );
    assert_eq!(
        faults("implies = ['AA-01']", "implies = ['BB-01']"),
        ["BB-02 says the same as BB-01 and implies it"]
    );
}

#[test]
fn rules_that_say_the_same_say_so_of_each_other_and_on_one_level() {
    let apart = "BB-02 and BB-01 say the same, and name different rules beside them";
    assert_eq!(faults("same_as = ['BB-02']", ""), [apart]);
    let odd = faults("same_as = ['BB-02']", "same_as = ['BB-02', 'AA-01']");
    assert!(odd.contains(&apart.to_owned()), "{odd:#?}");
    let level = faults(
        "id = 'BB-01'\nsection = 'Cats'\nlevel = 'must'",
        "id = 'BB-01'\nsection = 'Cats'\nlevel = 'open'",
    );
    assert_eq!(
        level,
        [
            "BB-01 and BB-02 say the same on different levels",
            "BB-02 and BB-01 say the same on different levels",
        ]
    );
}

#[test]
fn a_text_that_is_missing_or_runs_on_is_found() {
    assert_eq!(
        faults("says = 'So.'", "says = ' '"),
        ["AA-01: `says` is not one line of text"]
    );
    assert_eq!(
        faults("section = 'Cats'", "section = \"Cats\\nand dogs\""),
        ["AA-01: `section` is not one line of text"]
    );
}

#[test]
fn a_digest_is_whole_and_stands_once_in_a_rule() {
    let fed = digest("A cat must be fed");
    assert_eq!(
        faults(&fed, &fed[..63]),
        [format!(
            "AA-01: {} is no SHA-256 in small hex digits",
            &fed[..63]
        )]
    );
    assert_eq!(
        faults(&format!("'{fed}'"), &format!("'{fed}', '{fed}'")),
        [format!("AA-01: {fed} stands there twice")]
    );
}

#[test]
fn a_sentence_does_not_both_state_a_rule_and_none() {
    let heading = digest("Keeping cats");
    let fed = digest("A cat must be fed");
    assert_eq!(
        faults(&fed, &heading),
        [format!(
            "{heading} states AA-01, and stands in features/not-rules.toml"
        )]
    );
}

#[test]
fn a_sentence_that_states_no_rule_has_one_reason() {
    let (rules, not_rules) = files();
    let two = not_rules.clone() + &not_rules.replace("a heading", "a title");
    let heading = digest("Keeping cats");
    assert_eq!(
        catalogue(&(rules.clone(), two)).faults(),
        [format!(
            "features/not-rules.toml: {heading} has two reasons"
        )]
    );
    let none = not_rules.replace("a heading", "");
    assert_eq!(
        catalogue(&(rules, none)).faults(),
        ["features/not-rules.toml: a group without a reason"]
    );
}

#[test]
fn a_field_nobody_knows_is_refused() {
    let (rules, not_rules) = files();
    let misspelt = rules.replacen("same_as", "same-as", 1);
    assert!(Catalogue::parse(&misspelt, &not_rules).is_err());
}

#[test]
fn the_committed_catalogue_is_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    assert_eq!(check(root, None), Ok(()));
}
