//! Deliveries on their way, and what is done to them on purpose.

use std::borrow::Cow;

use clinkbill_types::Timestamp;

use crate::book::Book;
use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
use crate::journal::Change;
use crate::key::KeyDigest;
use crate::webhook::log::WebhookLog;
use crate::webhook::mischief::{ArmedMischief, Mischief};
use crate::webhook::outbox::{CannotResend, DeliveryNumber, DueDelivery};

impl Engine {
    /// Takes the next due delivery of every idle endpoint of every merchant whose time has come.
    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn take_due(&self, wall: i64) -> Vec<(KeyDigest, DeliveryNumber)> {
        self.agenda
            .due(wall)
            .into_iter()
            .flat_map(|merchant| {
                self.take_due_of(merchant, wall)
                    .into_iter()
                    .map(move |number| (merchant, number))
            })
            .collect()
    }

    /// Takes the next due delivery of every idle endpoint of a merchant.
    pub(crate) fn take_due_of(&self, merchant: KeyDigest, wall: i64) -> Vec<DeliveryNumber> {
        self.happen(merchant, wall, Change::Take, |book, now| {
            let taken = book.outbox.take_next(now);
            let is_any = !taken.is_empty();
            (taken, is_any)
        })
        .unwrap_or_default()
    }

    /// Hands out every due delivery of every merchant, signed for sending now.
    pub(crate) fn hand_out_due(&self, wall: i64) -> Vec<(KeyDigest, DeliveryNumber, DueDelivery)> {
        self.agenda
            .due(wall)
            .into_iter()
            .flat_map(|merchant| {
                self.hand_out_due_of(merchant, wall)
                    .into_iter()
                    .map(move |(number, delivery)| (merchant, number, delivery))
            })
            .collect()
    }

    /// Hands out every due delivery of a merchant, signed for sending now.
    pub(crate) fn hand_out_due_of(
        &self,
        merchant: KeyDigest,
        wall: i64,
    ) -> Vec<(DeliveryNumber, DueDelivery)> {
        let Ok(signed_at) = Timestamp::from_millis(wall) else {
            return Vec::new();
        };
        self.happen(merchant, wall, Change::HandOut, |book, now| {
            let due = book.outbox.hand_out(now);
            let is_any = !due.is_empty();
            (hand_over(book, due, signed_at), is_any)
        })
        .unwrap_or_default()
    }

    /// Signs a delivery that was taken, for sending now; there may be nothing to send any more.
    #[cfg_attr(
        not(any(feature = "courier", feature = "state")),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn start_delivery(
        &self,
        merchant: KeyDigest,
        delivery: DeliveryNumber,
        wall: i64,
    ) -> Option<DueDelivery> {
        let signed_at = Timestamp::from_millis(wall).ok()?;
        self.happen(merchant, wall, Change::Start { delivery }, |book, _| {
            let Some(body) = book.body_of(delivery) else {
                return (None, false);
            };
            (book.outbox.start(delivery, body, signed_at), true)
        })
        .flatten()
    }

    /// Notes what became of an attempt.
    pub(crate) fn record_delivery(
        &self,
        merchant: KeyDigest,
        delivery: DeliveryNumber,
        outcome: Result<u16, String>,
        wall: i64,
    ) {
        let change = Change::Record {
            delivery,
            outcome: outcome.clone().map_err(Cow::Owned),
        };
        self.happen(merchant, wall, change, |book, _| {
            let delays = &self.options.webhook_retry_delays;
            ((), book.outbox.record(delays, delivery, outcome))
        });
    }

    /// Takes back a delivery that was taken and not sent.
    #[cfg_attr(
        not(any(feature = "courier", feature = "state")),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn put_back_delivery(
        &self,
        merchant: KeyDigest,
        delivery: DeliveryNumber,
        wall: i64,
    ) {
        self.happen(merchant, wall, Change::PutBack { delivery }, |book, _| {
            ((), book.outbox.put_back(delivery))
        });
    }

    /// Whether everything that was due by then, on the merchant's clock, was attempted.
    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn is_settled(&self, merchant: KeyDigest, until: i64) -> bool {
        self.with_existing_book(merchant, self.clock.now_millis(), |book, _| {
            book.outbox.is_settled(until)
        })
        .unwrap_or(true)
    }

    pub(crate) fn webhook_log(&self, merchant: KeyDigest, wall: i64) -> WebhookLog {
        self.with_book(merchant, wall, |book, _| WebhookLog::of(book))
    }

    /// Sends an event again, and says in how many deliveries.
    pub(crate) fn resend_event(
        &self,
        merchant: KeyDigest,
        event_id: &str,
        endpoint_id: Option<&str>,
        wall: i64,
    ) -> Result<usize, ApiError> {
        let change = Change::Resend {
            event: event_id.into(),
            endpoint: endpoint_id.map(Cow::Borrowed),
        };
        self.change(merchant, wall, change, |book, now| {
            book.outbox
                .resend(event_id, endpoint_id, now)
                .map_err(cannot_resend)
        })
    }

    /// Arms the next deliveries.
    pub(crate) fn arm_mischief(
        &self,
        merchant: KeyDigest,
        mischief: Mischief,
        count: u32,
        wall: i64,
    ) -> Result<ArmedMischief, ApiError> {
        let change = Change::ArmMischief { mischief, count };
        self.change(merchant, wall, change, |book, _| {
            book.outbox.mischief.arm(mischief, count);
            Ok(book.outbox.mischief)
        })
    }

    pub(crate) fn armed_mischief(&self, merchant: KeyDigest, wall: i64) -> ArmedMischief {
        self.with_book(merchant, wall, |book, _| book.outbox.mischief)
    }

    pub(crate) fn clear_mischief(
        &self,
        merchant: KeyDigest,
        wall: i64,
    ) -> Result<ArmedMischief, ApiError> {
        self.change(merchant, wall, Change::ClearMischief, |book, _| {
            book.outbox.mischief = ArmedMischief::default();
            Ok(book.outbox.mischief)
        })
    }
}

/// Signs deliveries that were handed out, for sending at `wall`.
fn hand_over(
    book: &mut Book,
    due: Vec<DeliveryNumber>,
    wall: Timestamp,
) -> Vec<(DeliveryNumber, DueDelivery)> {
    due.into_iter()
        .filter_map(|number| {
            let body = book.body_of(number)?;
            Some((number, book.outbox.hand_over(number, body, wall)?))
        })
        .collect()
}

fn cannot_resend(reason: CannotResend) -> ApiError {
    match reason {
        CannotResend::UnknownEvent => ApiError::NotFound {
            name: "EVENT_NOT_FOUND",
            detail: "no event of this merchant that is still kept has this id".into(),
        },
        CannotResend::UnknownEndpoint => super::webhook::endpoint_not_found(),
        CannotResend::Unwanted => Refusal::new(
            "EVENT_NOT_WANTED",
            "the endpoint is disabled or not subscribed to the event",
        )
        .into(),
        CannotResend::NoEndpoint => Refusal::new(
            "EVENT_NOT_WANTED",
            "no endpoint that is enabled is subscribed to the event",
        )
        .into(),
        CannotResend::TooMany => Refusal::new(
            "TOO_MANY_DELIVERIES",
            "too many deliveries of this merchant or of this event are held already",
        )
        .into(),
    }
}
