//! Deliveries on their way, and what is done to them on purpose.

use clinkbill_types::Timestamp;

use crate::book::Book;
use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
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
                let taken =
                    self.with_existing_book(merchant, wall, |book, now| book.outbox.take_next(now));
                taken
                    .into_iter()
                    .flatten()
                    .map(move |number| (merchant, number))
            })
            .collect()
    }

    /// Hands out every due delivery of every merchant, signed for sending now.
    pub(crate) fn hand_out_due(&self) -> Vec<(KeyDigest, DeliveryNumber, DueDelivery)> {
        let wall = self.clock.now_millis();
        let Ok(signed_at) = Timestamp::from_millis(wall) else {
            return Vec::new();
        };
        self.agenda
            .due(wall)
            .into_iter()
            .flat_map(|merchant| {
                let due = self
                    .with_existing_book(merchant, wall, |book, now| hand_out(book, now, signed_at));
                due.into_iter()
                    .flatten()
                    .map(move |(number, delivery)| (merchant, number, delivery))
            })
            .collect()
    }

    /// Signs a delivery that was taken, for sending now; there may be nothing to send any more.
    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn start_delivery(
        &self,
        merchant: KeyDigest,
        number: DeliveryNumber,
    ) -> Option<DueDelivery> {
        let wall = self.clock.now_millis();
        let signed_at = Timestamp::from_millis(wall).ok()?;
        self.with_existing_book(merchant, wall, |book, _| {
            let body = book.body_of(number)?;
            book.outbox.start(number, body, signed_at)
        })
        .flatten()
    }

    /// Notes what became of an attempt.
    pub(crate) fn record_delivery(
        &self,
        merchant: KeyDigest,
        number: DeliveryNumber,
        outcome: Result<u16, String>,
    ) {
        let wall = self.clock.now_millis();
        self.with_existing_book(merchant, wall, |book, _| {
            book.outbox
                .record(&self.options.webhook_retry_delays, number, outcome);
        });
    }

    /// Takes back a delivery that was taken and not sent.
    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "called by the courier")
    )]
    pub(crate) fn put_back_delivery(&self, merchant: KeyDigest, number: DeliveryNumber) {
        self.with_existing_book(merchant, self.clock.now_millis(), |book, _| {
            book.outbox.put_back(number);
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
        self.with_book(merchant, wall, |book, now| {
            book.outbox.resend(event_id, endpoint_id, now)
        })
        .map_err(|reason| match reason {
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
        })
    }

    /// Arms the next deliveries.
    pub(crate) fn arm_mischief(
        &self,
        merchant: KeyDigest,
        mischief: Mischief,
        count: u32,
        wall: i64,
    ) -> ArmedMischief {
        self.with_book(merchant, wall, |book, _| {
            book.outbox.mischief.arm(mischief, count);
            book.outbox.mischief
        })
    }

    pub(crate) fn armed_mischief(&self, merchant: KeyDigest, wall: i64) -> ArmedMischief {
        self.with_book(merchant, wall, |book, _| book.outbox.mischief)
    }

    pub(crate) fn clear_mischief(&self, merchant: KeyDigest, wall: i64) -> ArmedMischief {
        self.with_book(merchant, wall, |book, _| {
            book.outbox.mischief = ArmedMischief::default();
            book.outbox.mischief
        })
    }
}

/// Hands out every due delivery of a merchant, in due order, signed for sending at `wall`.
fn hand_out(book: &mut Book, now: i64, wall: Timestamp) -> Vec<(DeliveryNumber, DueDelivery)> {
    let due = book.outbox.hand_out(now);
    due.into_iter()
        .filter_map(|number| {
            let body = book.body_of(number)?;
            Some((number, book.outbox.hand_over(number, body, wall)?))
        })
        .collect()
}
