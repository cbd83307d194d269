use std::collections::BTreeMap;

use clinkbill_types::PaymentMethodType;

/// What a session may have besides customer, rendering and purchase.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) payment: Option<PaymentChoice>,
    pub(super) hidden_methods: Vec<PaymentMethodType>,
    pub(super) merchant_reference: Option<String>,
    pub(super) promotion_codes: PromotionCodes,
    pub(super) local_prices: bool,
    pub(super) metadata: BTreeMap<String, String>,
}

/// One value for two fields of the API, so that they cannot disagree.
#[derive(Debug, Clone)]
pub(super) enum PaymentChoice {
    Preselected(PaymentMethodType),
    DirectQr(PaymentMethodType),
}

/// Whether promotion codes may be used in a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PromotionCodes {
    /// No code may be used.
    #[default]
    Refused,
    /// The buyer may type a code.
    Accepted,
    /// This code is filled in; the buyer may change it.
    Prefilled(String),
    /// This code applies, and the buyer sees no input for it.
    Applied(String),
}

/// A payment method whose QR code can be opened at once: [`CashApp`], [`Qris`].
#[diagnostic::on_unimplemented(
    message = "QR-02: only the QR codes of CashApp and QRIS can be launched directly (QR-03)",
    label = "no method with a direct QR launch",
    note = "use `CashApp` or `Qris`; to preselect another method, use `.payment_method(..)`"
)]
pub trait DirectQrMethod: super::sealed::DirectQr {}

/// Cash App Pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CashApp;

/// QRIS. Later than the guide, which knows Cash App Pay only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Qris;

impl DirectQrMethod for CashApp {}
impl DirectQrMethod for Qris {}
