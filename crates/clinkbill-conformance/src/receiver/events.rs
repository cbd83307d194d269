//! Events as Clink sends them, about a purchase nobody made.
//!
//! Written by hand and to the letter: what is null, a number or a decimal string here is so in
//! Clink's events.

use clinkbill_types::Timestamp;

/// What the events are about. Its ids are new in every run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purchase(u64);

impl Purchase {
    pub(super) fn new(mark: u64) -> Self {
        Self(mark)
    }

    /// One of the others of the same run.
    pub(super) fn other(self, number: u64) -> Self {
        Self(self.0.wrapping_add(number))
    }

    /// What ends the ids of everything that belongs to the purchase.
    fn mark(self) -> String {
        format!("check{:016x}", self.0)
    }
}

pub(super) fn order_succeeded(purchase: Purchase, now: Timestamp) -> String {
    let paid = format!(
        r#""status":"success","paymentTime":{}"#,
        now.as_millis() - 400
    );
    let order = order(purchase, &paid);
    event(purchase, "paid", now.as_millis(), "order.succeeded", &order)
}

/// Older than the success of the same order.
pub(super) fn order_created(purchase: Purchase, now: Timestamp) -> String {
    let order = order(purchase, r#""status":"created","paymentTime":null"#);
    let created = now.as_millis() - 60_000;
    event(purchase, "made", created, "order.created", &order)
}

pub(super) fn session_complete(purchase: Purchase, now: Timestamp) -> String {
    let mark = purchase.mark();
    let session = format!(
        r#"{{"sessionId":"sess_{mark}","status":"completed","paymentStatus":"paid","amountSubtotal":7.5,"amountTotal":null,"originalCurrency":"USD","paymentCurrency":null,"subscriptionId":null,"invoiceId":null,"orderId":null,"merchantReferenceId":"{mark}","locale":null,"uiMode":"hostedPage","returnUrl":null,"cancelUrl":null,"successUrl":null,"created":"2026-01-15T11:45:00.000Z","expire":"2026-01-16T11:45:00.000Z","price":{{"priceId":null,"priceList":null,"recurring":null}},"product":null,"customer":null,"priceDataList":[{{"name":"Item","quantity":1,"unitAmount":7.5,"currency":"USD"}}],"metadata":{{}},"showPromotionCode":true}}"#
    );
    event(
        purchase,
        "done",
        now.as_millis(),
        "session.complete",
        &session,
    )
}

pub(super) fn invoice_paid(purchase: Purchase, now: Timestamp) -> String {
    let mark = purchase.mark();
    let start = now.as_millis();
    let end = start + 30 * 24 * 60 * 60 * 1_000;
    let invoice = format!(
        r#"{{"invoiceId":"inv_{mark}","subscriptionId":"sub_{mark}","orderId":"order_{mark}","customerId":"cus_{mark}","merchantReference":"{mark}","status":"paid","createTime":{start},"currentPeriodStart":{start},"currentPeriodEnd":{end},"originalAmount":"20.00","originalCurrency":"USD","paymentAmount":"20.00","billing":"charge_automatically","discount":null,"items":[{{"invoiceItemId":"ii_{mark}","amount":"20","discountAmount":"0.00","paymentAmount":"20","couponTerms":null,"promotionCode":null,"currency":"USD","description":null,"periodStart":{start},"periodEnd":{end},"proration":false,"price":{{"productId":"prd_{mark}","productName":"Plan","priceId":"price_{mark}","priceSnapshotId":null,"unitAmount":"20","quantity":1,"recurring":{{"interval":"month","intervalCount":1}}}}}}],"metadata":{{}}}}"#
    );
    event(purchase, "invoice", start, "invoice.paid", &invoice)
}

/// Older than the payment of the first invoice.
pub(super) fn subscription_created(purchase: Purchase, now: Timestamp) -> String {
    let mark = purchase.mark();
    let created = now.as_millis() - 60_000;
    let subscription = format!(
        r#"{{"subscriptionId":"sub_{mark}","sessionId":"sess_{mark}","customerId":"cus_{mark}","merchantReference":"{mark}","productId":"prd_{mark}","priceId":"price_{mark}","priceSnapshotId":null,"createTime":{created},"quantity":1,"paymentMethodType":"paypal","paymentInstrumentId":null,"trialStart":null,"trialEnd":null,"currentPeriodStart":{created},"currentPeriodEnd":null,"cancelAt":null,"cancelAtPeriodEnd":false,"canceledAt":null,"cancelReason":null,"status":"active","billing":"charge_automatically","currency":"USD","recurringInvoiceItem":null,"upcomingInvoiceItem":null,"scheduledPhases":null,"metadata":{{}}}}"#
    );
    let event_type = "subscription.created";
    event(purchase, "subscription", created, event_type, &subscription)
}

/// Fields, values and a nested object that no document of today has.
pub(super) fn from_tomorrow(purchase: Purchase, now: Timestamp) -> String {
    let unheard = r#""status":"unheard_of","paymentTime":null,"unheardOf":{"at":[1,null,{"deep":true}]},"unheardOfToo":"x""#;
    let order = order(purchase, unheard).replace("\"CARD\"", "\"UNHEARDOF\"");
    let body = event(
        purchase,
        "tomorrow",
        now.as_millis(),
        "order.created",
        &order,
    );
    body.replacen('{', r#"{"apiVersion":"2030-01-01","livemode":false,"#, 1)
}

pub(super) fn of_unknown_type(purchase: Purchase, now: Timestamp) -> String {
    let object = format!(
        r#"{{"giftCardId":"gift_{}","balance":"12.30"}}"#,
        purchase.mark()
    );
    event(
        purchase,
        "gift",
        now.as_millis(),
        "gift_card.unheard_of",
        &object,
    )
}

/// The same JSON with white space between its parts. No text in these events has any of the signs
/// that part them.
pub(super) fn spaced(json: &str) -> String {
    json.replace(",\"", ",\n  \"").replace("\":", "\": ")
}

fn order(purchase: Purchase, state: &str) -> String {
    let mark = purchase.mark();
    format!(
        r#"{{"orderId":"order_{mark}","type":"onetime","sessionId":"sess_{mark}","merchantReferenceId":"{mark}","invoiceId":null,"customerId":"cus_{mark}","customerEmail":"buyer@example.com","productId":null,"priceId":null,"priceDataList":[{{"name":"Item","quantity":1,"unitAmount":7.5,"currency":"USD"}}],"paymentMethod":{{"paymentMethodType":"CARD","paymentInstrumentId":"pi_{mark}","cardScheme":"Visa","cardLastFour":"4242","issuerRegion":"US","issuerBank":null,"wallet":null}},"paymentExecutionDetails":null,"amountSubtotal":7.5,"amountTotal":7.5,"paymentCurrency":"USD","originalCurrency":"USD",{state},"metadata":{{}},"riskLevel":"LOW"}}"#
    )
}

/// One event has one id, however often it is sent.
fn event(purchase: Purchase, which: &str, created: i64, event_type: &str, object: &str) -> String {
    let mark = purchase.mark();
    format!(
        r#"{{"id":"event_{which}_{mark}","object":"event","created":{created},"type":"{event_type}","data":{{"object":{object}}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use clinkbill_webhook::{Event, EventKind};
    use serde_json::Value;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_785_936_114_000).unwrap()
    }

    #[test]
    fn every_event_reads_as_what_it_is() {
        let purchase = Purchase::new(7);
        for (body, name) in [
            (order_succeeded(purchase, now()), "order.succeeded"),
            (order_created(purchase, now()), "order.created"),
            (session_complete(purchase, now()), "session.complete"),
            (invoice_paid(purchase, now()), "invoice.paid"),
            (
                subscription_created(purchase, now()),
                "subscription.created",
            ),
            (from_tomorrow(purchase, now()), "order.created"),
            (of_unknown_type(purchase, now()), "gift_card.unheard_of"),
        ] {
            let event = Event::from_json(body.as_bytes()).unwrap();
            assert_eq!(event.event_type().as_str(), name);
            let other = matches!(event.kind, EventKind::Other(_));
            assert_eq!(other, name == "gift_card.unheard_of", "{name}");
        }
    }

    #[test]
    fn white_space_changes_the_bytes_and_nothing_else() {
        let body = order_succeeded(Purchase::new(7), now());
        let spaced = spaced(&body);
        assert_ne!(spaced, body);
        let read = |json: &str| serde_json::from_str::<Value>(json).unwrap();
        assert_eq!(read(&spaced), read(&body));
    }

    #[test]
    fn another_purchase_is_another_event() {
        let id = |purchase| {
            let body = order_succeeded(purchase, now());
            Event::from_json(body.as_bytes()).unwrap().id
        };
        let purchase = Purchase::new(u64::MAX);
        assert_eq!(id(purchase), id(purchase));
        assert_ne!(id(purchase), id(purchase.other(1)));
    }
}
