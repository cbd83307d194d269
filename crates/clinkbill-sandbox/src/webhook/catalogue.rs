//! Every event there is, with Clink's number and a description.

use clinkbill_webhook::EventType;

/// An event of the catalogue.
pub(crate) struct KnownEvent {
    pub(crate) name: &'static str,
    /// Clink's own number, shown for reference only.
    pub(crate) code: i32,
    pub(crate) description: &'static str,
}

/// The alias `core`: what most integrations need.
pub(crate) const CORE: [&str; 6] = [
    "session.complete",
    "order.succeeded",
    "order.failed",
    "refund.succeeded",
    "subscription.created",
    "invoice.paid",
];

pub(crate) const ALL: [KnownEvent; 44] = [
    event("order.created", 1, "A payment attempt began"),
    event("order.succeeded", 2, "A payment attempt succeeded"),
    event("order.failed", 3, "A payment attempt failed"),
    event("refund.created", 4, "A refund was asked for"),
    event("refund.succeeded", 5, "Money went back"),
    event("refund.failed", 6, "A refund did not go through"),
    event("subscription.created", 7, "A subscription was made"),
    event("subscription.trialing", 8, "A subscription is in its trial"),
    event("subscription.activated", 9, "A subscription runs"),
    event(
        "subscription.incomplete_expired",
        10,
        "A subscription was never paid",
    ),
    event("subscription.past_due", 11, "A subscription owes a payment"),
    event("subscription.cancelled", 12, "A subscription ended"),
    event("invoice.open", 13, "An invoice was made"),
    event("invoice.paid", 14, "An invoice was paid"),
    event("invoice.void", 15, "An invoice was called off"),
    event(
        "order.next_action",
        16,
        "A payment attempt waits for the buyer",
    ),
    event(
        "subscription.updated.plan_changed",
        17,
        "A subscription has another plan",
    ),
    event(
        "subscription.updated.plan_change_canceled",
        18,
        "A change of plan was called off",
    ),
    event(
        "subscription.updated.renewed",
        19,
        "A subscription began its next period",
    ),
    event(
        "subscription.updated.cancel_at_period_end_set",
        20,
        "A subscription will end with its period",
    ),
    event(
        "subscription.updated.cancel_at_period_end_revoked",
        21,
        "A subscription will go on after its period",
    ),
    event("session.complete", 22, "A checkout session was paid"),
    event("session.expired", 23, "A checkout session ran out unpaid"),
    event("dispute.created", 24, "A buyer disputes a payment"),
    event("dispute.updated", 25, "A dispute moved"),
    event("dispute.won", 26, "A dispute was won"),
    event("dispute.lost", 27, "A dispute was lost"),
    event("dispute.closed", 28, "A dispute is over"),
    event("customer.verify", 29, "A customer has to be verified"),
    event(
        "payment_method.added",
        30,
        "A customer has one more payment instrument",
    ),
    event(
        "payment_method.default_change",
        31,
        "A customer prefers another payment instrument",
    ),
    event("risk_rule.updated", 32, "A risk rule changed"),
    event("agent_order.succeeded", 33, "An agent's order succeeded"),
    event("agent_order.failed", 34, "An agent's order failed"),
    event("agent_refund.succeeded", 35, "An agent's refund succeeded"),
    event("agent_refund.failed", 36, "An agent's refund failed"),
    event(
        "agent_refund.approved",
        37,
        "An agent's refund was approved",
    ),
    event(
        "agent_refund.rejected",
        38,
        "An agent's refund was turned down",
    ),
    event("payment_method.update", 39, "A payment instrument changed"),
    event(
        "purchase_instruction.created",
        40,
        "A purchase instruction was made",
    ),
    event(
        "purchase_instruction.activated",
        41,
        "A purchase instruction took effect",
    ),
    event(
        "purchase_instruction.updated",
        42,
        "A purchase instruction changed",
    ),
    event(
        "purchase_instruction.cancelled",
        43,
        "A purchase instruction ended",
    ),
    event("vic_device.binding_succeeded", 44, "A device was bound"),
];

/// Every event an endpoint can be subscribed to.
pub(crate) fn all() -> Vec<EventType> {
    ALL.iter()
        .map(|known| EventType::from(known.name))
        .collect()
}

const fn event(name: &'static str, code: i32, description: &'static str) -> KnownEvent {
    KnownEvent {
        name,
        code,
        description,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_holds_every_event_type_once() {
        let mut names: Vec<&str> = ALL.iter().map(|known| known.name).collect();
        names.sort_unstable();
        let mut known = EventType::KNOWN.to_vec();
        known.sort_unstable();
        assert_eq!(names, known);
        assert!(CORE.iter().all(|name| names.contains(name)));
    }
}
