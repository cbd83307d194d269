//! What the book holds, as it stands on the wire.

pub(crate) mod catalogue;
mod event;
pub(crate) mod subscription;

use clinkbill_types::{Amount, Timestamp};

use crate::book::{Book, Customer, Draft, Item, Order, OrderState, Session};
use crate::flow::TestCard;
use crate::wire::request::UiMode;
use crate::wire::response::{
    self as wire, LocalPrice, OrderStatus, OrderType, SessionCustomer, SessionPrice,
    SessionProduct, SessionRecurring,
};
pub(crate) use event::event_body;

/// `data` of a created session. `origin` is where the sandbox serves its checkout page.
pub(crate) fn created_session<'a>(
    session: &'a Session,
    customer: &'a Customer,
    origin: &str,
) -> wire::CreatedCheckoutSession<'a> {
    let draft = &session.draft;
    wire::CreatedCheckoutSession {
        session_id: &session.id,
        token_value: &session.token,
        customer_id: &customer.id,
        original_amount: draft.amount,
        original_currency: draft.currency.code(),
        ui_mode: draft.ui_mode,
        return_url: draft.return_url.as_deref(),
        url: format!("{origin}/pay/{}", session.token),
        merchant_reference_id: draft.merchant_reference.as_deref(),
        expire_time: timestamp(session.expire),
    }
}

/// `data` of a session that is read.
pub(crate) fn session<'a>(book: &'a Book, session: &'a Session) -> wire::CheckoutSession<'a> {
    let draft = &session.draft;
    let customer = &book.customers[session.customer];
    let order = session
        .paid_by
        .as_deref()
        .and_then(|order_id| book.orders.get(order_id));
    let started = order.and_then(|order| order.started.as_ref());
    wire::CheckoutSession {
        session_id: &session.id,
        token: &session.token,
        status: session.status(),
        payment_status: session.payment_status(),
        amount_subtotal: draft.amount,
        amount_total: order.map(|order| order.amount),
        original_currency: draft.currency.code(),
        payment_currency: order.map(|_| draft.currency.code()),
        subscription_id: started.map(|started| &*started.subscription_id),
        invoice_id: started.map(|started| &*started.invoice_id),
        order_id: session.paid_by.as_deref(),
        merchant_reference_id: draft.merchant_reference.as_deref(),
        locale: None,
        ui_mode: draft.ui_mode,
        return_url: draft.return_url.as_deref(),
        cancel_url: draft.cancel_url.as_deref(),
        success_url: draft.success_url.as_deref(),
        created: timestamp(session.created),
        expire: timestamp(session.expire),
        price: session_price(draft.item.as_ref()),
        product: draft.item.as_ref().map(|item| SessionProduct {
            product_id: Some(&item.product.id),
            product_name: Some(&item.product.name),
        }),
        customer: Some(SessionCustomer {
            customer_id: &customer.id,
            email: customer.email.as_deref(),
        }),
        price_data_list: lines(draft),
        show_promotion_code: draft.show_promotion_code,
        metadata: &draft.metadata,
    }
}

/// An order that is read.
pub(crate) fn order<'a>(book: &'a Book, order: &'a Order) -> Option<wire::Order<'a>> {
    let session = book.sessions.get(&order.session_id)?;
    let customer = &book.customers[session.customer];
    let status = match order.state {
        OrderState::Pending => OrderStatus::Pending,
        OrderState::RequiresAction => OrderStatus::RequiresAction,
        OrderState::Success => OrderStatus::Success,
        OrderState::Failed(_) => OrderStatus::Failed,
    };
    Some(wire::Order {
        create_time: Some(order.created),
        ..order_at(session, customer, order, status)
    })
}

/// An order as it is, or was, at this status: also `data.object` of an order event.
fn order_at<'a>(
    session: &'a Session,
    customer: &'a Customer,
    order: &'a Order,
    status: OrderStatus,
) -> wire::Order<'a> {
    let draft = &session.draft;
    let failure = match &order.state {
        OrderState::Failed(failure) if status == OrderStatus::Failed => Some(failure),
        _ => None,
    };
    let is_settled = matches!(status, OrderStatus::Success | OrderStatus::Failed);
    let started = order.started.as_ref().filter(|_| is_settled);
    wire::Order {
        order_id: &order.id,
        order_type: match draft.recurring() {
            None => OrderType::OneTime,
            Some(_) => OrderType::Recurring,
        },
        merchant_reference_id: order.merchant_reference.as_deref(),
        invoice_id: started.map(|started| &*started.invoice_id),
        customer_id: &customer.id,
        customer_email: customer.email.as_deref(),
        session_id: &session.id,
        product_id: draft.item.as_ref().map(|item| &*item.product.id),
        price_id: draft.item.as_ref().map(|item| &*item.price.id),
        create_time: None,
        payment_time: order.settled.filter(|_| is_settled),
        price_data_list: lines(draft),
        payment_method: wire::PaymentMethod {
            payment_method_type: order.method,
            payment_instrument_id: Some(&order.instrument_id),
            card_scheme: order.card.map(|_| "Visa"),
            card_last_four: order.card.map(TestCard::last_four),
            issuer_region: order.card.map(|_| "US"),
            issuer_bank: None,
            wallet: (),
        },
        payment_execution_details: (),
        amount_subtotal: order.amount,
        amount_total: order.amount,
        payment_currency: draft.currency.code(),
        original_currency: draft.currency.code(),
        status,
        failure_code: failure.map(|failure| &*failure.code),
        failure_message: failure.map(|failure| failure.message),
        metadata: &draft.metadata,
        risk_level: "LOW",
    }
}

/// Whether the session's page runs inside the merchant's own.
pub(crate) fn is_embedded(session: &Session) -> bool {
    session.draft.ui_mode == UiMode::Elements
}

fn session_price(item: Option<&Item>) -> SessionPrice<'_> {
    let price = item.map(|item| &item.price);
    SessionPrice {
        price_id: price.map(|price| &*price.id),
        price_list: price.map(|price| {
            [LocalPrice {
                amount: price.unit_amount,
                currency: price.currency.code(),
                exchange_rate: Amount::from(1),
            }]
        }),
        recurring: price
            .and_then(|price| price.recurring)
            .map(|recurring| SessionRecurring {
                free_trial_days: recurring.trial_days,
                interval: recurring.interval,
            }),
    }
}

fn lines(draft: &Draft) -> Option<Vec<wire::PriceData<'_>>> {
    (!draft.lines.is_empty()).then(|| {
        draft
            .lines
            .iter()
            .map(|line| wire::PriceData {
                name: &line.name,
                quantity: line.quantity,
                unit_amount: line.unit_amount,
                currency: &line.currency,
                image_url: line.image_url.as_deref(),
            })
            .collect()
    })
}

/// A time of the book. The books' times are the machine's, well inside the range of a timestamp.
pub(crate) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
