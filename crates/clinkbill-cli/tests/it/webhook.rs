//! `clinkbill webhook sign`, `verify` and `trigger`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::command::{Ended, clinkbill, file, file_with, fits};
use crate::listen::{SECRET, trigger, webhook};

const EVENT: &str = r#"{"id":"event_1","object":"event","type":"gift.sent","created":1767225600000,"data":{"object":{}}}"#;

#[test]
fn what_is_signed_verifies_until_a_byte_or_the_time_changes() {
    let body = file_with("event.json", EVENT);
    let signed = webhook(&["sign", &body, "--json"]);
    assert_eq!(signed.code(), 0, "{}", signed.stderr());
    let headers = fits("webhook_sign", signed.stdout())["headers"].take();
    let header = |name: &str| headers[name].as_str().unwrap().to_owned();
    let (time, signature) = (header("X-Clink-Timestamp"), header("X-Clink-Signature"));

    let verify = |body: &str, time: &str, more: &[&str]| {
        let fixed = [
            "verify",
            body,
            "--timestamp",
            time,
            "--signature",
            &signature,
        ];
        webhook(&[&fixed[..], &["--json"], more].concat())
    };
    let genuine = verify(&body, &time, &[]);
    assert_eq!(genuine.code(), 0, "{}", genuine.stdout());
    let seen = fits("webhook_verify", genuine.stdout());
    assert_eq!(
        (&seen["genuine"], &seen["event_type"]),
        (&true.into(), &"gift.sent".into())
    );

    let changed = file_with("changed.json", &EVENT.replace("event_1", "event_2"));
    let forged = verify(&changed, &time, &[]);
    assert_eq!(forged.code(), 3, "{}", forged.stdout());
    assert_eq!(fits("webhook_verify", forged.stdout())["genuine"], false);

    let old = webhook(&["sign", &body, "--at", "1767225600000"]);
    let signature_line = old
        .stdout()
        .lines()
        .find(|line| line.starts_with("X-Clink-Signature"));
    let (_, signature) = signature_line.unwrap().split_once(": ").unwrap();
    let stale = [
        "verify",
        &body,
        "--timestamp",
        "1767225600000",
        "--signature",
        signature,
    ];
    assert_eq!(webhook(&stale).code(), 3);
    let aged = webhook(&[&stale[..], &["--any-age"]].concat());
    assert_eq!(aged.code(), 0, "{}", aged.stdout());

    let unsigned = clinkbill(&[])
        .args(["webhook", "sign", &body])
        .output()
        .unwrap();
    assert_eq!(unsigned.code(), 77);
    assert!(
        unsigned.stderr().contains("CLINK_WEBHOOK_SECRET"),
        "{}",
        unsigned.stderr()
    );
}

#[test]
fn an_event_that_cannot_be_sent_is_one_sentence_a_hint_and_a_status() {
    let clear = "http://shop.example.com/hook";
    for (secret, url, status, words) in [
        (
            SECRET.1,
            "hook",
            64,
            ["absolute http or https URL", "127.0.0.1"],
        ),
        (SECRET.1, clear, 78, ["another machine", "--plain-http"]),
        (
            SECRET.1,
            "http://shop:x7pw@127.0.0.1/",
            64,
            ["a user or a password", "127.0.0.1:3000"],
        ),
        (
            "sk_test_x7secret",
            clear,
            77,
            ["it is a secret key", "whsec_"],
        ),
        ("whsec x7secret", clear, 77, ["cannot sign", "whsec_"]),
    ] {
        let output = trigger(url, "order.succeeded", secret);
        assert_eq!((output.code(), output.stdout()), (status, ""));
        let said = fits("failure", output.stderr());
        for (field, words) in ["error", "hint"].into_iter().zip(words) {
            assert!(said[field].as_str().unwrap().contains(words), "{said}");
        }
        assert!(!output.stderr().contains("x7"), "{said}");
    }
}

/// The headers of a body signed at a moment, as the arguments that `verify` takes.
fn proof_of(body: &str, at: &str) -> [String; 4] {
    let signed = webhook(&["sign", body, "--at", at, "--json"]);
    assert_eq!(signed.code(), 0, "{}", signed.stderr());
    let headers = &fits("webhook_sign", signed.stdout())["headers"];
    let header = |name: &str| headers[name].as_str().unwrap().to_owned();
    [
        "--timestamp".to_owned(),
        header("X-Clink-Timestamp"),
        "--signature".to_owned(),
        header("X-Clink-Signature"),
    ]
}

/// What `verify` says in each of its ways, and its status in both.
fn verified(body: &str, proof: &[String], more: &[&str]) -> (Value, String, i32) {
    let proof: Vec<_> = proof.iter().map(String::as_str).collect();
    let arguments = [&["verify", body][..], &proof, more].concat();
    let told = webhook(&arguments);
    let json = webhook(&[&arguments[..], &["--json"]].concat());
    assert_eq!(told.code(), json.code());
    (
        fits("webhook_verify", json.stdout()),
        told.stdout().to_owned(),
        told.code(),
    )
}

fn said(told: &Value, field: &str) -> String {
    told[field].as_str().unwrap_or_default().to_owned()
}

const AT: &str = "1767225600000";

