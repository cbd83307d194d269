//! Who may use a state file, and what it tells to whom.

use clinkbill_sandbox::Sandbox;
use http::Method;

use super::{KEY, Lab, create, spawn, taken};
use crate::call::{Call, data, json, quick_start};
use crate::page::Checkout;

#[test]
fn a_file_is_of_one_sandbox_at_a_time() {
    let lab = Lab::new();
    let sandbox = lab.start();
    create(&sandbox);
    let refusal = lab.refused().to_string();
    assert!(
        refusal.ends_with("sandbox.state is in use by another sandbox"),
        "{refusal}"
    );
    // Whoever was refused has taken nothing away.
    let id = create(&sandbox);
    drop(sandbox);
    assert_eq!(lab.start().merchant_of(KEY).unwrap().session_ids()[1], id);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone_and_a_link_to_it_stays_one() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let lab = Lab::new();
    let link = lab.path().with_file_name("link");
    std::fs::write(lab.path(), "").unwrap();
    std::fs::set_permissions(lab.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    symlink(lab.path(), &link).unwrap();
    let (sandbox, _) = lab.builder().build_with_state(&link).unwrap();
    create(&sandbox);
    assert!(link.is_symlink());
    let mode = std::fs::metadata(lab.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_yet_stays_one() {
    use std::os::unix::fs::symlink;
    let lab = Lab::new();
    let link = lab.path().with_file_name("link");
    symlink(lab.path(), &link).unwrap();
    let (sandbox, _) = lab.builder().build_with_state(&link).unwrap();
    let id = create(&sandbox);
    drop(sandbox);
    assert!(link.is_symlink());
    assert_eq!(lab.start().merchant_of(KEY).unwrap().session_ids(), [id]);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    let made = spawn(std::process::Command::new("mkfifo").arg(&pipe)).wait();
    assert!(made.unwrap().success());
    let lab = Lab::new();
    // Whoever reads from it waits for ever, and that is a failure too.
    let (tell, told) = std::sync::mpsc::channel();
    let (builder, path) = (lab.builder(), pipe.clone());
    std::thread::spawn(move || {
        let refused = builder.build_with_state(&path).err();
        tell.send(refused.map(|refused| refused.to_string()))
    });
    let refused = told.recv_timeout(std::time::Duration::from_secs(20));
    let refused = refused.unwrap().unwrap();
    assert!(refused.contains("no regular file"), "{refused}");
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

#[test]
fn no_key_stands_in_the_file() {
    let lab = Lab::new();
    let sandbox = lab.start();
    let session = sandbox.post_checkout_session(quick_start("5"));
    assert_eq!(json(&session)["code"], 200);
    create(&sandbox);
    let file = String::from_utf8(lab.bytes()).unwrap();
    for secret in [
        sandbox.secret_key(),
        KEY,
        &sandbox.secret_key()[8..],
        "sk_test_",
    ] {
        assert!(!file.contains(secret), "a key stands in the file");
    }
}

#[test]
fn books_that_are_used_at_once_are_done_again_in_their_order() {
    let lab = Lab::new();
    let sandbox = lab.start();
    let key = |thread: usize| format!("sk_test_{}", thread % 3);
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                for number in 0..50 {
                    let body =
                        quick_start("5").replace("customer@", &format!("{thread}.{number}@"));
                    let created = Call::create(body)
                        .header("x-api-key", &key(thread))
                        .send(sandbox);
                    let path = format!("/_sandbox/sessions/{}/pay", data(&created, "sessionId"));
                    let pay = Call::new(Method::POST, &path).body(r#"{"outcome":"succeeded"}"#);
                    pay.header("x-api-key", &key(thread)).send(sandbox);
                }
            });
        }
    });
    let told = |sandbox: &Sandbox| -> Vec<String> {
        (0..3)
            .flat_map(|thread| {
                let merchant = sandbox.merchant_of(&key(thread)).unwrap();
                let mut told = merchant.session_ids();
                told.extend(
                    merchant
                        .webhook_log()
                        .events
                        .into_iter()
                        .map(|event| event.body),
                );
                told
            })
            .collect()
    };
    let before = told(&sandbox);
    assert!(before.len() > 6 * 50 * 3);
    drop(sandbox);
    assert_eq!(told(&lab.start()), before);
}

