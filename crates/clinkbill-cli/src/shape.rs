//! What commands print: for people as it is displayed, and with `--json` in these shapes, which
//! stand in `schemas/command-output.schema.json`.

mod webhook;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use clinkbill::webhook::LineItem;
use clinkbill::{Amount, Money, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::webhook::{Ending, Listening, Received, Signed, Triggered, Verified};

/// What each command prints with `--json`, by its name. `conformance` and `drift` print what
/// `conformance-report`, `webhook-report` and `conformance-drift` describe.
#[derive(JsonSchema)]
#[schemars(title = "Output of the command clinkbill with --json")]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) struct Outputs {
    /// `clinkbill sandbox`, once it serves.
    sandbox: Started,
    /// `clinkbill checkout create`.
    checkout_create: Created,
    /// `clinkbill checkout get`.
    checkout_get: Session,
    /// `clinkbill order get`.
    order_get: Order,
    /// `clinkbill order list`.
    order_list: Orders,
    /// Any of these four with `--dry-run`.
    dry_run: Request,
    /// `clinkbill webhook sign`.
    webhook_sign: Signed,
    /// `clinkbill webhook verify`.
    webhook_verify: Verified,
    /// `clinkbill webhook trigger`.
    webhook_trigger: Triggered,
    /// `clinkbill webhook listen`: one line for each request.
    webhook_listen: Received,
    /// `clinkbill webhook listen`, on stderr: the first line, once it can be called.
    webhook_listen_start: Listening,
    /// `clinkbill webhook listen`, on stderr: a line where its end has to wait.
    webhook_listen_end: Ending,
    /// `clinkbill doctor`.
    doctor: Diagnosis,
    /// Any command that fails, on stderr.
    failure: Failed,
}

/// A sandbox that serves.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Started {
    /// The value for `CLINK_BASE_URL`.
    pub(crate) base_url: String,
    /// The value for `CLINK_SECRET_KEY`.
    pub(crate) secret_key: String,
}

/// An amount in major units, exact, and its ISO 4217 currency.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Sum {
    #[schemars(with = "f64")]
    amount: Amount,
    currency: String,
}

/// A session that was created.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Created {
    pub(crate) session_id: String,
    /// Where to send the buyer, and nobody else.
    pub(crate) url: Option<String>,
    /// When it takes no more payments, in UTC, as RFC 3339.
    pub(crate) expires: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) total: Option<Sum>,
    pub(crate) merchant_reference: Option<String>,
    pub(crate) ui_mode: Option<String>,
}

/// A checkout session.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Session {
    session_id: String,
    status: String,
    payment_status: Option<String>,
    /// What was asked for.
    subtotal: Option<Sum>,
    /// What the buyer pays, in the currency the buyer chose; null before payment.
    total: Option<Sum>,
    order_id: Option<String>,
    invoice_id: Option<String>,
    subscription_id: Option<String>,
    merchant_reference: Option<String>,
    customer_id: Option<String>,
    customer_email: Option<String>,
    ui_mode: Option<String>,
    /// In UTC, as RFC 3339.
    created: Option<String>,
    /// In UTC, as RFC 3339.
    expires: Option<String>,
    lines: Vec<Line>,
    metadata: BTreeMap<String, String>,
}

/// An order: one attempt to pay.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Order {
    order_id: String,
    status: String,
    order_type: Option<String>,
    session_id: Option<String>,
    merchant_reference: Option<String>,
    /// What was asked for.
    subtotal: Option<Sum>,
    /// What the buyer pays, in the currency the buyer chose.
    total: Option<Sum>,
    customer_id: Option<String>,
    customer_email: Option<String>,
    invoice_id: Option<String>,
    product_id: Option<String>,
    price_id: Option<String>,
    payment_method: Option<String>,
    /// In UTC, as RFC 3339.
    created: Option<String>,
    /// When the attempt succeeded or failed, in UTC, as RFC 3339.
    settled: Option<String>,
    failure_code: Option<String>,
    failure_message: Option<String>,
    lines: Vec<Line>,
    metadata: BTreeMap<String, String>,
}

/// A page of orders.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Orders {
    /// How many there are on all pages.
    pub(crate) total: Option<u64>,
    pub(crate) orders: Vec<Order>,
}

/// A line of a purchase.
#[derive(Serialize, JsonSchema)]
struct Line {
    name: Option<String>,
    quantity: Option<u32>,
    #[schemars(with = "Option<f64>")]
    unit_amount: Option<Amount>,
    currency: Option<String>,
}

/// A request that was not sent.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    /// The key, as far as it may be shown.
    pub(crate) key: String,
    /// The file that the key is in, where one was named.
    pub(crate) key_file: Option<String>,
    /// Its body, as it would be sent.
    pub(crate) body: Option<String>,
}

/// What the doctor found.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Diagnosis {
    /// Whether nothing is wrong.
    pub(crate) sound: bool,
    pub(crate) checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Check {
    pub(crate) what: &'static str,
    pub(crate) found: Found,
    /// What was seen.
    pub(crate) said: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Found {
    /// As it should be.
    Sound,
    /// It may be as it should be.
    Doubtful,
    /// It has to be mended.
    Wrong,
    /// It could not be looked at.
    NotLooked,
}

/// Why a command failed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Failed {
    pub(crate) error: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// The exit status.
    pub(crate) exit: u8,
    #[serde(flatten)]
    pub(crate) call: FailedCall,
}

