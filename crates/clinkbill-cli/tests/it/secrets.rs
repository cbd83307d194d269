//! Where keys and signing secrets come from.

use std::process::Output;

use crate::command::{Ended, NOWHERE, clinkbill, file_with, sandbox_without_events};

fn list(key_file: &str, base_url: &str) -> Output {
    let arguments = [
        "order",
        "list",
        "--key-file",
        key_file,
        "--base-url",
        base_url,
    ];
    clinkbill(&[]).args(arguments).output().unwrap()
}

#[test]
fn a_file_may_say_that_it_is_utf8_and_end_its_line_in_any_way() {
    let shop = sandbox_without_events();
    for (name, text) in [
        ("marked.key", format!("\u{feff}{}\r\n", shop.key)),
        ("indented.key", format!("  {}\n\n", shop.key)),
    ] {
        let output = list(&file_with(name, &text), &shop.base_url);
        assert_eq!(output.code(), 0, "{name}: {}", output.stderr());
    }
    let sign = |name: &str, text: &str| {
        let event = file_with("signed.json", r#"{"id":"evt_1"}"#);
        let secret = file_with(name, text);
        let at = ["--at", "1767225600000", "--webhook-secret-file", &secret];
        let output = clinkbill(&[])
            .args(["webhook", "sign", &event])
            .args(at)
            .output();
        output.unwrap().stdout().to_owned()
    };
    let plain = sign("plain.secret", "whsec_x7");
    assert!(!plain.is_empty());
    assert_eq!(plain, sign("marked.secret", "\u{feff}whsec_x7\r\n"));
}

#[test]
fn what_holds_no_secret_is_named_and_not_read_to_its_end() {
    let long = file_with("long.key", &"sk_test_x7".repeat(1000));
    let empty = file_with("empty.key", "\u{feff} \n");
    let cut = file_with("cut.key", "sk_test_\n");
    for (file, exit, said) in [
        (&long[..], 65, "more than 4096 bytes"),
        ("/dev/zero", 65, "more than 4096 bytes"),
        (&empty, 77, "is empty"),
        (&cut, 77, "nothing follows sk_test_"),
    ] {
        if std::fs::metadata(file).is_err() {
            continue;
        }
        let output = list(file, NOWHERE);
        assert_eq!(output.code(), exit, "{file}: {}", output.stderr());
        assert!(
            output.stderr().contains(said),
            "{file}: {}",
            output.stderr()
        );
        assert!(
            output.stderr().contains("hint: "),
            "{file}: {}",
            output.stderr()
        );
        assert!(!output.stderr().contains("x7"), "{}", output.stderr());
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_not_missing() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let mut command = clinkbill(&[("CLINK_BASE_URL", NOWHERE)]);
    command.env("CLINK_SECRET_KEY", OsStr::from_bytes(b"sk_test_x7\xff"));
    let output = command.args(["order", "list"]).output().unwrap();
    assert_eq!(output.code(), 77, "{}", output.stderr());
    assert!(
        output
            .stderr()
            .contains("CLINK_SECRET_KEY is set to what is no text")
    );
    assert!(!output.stderr().contains("x7"), "{}", output.stderr());
}

#[test]
fn a_secret_in_the_place_of_a_file_is_not_told_on() {
    for (arguments, variable) in [
        (
            &["order", "list", "--key-file", "sk_test_x7"][..],
            "CLINK_SECRET_KEY",
        ),
        (&["doctor", "--key-file", "sk_prod_x7"], "CLINK_SECRET_KEY"),
        (
            &["webhook", "listen", "--webhook-secret-file", "whsec_x7"],
            "CLINK_WEBHOOK_SECRET",
        ),
    ] {
        let output = clinkbill(&[]).args(arguments).output().unwrap();
        assert_eq!(output.code(), 66, "{}", output.stderr());
        assert!(output.stderr().contains(variable), "{}", output.stderr());
        assert!(!output.stderr().contains("x7"), "{}", output.stderr());
    }
}
