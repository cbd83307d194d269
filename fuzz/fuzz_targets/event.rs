//! The reader of webhook events: any body is an event or an error.

#![no_main]

use clinkbill_fuzz::{Goal, Tally, mutate};
use clinkbill_webhook::{Event, EventKind};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;

/// The access token of a session among the seeds.
const CANARY: &str = "canary";

static READ: Goal = Goal::new("an event is read", 150);
static TYPED: Goal = Goal::new("an event has a typed object", 100);
static KEPT: Goal = Goal::new("an event is kept whole", 35);
static REFUSED: Goal = Goal::new("a body that is JSON is refused", 15);
static TALLY: Tally = Tally::new(&[&READ, &TYPED, &KEPT, &REFUSED]);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate("event", data, size, max_size, seed)
});

fuzz_target!(init: TALLY.judge_at_exit(), |data: &[u8]| {
    TALLY.run();
    let value = serde_json::from_slice::<Value>(data);
    let Ok(event) = Event::from_json(data) else {
        if value.is_ok() {
            REFUSED.reached();
        }
        return;
    };
    READ.reached();
    if let Ok(value) = value {
        // A number stands for its digits.
        if let Some(id) = value["id"].as_str() {
            assert_eq!(id, event.id.as_str());
        }
        // Known names are known in any case.
        if let Some(name) = value["type"].as_str() {
            assert!(name.eq_ignore_ascii_case(event.event_type().as_str()), "{name}");
        }
        let token = &value["data"]["object"]["token"];
        let mut canaries = data.windows(CANARY.len()).filter(|it| *it == CANARY.as_bytes());
        if token == CANARY && canaries.nth(1).is_none() {
            assert!(!format!("{event:?}").contains(CANARY), "an access token is shown");
        }
    }
    let object = event.object().as_bytes();
    assert!(data.windows(object.len()).any(|part| part == object));
    match &event.kind {
        EventKind::Other(_) => KEPT.reached(),
        EventKind::Unreadable(_) => {}
        _ => TYPED.reached(),
    }
});
