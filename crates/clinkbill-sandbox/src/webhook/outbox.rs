//! The events of a merchant and what became of each delivery.

use clinkbill_types::Timestamp;
use clinkbill_webhook::Signer;

/// Where a merchant receives events, and how they are signed for it.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) signer: Signer,
}

/// Every event of a merchant, in the order they happened.
#[derive(Default)]
pub(crate) struct Outbox {
    endpoints: Vec<Endpoint>,
    events: Vec<StoredEvent>,
    due: Vec<DeliveryNumber>,
}

/// An event and its way to each endpoint.
pub(crate) struct StoredEvent {
    pub(crate) body: String,
    pub(crate) deliveries: Vec<StoredDelivery>,
}

/// One event for one endpoint.
pub(crate) struct StoredDelivery {
    pub(crate) url: String,
    pub(crate) state: DeliveryState,
}

/// What became of a delivery.
pub(crate) enum DeliveryState {
    Due,
    UnderWay,
    Attempted {
        at: i64,
        outcome: Result<u16, String>,
    },
}

/// Names a delivery within its outbox.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeliveryNumber {
    event: usize,
    endpoint: usize,
}

/// A signed request that is to be sent to an endpoint.
pub(crate) struct DueDelivery {
    #[cfg_attr(
        not(feature = "courier"),
        expect(dead_code, reason = "read by the courier")
    )]
    pub(crate) number: DeliveryNumber,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Outbox {
    pub(crate) fn for_endpoints(endpoints: Vec<Endpoint>) -> Self {
        Self {
            endpoints,
            ..Self::default()
        }
    }

    /// Records an event, due at once for every endpoint.
    pub(crate) fn push(&mut self, body: String, _now: i64) {
        let event = self.events.len();
        self.due
            .extend((0..self.endpoints.len()).map(|endpoint| DeliveryNumber { event, endpoint }));
        let deliveries = self
            .endpoints
            .iter()
            .map(|endpoint| StoredDelivery {
                url: endpoint.url.clone(),
                state: DeliveryState::Due,
            })
            .collect();
        self.events.push(StoredEvent { body, deliveries });
    }

    pub(crate) fn has_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Takes every due delivery, signed for sending at `now`. Each is handed out once.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<DueDelivery> {
        std::mem::take(&mut self.due)
            .into_iter()
            .filter_map(|number| self.start(number, now))
            .collect()
    }

    /// Notes what an endpoint answered: an HTTP status, or why there is none.
    pub(crate) fn record(&mut self, number: DeliveryNumber, at: i64, outcome: Result<u16, String>) {
        let delivery = self
            .events
            .get_mut(number.event)
            .and_then(|event| event.deliveries.get_mut(number.endpoint));
        if let Some(delivery) = delivery {
            delivery.state = DeliveryState::Attempted { at, outcome };
        }
    }

    pub(crate) fn events(&self) -> &[StoredEvent] {
        &self.events
    }

    fn start(&mut self, number: DeliveryNumber, now: Timestamp) -> Option<DueDelivery> {
        let event = self.events.get_mut(number.event)?;
        let delivery = event.deliveries.get_mut(number.endpoint)?;
        let endpoint = self.endpoints.get(number.endpoint)?;
        delivery.state = DeliveryState::UnderWay;
        let signed = endpoint.signer.sign(event.body.as_bytes(), now);
        Some(DueDelivery {
            number,
            url: delivery.url.clone(),
            headers: signed
                .pairs()
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            body: event.body.clone(),
        })
    }
}