#[test]
fn a_genuine_event_is_called_so() {
    let body = file_with("genuine.json", EVENT);
    let (json, text, code) = verified(&body, &proof_of(&body, AT), &["--any-age"]);
    assert_eq!((code, &json["genuine"]), (0, &true.into()));
    assert_eq!(json["problem"], Value::Null);
    assert!(text.starts_with("genuine        yes\n"), "{text}");
}

#[test]
fn a_genuine_body_that_is_no_event_is_genuine_and_not_sound() {
    for (name, body, missing) in [
        ("no-type.json", r#"{"id":"event_1","data":{}}"#, "`type`"),
        ("no-data.json", r#"{"id":"event_1","type":"a.b"}"#, "`data`"),
        ("no-id.json", r#"{"type":"a.b","data":{}}"#, "`id`"),
        ("no-json.json", "hello", "line 1"),
    ] {
        let body = file_with(name, body);
        let (json, text, code) = verified(&body, &proof_of(&body, AT), &["--any-age"]);
        assert_eq!((code, &json["genuine"]), (3, &true.into()), "{json}");
        let problem = said(&json, "problem");
        assert!(problem.contains("the signature is right"), "{problem}");
        assert!(problem.contains(missing), "{problem}");
        assert!(said(&json, "hint").contains("`data`"), "{json}");
        assert!(text.contains("genuine        yes\n"), "{text}");
        assert!(!text.contains("not genuine"), "{text}");
    }
}

#[test]
fn what_does_not_verify_says_where_to_look() {
    let body = file_with("looked-at.json", EVENT);
    let edited = file_with("edited.json", &format!("{EVENT}\n"));
    let dos = file_with("edited-elsewhere.json", &format!("{EVENT}\r\n"));
    let other = file_with("other.json", &EVENT.replace("event_1", "event_2"));
    let proof = proof_of(&body, AT);
    let [_, time, _, signature] = &proof;
    for (body, time, signature, problem, hint) in [
        (
            &other,
            time.as_str(),
            signature.as_str(),
            "does not belong",
            "very bytes",
        ),
        (&edited, time, signature, "does not belong", "line end"),
        (&dos, time, signature, "does not belong", "line end"),
        (
            &body,
            "soon",
            signature,
            "X-Clink-Timestamp is not a number",
            AT,
        ),
        (
            &body,
            time,
            "5f2d",
            "X-Clink-Signature is not 64",
            "whole header",
        ),
        (
            &body,
            time,
            signature,
            "days ago, and at most 300 s",
            "--any-age",
        ),
    ] {
        let given = ["--timestamp", time, "--signature", signature].map(str::to_owned);
        let (json, text, code) = verified(body, &given, &[]);
        assert_eq!((code, &json["genuine"]), (3, &false.into()), "{json}");
        assert!(said(&json, "problem").contains(problem), "{json}");
        assert!(said(&json, "hint").contains(hint), "{json}");
        assert!(text.starts_with("not genuine"), "{text}");
        assert!(text.contains("\nhint  "), "{text}");
    }

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let later = (now.as_millis() + 3 * 60 * 60 * 1000).to_string();
    let (json, _, _) = verified(&body, &proof_of(&body, &later), &["--tolerance", "60"]);
    let problem = said(&json, "problem");
    assert!(problem.contains("hours in the future"), "{problem}");
    assert!(problem.contains("at most 60 s"), "{problem}");
    assert!(said(&json, "hint").contains("clock"), "{json}");
}

#[test]
fn a_moment_to_sign_at_is_in_milliseconds_and_seconds_are_told_apart() {
    let body = file_with("moment.json", EVENT);
    for (at, words) in [
        ("1767225600", ["1970-01-21", "give 1767225600000"]),
        ("soon", ["milliseconds", "1767225600000"]),
        ("9223372036854775807", ["not a time", "milliseconds"]),
    ] {
        let refused = webhook(&["sign", &body, "--at", at]);
        assert_eq!((refused.code(), refused.stdout()), (64, ""));
        for word in words {
            assert!(refused.stderr().contains(word), "{}", refused.stderr());
        }
    }
}

#[test]
fn what_is_to_be_read_and_is_not_there_has_a_hint() {
    let missing = file("no-such-body.json");
    let body = file_with("with-no-secret.json", EVENT);
    for (secret, arguments, status, words) in [
        (
            Some(SECRET),
            vec!["sign", &missing],
            66,
            ["no-such-body", "on stdin"],
        ),
        (
            None,
            vec!["sign", &body],
            77,
            ["CLINK_WEBHOOK_SECRET", "--webhook-secret-file"],
        ),
        (
            None,
            vec!["sign", &body, "--webhook-secret-file", &missing],
            66,
            ["no-such-body", "CLINK_WEBHOOK_SECRET"],
        ),
    ] {
        let mut command = clinkbill(secret.as_slice());
        command.arg("webhook").args(&arguments);
        let refused = command.output().unwrap();
        assert_eq!(refused.code(), status, "{}", refused.stderr());
        assert!(refused.stderr().contains("hint:"), "{}", refused.stderr());
        for word in words {
            assert!(refused.stderr().contains(word), "{}", refused.stderr());
        }
    }
}
