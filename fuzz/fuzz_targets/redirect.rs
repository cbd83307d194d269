//! Return URLs: what the sandbox writes the session id into reads as the same URL, and the SDK
//! finds the id in it.

#![no_main]

use clinkbill::RedirectUrl;
use clinkbill::fuzzing::session_id_of;
use clinkbill_fuzz::{Goal, Tally, mutate};
use clinkbill_sandbox::rulebook::{Faithful, Rulebook};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use url::Url;

const ID: &str = "sess_fuzz";

static WRITTEN: Goal = Goal::new("a success URL is written", 100);
static QUERIED: Goal = Goal::new("a URL with a query is written", 50);
static PLACED: Goal = Goal::new("a placeholder is replaced", 10);
static REFUSED: Goal = Goal::new("a text is refused", 50);
static TALLY: Tally = Tally::new(&[&WRITTEN, &QUERIED, &PLACED, &REFUSED]);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate("redirect", data, size, max_size, seed)
});

fuzz_target!(init: TALLY.judge_at_exit(), |data: &[u8]| {
    TALLY.run();
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    // Neither may panic on anything.
    let sdk_takes = RedirectUrl::parse(text).is_ok();
    let _ = session_id_of(text);
    if Faithful.web_url("successUrl", text).is_err() {
        REFUSED.reached();
        assert!(!sdk_takes, "the SDK lets through what the sandbox refuses");
        return;
    }
    let given = Url::parse(text).expect("what is taken for a URL is one");
    assert!(given.has_host() && matches!(given.scheme(), "http" | "https"));
    success(text, &given);
    place(text);
});

fn success(text: &str, given: &Url) {
    let written = Faithful.success_redirect(text, ID);
    let url = Url::parse(&written).expect("a URL stays one");
    WRITTEN.reached();
    assert_eq!(url.host_str(), given.host_str());
    assert_eq!(url.path(), given.path());
    assert_eq!(url.fragment(), given.fragment());
    let mut expected: Vec<_> = given.query_pairs().collect();
    if !expected.is_empty() {
        QUERIED.reached();
    }
    expected.push(("sessionId".into(), ID.into()));
    assert_eq!(url.query_pairs().collect::<Vec<_>>(), expected);

    let read = session_id_of(&written).expect("the SDK finds the id");
    // What the merchant had there before may look like one too; the last counts.
    assert_eq!(read.as_str(), ID);
}

fn place(text: &str) {
    let written = Faithful.return_redirect(text, ID);
    if written == text {
        assert!(!text.contains("{ELEMENTS_SESSION_ID}"));
        return;
    }
    PLACED.reached();
    assert!(written.contains(ID) && !written.contains("{ELEMENTS_SESSION_ID}"));
    let plain = text.replace("%7B", "{").replace("%7b", "{");
    let plain = plain.replace("%7D", "}").replace("%7d", "}");
    assert!(plain.contains("{ELEMENTS_SESSION_ID}"));
}
