//! How a buyer pays by a method.

use crate::wire::request::PaymentMethodType;

/// What comes after a method is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The page asks for a card.
    Card,
    /// The page shows a QR code to be read with an app.
    Code,
    /// The buyer goes on in an app or a wallet.
    App,
}

impl Way {
    pub(super) fn of(method: PaymentMethodType) -> Self {
        use PaymentMethodType as Method;
        match method {
            Method::Card => Self::Card,
            Method::PayPal | Method::GooglePay | Method::ApplePay => Self::App,
            Method::CashApp
            | Method::WeChat
            | Method::Kakao
            | Method::Pix
            | Method::Alipay
            | Method::Upi
            | Method::Qris
            | Method::GCash => Self::Code,
        }
    }

    /// The class of what the page shows for it.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Card => "by-card",
            Self::Code => "by-code",
            Self::App => "by-app",
        }
    }
}

/// The name that buyers know it by.
pub(super) fn label(method: PaymentMethodType) -> &'static str {
    use PaymentMethodType as Method;
    match method {
        Method::Card => "Card",
        Method::CashApp => "Cash App Pay",
        Method::WeChat => "WeChat Pay",
        Method::Kakao => "KakaoPay",
        Method::Pix => "Pix",
        Method::Alipay => "Alipay",
        Method::Upi => "UPI",
        Method::PayPal => "PayPal",
        Method::GooglePay => "Google Pay",
        Method::ApplePay => "Apple Pay",
        Method::Qris => "QRIS",
        Method::GCash => "GCash",
    }
}

/// The method with this name on the wire.
pub(super) fn named(wire: &str) -> Option<PaymentMethodType> {
    PaymentMethodType::ALL
        .into_iter()
        .find(|method| method.as_str() == wire)
}
