//! What a book holds, as rows of tables. Each list is a part of what there is, the latest first.

use chrono::DateTime;
use url::Url;

use super::form::Button;
use super::{MESSAGE_SHOWN, PATH_SHOWN, shown};
use crate::book::{Book, Customer, Order, OrderState, Price, ProductEntry, Session, SessionState};
use crate::http::page::{money, rhythm};
use crate::http::text::cut;
use crate::rulebook::Rule;
use crate::traffic::{ArmedFault, LoggedRequest};
use crate::webhook::outbox::{DeliveryState, StoredDelivery, StoredEvent};

/// How many deliveries there are for each event of a list, taken together: the latest events have
/// all of theirs.
const DELIVERIES_FOR_AN_EVENT: usize = 2;
/// How many prices of a product are shown.
const PRICES_SHOWN: usize = 3;

/// Which part of a list is seen.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// From 1 on. Beyond the last one, it is the last one.
    pub(super) page: usize,
    /// How many rows there are on a page.
    pub(super) most: usize,
}

/// A part of a list.
pub(super) struct Listed {
    pub(super) rows: Vec<Row>,
    pub(super) page: usize,
    pub(super) pages: usize,
    /// How many rows come before.
    pub(super) before: usize,
    /// How many things there are, or were.
    pub(super) total: usize,
}

impl Part {
    /// The rows of this part of so many things, of which the latest comes first.
    pub(super) fn of<T>(
        self,
        count: usize,
        latest: impl Iterator<Item = T>,
        row: impl FnMut(T) -> Row,
    ) -> Listed {
        let pages = count.div_ceil(self.most).max(1);
        let page = self.page.clamp(1, pages);
        let before = (page - 1) * self.most;
        Listed {
            rows: latest.skip(before).take(self.most).map(row).collect(),
            page,
            pages,
            before,
            total: count,
        }
    }
}

/// A row of a table.
#[derive(Default)]
pub(super) struct Row {
    pub(super) head: String,
    /// Where the head leads.
    pub(super) link: Option<String>,
    pub(super) cells: Vec<String>,
    /// What the buttons are for.
    pub(super) id: String,
    pub(super) buttons: Vec<Button>,
    pub(super) ruling: Option<Ruling>,
    pub(super) deliveries: Option<Deliveries>,
}

/// What became of an event.
pub(super) struct Deliveries {
    /// A line for each, the latest first.
    pub(super) lines: Vec<String>,
    /// How many more there were, earlier.
    pub(super) left_off: usize,
}

/// What decided a request.
pub(super) struct Ruling {
    pub(super) refused_by: Option<Rule>,
    pub(super) message: Option<String>,
    /// The others, if any refused it.
    pub(super) rules: Vec<Rule>,
}

pub(super) fn sessions(book: &Book, part: Part) -> Listed {
    let all = book.sessions.iter();
    part.of(all.len(), all.rev(), |one| session(book, one))
}

fn session(book: &Book, session: &Session) -> Row {
    let draft = &session.draft;
    let is_open = session.state == SessionState::Open;
    let status = match (session.state, &session.paid_by, &session.under_way) {
        (SessionState::Open, _, Some(_)) => "open, payment under way",
        (SessionState::Open, _, None) => "open",
        (SessionState::Completed, _, _) => "completed",
        (SessionState::Expired, Some(_), _) => "expired, paid late",
        (SessionState::Expired, None, Some(_)) => "expired, payment under way",
        (SessionState::Expired, None, None) => "expired",
    };
    Row {
        head: session.id.to_string(),
        link: Some(format!("/pay/{}", session.token)),
        cells: vec![
            status.to_owned(),
            shown(&money(draft.amount, draft.currency.code())),
            name_of(&book.customers[session.customer]),
            shown(draft.merchant_reference.as_deref().unwrap_or_default()),
            time(session.created),
            time(session.expire),
        ],
        id: session.id.to_string(),
        buttons: match (is_open, session.under_way) {
            (true, None) => vec![Button::Pay, Button::Decline, Button::Expire],
            (true, Some(_)) => vec![Button::Expire],
            (false, _) => Vec::new(),
        },
        ..Row::default()
    }
}

