//! What Clink's guide forbids does not compile, and the compiler names the rule.
//!
//! Each program in `ui/fail` has a twin in `ui/pass` that differs only in obeying the rule. The
//! twins are part of this test's own build, so they compile whenever it runs.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "that the twins compile is the test"
)]

#[path = "ui/pass/cr_01_no_customer.rs"]
mod cr_01_no_customer;
#[path = "ui/pass/fr_02_price_without_total.rs"]
mod fr_02_price_without_total;
#[path = "ui/pass/fr_07_total_beside_lines.rs"]
mod fr_07_total_beside_lines;
#[path = "ui/pass/fr_09_line_with_a_currency_of_its_own.rs"]
mod fr_09_line_with_a_currency_of_its_own;
#[path = "ui/pass/fr_09_price_as_a_float.rs"]
mod fr_09_price_as_a_float;
#[path = "ui/pass/pp_02_subscription_to_a_line.rs"]
mod pp_02_subscription_to_a_line;
#[path = "ui/pass/pp_05_lines_and_a_price.rs"]
mod pp_05_lines_and_a_price;
#[path = "ui/pass/qr_02_direct_qr_of_another_method.rs"]
mod qr_02_direct_qr_of_another_method;
#[path = "ui/pass/rd_03_elements_without_return_url.rs"]
mod rd_03_elements_without_return_url;

#[test]
fn what_the_guide_forbids_does_not_compile_and_names_the_rule() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*.rs");
}

#[test]
fn every_forbidden_program_has_a_twin_and_its_error_begins_with_the_rule() {
    let names = |folder: &str, ending: &str| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(ending).map(str::to_owned))
            .collect();
        names.sort();
        names
    };
    let forbidden = names("tests/ui/fail", ".rs");
    assert_eq!(names("tests/ui/pass", ".rs"), forbidden);
    assert_eq!(names("tests/ui/fail", ".stderr"), forbidden);
    for name in forbidden {
        let rule = name[..5].to_uppercase().replace('_', "-");
        let stderr = std::fs::read_to_string(format!("tests/ui/fail/{name}.stderr")).unwrap();
        let first = stderr.lines().next().unwrap();
        assert!(
            first.starts_with(&format!("error[E0277]: {rule}: ")),
            "{first}"
        );
    }
}