/// What is known of a call of the API that failed. What is not known is left out.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct FailedCall {
    /// Whether the request took effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    /// The HTTP status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    /// Clink's number, as it stands in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    /// Clink's name of the refusal, such as `PRODUCT_NOT_FOUND`.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The session that exists all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// How long the server wants to be left alone, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
}

/// Whether a request that failed took effect.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// It was not sent: it may be sent again.
    NotSent,
    /// The API said no: nothing was made.
    Rejected,
    /// It may have taken effect: find out before it is sent again. A read may be repeated.
    Unknown,
}

impl FailedCall {
    /// Of a call that nobody waits for any longer.
    pub(crate) fn broken_off() -> Self {
        Self {
            outcome: Some(Outcome::Unknown),
            ..Self::default()
        }
    }
}

impl From<&clinkbill::Error> for FailedCall {
    fn from(error: &clinkbill::Error) -> Self {
        Self {
            outcome: Some(match error.outcome() {
                clinkbill::Outcome::NotSent => Outcome::NotSent,
                clinkbill::Outcome::Rejected => Outcome::Rejected,
                _ => Outcome::Unknown,
            }),
            http_status: error.http_status(),
            code: error.code(),
            name: error.name().map(str::to_owned),
            session_id: text(error.session_id()),
            retry_after_seconds: error.retry_after().map(|wait| wait.as_secs()),
        }
    }
}

impl From<&Money> for Sum {
    fn from(money: &Money) -> Self {
        Self {
            amount: money.amount(),
            currency: money.currency().to_string(),
        }
    }
}

fn text(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

fn sum(money: Option<&Money>) -> Option<Sum> {
    money.map(Sum::from)
}

pub(crate) fn time(at: Option<Timestamp>) -> Option<String> {
    text(at.as_ref())
}

impl From<clinkbill::Session> for Session {
    fn from(session: clinkbill::Session) -> Self {
        let customer = session.customer.unwrap_or_default();
        Self {
            session_id: session.session_id.to_string(),
            status: session.status.to_string(),
            payment_status: text(session.payment_status.as_ref()),
            subtotal: sum(session.subtotal.as_ref()),
            total: sum(session.total.as_ref()),
            order_id: text(session.order_id.as_ref()),
            invoice_id: text(session.invoice_id.as_ref()),
            subscription_id: text(session.subscription_id.as_ref()),
            merchant_reference: session.merchant_reference,
            customer_id: text(customer.customer_id.as_ref()),
            customer_email: customer.email,
            ui_mode: text(session.ui_mode.as_ref()),
            created: time(session.created),
            expires: time(session.expires),
            lines: session.lines.into_iter().map(Line::from).collect(),
            metadata: session.metadata,
        }
    }
}

impl From<clinkbill::Order> for Order {
    fn from(order: clinkbill::Order) -> Self {
        let method = order.payment_method.unwrap_or_default();
        Self {
            order_id: order.order_id.to_string(),
            status: order.status.to_string(),
            order_type: text(order.order_type.as_ref()),
            session_id: text(order.session_id.as_ref()),
            merchant_reference: order.merchant_reference,
            subtotal: sum(order.subtotal.as_ref()),
            total: sum(order.total.as_ref()),
            customer_id: text(order.customer_id.as_ref()),
            customer_email: order.customer_email,
            invoice_id: text(order.invoice_id.as_ref()),
            product_id: text(order.product_id.as_ref()),
            price_id: text(order.price_id.as_ref()),
            payment_method: text(method.payment_method_type.as_ref()),
            created: time(order.created),
            settled: time(order.settled),
            failure_code: order.failure_code,
            failure_message: order.failure_message,
            lines: order.lines.into_iter().map(Line::from).collect(),
            metadata: order.metadata,
        }
    }
}

impl From<LineItem> for Line {
    fn from(line: LineItem) -> Self {
        Self {
            name: line.name,
            quantity: line.quantity,
            unit_amount: line.unit_amount,
            currency: text(line.currency.as_ref()),
        }
    }
}

/// For people: a line for each thing that is known.
struct Rows<'a>(&'a [(&'a str, Option<String>)]);

impl fmt::Display for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.0.iter();
        let mut known = known.filter_map(|(name, value)| Some((name, value.as_ref()?)));
        known.try_for_each(|(name, value)| writeln!(f, "{name:<14} {}", in_one_line(value)))
    }
}

/// A value that somebody else chose makes no row of its own, and turns none around.
fn in_one_line(value: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::with_capacity(value.len());
    for c in value.chars() {
        if c.is_control() || turns(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "CLINK_BASE_URL={}", self.base_url)?;
        writeln!(f, "CLINK_SECRET_KEY={}", self.secret_key)
    }
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("session", Some(self.session_id.clone())),
            ("url", self.url.clone()),
            ("total", text(self.total.as_ref())),
            ("customer", self.customer_id.clone()),
            ("reference", self.merchant_reference.clone()),
            ("expires", self.expires.clone()),
        ];
        Rows(&rows).fmt(f)
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("session", Some(self.session_id.clone())),
            ("status", Some(self.status.clone())),
            ("payment", self.payment_status.clone()),
            ("asked for", text(self.subtotal.as_ref())),
            ("total", text(self.total.as_ref())),
            ("order", self.order_id.clone()),
            ("invoice", self.invoice_id.clone()),
            ("subscription", self.subscription_id.clone()),
            ("reference", self.merchant_reference.clone()),
            ("customer", self.customer_id.clone()),
            ("email", self.customer_email.clone()),
            ("created", self.created.clone()),
            ("expires", self.expires.clone()),
        ];
        Rows(&rows).fmt(f)
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("order", Some(self.order_id.clone())),
            ("status", Some(self.status.clone())),
            ("failed since", self.failure_code.clone()),
            ("session", self.session_id.clone()),
            ("asked for", text(self.subtotal.as_ref())),
            ("total", text(self.total.as_ref())),
            ("by", self.payment_method.clone()),
            ("reference", self.merchant_reference.clone()),
            ("customer", self.customer_id.clone()),
            ("email", self.customer_email.clone()),
            ("created", self.created.clone()),
            ("settled", self.settled.clone()),
        ];
        Rows(&rows).fmt(f)
    }
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for order in &self.orders {
            writeln!(f, "{order}")?;
        }
        let shown = self.orders.len();
        let noun = |number| if number == 1 { "order" } else { "orders" };
        let shown = u64::try_from(shown).unwrap_or(u64::MAX);
        match self.total {
            Some(total) if total != shown => writeln!(f, "{shown} of {total} {}", noun(total)),
            _ => writeln!(f, "{shown} {}", noun(shown)),
        }
    }
}