fn name_of(customer: &Customer) -> String {
    let own = customer.email.as_deref().or(customer.reference.as_deref());
    shown(own.unwrap_or(&customer.id))
}

pub(super) fn orders(book: &Book, part: Part) -> Listed {
    let all = book.orders.all();
    part.of(all.len(), all.iter().rev(), |one| order(book, one))
}

fn order(book: &Book, order: &Order) -> Row {
    let currency = book
        .sessions
        .get(&order.session_id)
        .map_or("", |session| session.draft.currency.code());
    Row {
        head: order.id.to_string(),
        cells: vec![
            match &order.state {
                OrderState::Pending => "pending".to_owned(),
                OrderState::RequiresAction => "requires action".to_owned(),
                OrderState::Success => "success".to_owned(),
                OrderState::Failed(failure) => shown(&format!("failed: {}", failure.code)),
            },
            shown(&money(order.amount, currency)),
            order.method.as_str().to_owned(),
            order.session_id.to_string(),
            shown(order.merchant_reference.as_deref().unwrap_or_default()),
            time(order.created),
        ],
        id: order.id.to_string(),
        buttons: match order.state {
            OrderState::Pending | OrderState::RequiresAction => vec![Button::Succeed, Button::Fail],
            OrderState::Success | OrderState::Failed(_) => Vec::new(),
        },
        ..Row::default()
    }
}

pub(super) fn subscriptions(book: &Book, part: Part) -> Listed {
    let started = book.orders.all().iter().rev().filter_map(|order| {
        let id = &order.started.as_ref()?.subscription_id;
        book.subscriptions.get(id)
    });
    part.of(book.subscriptions.count(), started, |subscription| {
        let item = book
            .sessions
            .get(&subscription.session_id)
            .and_then(|session| session.draft.item.as_ref());
        Row {
            head: subscription.id.to_string(),
            cells: vec![
                match subscription.trial_end {
                    Some(_) => "free trial".to_owned(),
                    None => "active".to_owned(),
                },
                item.map_or_else(String::new, |item| shown(&item.price.id)),
                subscription.session_id.to_string(),
                time(subscription.started),
                time(subscription.period_end),
            ],
            ..Row::default()
        }
    })
}

pub(super) fn customers(book: &Book, part: Part) -> Listed {
    let all = book.customers.iter();
    part.of(all.len(), all.rev(), |customer| Row {
        head: customer.id.to_string(),
        cells: vec![
            shown(customer.email.as_deref().unwrap_or_default()),
            shown(customer.reference.as_deref().unwrap_or_default()),
        ],
        ..Row::default()
    })
}

pub(super) fn catalogue(book: &Book, part: Part) -> Listed {
    let all = book.products.all();
    part.of(all.len(), all.iter().rev(), product)
}

fn product(entry: &ProductEntry) -> Row {
    let mut prices: Vec<_> = entry
        .prices
        .iter()
        .take(PRICES_SHOWN)
        .map(|own| price(own))
        .collect();
    let more = entry.prices.len().saturating_sub(PRICES_SHOWN);
    if more > 0 {
        prices.push(format!("{more} more"));
    }
    Row {
        head: shown(&entry.product.id),
        cells: vec![
            shown(&entry.product.name),
            if entry.active { "yes" } else { "no" }.to_owned(),
            prices.join("; "),
        ],
        ..Row::default()
    }
}

fn price(price: &Price) -> String {
    let amount = shown(&money(price.unit_amount, price.currency.code()));
    match &price.recurring {
        None => amount,
        Some(recurring) => format!("{amount} {}", rhythm(recurring)),
    }
}

