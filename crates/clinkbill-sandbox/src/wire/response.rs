//! The bodies the API answers with. A field without a value is null, not absent.

use clinkbill_types::{Amount, Timestamp};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use super::catalogue::Interval;
use super::request::{PaymentMethodType, UiMode};
use crate::Answer;

/// The envelope around every answer.
#[derive(Serialize)]
pub(crate) struct Envelope<'a, T> {
    code: i32,
    msg: &'a str,
    data: Option<T>,
}

/// The envelope around a page of a list.
#[derive(Serialize)]
pub(crate) struct PageEnvelope<T> {
    total: usize,
    rows: Vec<T>,
    code: i32,
    msg: &'static str,
}

/// `data` of a created session.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedCheckoutSession<'a> {
    pub(crate) session_id: &'a str,
    pub(crate) token_value: &'a str,
    pub(crate) customer_id: &'a str,
    #[schemars(with = "f64")]
    pub(crate) original_amount: Amount,
    pub(crate) original_currency: &'a str,
    pub(crate) ui_mode: UiMode,
    pub(crate) return_url: Option<&'a str>,
    pub(crate) url: String,
    pub(crate) merchant_reference_id: Option<&'a str>,
    #[schemars(with = "String")]
    pub(crate) expire_time: Timestamp,
}

/// `data` of a session that is read.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutSession<'a> {
    pub(crate) session_id: &'a str,
    pub(crate) token: &'a str,
    pub(crate) status: SessionStatus,
    pub(crate) payment_status: PaymentStatus,
    #[schemars(with = "f64")]
    pub(crate) amount_subtotal: Amount,
    #[schemars(with = "Option<f64>")]
    pub(crate) amount_total: Option<Amount>,
    pub(crate) original_currency: &'a str,
    pub(crate) payment_currency: Option<&'a str>,
    pub(crate) subscription_id: Option<&'a str>,
    pub(crate) invoice_id: Option<&'a str>,
    pub(crate) order_id: Option<&'a str>,
    pub(crate) merchant_reference_id: Option<&'a str>,
    pub(crate) locale: Option<&'a str>,
    pub(crate) ui_mode: UiMode,
    pub(crate) return_url: Option<&'a str>,
    pub(crate) cancel_url: Option<&'a str>,
    pub(crate) success_url: Option<&'a str>,
    #[schemars(with = "String")]
    pub(crate) created: Timestamp,
    #[schemars(with = "String")]
    pub(crate) expire: Timestamp,
    pub(crate) price: SessionPrice<'a>,
    pub(crate) product: Option<SessionProduct<'a>>,
    pub(crate) customer: Option<SessionCustomer<'a>>,
    pub(crate) price_data_list: Option<Vec<PriceData<'a>>>,
    pub(crate) show_promotion_code: bool,
    pub(crate) metadata: &'a std::collections::BTreeMap<String, String>,
}

/// The registered price of a session; all null for inline lines.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionPrice<'a> {
    pub(crate) price_id: Option<&'a str>,
    /// What it costs in each currency; there is no exchange, so in its own.
    pub(crate) price_list: Option<[LocalPrice<'a>; 1]>,
    pub(crate) recurring: Option<SessionRecurring>,
}

/// A registered price in one currency.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocalPrice<'a> {
    #[schemars(with = "f64")]
    pub(crate) amount: Amount,
    pub(crate) currency: &'a str,
    #[schemars(with = "f64")]
    pub(crate) exchange_rate: Amount,
}

/// How often a registered price is charged.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionRecurring {
    pub(crate) free_trial_days: u32,
    pub(crate) interval: Interval,
}

/// The dashboard product of a session.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionProduct<'a> {
    pub(crate) product_id: Option<&'a str>,
    pub(crate) product_name: Option<&'a str>,
}

/// The resolved customer of a session.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionCustomer<'a> {
    pub(crate) customer_id: &'a str,
    pub(crate) email: Option<&'a str>,
}

