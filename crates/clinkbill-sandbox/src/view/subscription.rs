//! Subscriptions and invoices of the book, as they stand on the wire.

use clinkbill_types::Amount;
use serde::Serialize;

use crate::book::{Book, Draft, Invoice, Item, Recurring, Subscription};
use crate::wire::subscription::{
    self as wire, BillingMode, InvoiceItem, InvoiceItemPrice, InvoiceItemRecurring, InvoiceStatus,
    SubscriptionPhase, SubscriptionStatus,
};

/// How many units a session is for: it has no field to say more.
const QUANTITY: u32 = 1;

/// A subscription. The period of a free trial costs nothing, the next one what the session is
/// for (FR-08).
pub(crate) fn subscription<'a, M: Serialize + From<Amount>>(
    book: &'a Book,
    stored: &'a Subscription,
) -> Option<wire::Subscription<'a, M>> {
    let session = book.sessions.get(&stored.session_id)?;
    let order = book.orders.get(&stored.order_id)?;
    let invoice = book.subscriptions.invoice(&stored.invoice_id)?;
    let draft = &session.draft;
    let (item, recurring) = bought(draft)?;
    Some(wire::Subscription {
        subscription_id: &stored.id,
        merchant_reference: order.merchant_reference.as_deref(),
        session_id: &stored.session_id,
        customer_id: &book.customers[session.customer].id,
        product_id: &item.product.id,
        price_id: &item.price.id,
        price_snapshot_id: &item.price.snapshot_id,
        create_time: stored.started,
        quantity: QUANTITY,
        payment_method_type: order.method,
        payment_instrument_id: &order.instrument_id,
        trial_start: stored.trial_end.map(|_| stored.started),
        trial_end: stored.trial_end,
        current_period_start: stored.started,
        current_period_end: stored.period_end,
        cancel_at: (),
        cancel_at_period_end: false,
        canceled_at: (),
        cancel_reason: (),
        status: if stored.trial_end.is_some() {
            SubscriptionStatus::FreeTrial
        } else {
            SubscriptionStatus::Active
        },
        billing: BillingMode::ChargeAutomatically,
        currency: draft.currency.code(),
        recurring_invoice_item: first_period(stored, invoice, draft, item, recurring),
        upcoming_invoice_item: invoice_item(
            &stored.next_item_id,
            draft.amount,
            (stored.period_end, stored.next_period_end),
            item.product.name.clone(),
            draft,
            item,
            recurring,
        ),
        scheduled_phases: (!draft.phases.is_empty()).then(|| phases(draft)),
        elapsed_cycles: 0,
        metadata: &draft.metadata,
    })
}

/// An invoice.
pub(crate) fn invoice<'a, M: Serialize + From<Amount>>(
    book: &'a Book,
    stored: &'a Invoice,
    status: InvoiceStatus,
) -> Option<wire::Invoice<'a, M>> {
    let subscription = book.subscriptions.get(&stored.subscription_id)?;
    let session = book.sessions.get(&subscription.session_id)?;
    let order = book.orders.get(&subscription.order_id)?;
    let draft = &session.draft;
    let (item, recurring) = bought(draft)?;
    Some(wire::Invoice {
        invoice_id: &stored.id,
        subscription_id: &subscription.id,
        merchant_reference: order.merchant_reference.as_deref(),
        order_id: &order.id,
        customer_id: &book.customers[session.customer].id,
        merchant_id: (),
        status,
        create_time: subscription.started,
        current_period_start: subscription.started,
        current_period_end: subscription.period_end,
        original_amount: stored.amount.into(),
        payment_amount: stored.amount.into(),
        original_currency: draft.currency.code(),
        billing: BillingMode::ChargeAutomatically,
        items: [first_period(subscription, stored, draft, item, recurring)],
        discount: (),
        metadata: &draft.metadata,
    })
}

fn bought(draft: &Draft) -> Option<(&Item, &Recurring)> {
    draft.item.as_ref().zip(draft.recurring())
}

fn first_period<'a, M: Serialize + From<Amount>>(
    subscription: &'a Subscription,
    invoice: &'a Invoice,
    draft: &'a Draft,
    item: &'a Item,
    recurring: &Recurring,
) -> InvoiceItem<'a, M> {
    let name = &item.product.name;
    let description = match subscription.trial_end {
        Some(_) => format!("{name} (free trial)"),
        None => name.clone(),
    };
    invoice_item(
        &invoice.item_id,
        invoice.amount,
        (subscription.started, subscription.period_end),
        description,
        draft,
        item,
        recurring,
    )
}

fn invoice_item<'a, M: Serialize + From<Amount>>(
    id: &'a str,
    amount: Amount,
    (period_start, period_end): (i64, i64),
    description: String,
    draft: &'a Draft,
    item: &'a Item,
    recurring: &Recurring,
) -> InvoiceItem<'a, M> {
    InvoiceItem {
        invoice_item_id: id,
        amount: amount.into(),
        discount_amount: Amount::ZERO.into(),
        payment_amount: amount.into(),
        coupon_terms: (),
        promotion_code: (),
        currency: draft.currency.code(),
        description,
        period_start,
        period_end,
        proration: false,
        price: InvoiceItemPrice {
            product_id: &item.product.id,
            product_name: &item.product.name,
            price_id: &item.price.id,
            price_snapshot_id: &item.price.snapshot_id,
            unit_amount: item.price.unit_amount.into(),
            quantity: QUANTITY,
            recurring: InvoiceItemRecurring {
                interval: recurring.interval,
                trial_period_days: recurring.trial_days,
                pricing_model: recurring.pricing_model,
                tiers_mode: (),
                interval_count: recurring.interval_count,
            },
        },
    }
}

fn phases(draft: &Draft) -> Vec<SubscriptionPhase<'_>> {
    draft
        .phases
        .iter()
        .map(|phase| SubscriptionPhase {
            sequence: phase.sequence,
            effective_cycle: phase.effective_cycle,
            price_snapshot_id: &phase.price_snapshot_id,
            quantity: phase.quantity,
            metadata: &phase.metadata,
        })
        .collect()
}