/// On Linux a device that is always full takes a file's place.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_not_acknowledged_and_nothing_is_changed_any_more() {
    use std::process::{Command, Stdio};
    // A file system of a size that a test can fill needs rights; a limit on the size of files does
    // not, but holds for a whole process: so this test runs itself once more, under one.
    if std::env::var_os("SANDBOX_STATE_IS_LIMITED").is_none() {
        let mut again = Command::new("sh");
        again
            .args(["-c", "ulimit -f 64; trap '' XFSZ; exec \"$@\"", "sh"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "state::lock::what_cannot_be_written_is_not_acknowledged_and_nothing_is_changed_any_more"])
            .env("SANDBOX_STATE_IS_LIMITED", "1")
            .stdout(Stdio::piped());
        let run = spawn(&mut again).wait_with_output().unwrap();
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stdout)
        );
        assert!(String::from_utf8_lossy(&run.stdout).contains("1 passed"));
        return;
    }
    let lab = Lab::new();
    let sandbox = lab.start();
    let mut ids = Vec::new();
    let refused = loop {
        let answer = Call::create(quick_start("5")).send(&sandbox);
        if answer.status() != 200 {
            break answer;
        }
        ids.push(data(&answer, "sessionId"));
        assert!(ids.len() < 1_000, "the file has no limit");
    };
    assert_eq!(refused.status(), 500);
    let said = json(&refused)["msg"].as_str().unwrap().to_owned();
    assert!(said.starts_with("STATE_NOT_KEPT: "), "{said}");
    for (method, path) in operations_that_can_lose_a_change() {
        let body = match path.as_str() {
            "/sessions/{id}/pay" | "/orders/{id}/settle" => r#"{"outcome": "failed"}"#,
            "/clock/advance" => r#"{"seconds": 1}"#,
            "/webhooks/next" => r#"{"kind": "duplicate"}"#,
            "/faults" => r#"{"kind": "conflict"}"#,
            _ => "",
        };
        let answer = Call::new(
            method.clone(),
            &format!("/_sandbox{path}").replace("{id}", &ids[0]),
        )
        .body(body)
        .send(&sandbox);
        assert_eq!(answer.status(), 500, "{method} {path}");
        let said = json(&answer)["msg"].take();
        assert!(
            said.as_str().unwrap().starts_with("STATE_NOT_KEPT: "),
            "{said}"
        );
    }
    assert!(
        sandbox
            .merchant_of(KEY)
            .unwrap()
            .pay(&ids[0], clinkbill_sandbox::Attempt::failed())
            .is_err()
    );
    let read = format!("/api/checkout/session/{}", ids[0]);
    taken(&sandbox, &Call::get(&read));
    drop(sandbox);
    let (sandbox, recovery) = lab.start_with(lab.builder());
    assert_eq!(recovery.set_aside, None);
    assert_eq!(sandbox.merchant_of(KEY).unwrap().session_ids(), ids);
}

/// What is written into a file that is gone would be found by nobody.
#[cfg(unix)]
#[test]
fn a_file_that_is_removed_replaced_or_changed_is_noticed_before_anything_is_changed() {
    use std::fs;
    use std::path::Path;
    type Act = fn(&Path);
    let acts: [(&str, Act); 5] = [
        ("removed", |path| fs::remove_file(path).unwrap()),
        ("replaced", |path| {
            let new = path.with_extension("other");
            fs::copy(path, &new).unwrap();
            fs::rename(new, path).unwrap();
        }),
        ("removed and made again", |path| {
            let bytes = fs::read(path).unwrap();
            fs::remove_file(path).unwrap();
            fs::write(path, bytes).unwrap();
        }),
        ("emptied", |path| fs::write(path, "").unwrap()),
        ("written into", |path| {
            let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, b"x").unwrap();
        }),
    ];
    for (what, act) in acts {
        let lab = Lab::new();
        let sandbox = lab.start();
        let id = create(&sandbox);
        act(&lab.path());
        let refused = Call::create(quick_start("5")).send(&sandbox);
        assert_eq!(refused.status(), 500, "{what}");
        let said = json(&refused)["msg"].as_str().unwrap().to_owned();
        assert!(said.starts_with("STATE_NOT_KEPT: "), "{what}: {said}");
        assert!(said.contains("removed, replaced or changed"), "{said}");
        let merchant = sandbox.merchant_of(KEY).unwrap();
        assert_eq!(merchant.session_ids(), std::slice::from_ref(&id), "{what}");
        assert!(
            merchant
                .pay(&id, clinkbill_sandbox::Attempt::failed())
                .is_err()
        );
        taken(&sandbox, &Call::get(&format!("/api/checkout/session/{id}")));
    }
}

/// It is as it was, so that nothing is lost until it is noticed.
#[cfg(unix)]
#[test]
fn a_file_that_is_moved_is_noticed_at_once_and_has_what_was_answered() {
    let lab = Lab::new();
    let sandbox = lab.start();
    let ids = vec![create(&sandbox)];
    let elsewhere = lab.path().with_extension("old");
    std::fs::rename(lab.path(), &elsewhere).unwrap();
    let answer = Call::create(quick_start("5")).send(&sandbox);
    assert_eq!(answer.status(), 500);
    drop(sandbox);
    std::fs::rename(&elsewhere, lab.path()).unwrap();
    let merchant = lab.start().merchant_of(KEY).unwrap();
    assert_eq!(merchant.session_ids(), ids);
}

/// The buyer is not told that the card was at fault.
#[cfg(unix)]
#[test]
fn a_payment_that_cannot_be_kept_is_none_and_its_page_says_why() {
    for needs_confirmation in [false, true] {
        let lab = Lab::new();
        let checkout = Checkout::of(lab.start(), &serde_json::json!({}));
        let form = if needs_confirmation {
            checkout.pay_by_card("4000002500003155");
            checkout.form("action=confirm")
        } else {
            checkout.card_form("4242424242424242")
        };
        std::fs::remove_file(lab.path()).unwrap();
        let page = form.send(&checkout.sandbox);
        assert_eq!(page.status(), 500);
        let said = String::from_utf8_lossy(page.body());
        assert!(said.contains("Nothing was paid"), "{said}");
        assert!(said.contains("state file"), "{said}");
        assert_eq!(checkout.status(), "open");
    }
}

/// Those of the control API whose answers are described with HTTP 500: all that change something.
#[cfg(target_os = "linux")]
fn operations_that_can_lose_a_change() -> Vec<(Method, String)> {
    use serde_json::Value;
    let text = std::fs::read_to_string("../../openapi/sandbox-control.yaml").unwrap();
    let contract: Value = yaml_serde::from_str(&text).unwrap();
    let mut found = Vec::new();
    for (path, operations) in contract["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let is_described = operation["responses"]["500"].is_object();
            let changes = [Method::POST, Method::DELETE].contains(&method);
            assert_eq!(is_described, changes, "{method} {path}");
            if changes {
                found.push((method, path.clone()));
            }
        }
    }
    assert!(found.len() > 10, "{found:?}");
    found
}