pub(super) fn events(book: &Book, part: Part) -> Listed {
    let all = book.outbox.events();
    let forgotten = usize::try_from(book.outbox.events_forgotten).unwrap_or(usize::MAX);
    let mut room = part.most.saturating_mul(DELIVERIES_FOR_AN_EVENT);
    let listed = part.of(all.len(), all.iter().rev(), |stored| {
        event(stored, &mut room)
    });
    Listed {
        total: all.len().saturating_add(forgotten),
        ..listed
    }
}

/// An event with its latest deliveries, at least one, as far as there is room for lines.
fn event(stored: &StoredEvent, room: &mut usize) -> Row {
    let event = &stored.event;
    let shown = stored.deliveries.len().min((*room).max(1));
    *room = room.saturating_sub(shown);
    let latest = stored.deliveries.iter().rev().take(shown);
    Row {
        head: event.id.to_string(),
        cells: vec![event.kind.as_str().to_owned(), time(event.at)],
        id: event.id.to_string(),
        buttons: vec![Button::Resend],
        deliveries: Some(Deliveries {
            lines: latest.map(delivery).collect(),
            left_off: stored.deliveries.len() - shown,
        }),
        ..Row::default()
    }
}

fn delivery(delivery: &StoredDelivery) -> String {
    let state = match delivery.state {
        DeliveryState::Waiting(turn) => format!("waits until {}", time(turn.due)),
        DeliveryState::UnderWay(_) => "under way".to_owned(),
        DeliveryState::HandedOut(_) => "handed out".to_owned(),
        DeliveryState::Delivered => "delivered".to_owned(),
        DeliveryState::GivenUp => "given up".to_owned(),
        DeliveryState::Cancelled(reason) => format!("cancelled: {reason}"),
        DeliveryState::Dropped => "dropped".to_owned(),
    };
    let address = address(&delivery.url);
    let Some(attempt) = delivery.attempts.last() else {
        return format!("{state}, {address}");
    };
    let answer = match &attempt.outcome {
        Ok(status) => format!("answered {status}"),
        Err(error) => format!("failed: {}", shown(error)),
    };
    format!(
        "{}, attempt {}: {answer}; {state}, {address}",
        time(attempt.sent),
        delivery.attempts.len(),
    )
}

/// Where a delivery goes, without the query: receivers put secrets there.
fn address(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut url) => {
            url.set_query(None);
            url.set_fragment(None);
            shown(url.as_str())
        }
        Err(_) => String::new(),
    }
}

pub(super) fn request(request: &LoggedRequest) -> Row {
    Row {
        head: time(request.at),
        cells: vec![
            shown(&request.method),
            cut(&request.path, PATH_SHOWN).into_owned(),
            request.operation.unwrap_or_default().to_owned(),
            match request.status {
                Some(status) => status.to_string(),
                None => "connection broken".to_owned(),
            },
            request.fault.unwrap_or_default().to_owned(),
        ],
        ruling: Some(ruling(request)),
        ..Row::default()
    }
}

fn ruling(request: &LoggedRequest) -> Ruling {
    let rules = request.rules.iter().copied();
    Ruling {
        refused_by: request.refused_by,
        message: request
            .message
            .as_deref()
            .map(|text| cut(text, MESSAGE_SHOWN).into_owned()),
        rules: rules
            .filter(|rule| Some(*rule) != request.refused_by)
            .collect(),
    }
}

pub(super) fn fault(armed: &ArmedFault) -> Row {
    let fault = &armed.fault;
    Row {
        head: fault.name().to_owned(),
        cells: vec![
            fault.operation().unwrap_or("every one").to_owned(),
            fault.time().as_str().to_owned(),
            match armed.left {
                None => "until cleared".to_owned(),
                Some(left) => left.to_string(),
            },
        ],
        ..Row::default()
    }
}

/// A time in milliseconds since the Unix epoch, in UTC.
fn time(millis: i64) -> String {
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}
