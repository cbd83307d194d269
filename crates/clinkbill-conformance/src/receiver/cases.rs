//! What is sent to an endpoint, and what a sound one answers.

use clinkbill_types::Timestamp;
use clinkbill_webhook::{Signer, WebhookSecret};

use super::events::{self, Purchase};
use super::report::Expected;

/// Further from now than any sending of Clink's: an event is tried for about a day.
const TWO_DAYS: i64 = 2 * 24 * 60 * 60 * 1_000;

/// One request to the endpoint and the answer it should get.
pub(super) struct Case {
    /// Safe in a shell.
    pub(super) id: &'static str,
    /// What is sent.
    pub(super) what: &'static str,
    pub(super) expected: Expected,
    /// Why it matters.
    pub(super) why: &'static str,
    pub(super) request: fn(&Scene, Timestamp) -> Sending,
}

/// One request: its body, and the headers beside the content type.
#[derive(Debug, Clone)]
pub(super) struct Sending {
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// Who signs, and what the events are about.
pub(super) struct Scene {
    signer: Signer,
    stranger: Signer,
    purchase: Purchase,
}

impl Scene {
    /// `secret` is the endpoint's, `stranger` anybody else's.
    pub(super) fn new(secret: WebhookSecret, stranger: WebhookSecret) -> Self {
        Self {
            signer: Signer::new(secret),
            stranger: Signer::new(stranger),
            purchase: Purchase::new(rand::random()),
        }
    }

    /// The event as Clink sends it at this moment.
    fn signed(&self, body: String, at: Timestamp) -> Sending {
        Sending::with(&self.signer, body, at)
    }

    /// The good event once more, dated as far from now as this.
    fn dated(&self, now: Timestamp, offset: i64) -> Sending {
        let body = events::order_succeeded(self.purchase, now);
        // Two days from now is far from either end of what a timestamp can say.
        let at = Timestamp::from_millis(now.as_millis() + offset).unwrap_or(now);
        self.signed(body, at)
    }
}

impl Sending {
    pub(super) fn with(signer: &Signer, body: String, at: Timestamp) -> Self {
        let headers = signer.sign(body.as_bytes(), at);
        let headers = headers
            .pairs()
            .map(|(name, value)| (name, value.to_owned()));
        Self {
            headers: headers.to_vec(),
            body,
        }
    }

    /// The same with another value in one header.
    fn header(mut self, name: &str, value: impl FnOnce(&str) -> String) -> Self {
        if let Some((_, own)) = self.headers.iter_mut().find(|(own, _)| *own == name) {
            *own = value(own);
        }
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| *own != name);
        self
    }

    fn body(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.body = change(&self.body);
        self
    }
}

const TIMESTAMP: &str = "X-Clink-Timestamp";
const SIGNATURE: &str = "X-Clink-Signature";