/// As a command of curl, which takes the key from the environment or from its file.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match &self.key_file {
            // White space around a key is no part of it, nor is the mark of UTF-8 before it, and no
            // header could carry them.
            Some(path) => format!(
                r"$(LC_ALL=C tr -d '[:space:]\357\273\277' < {})",
                quoted(path)
            ),
            None => "$CLINK_SECRET_KEY".to_owned(),
        };
        let what = self.key_file.as_ref();
        let what = what.map_or("CLINK_SECRET_KEY=", |_| "the key in the file: ");
        writeln!(f, "# {what}{}", self.key)?;
        write!(f, "curl -X {} {}", self.method, quoted(&self.url))?;
        write!(f, " \\\n  -H \"X-API-Key: {key}\"")?;
        write!(f, " \\\n  -H \"X-Timestamp: $(date +%s)000\"")?;
        if let Some(body) = &self.body {
            write!(f, " \\\n  -H 'Content-Type: application/json'")?;
            write!(f, " \\\n  -d {}", quoted(body))?;
        }
        writeln!(f)
    }
}

/// One word of a shell.
pub(crate) fn quoted(text: &str) -> Cow<'_, str> {
    // No argument and no JSON has the byte 0 that no word of a shell can have.
    shlex::try_quote(text).unwrap_or_default()
}

/// An option with its value, as words of a shell. A value that begins like an option is tied to it.
pub(crate) fn option(name: &str, value: &str) -> String {
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{between}{}", quoted(value))
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.checks.iter().try_for_each(|check| check.fmt(f))
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::output::{GREEN, RED, YELLOW};
        let (style, word) = match self.found {
            Found::Sound => (GREEN, "ok"),
            Found::Doubtful => (YELLOW, "?"),
            Found::Wrong => (RED, "WRONG"),
            Found::NotLooked => (YELLOW, "-"),
        };
        writeln!(
            f,
            "{style}{word:<6}{style:#}{:<15} {}",
            self.what, self.said
        )?;
        match &self.hint {
            Some(hint) => writeln!(f, "      {hint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_SCHEMAS=1 cargo test -p clinkbill-cli schema` writes the file anew.
    #[test]
    fn the_schema_of_what_commands_print_is_the_one_in_the_repository() {
        // A packaged crate stands alone, without the repository around it.
        if !std::path::Path::new("../../openapi/clinkbill.yaml").exists() {
            return;
        }
        let path = "../../schemas/command-output.schema.json";
        let schema = schemars::schema_for!(Outputs).to_value();
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).is_ok_and(|stored| stored == text),
            "{path} is out of date; run: UPDATE_SCHEMAS=1 cargo test -p clinkbill-cli schema"
        );
    }

    #[test]
    fn a_request_is_one_command_whatever_stands_in_it() {
        let request = Request {
            method: "POST".to_owned(),
            url: "http://127.0.0.1/api/checkout/session".to_owned(),
            key: "sk_test_***".to_owned(),
            key_file: None,
            body: Some(r#"{"name":"Bob's"}"#.to_owned()),
        };
        let words = shlex::split(&request.to_string()).unwrap();
        assert_eq!(words[..4], ["curl", "-X", "POST", &request.url]);
        assert_eq!(words.last(), request.body.as_ref());
    }
}
