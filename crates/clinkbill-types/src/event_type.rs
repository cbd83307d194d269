use crate::open_enum;

open_enum! {
    /// What a webhook event tells. The names are those of Clink's catalogue.
    pub enum EventType {
        /// A checkout session was paid.
        SessionComplete = "session.complete",
        /// A checkout session ran out unpaid.
        SessionExpired = "session.expired",
        /// A payment attempt began.
        OrderCreated = "order.created",
        /// A payment attempt waits for the buyer.
        OrderNextAction = "order.next_action",
        /// A payment attempt succeeded.
        OrderSucceeded = "order.succeeded",
        /// A payment attempt failed; the buyer may try again.
        OrderFailed = "order.failed",
        /// A refund was asked for.
        RefundCreated = "refund.created",
        /// Money went back.
        RefundSucceeded = "refund.succeeded",
        /// A refund did not go through.
        RefundFailed = "refund.failed",
        /// A subscription was made.
        SubscriptionCreated = "subscription.created",
        /// A subscription is in its trial.
        SubscriptionTrialing = "subscription.trialing",
        /// A subscription runs.
        SubscriptionActivated = "subscription.activated",
        /// A subscription was never paid.
        SubscriptionIncompleteExpired = "subscription.incomplete_expired",
        /// A subscription owes a payment.
        SubscriptionPastDue = "subscription.past_due",
        /// A subscription ended.
        SubscriptionCancelled = "subscription.cancelled",
        /// A subscription has another plan.
        SubscriptionPlanChanged = "subscription.updated.plan_changed",
        /// A change of plan was called off.
        SubscriptionPlanChangeCanceled = "subscription.updated.plan_change_canceled",
        /// A subscription began its next period.
        SubscriptionRenewed = "subscription.updated.renewed",
        /// A subscription will end with its period.
        SubscriptionCancelAtPeriodEndSet = "subscription.updated.cancel_at_period_end_set",
        /// A subscription will go on after its period.
        SubscriptionCancelAtPeriodEndRevoked = "subscription.updated.cancel_at_period_end_revoked",
        /// An invoice was made.
        InvoiceOpen = "invoice.open",
        /// An invoice was paid.
        InvoicePaid = "invoice.paid",
        /// An invoice was called off.
        InvoiceVoid = "invoice.void",
        /// A buyer disputes a payment.
        DisputeCreated = "dispute.created",
        /// A dispute moved.
        DisputeUpdated = "dispute.updated",
        /// A dispute was won.
        DisputeWon = "dispute.won",
        /// A dispute was lost.
        DisputeLost = "dispute.lost",
        /// A dispute is over.
        DisputeClosed = "dispute.closed",
        /// A customer has to be verified.
        CustomerVerify = "customer.verify",
        /// A customer has one more payment instrument.
        PaymentMethodAdded = "payment_method.added",
        /// A customer prefers another payment instrument.
        PaymentMethodDefaultChange = "payment_method.default_change",
        /// A payment instrument changed.
        PaymentMethodUpdate = "payment_method.update",
        /// A risk rule changed.
        RiskRuleUpdated = "risk_rule.updated",
        /// An agent's order succeeded.
        AgentOrderSucceeded = "agent_order.succeeded",
        /// An agent's order failed.
        AgentOrderFailed = "agent_order.failed",
        /// An agent's refund succeeded.
        AgentRefundSucceeded = "agent_refund.succeeded",
        /// An agent's refund failed.
        AgentRefundFailed = "agent_refund.failed",
        /// An agent's refund was approved.
        AgentRefundApproved = "agent_refund.approved",
        /// An agent's refund was turned down.
        AgentRefundRejected = "agent_refund.rejected",
        /// A purchase instruction was made.
        PurchaseInstructionCreated = "purchase_instruction.created",
        /// A purchase instruction took effect.
        PurchaseInstructionActivated = "purchase_instruction.activated",
        /// A purchase instruction changed.
        PurchaseInstructionUpdated = "purchase_instruction.updated",
        /// A purchase instruction ended.
        PurchaseInstructionCancelled = "purchase_instruction.cancelled",
        /// A device was bound.
        VicDeviceBindingSucceeded = "vic_device.binding_succeeded",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_44_names() {
        assert_eq!(EventType::KNOWN.len(), 44);
        for name in EventType::KNOWN {
            assert_eq!(EventType::from(*name).as_str(), *name);
        }
    }
}