/// In the order in which they are sent: first the good event, on which the others lean.
pub(super) const CASES: [Case; 20] = [
    Case {
        id: "good",
        what: "an event as Clink sends it",
        expected: Expected::Accepted,
        why: "what is signed and fresh is Clink's word; if it is not taken, it comes again for a day",
        request: |scene, now| good(scene, now),
    },
    Case {
        id: "unsigned",
        what: "the event without any of Clink's headers",
        expected: Expected::Refused,
        why: "anybody who knows the URL could say that an order is paid",
        request: |scene, now| Sending {
            headers: Vec::new(),
            ..good(scene, now)
        },
    },
    Case {
        id: "bad-signature",
        what: "a signature with one digit changed",
        expected: Expected::Refused,
        why: "a signature that is not compared, or only in part, protects nothing",
        request: |scene, now| good(scene, now).header(SIGNATURE, with_last_digit_changed),
    },
    Case {
        id: "malformed-signature",
        what: "a signature that is no hexadecimal number",
        expected: Expected::Refused,
        why: "nonsense from a stranger must not break the endpoint",
        request: |scene, now| good(scene, now).header(SIGNATURE, |_| "not a signature".to_owned()),
    },
    Case {
        id: "wrong-secret",
        what: "the event signed with another secret",
        expected: Expected::Refused,
        why: "the signing secret is what tells Clink from everybody else",
        request: |scene, now| {
            let body = events::order_succeeded(scene.purchase, now);
            Sending::with(&scene.stranger, body, now)
        },
    },
    Case {
        id: "stale",
        what: "an event signed two days ago",
        expected: Expected::Refused,
        why: "whoever once recorded an event could send it again for ever",
        request: |scene, now| scene.dated(now, -TWO_DAYS),
    },
    Case {
        id: "from-the-future",
        what: "an event dated two days ahead",
        expected: Expected::Refused,
        why: "a window that is open on one side is open",
        request: |scene, now| scene.dated(now, TWO_DAYS),
    },
    Case {
        id: "no-timestamp",
        what: "a signed event without its timestamp",
        expected: Expected::Refused,
        why: "without a timestamp nothing shows the signature's age",
        request: |scene, now| good(scene, now).without(TIMESTAMP),
    },
    Case {
        id: "refreshed-timestamp",
        what: "an old signature under a fresh timestamp",
        expected: Expected::Refused,
        why: "the timestamp is part of what is signed, or it can be made fresh at will",
        request: |scene, now| {
            let fresh = now.as_millis().to_string();
            scene.dated(now, -TWO_DAYS).header(TIMESTAMP, |_| fresh)
        },
    },
    Case {
        id: "changed-body",
        what: "a signed event whose amount was changed",
        expected: Expected::Refused,
        why: "the signature covers every byte of the body",
        request: |scene, now| good(scene, now).body(|body| body.replace("7.5", "0.5")),
    },
    Case {
        id: "reserialised-body",
        what: "an event whose signature fits its JSON, but not its bytes",
        expected: Expected::Refused,
        why: "the signature is over the raw body; parsing comes after verifying",
        request: |scene, now| good(scene, now).body(events::spaced),
    },
    Case {
        id: "spaced-json",
        what: "an event with white space in its JSON, signed over its bytes",
        expected: Expected::Accepted,
        why: "the raw body is what is signed, however the JSON is written",
        request: |scene, now| {
            let body = events::spaced(&events::order_succeeded(scene.purchase.other(1), now));
            scene.signed(body, now)
        },
    },
    Case {
        id: "duplicate",
        what: "the good event once more, signed anew",
        expected: Expected::Accepted,
        why: "Clink may deliver twice; what was done already needs no second delivery",
        request: |scene, now| good(scene, now),
    },
    Case {
        id: "out-of-order",
        what: "the creation of the order, after its success",
        expected: Expected::Accepted,
        why: "order is not guaranteed; what is refused comes again for a day",
        request: |scene, now| scene.signed(events::order_created(scene.purchase, now), now),
    },
    Case {
        id: "nulls",
        what: "a completed session whose order, customer and amounts are null",
        expected: Expected::Accepted,
        why: "this is how session.complete arrives; the order's own event tells the rest",
        request: |scene, now| scene.signed(events::session_complete(scene.purchase, now), now),
    },
    Case {
        id: "string-money",
        what: "an invoice whose amounts are decimal strings",
        expected: Expected::Accepted,
        why: "this is how invoices arrive, while orders carry numbers",
        request: |scene, now| scene.signed(events::invoice_paid(scene.purchase, now), now),
    },
    Case {
        id: "late-subscription",
        what: "the creation of a subscription, after its first invoice was paid",
        expected: Expected::Accepted,
        why: "order is not guaranteed between objects either",
        request: |scene, now| scene.signed(events::subscription_created(scene.purchase, now), now),
    },
    Case {
        id: "unknown-fields",
        what: "an event with fields and values nobody has heard of",
        expected: Expected::Accepted,
        why: "Clink adds fields and values without asking",
        request: |scene, now| {
            scene.signed(events::from_tomorrow(scene.purchase.other(2), now), now)
        },
    },
    Case {
        id: "unknown-type",
        what: "an event of a type nobody has heard of",
        expected: Expected::Accepted,
        why: "a type that is not handled is not wrong, and is sent again until it is taken",
        request: |scene, now| scene.signed(events::of_unknown_type(scene.purchase, now), now),
    },
    Case {
        id: "good-again",
        what: "one more event as Clink sends it",
        expected: Expected::Accepted,
        why: "after all that, the endpoint still takes what is Clink's",
        request: |scene, now| {
            let later = events::order_succeeded(scene.purchase.other(3), now);
            scene.signed(later, now)
        },
    },
];

fn good(scene: &Scene, now: Timestamp) -> Sending {
    scene.signed(events::order_succeeded(scene.purchase, now), now)
}

fn with_last_digit_changed(signature: &str) -> String {
    let mut changed = signature.to_owned();
    let last = if changed.pop() == Some('0') { '1' } else { '0' };
    changed.push(last);
    changed
}
