//! `clinkbill doctor` and `clinkbill completions`.

use crate::command::{Ended, NOWHERE, clinkbill, fits, sandbox_without_events};

#[test]
fn what_a_call_needs_is_looked_at_and_what_is_wrong_has_a_hint() {
    let shop = sandbox_without_events();
    let above = shop.base_url.replace("/api/", "/");
    let (base_url, key) = (&shop.base_url[..], &shop.key[..]);
    for (base_url, key, secret, wrong) in [
        (base_url, key, "whsec_x7secret", &[][..]),
        (base_url, key, "", &[]),
        (base_url, "", "whsec_x7secret", &["key"]),
        (base_url, "sk_prod_x7key", "", &["key"]),
        (base_url, "pk_test_x7key", "", &["key"]),
        (base_url, "sk_test_", "", &["key"]),
        (base_url, key, "whsec_", &["webhook secret"]),
        (base_url, "sk_x7key", "", &["server"]),
        (&above, key, "", &["server"]),
        (NOWHERE, key, "", &["server"]),
        ("http://shop.example.com/api/", key, "", &["environment"]),
        (base_url, key, "sk_test_x7key", &["webhook secret"]),
    ] {
        let mut command = clinkbill(&[
            ("CLINK_BASE_URL", base_url),
            ("CLINK_SECRET_KEY", key),
            ("CLINK_WEBHOOK_SECRET", secret),
        ]);
        let output = command.args(["doctor", "--json"]).output().unwrap();
        let found = fits("doctor", output.stdout());
        let checks = found["checks"].as_array().unwrap();
        let bad: Vec<_> = checks
            .iter()
            .filter(|check| check["found"] == "wrong")
            .collect();
        let names: Vec<_> = bad
            .iter()
            .map(|check| check["what"].as_str().unwrap())
            .collect();
        assert_eq!(names, wrong, "{base_url} {key}: {found}");
        assert!(bad.iter().all(|check| check["hint"].is_string()), "{found}");
        if wrong == ["environment"] {
            assert!(found.to_string().contains("make a tunnel"), "{found}");
        }
        assert_eq!(found["sound"], wrong.is_empty());
        assert_eq!(output.code(), if wrong.is_empty() { 0 } else { 3 });

        let people = command.env_remove("NO_COLOR").output().unwrap();
        assert!(!people.stdout().contains('\u{1b}') && !people.stdout().contains("x7"));
    }
    let sound = shop.run(&["doctor"]);
    let lines = sound.stdout().lines();
    let ok = lines.filter(|line| line.starts_with("ok "));
    assert_eq!(ok.count(), 4, "{}", sound.stdout());
}

#[test]
fn the_help_says_where_the_form_of_what_programs_read_is_described() {
    for arguments in [&["--help"][..], &["doctor", "--help"]] {
        let help = clinkbill(&[]).args(arguments).output().unwrap();
        let words: Vec<_> = help.stdout().split_whitespace().collect();
        let path = "schemas/command-output.schema.json";
        assert!(
            words.iter().any(|word| word.contains(path)),
            "{}",
            help.stdout()
        );
        assert!(std::path::Path::new("../..").join(path).exists());
    }
}

#[test]
fn shells_complete_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let output = clinkbill(&[])
            .args(["completions", shell])
            .output()
            .unwrap();
        assert_eq!(output.code(), 0);
        for command in ["checkout", "webhook", "doctor", "--key-file"] {
            let stem = command.trim_start_matches('-');
            assert!(output.stdout().contains(stem), "{shell}: {command}");
        }
    }
}
