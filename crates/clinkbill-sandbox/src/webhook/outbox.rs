//! The events of a merchant and what became of each delivery.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, LazyLock};

use clinkbill_types::Timestamp;
use clinkbill_webhook::{EventType, Signer, WebhookSecret};
use serde::{Deserialize, Serialize};

use super::endpoint::{Endpoint, Turn};
use super::event::Event;
use super::mischief::{ArmedMischief, Forgery, LONGEST_STEP_ASIDE_MILLIS};

/// How many events are kept after all their deliveries came to an end.
const KEPT_EVENTS: usize = 1_000;

/// How many deliveries wait at most. What comes on top is noted as dropped.
const HELD_DELIVERIES: usize = 10_000;

/// How many deliveries one event can have, resent ones included.
const DELIVERIES_OF_AN_EVENT: usize = 1_000;

const DELETED: &str = "the endpoint was deleted";
const UNWANTED: &str = "the endpoint is disabled or wants it no more";

/// Every event of a merchant, in the order they happened, and where they go.
#[derive(Default)]
pub(crate) struct Outbox {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) mischief: ArmedMischief,
    /// Events with deliveries that wait or are under way, by number.
    open: BTreeMap<u64, StoredEvent>,
    /// Events that came to an end, the one that did so first at the front.
    ended: VecDeque<StoredEvent>,
    next_event: u64,
    next_arrival: u64,
    held: usize,
    pub(crate) events_forgotten: u64,
    pub(crate) deliveries_dropped: u64,
}

/// An event and its deliveries.
pub(crate) struct StoredEvent {
    /// The later the event, the greater.
    number: u64,
    pub(crate) event: Event,
    pub(crate) deliveries: Vec<StoredDelivery>,
    /// How many of them wait or are under way.
    open: usize,
}

/// One event for one endpoint.
pub(crate) struct StoredDelivery {
    pub(crate) endpoint_id: Arc<str>,
    pub(crate) url: String,
    pub(crate) state: DeliveryState,
    pub(crate) attempts: Vec<StoredAttempt>,
    /// When it was last signed: wall time.
    sent: i64,
    forgery: Forgery,
}

/// One sending of a delivery.
pub(crate) struct StoredAttempt {
    /// On the merchant's clock.
    pub(crate) due: i64,
    /// Wall time.
    pub(crate) sent: i64,
    pub(crate) outcome: Result<u16, String>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    Waiting(Turn),
    /// Being sent; it was due then.
    UnderWay(i64),
    /// Given to somebody who may tell how it went; it was due then.
    HandedOut(i64),
    Delivered,
    GivenUp,
    Cancelled(&'static str),
    Dropped,
}

/// Names a delivery within its outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeliveryNumber {
    event: u64,
    delivery: usize,
}

/// A signed request that is to be sent to an endpoint.
pub(crate) struct DueDelivery {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// Why an event is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CannotResend {
    UnknownEvent,
    UnknownEndpoint,
    Unwanted,
    NoEndpoint,
    TooMany,
}

static SOMEBODY_ELSE: LazyLock<Option<Signer>> = LazyLock::new(|| {
    WebhookSecret::new("whsec_of_somebody_else")
        .ok()
        .map(Signer::new)
});

impl Outbox {
    /// The number of the event to come.
    pub(crate) fn next_event(&self) -> u64 {
        self.next_event
    }

    /// Goes on with the numbers of an outbox that is thrown away, so that what becomes of its
    /// deliveries is not taken for news of these.
    pub(crate) fn follow(&mut self, next_event: u64) {
        self.next_event = next_event;
    }

