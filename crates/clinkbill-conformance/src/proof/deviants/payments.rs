//! What becomes of a session, and under which reference.

use clinkbill_sandbox::Refusal;
use clinkbill_sandbox::wire::response::{OrderType, PaymentStatus, SessionStatus};
use clinkbill_types::Amount;

use super::{Deviant, deviant};

const THE_SESSION: &str = "the session is";
const READ_BACK: &str = "the session, read back, has";
const REFUSED: &str = "the payment is refused";

pub(super) fn statuses() -> Vec<Deviant> {
    vec![
        deviant! {
            "ST-01": "tells every open session as completed";
            fails [THE_SESSION, READ_BACK];
            also ["ST-09"];
            fn status(&self, stands: SessionStatus) -> SessionStatus {
                match stands {
                    SessionStatus::Open => SessionStatus::Completed,
                    other => other,
                }
            }
        },
        deviant! {
            "ST-02": "completes no session";
            fails [THE_SESSION, READ_BACK];
            fn attempt_completes_session(&self, _: bool) -> bool {
                false
            }
        },
        deviant! {
            "ST-03": "takes a payment after the end";
            fails [REFUSED];
            fn attempt_at_expired_session(&self) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "ST-04": "ends a session with a payment that failed";
            fails [
                THE_SESSION,
                "the buyer pays",
                "the buyer's payment fails",
                "the buyer is not sent anywhere",
            ];
            also ["RD-04", "ST-09"];
            fn attempt_completes_session(&self, _: bool) -> bool {
                true
            }
        },
        deviant! {
            "ST-04": "sends a buyer on whose payment failed";
            fails ["the buyer is not sent anywhere"];
            also ["ST-08"];
            fn buyer_is_sent_on(&self, _: bool) -> bool {
                true
            }
        },
        deviant! {
            "ST-05": "lets no session expire";
            fails [THE_SESSION];
            fn is_past_its_end(&self, _: i64, _: i64) -> bool {
                false
            }
        },
        deviant! {
            "ST-05": "ends a session a minute early";
            fails [THE_SESSION];
            fn is_past_its_end(&self, now: i64, expire: i64) -> bool {
                now + 60_000 >= expire
            }
        },
        deviant! {
            "ST-05": "tells an end that is long over";
            fails ["the session says when it ends", THE_SESSION];
            fn end_as_told(&self, _: i64) -> i64 {
                0
            }
        },
    ]
}

pub(super) fn what_is_paid() -> Vec<Deviant> {
    vec![
        deviant! {
            "ST-06": "starts no subscription";
            fails [READ_BACK, "the subscription of the session, read, has"];
            fn payment_starts_subscription(&self, _: bool, _: bool) -> bool {
                false
            }
        },
        deviant! {
            "ST-06": "takes a purchase for a subscription and the other way round";
            fails ["the order, read, has"];
            fn order_type(&self, bought: OrderType) -> OrderType {
                match bought {
                    OrderType::OneTime => OrderType::Recurring,
                    OrderType::Recurring => OrderType::OneTime,
                }
            }
        },
        deviant! {
            "ST-06": "charges free days";
            fails ["the order, read, has"];
            fn first_charge(&self, amount: Amount, _: u32) -> Amount {
                amount
            }
        },
        deviant! {
            "ST-06": "starts a subscription that nobody paid";
            fails [READ_BACK];
            fn payment_starts_subscription(&self, _: bool, recurring: bool) -> bool {
                recurring
            }
        },
        deviant! {
            "ST-08": "takes a second payment";
            fails [REFUSED];
            fn attempt_at_completed_session(&self) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "ST-08": "completes an expired session";
            fails [THE_SESSION];
            fn late_success_completes(&self) -> bool {
                true
            }
        },
        deviant! {
            "ST-09": "tells a payment under way as none";
            fails [THE_SESSION];
            fn payment_status(&self, stands: PaymentStatus) -> PaymentStatus {
                match stands {
                    PaymentStatus::Processing => PaymentStatus::Unpaid,
                    other => other,
                }
            }
        },
        deviant! {
            "ST-09": "takes a payment beside one under way";
            fails [REFUSED];
            fn attempt_beside_another(&self, _: bool) -> Result<(), Refusal> {
                Ok(())
            }
        },
    ]
}

pub(super) fn references() -> Vec<Deviant> {
    vec![
        deviant! {
            "MR-01": "records no reference on orders";
            fails ["every order carries the merchant reference"];
            also ["MR-04", "MR-07"];
            fn order_reference(&self, _: Option<&str>) -> Option<String> {
                None
            }
        },
        deviant! {
            "MR-01": "makes up a reference for orders";
            fails ["the order, read, has"];
            fn order_reference(&self, reference: Option<&str>) -> Option<String> {
                Some(reference.unwrap_or("made up").to_owned())
            }
        },
        deviant! {
            "MR-01": "makes up a reference for sessions";
            fails [READ_BACK, "the order, read, has"];
            fn session_reference(&self, given: Option<String>) -> Option<String> {
                given.or_else(|| Some("made up".to_owned()))
            }
        },
        deviant! {
            "MR-01": "forgets the reference of sessions";
            fails [READ_BACK];
            fn session_reference(&self, _: Option<String>) -> Option<String> {
                None
            }
        },
        deviant! {
            "MR-02": "takes a second session for the first";
            fails ["Clink accepts both"];
            fn reference_leads_to_earlier_session(&self) -> bool {
                true
            }
        },
        deviant! {
            "MR-04": "records no reference on subscriptions";
            fails ["the subscription of the session, read, has", "the invoice of the session, read, has"];
            fn subscription_reference<'a>(&self, _: Option<&'a str>) -> Option<&'a str> {
                None
            }
        },
        deviant! {
            "MR-07": "finds every order by any reference";
            fails ["the merchant reference finds", "no order was made"];
            fn orders_asked_for(&self, _: Option<String>) -> Option<String> {
                None
            }
        },
        deviant! {
            "MR-07": "finds no order by its reference";
            fails ["the merchant reference finds"];
            fn orders_asked_for(&self, reference: Option<String>) -> Option<String> {
                reference.map(|reference| format!("not {reference}"))
            }
        },
    ]
}
