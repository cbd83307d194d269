//! The body of `POST /checkout/session`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::field::{
    CurrencyCode, Object, Optional, Quantity, RequestAmount, TextMap, WebUrl, WholeNumber,
    closed_enum,
};

/// A checkout session as a merchant asks for it.
///
/// Fields it does not know are ignored. Only the three customer identifiers may be null.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateCheckoutSessionRequest {
    #[serde(default)]
    pub(crate) customer_id: Option<String>,
    #[serde(default)]
    pub(crate) customer_email: Option<String>,
    #[serde(default)]
    pub(crate) reference_customer_id: Option<String>,
    pub(crate) original_amount: RequestAmount,
    pub(crate) original_currency: CurrencyCode,
    #[serde(default)]
    pub(crate) historical_payment_instrument_import:
        Optional<Object<HistoricalPaymentInstrumentImport>>,
    #[serde(default)]
    pub(crate) merchant_reference_id: Optional<String>,
    #[serde(default)]
    pub(crate) price_id: Optional<String>,
    #[serde(default)]
    pub(crate) product_id: Optional<String>,
    #[serde(default)]
    pub(crate) price_data_list: Optional<Vec<Object<PriceData>>>,
    #[serde(default)]
    pub(crate) scheduled_phases: Optional<Vec<Object<ScheduledPhase>>>,
    #[serde(default)]
    pub(crate) ui_mode: Optional<UiMode>,
    #[serde(default)]
    pub(crate) return_url: Optional<WebUrl>,
    #[serde(default)]
    pub(crate) success_url: Optional<WebUrl>,
    #[serde(default)]
    pub(crate) cancel_url: Optional<WebUrl>,
    #[serde(default)]
    pub(crate) payment_method_type: Optional<PaymentMethodType>,
    #[serde(default)]
    pub(crate) payment_method_type_black_list: Optional<Vec<PaymentMethodType>>,
    #[serde(default)]
    pub(crate) direct_payment_qr_code_payment_method_type: Optional<DirectQrPaymentMethodType>,
    #[serde(default)]
    pub(crate) allow_promotion_codes: Optional<bool>,
    #[serde(default)]
    pub(crate) promotion_code: Optional<String>,
    #[serde(default)]
    pub(crate) show_promotion_code: Optional<bool>,
    #[serde(default)]
    pub(crate) local_price_only: Optional<bool>,
    #[serde(default)]
    pub(crate) metadata: Optional<TextMap<500>>,
}

/// A customer at the merchant's own payment channel, whose saved instruments are imported.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "the methods are read for their shape; there are no instruments to import"
)]
pub(crate) struct HistoricalPaymentInstrumentImport {
    pub(crate) channel_alias: String,
    pub(crate) channel_customer_reference: String,
    #[serde(default)]
    payment_method_types: Optional<Vec<ImportedMethodType>>,
}

/// One inline line of a one-time purchase.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceData {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) quantity: Optional<Quantity>,
    pub(crate) unit_amount: RequestAmount,
    #[serde(default)]
    pub(crate) currency: Optional<CurrencyCode>,
    #[serde(default)]
    pub(crate) image_url: Optional<WebUrl>,
}

/// A later change of plan of a subscription.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScheduledPhase {
    pub(crate) sequence: WholeNumber,
    pub(crate) effective_cycle: WholeNumber,
    pub(crate) price_snapshot_id: String,
    pub(crate) quantity: Quantity,
    #[serde(default)]
    pub(crate) metadata: Optional<TextMap<{ u32::MAX }>>,
}

closed_enum! {
    /// How the checkout is rendered.
    pub enum UiMode {
        /// A page of its own.
        HostedPage = "hostedPage",
        /// Embedded in the merchant's page.
        Elements = "elements",
    }
}

closed_enum! {
    /// A payment method of the checkout.
    pub enum PaymentMethodType {
        /// A credit or debit card.
        Card = "CARD",
        /// Cash App Pay.
        CashApp = "CASHAPP",
        /// `WeChat` Pay.
        WeChat = "WECHAT",
        /// `KakaoPay`.
        Kakao = "KAKAO",
        /// Pix.
        Pix = "PIX",
        /// Alipay.
        Alipay = "ALIPAY",
        /// Unified Payments Interface.
        Upi = "UPI",
        /// `PayPal`.
        PayPal = "PAYPAL",
        /// Google Pay.
        GooglePay = "GOOGLEPAY",
        /// Apple Pay.
        ApplePay = "APPLEPAY",
        /// QRIS.
        Qris = "QRIS",
        /// `GCash`.
        GCash = "GCASH",
    }
}

closed_enum! {
    /// A payment method whose QR code can be opened at once.
    pub(crate) enum DirectQrPaymentMethodType {
        CashApp = "CASHAPP",
        Qris = "QRIS",
    }
}

closed_enum! {
    /// A payment method whose saved instruments can be imported.
    pub(crate) enum ImportedMethodType {
        Card = "CARD",
        CashApp = "CASHAPP",
    }
}

impl PaymentMethodType {
    /// Every method.
    pub const ALL: [Self; 12] = [
        Self::Card,
        Self::CashApp,
        Self::WeChat,
        Self::Kakao,
        Self::Pix,
        Self::Alipay,
        Self::Upi,
        Self::PayPal,
        Self::GooglePay,
        Self::ApplePay,
        Self::Qris,
        Self::GCash,
    ];
}

impl From<DirectQrPaymentMethodType> for PaymentMethodType {
    fn from(method: DirectQrPaymentMethodType) -> Self {
        match method {
            DirectQrPaymentMethodType::CashApp => Self::CashApp,
            DirectQrPaymentMethodType::Qris => Self::Qris,
        }
    }
}