    /// The deliveries that are being sent.
    #[cfg_attr(
        not(feature = "state"),
        expect(dead_code, reason = "asked after a start from a state file")
    )]
    pub(crate) fn under_way(&self) -> Vec<DeliveryNumber> {
        let of_event = |stored: &StoredEvent| -> Vec<DeliveryNumber> {
            let deliveries = stored.deliveries.iter().enumerate();
            deliveries
                .filter(|(_, delivery)| matches!(delivery.state, DeliveryState::UnderWay(_)))
                .map(|(delivery, _)| DeliveryNumber {
                    event: stored.number,
                    delivery,
                })
                .collect()
        };
        self.open.values().flat_map(of_event).collect()
    }

    /// Records an event, due when it happened for every endpoint that wants it.
    pub(crate) fn push(&mut self, event: Event) {
        let number = self.next_event;
        self.next_event += 1;
        let due = event.at;
        let receivers: Vec<usize> = (0..self.endpoints.len())
            .filter(|at| self.endpoints[*at].wants(&event.kind))
            .collect();
        let stored = StoredEvent {
            number,
            event,
            deliveries: Vec::with_capacity(receivers.len()),
            open: 0,
        };
        if receivers.is_empty() {
            self.keep_ended(stored);
            return;
        }
        self.open.insert(number, stored);
        for endpoint in receivers {
            self.add_deliveries(number, endpoint, due);
        }
        self.end_event(number);
    }

    /// Sends an event again: to one endpoint, or to each that wants it.
    pub(crate) fn resend(
        &mut self,
        event_id: &str,
        endpoint_id: Option<&str>,
        due: i64,
    ) -> Result<usize, CannotResend> {
        let stored = self
            .kept()
            .find(|stored| *stored.event.id == *event_id)
            .ok_or(CannotResend::UnknownEvent)?;
        let event = stored.number;
        let receivers: Vec<usize> = match endpoint_id {
            Some(id) => {
                let at = self.position(id).ok_or(CannotResend::UnknownEndpoint)?;
                if !self.endpoints[at].wants(&stored.event.kind) {
                    return Err(CannotResend::Unwanted);
                }
                vec![at]
            }
            None => (0..self.endpoints.len())
                .filter(|at| self.endpoints[*at].wants(&stored.event.kind))
                .collect(),
        };
        if receivers.is_empty() {
            return Err(CannotResend::NoEndpoint);
        }
        // A resent delivery may be armed to go twice.
        let added = 2 * receivers.len();
        if self.held + added > HELD_DELIVERIES
            || stored.deliveries.len() + added > DELIVERIES_OF_AN_EVENT
        {
            return Err(CannotResend::TooMany);
        }
        let before = stored.deliveries.len();
        self.reopen(event);
        for endpoint in receivers {
            self.add_deliveries(event, endpoint, due);
        }
        let added = self
            .open
            .get(&event)
            .map_or(0, |stored| stored.deliveries.len() - before);
        self.end_event(event);
        Ok(added)
    }

    /// When the next delivery of an idle endpoint is due.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.endpoints
            .iter()
            .filter_map(|endpoint| endpoint.lane.next_due())
            .min()
    }

    /// Whether nothing that was due until then is still to be attempted.
    pub(crate) fn is_settled(&self, until: i64) -> bool {
        self.endpoints
            .iter()
            .all(|endpoint| endpoint.lane.is_settled(until))
    }

    /// Takes the next due delivery of every idle endpoint: each is now under way.
    pub(crate) fn take_next(&mut self, now: i64) -> Vec<DeliveryNumber> {
        let taken: Vec<_> = self
            .endpoints
            .iter_mut()
            .filter_map(|endpoint| endpoint.lane.take_next(now))
            .collect();
        taken
            .into_iter()
            .map(|(turn, number)| {
                self.set_state(number, DeliveryState::UnderWay(turn.due));
                number
            })
            .collect()
    }

    /// Takes every due delivery to hand it out, in due order.
    pub(crate) fn hand_out(&mut self, now: i64) -> Vec<DeliveryNumber> {
        let mut due = Vec::new();
        for endpoint in &mut self.endpoints {
            while let Some((turn, number)) = endpoint.lane.take_next(now) {
                endpoint.lane.under_way = None;
                due.push((turn, number));
            }
        }
        due.sort_unstable_by_key(|(turn, _)| *turn);
        due.into_iter()
            .map(|(turn, number)| {
                self.set_state(number, DeliveryState::HandedOut(turn.due));
                number
            })
            .collect()
    }

    /// Signs a delivery that is handed out, for sending at `wall`.
    pub(crate) fn hand_over(
        &mut self,
        number: DeliveryNumber,
        body: String,
        wall: Timestamp,
    ) -> Option<DueDelivery> {
        let signed = self.sign(number, body, wall);
        self.close(number);
        signed
    }

    /// Signs a delivery that is under way. If its endpoint is gone or wants it no more, there is
    /// nothing to send.
    pub(crate) fn start(
        &mut self,
        number: DeliveryNumber,
        body: String,
        wall: Timestamp,
    ) -> Option<DueDelivery> {
        let signed = self.sign(number, body, wall);
        if signed.is_none() {
            if let Some((_, delivery)) = self.find(number) {
                let endpoint_id = Arc::clone(&delivery.endpoint_id);
                self.free(&endpoint_id);
            }
            self.end(number, DeliveryState::Cancelled(UNWANTED));
        }
        signed
    }

    /// Notes what an endpoint answered: an HTTP status, or why there is none; and when the next
    /// attempt is due, if one of these delays is left for it. Says whether it was waited for.
    pub(crate) fn record(
        &mut self,
        retry_delays: &[i64],
        number: DeliveryNumber,
        outcome: Result<u16, String>,
    ) -> bool {
        let Some((event, delivery)) = self.find(number) else {
            return false;
        };
        let was_handed_out = matches!(delivery.state, DeliveryState::HandedOut(_));
        let (DeliveryState::UnderWay(due) | DeliveryState::HandedOut(due)) = delivery.state else {
            return false;
        };
        // A receiver answers 200 when it took an event; any other 2xx counts as well (our choice).
        let is_delivered = outcome
            .as_ref()
            .is_ok_and(|status| (200..300).contains(status));
        let retry = retry_delays.get(delivery.attempts.len()).copied();
        delivery.attempts.push(StoredAttempt {
            due,
            sent: delivery.sent,
            outcome,
        });
        let endpoint_id = Arc::clone(&delivery.endpoint_id);
        let kind = event.clone();
        if was_handed_out {
            self.open(number);
        } else {
            self.free(&endpoint_id);
        }

        let endpoint = self.position(&endpoint_id);
        match (is_delivered, retry, endpoint) {
            (true, ..) => self.end(number, DeliveryState::Delivered),
            (false, None, _) => self.end(number, DeliveryState::GivenUp),
            (false, Some(_), None) => {
                self.end(number, DeliveryState::Cancelled(DELETED));
            }
            (false, Some(delay), Some(endpoint)) => {
                if self.endpoints[endpoint].wants(&kind) {
                    self.wait(number, endpoint, due.saturating_add(delay));
                } else {
                    self.end(number, DeliveryState::Cancelled(UNWANTED));
                }
            }
        }
        true
    }

    /// Takes back a delivery that was not sent after all, if it is under way.
    pub(crate) fn put_back(&mut self, number: DeliveryNumber) -> bool {
        let Some((_, delivery)) = self.find(number) else {
            return false;
        };
        let DeliveryState::UnderWay(due) = delivery.state else {
            return false;
        };
        let endpoint_id = Arc::clone(&delivery.endpoint_id);
        self.free(&endpoint_id);
        match self.position(&endpoint_id) {
            Some(endpoint) => self.wait(number, endpoint, due),
            None => self.end(number, DeliveryState::Cancelled(DELETED)),
        }
        true
    }

    /// Cancels what waits for an endpoint that wants it no more.
    pub(crate) fn endpoint_changed(&mut self, endpoint: usize) {
        let Some(endpoint) = self.endpoints.get(endpoint) else {
            return;
        };
        let unwanted: Vec<(Turn, DeliveryNumber)> = endpoint
            .lane
            .waiting
            .iter()
            .filter(|(_, number)| {
                self.open
                    .get(&number.event)
                    .is_none_or(|stored| !endpoint.wants(&stored.event.kind))
            })
            .map(|(turn, number)| (*turn, *number))
            .collect();
        let id = Arc::clone(&endpoint.id);
        for (turn, number) in unwanted {
            if let Some(at) = self.position(&id) {
                self.endpoints[at].lane.waiting.remove(&turn);
            }
            self.end(number, DeliveryState::Cancelled(UNWANTED));
        }
    }

    /// Removes an endpoint and cancels what waits for it.
    pub(crate) fn remove_endpoint(&mut self, endpoint: usize) {
        if endpoint >= self.endpoints.len() {
            return;
        }
        let removed = self.endpoints.remove(endpoint);
        for number in removed.lane.waiting.into_values() {
            self.end(number, DeliveryState::Cancelled(DELETED));
        }
    }

    /// Every event that is kept, in the order they happened.
    pub(crate) fn events(&self) -> Vec<&StoredEvent> {
        let mut events: Vec<_> = self.kept().collect();
        events.sort_unstable_by_key(|stored| stored.number);
        events
    }

    /// The event that a delivery carries.
    pub(crate) fn event_of(&self, delivery: DeliveryNumber) -> Option<&Event> {
        self.open.get(&delivery.event).map(|stored| &stored.event)
    }

    pub(crate) fn position(&self, endpoint_id: &str) -> Option<usize> {
        self.endpoints
            .iter()
            .position(|endpoint| *endpoint.id == *endpoint_id)
    }

    fn add_deliveries(&mut self, event: u64, endpoint: usize, due: i64) {
        let plan = self.mischief.next();
        let due = due.saturating_add(plan.delay_millis);
        for _ in 0..=u8::from(plan.twice) {
            let Some(stored) = self.open.get_mut(&event) else {
                return;
            };
            let receiver = &self.endpoints[endpoint];
            let number = DeliveryNumber {
                event,
                delivery: stored.deliveries.len(),
            };
            stored.deliveries.push(StoredDelivery {
                endpoint_id: Arc::clone(&receiver.id),
                url: receiver.url.clone(),
                state: DeliveryState::Dropped,
                attempts: Vec::new(),
                sent: 0,
                forgery: plan.forgery,
            });
            if self.held >= HELD_DELIVERIES {
                self.deliveries_dropped += 1;
                continue;
            }
            self.open(number);
            if plan.steps_aside {
                self.wait(
                    number,
                    endpoint,
                    due.saturating_add(LONGEST_STEP_ASIDE_MILLIS),
                );
                self.endpoints[endpoint].lane.stepped_aside.push(number);
            } else {
                self.wait(number, endpoint, due);
                self.let_follow(endpoint, due);
            }
        }
    }

    /// Those who stepped aside follow the delivery they waited for, the last one first.
    fn let_follow(&mut self, endpoint: usize, due: i64) {
        let aside = std::mem::take(&mut self.endpoints[endpoint].lane.stepped_aside);
        for number in aside.into_iter().rev() {
            let state = self.find(number).map(|(_, delivery)| delivery.state);
            if let Some(DeliveryState::Waiting(turn)) = state {
                self.endpoints[endpoint].lane.waiting.remove(&turn);
                self.wait(number, endpoint, due);
            }
        }
    }

    fn wait(&mut self, number: DeliveryNumber, endpoint: usize, due: i64) {
        let turn = Turn {
            due,
            arrival: self.next_arrival,
        };
        self.next_arrival += 1;
        self.endpoints[endpoint].lane.waiting.insert(turn, number);
        self.set_state(number, DeliveryState::Waiting(turn));
    }

    fn sign(
        &mut self,
        number: DeliveryNumber,
        body: String,
        wall: Timestamp,
    ) -> Option<DueDelivery> {
        let stored = self.open.get_mut(&number.event)?;
        let delivery = stored.deliveries.get_mut(number.delivery)?;
        let endpoint = self
            .endpoints
            .iter()
            .find(|endpoint| endpoint.id == delivery.endpoint_id && endpoint.enabled)?;
        delivery.url.clone_from(&endpoint.url);
        delivery.sent = wall.as_millis();
        let forgery = if delivery.attempts.is_empty() {
            delivery.forgery
        } else {
            Forgery::default()
        };
        let signer = match &*SOMEBODY_ELSE {
            Some(somebody_else) if forgery.wrong_key => somebody_else,
            _ => &endpoint.secret.signer,
        };
        let at = Timestamp::from_millis(wall.as_millis().saturating_sub(forgery.age_millis))
            .unwrap_or(wall);
        Some(DueDelivery {
            url: delivery.url.clone(),
            headers: signer
                .sign(body.as_bytes(), at)
                .pairs()
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            body,
        })
    }

    fn find(&mut self, number: DeliveryNumber) -> Option<(&EventType, &mut StoredDelivery)> {
        let stored = match self.open.get_mut(&number.event) {
            Some(stored) => stored,
            None => self
                .ended
                .iter_mut()
                .rfind(|stored| stored.number == number.event)?,
        };
        let delivery = stored.deliveries.get_mut(number.delivery)?;
        Some((&stored.event.kind, delivery))
    }

    fn set_state(&mut self, number: DeliveryNumber, state: DeliveryState) {
        if let Some((_, delivery)) = self.find(number) {
            delivery.state = state;
        }
    }

    fn free(&mut self, endpoint_id: &str) {
        if let Some(endpoint) = self.position(endpoint_id) {
            self.endpoints[endpoint].lane.under_way = None;
        }
    }

    fn end(&mut self, number: DeliveryNumber, state: DeliveryState) {
        self.set_state(number, state);
        self.close(number);
    }

    fn open(&mut self, number: DeliveryNumber) {
        self.held += 1;
        self.reopen(number.event);
        if let Some(event) = self.open.get_mut(&number.event) {
            event.open += 1;
        }
    }

    fn close(&mut self, number: DeliveryNumber) {
        self.held = self.held.saturating_sub(1);
        if let Some(event) = self.open.get_mut(&number.event) {
            event.open = event.open.saturating_sub(1);
        }
        self.end_event(number.event);
    }

    /// Puts an event with nothing left to deliver among those that came to an end.
    fn end_event(&mut self, number: u64) {
        if let Entry::Occupied(entry) = self.open.entry(number)
            && entry.get().open == 0
        {
            let stored = entry.remove();
            self.keep_ended(stored);
        }
    }

    /// Keeps the latest events that came to an end, and counts what is forgotten.
    fn keep_ended(&mut self, stored: StoredEvent) {
        if self.ended.len() >= KEPT_EVENTS {
            self.ended.pop_front();
            self.events_forgotten += 1;
        }
        self.ended.push_back(stored);
    }

    /// Takes an event that came to an end for one that has something to deliver again.
    fn reopen(&mut self, number: u64) {
        if self.open.contains_key(&number) {
            return;
        }
        let stored = self
            .place_among_ended(number)
            .and_then(|place| self.ended.remove(place));
        if let Some(stored) = stored {
            self.open.insert(number, stored);
        }
    }

    /// Where an event that came to an end is kept: mostly it is among the last.
    fn place_among_ended(&self, number: u64) -> Option<usize> {
        self.ended
            .iter()
            .rposition(|stored| stored.number == number)
    }

    fn kept(&self) -> impl Iterator<Item = &StoredEvent> {
        self.open.values().chain(&self.ended)
    }
}
