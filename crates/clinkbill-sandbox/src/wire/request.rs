//! The body of `POST /checkout/session`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::field::{CurrencyText, Metadata, Object, PositiveNumber, Quantity};

/// A checkout session as a merchant asks for it.
///
/// Fields it does not know are ignored. Only the three customer identifiers may be null.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "some fields are read for their shape and decide nothing"
)]
pub struct CreateCheckoutSessionRequest {
    #[serde(default)]
    pub(crate) customer_id: Option<String>,
    #[serde(default)]
    pub(crate) customer_email: Option<String>,
    #[serde(default)]
    pub(crate) reference_customer_id: Option<String>,
    pub(crate) original_amount: PositiveNumber,
    pub(crate) original_currency: CurrencyText,
    #[serde(default, deserialize_with = "present")]
    pub(crate) historical_payment_instrument_import:
        Option<Object<HistoricalPaymentInstrumentImport>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) merchant_reference_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) price_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) product_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) price_data_list: Option<Vec<Object<PriceData>>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) scheduled_phases: Option<Vec<Object<ScheduledPhase>>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) ui_mode: Option<UiMode>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) return_url: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) success_url: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) cancel_url: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) payment_method_type: Option<PaymentMethodType>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) payment_method_type_black_list: Option<Vec<PaymentMethodType>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) direct_payment_qr_code_payment_method_type: Option<DirectQrPaymentMethodType>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) allow_promotion_codes: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) promotion_code: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) show_promotion_code: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) local_price_only: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) metadata: Option<Metadata>,
}

/// A customer at the merchant's own payment channel, whose saved instruments are imported.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "read for its shape; imports do not change what a session does"
)]
pub(crate) struct HistoricalPaymentInstrumentImport {
    channel_alias: String,
    channel_customer_reference: String,
    #[serde(default, deserialize_with = "present")]
    payment_method_types: Option<Vec<ImportedMethodType>>,
}

/// One inline line of a one-time purchase.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceData {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "present")]
    pub(crate) quantity: Option<Quantity>,
    pub(crate) unit_amount: PositiveNumber,
    #[serde(default, deserialize_with = "present")]
    pub(crate) currency: Option<CurrencyText>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) image_url: Option<String>,
}

/// A later change of plan of a subscription.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "read for its shape; the sandbox has no subscriptions to change"
)]
pub(crate) struct ScheduledPhase {
    sequence: Quantity,
    effective_cycle: Quantity,
    price_snapshot_id: String,
    quantity: Quantity,
    #[serde(default, deserialize_with = "present")]
    metadata: Option<Metadata>,
}

/// How the checkout is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum UiMode {
    HostedPage,
    Elements,
}

/// A payment method of the checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum PaymentMethodType {
    Card,
    CashApp,
    WeChat,
    Kakao,
    Pix,
    Alipay,
    Upi,
    PayPal,
    GooglePay,
    ApplePay,
    Qris,
    GCash,
}

/// A payment method whose QR code can be opened at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum DirectQrPaymentMethodType {
    CashApp,
    Qris,
}

/// A payment method whose saved instruments can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ImportedMethodType {
    Card,
    CashApp,
}

/// A field that may be left out, but not be null.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
