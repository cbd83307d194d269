//! What a test does to a merchant's time and webhooks.

use std::time::Duration;

use clinkbill_types::Timestamp;

use crate::clock::MerchantClock;
use crate::flow::ClockState;
use crate::sandbox::{ControlError, Delivery, Merchant, Sandbox};
use crate::webhook::log::WebhookLog;
use crate::webhook::mischief::{ArmedMischief, Mischief};

impl Merchant {
    /// The merchant's time, in UTC: that of the sandbox's clock, unless it was moved or stopped.
    /// What the sandbox writes into sessions, orders and events is this time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        timestamp(self.engine.read_clock(self.digest, self.wall()))
    }

    /// Stops the merchant's time where it stands. `X-Timestamp` is still compared with the real
    /// time.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use clinkbill_sandbox::Sandbox;
    /// let merchant = Sandbox::new().merchant();
    /// merchant.freeze();
    /// let before = merchant.now();
    /// merchant.advance(Duration::from_secs(3_600))?;
    /// assert_eq!(merchant.now().as_millis(), before.as_millis() + 3_600_000);
    /// # Ok::<(), clinkbill_sandbox::ControlError>(())
    /// ```
    pub fn freeze(&self) {
        let _ = self.engine.freeze_clock(self.digest, self.wall());
    }

    /// Lets the merchant's time run on from where it stands. What was gained stays gained.
    pub fn resume(&self) {
        let _ = self.engine.resume_clock(self.digest, self.wall());
    }

    /// Moves the merchant's time forward, frozen or running. Sessions whose end is passed expire
    /// at that end, and deliveries become due: without a port they are listed by
    /// [`Sandbox::take_due_deliveries`]; on a port they are sent in the background, and
    /// `Server::advance` waits for them.
    ///
    /// Fails if the time would be later than the year 9000; the clock is not moved then.
    pub fn advance(&self, by: Duration) -> Result<Timestamp, ControlError> {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Ok(timestamp(self.engine.advance_clock(
            self.digest,
            millis,
            self.wall(),
        )?))
    }

    /// Every event that is kept, with all its deliveries and their attempts.
    #[must_use]
    pub fn webhook_log(&self) -> WebhookLog {
        self.engine.webhook_log(self.digest, self.wall())
    }

    /// Sends an event again, to one endpoint or to every endpoint that wants it, and says in how
    /// many deliveries.
    ///
    /// Fails if the event or the endpoint is unknown, if nobody wants the event, or if too many
    /// deliveries wait already.
    pub fn resend(&self, event_id: &str, endpoint_id: Option<&str>) -> Result<usize, ControlError> {
        Ok(self
            .engine
            .resend_event(self.digest, event_id, endpoint_id, self.wall())?)
    }

    /// Makes something go wrong with the next `count` deliveries, a delivery being one event for
    /// one endpoint; at most 10,000. It replaces what was armed of the same kind before.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use clinkbill_sandbox::{Mischief, Sandbox};
    /// let merchant = Sandbox::new().merchant();
    /// merchant.disturb_next(3, Mischief::Duplicate);
    /// merchant.disturb_next(1, Mischief::Delay(Duration::from_secs(60)));
    /// assert_eq!(merchant.armed_mischief().duplicate, 3);
    /// ```
    pub fn disturb_next(&self, count: u32, mischief: Mischief) {
        let _ = self
            .engine
            .arm_mischief(self.digest, mischief, count, self.wall());
    }

    /// Lets nothing more go wrong with the deliveries to come.
    pub fn disturb_nothing(&self) {
        let _ = self.engine.clear_mischief(self.digest, self.wall());
    }

    /// What is still to go wrong.
    #[must_use]
    pub fn armed_mischief(&self) -> ArmedMischief {
        self.engine.armed_mischief(self.digest, self.wall())
    }

    fn wall(&self) -> i64 {
        self.engine.clock.now_millis()
    }
}

impl Sandbox {
    /// Tells what the endpoint answered to a delivery that a test took: an HTTP status, or why
    /// there is none. A failed one is due again after its backoff, as on a port. Without a word it
    /// stays handed out.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use clinkbill_sandbox::{Attempt, Sandbox};
    /// let sandbox = Sandbox::builder().webhook("http://127.0.0.1/hook", "whsec_1")?.build();
    /// # let created = sandbox.post_checkout_session(r#"{
    /// #     "customerEmail": "a@example.com", "originalAmount": 1, "originalCurrency": "USD"}"#);
    /// # let body: serde_json::Value = serde_json::from_slice(created.body())?;
    /// # let session_id = body["data"]["sessionId"].as_str().unwrap();
    /// sandbox.merchant().pay(session_id, Attempt::succeeded())?;
    /// let first = sandbox.take_due_deliveries();
    /// sandbox.report_delivery(&first[0], Err("connection refused"));
    ///
    /// sandbox.merchant().advance(Duration::from_secs(84))?;
    /// let again = sandbox.take_due_deliveries();
    /// assert_eq!(again[0].body, first[0].body);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn report_delivery(&self, delivery: &Delivery, answer: Result<u16, &str>) {
        self.engine.record_delivery(
            delivery.merchant,
            delivery.number,
            answer.map_err(str::to_owned),
            self.engine.clock.now_millis(),
        );
    }
}

/// A merchant's time is never outside of what a timestamp can say.
fn timestamp(state: ClockState) -> Timestamp {
    let millis = state.now.clamp(0, MerchantClock::LATEST);
    Timestamp::from_millis(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
