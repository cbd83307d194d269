//! Files that are not as they were written.

use super::{KEY, Lab, NOW, assert_same, create, reads};

/// The file of three sessions, and their ids.
fn three_sessions(lab: &Lab) -> (Vec<u8>, Vec<String>) {
    let sandbox = lab.start();
    let ids = (0..3).map(|_| create(&sandbox)).collect();
    drop(sandbox);
    (lab.bytes(), ids)
}

/// Where each line starts.
fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    std::iter::once(0)
        .chain(ends.map(|(at, _)| at + 1))
        .collect()
}

#[test]
fn a_record_that_is_torn_anywhere_is_ignored_and_nothing_before_it() {
    let lab = Lab::new();
    let (bytes, ids) = three_sessions(&lab);
    let starts = line_starts(&bytes);
    let last = starts[starts.len() - 2];
    for end in last..bytes.len() {
        std::fs::write(lab.path(), &bytes[..end]).unwrap();
        let (sandbox, recovery) = lab.start_with(lab.builder());
        assert_eq!(recovery.torn_bytes, end - last, "{end}");
        assert_eq!(recovery.notices().len(), usize::from(end > last));
        let said = recovery.notices().concat();
        assert!(end == last || said.contains("unless the file has lost its end since"));
        assert_eq!(recovery.set_aside, None);
        let merchant = sandbox.merchant_of(KEY).unwrap();
        assert_eq!(merchant.session_ids(), ids[..2], "{end}");
        // It goes on as if the torn change had never been.
        assert_eq!(create(&sandbox), ids[2], "{end}");
        drop((sandbox, merchant));
        if end % 16 != 0 {
            continue;
        }
        assert_eq!(
            lab.start().merchant_of(KEY).unwrap().session_ids(),
            ids,
            "{end}"
        );
    }
}

#[test]
fn after_a_broken_byte_what_precedes_it_is_kept_and_the_rest_is_set_aside() {
    let lab = Lab::new();
    let (bytes, ids) = three_sessions(&lab);
    let starts = line_starts(&bytes);
    // Header, terms, the book, three sessions.
    assert_eq!(starts.len(), 7);
    for at in 0..bytes.len() {
        let line = starts.iter().rposition(|start| *start <= at).unwrap();
        // The first bytes of each line, its last one, and some between.
        if at > starts[line] + 10 && bytes[at] != b'\n' && at % 23 != 0 {
            continue;
        }
        let mut broken = bytes.clone();
        broken[at] ^= 0x04;
        std::fs::write(lab.path(), &broken).unwrap();
        let (sandbox, recovery) = lab.start_with(lab.builder());
        let aside = recovery
            .set_aside
            .clone()
            .unwrap_or_else(|| panic!("byte {at}"));
        assert_eq!(
            std::fs::read(&aside).unwrap(),
            broken[starts[line]..],
            "byte {at}"
        );
        assert_eq!(recovery.notices().len(), 1);
        std::fs::remove_file(aside).unwrap();
        let kept = line.saturating_sub(3);
        assert_eq!(
            sandbox.merchant_of(KEY).unwrap().session_ids(),
            ids[..kept],
            "byte {at}"
        );
        drop(sandbox);
        lab.start();
    }
    assert_eq!(lab.files(), ["sandbox.state"]);
}

/// As a machine may leave it that lost its power: the file has its length, and not its end.
#[test]
fn an_end_that_is_no_beginning_of_a_change_is_set_aside_and_not_called_unanswered() {
    let lab = Lab::new();
    let (bytes, ids) = three_sessions(&lab);
    let starts = line_starts(&bytes);
    let (second, last) = (starts[4], starts[5]);
    let zeros = vec![0; bytes.len() - second];
    let text = br#"{"not": "ours"}"#;
    let wrong_sum = [&b"00000000 "[..], text].concat();
    let no_sum = [&b"0000000g "[..], &bytes[last + 9..last + 30]].concat();
    let bent = [&bytes[last..last + 20], &b"\x00\x00"[..]].concat();
    let without_end = [&bytes[last..bytes.len() - 1], b"x"].concat();
    for (end, kept) in [
        (&zeros[..], 1),
        (&zeros[..1], 2),
        (text, 2),
        (&wrong_sum, 2),
        (&no_sum, 2),
        (&bent, 2),
        (&without_end, 2),
    ] {
        let sound = if kept == 1 { second } else { last };
        std::fs::write(lab.path(), [&bytes[..sound], end].concat()).unwrap();
        let (sandbox, recovery) = lab.start_with(lab.builder());
        assert_eq!(recovery.torn_bytes, 0, "{end:?}");
        let aside = recovery.set_aside.clone().unwrap();
        assert_eq!(std::fs::read(&aside).unwrap(), end);
        let said = recovery.notices().concat();
        assert!(
            said.contains("is damaged") && !said.contains("never answered"),
            "{said}"
        );
        let merchant = sandbox.merchant_of(KEY).unwrap();
        assert_eq!(merchant.session_ids(), ids[..kept], "{end:?}");
        std::fs::remove_file(aside).unwrap();
    }
}

#[test]
fn nothing_that_was_set_aside_is_written_over() {
    let lab = Lab::new();
    let (bytes, _) = three_sessions(&lab);
    let mut broken = bytes.clone();
    let middle = bytes.len() - 300;
    broken[middle] ^= 1;
    for name in ["sandbox.state.damaged", "sandbox.state.damaged-2"] {
        std::fs::write(lab.path(), &broken).unwrap();
        let (_, recovery) = lab.start_with(lab.builder());
        assert!(recovery.set_aside.unwrap().ends_with(name));
    }
    assert_eq!(
        lab.files(),
        [
            "sandbox.state",
            "sandbox.state.damaged",
            "sandbox.state.damaged-2"
        ]
    );
}

#[test]
fn what_an_interrupted_start_left_behind_hinders_no_start() {
    let lab = Lab::new();
    let sandbox = lab.start();
    create(&sandbox);
    let before = reads(&sandbox, NOW, &[]);
    drop(sandbox);
    let left = lab.path().with_extension("state.new");
    std::fs::write(&left, "half of a file").unwrap();
    let sandbox = lab.start();
    assert_same(&before, &reads(&sandbox, NOW, &[]), "a start");
    assert!(!left.exists());
    drop(sandbox);

    // A start that was interrupted before it wrote anything.
    std::fs::write(lab.path(), "").unwrap();
    assert_eq!(
        lab.start().merchant_of(KEY).unwrap().session_ids(),
        Vec::<String>::new()
    );
}

#[test]
fn a_file_of_somebody_else_is_refused_and_left_as_it_is() {
    let lab = Lab::new();
    for text in [
        "{\"products\": []}\n",
        "x",
        "\n\n",
        "00000000 {}\n",
        "\u{0}\u{0}\u{0}",
    ] {
        std::fs::write(lab.path(), text).unwrap();
        let refusal = lab.refused().to_string();
        assert!(
            refusal.ends_with("sandbox.state is not a state file of the sandbox"),
            "{refusal}"
        );
        assert_eq!(lab.bytes(), text.as_bytes());
    }
    // A later format, under a checksum that holds.
    let later = "52aaf9a4 {\"clinkbillSandboxState\":2,\"new\":true}\n";
    std::fs::write(lab.path(), later).unwrap();
    let refusal = lab.refused().to_string();
    assert!(
        refusal.contains("later version: its format is 2, and this one reads 1"),
        "{refusal}"
    );
    assert_eq!(lab.bytes(), later.as_bytes());
    assert_eq!(lab.files(), ["sandbox.state"]);
}