/// An inline line; an absent quantity is 1, an absent currency the session's (our choice).
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceData<'a> {
    pub(crate) name: &'a str,
    pub(crate) quantity: u32,
    #[schemars(with = "f64")]
    pub(crate) unit_amount: Amount,
    pub(crate) currency: &'a str,
    pub(crate) image_url: Option<&'a str>,
}

/// An order: what one payment attempt made. Also `data.object` of an order event.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Order<'a> {
    pub(crate) order_id: &'a str,
    #[serde(rename = "type")]
    pub(crate) order_type: OrderType,
    pub(crate) merchant_reference_id: Option<&'a str>,
    pub(crate) invoice_id: Option<&'a str>,
    pub(crate) customer_id: &'a str,
    pub(crate) customer_email: Option<&'a str>,
    pub(crate) session_id: &'a str,
    pub(crate) product_id: Option<&'a str>,
    pub(crate) price_id: Option<&'a str>,
    /// Milliseconds since the Unix epoch. Events leave it out, as Clink's do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) create_time: Option<i64>,
    pub(crate) payment_time: Option<i64>,
    pub(crate) price_data_list: Option<Vec<PriceData<'a>>>,
    pub(crate) payment_method: PaymentMethod<'a>,
    pub(crate) payment_execution_details: (),
    #[schemars(with = "f64")]
    pub(crate) amount_subtotal: Amount,
    #[schemars(with = "f64")]
    pub(crate) amount_total: Amount,
    pub(crate) payment_currency: &'a str,
    pub(crate) original_currency: &'a str,
    pub(crate) status: OrderStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure_message: Option<&'a str>,
    pub(crate) metadata: &'a std::collections::BTreeMap<String, String>,
    pub(crate) risk_level: &'static str,
}

/// How an order was, or was to be, paid.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentMethod<'a> {
    pub(crate) payment_method_type: PaymentMethodType,
    pub(crate) payment_instrument_id: Option<&'a str>,
    pub(crate) card_scheme: Option<&'static str>,
    pub(crate) card_last_four: Option<&'static str>,
    pub(crate) issuer_region: Option<&'static str>,
    pub(crate) issuer_bank: Option<&'static str>,
    pub(crate) wallet: (),
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SessionStatus {
    /// It takes payments.
    Open,
    /// A payment has succeeded.
    Completed,
    /// Its time is over.
    Expired,
}

/// How far the payment of a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PaymentStatus {
    /// No payment has succeeded, and none is under way.
    Unpaid,
    /// A payment is under way.
    Processing,
    /// A payment has succeeded.
    Paid,
}

/// Whether an order is one of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderType {
    /// A one-time purchase.
    OneTime,
    /// The first payment of a subscription.
    Recurring,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderStatus {
    Created,
    Pending,
    RequiresAction,
    Success,
    Failed,
}

impl<T: Serialize> Envelope<'_, T> {
    pub(crate) fn success(data: T) -> Envelope<'static, T> {
        Envelope {
            code: 200,
            msg: "success",
            data: Some(data),
        }
    }

    pub(crate) fn into_reply(self, status: StatusCode) -> Answer {
        json_reply(&self, status)
    }
}

impl<T: Serialize> PageEnvelope<T> {
    pub(crate) fn success(total: usize, rows: Vec<T>) -> Self {
        Self {
            total,
            rows,
            code: 200,
            msg: "success",
        }
    }

    pub(crate) fn into_reply(self) -> Answer {
        json_reply(&self, StatusCode::OK)
    }
}

impl Envelope<'_, ()> {
    pub(crate) fn error(code: i32, msg: &str) -> Envelope<'_, ()> {
        Envelope {
            code,
            msg,
            data: None,
        }
    }
}

/// Most bodies are smaller, in bytes.
const USUAL_BODY: usize = 1024;

fn json_reply(envelope: &impl Serialize, status: StatusCode) -> Answer {
    // Only a map with keys that are not strings could fail here, and there is none.
    let mut body = Vec::with_capacity(USUAL_BODY);
    if serde_json::to_writer(&mut body, envelope).is_err() {
        body.clear();
    }
    let mut reply = Answer::new(body);
    *reply.status_mut() = status;
    reply.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    reply
}
