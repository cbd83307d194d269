//! Where the checkout is shown, what it shows, and where the buyer goes from there.

use clinkbill_sandbox::rulebook::{Forbidden, QrWish};
use clinkbill_sandbox::wire::request::UiMode;
use clinkbill_sandbox::wire::response::SessionStatus;
use clinkbill_sandbox::{PaymentMethodType, Refusal};
use serde_json::Value;

use super::purchases::mended;
use super::{Deviant, deviant};

const REFUSED: &str = "Clink refuses";
const ACCEPTED: &str = "Clink accepts";
const SENT: &str = "the buyer is sent to";

pub(super) fn urls() -> Vec<Deviant> {
    vec![
        deviant! {
            "RD-01": "hosts every session";
            fails ["the session, read back, is of the mode elements", SENT];
            fn ui_mode(&self, _: Option<UiMode>) -> UiMode {
                UiMode::HostedPage
            }
        },
        deviant! {
            "RD-01": "embeds every session";
            fails ["the session, read back, ", ACCEPTED, SENT];
            also ["CR-03", "CR-05", "CR-10", "CR-33", "RD-02", "MR-01", "QS-02", "QS-03"];
            fn ui_mode(&self, _: Option<UiMode>) -> UiMode {
                UiMode::Elements
            }
        },
        deviant! {
            "RD-01": "hosts a session of a mode there is not";
            fails [REFUSED];
            fn forbidden_body(&self, body: &[u8]) -> Forbidden {
                mended(body, |body| {
                    let mode = body.get("uiMode").and_then(Value::as_str);
                    if mode.is_some_and(|mode| !matches!(mode, "hostedPage" | "elements")) {
                        body["uiMode"] = "hostedPage".into();
                    }
                })
            }
        },
        deviant! {
            "RD-02": "refuses a hosted session without its URLs";
            fails [ACCEPTED];
            also ["QS-02", "QS-03"];
            fn hosted_url(&self, field: &str, given: Option<String>) -> Result<Option<String>, Refusal> {
                let reason = || Refusal::new("INVALID_PARAMETER", format!("{field} is missing"));
                given.ok_or_else(reason).map(Some)
            }
        },
        deviant! {
            "RD-03": "embeds a session without a return URL";
            fails [REFUSED];
            fn elements_return_url(&self, _: Option<&str>) -> Result<(), Refusal> {
                Ok(())
            }
        },
    ]
}

pub(super) fn redirects() -> Vec<Deviant> {
    vec![
        deviant! {
            "RD-04": "does not append the session id";
            fails [SENT];
            fn success_redirect(&self, success_url: &str, _: &str) -> String {
                success_url.to_owned()
            }
        },
        deviant! {
            "RD-05": "sends who leaves to the front door";
            fails [SENT];
            also ["CX-02"];
            fn cancel_redirect(&self, _: &str) -> String {
                "https://shop.example/front-door".to_owned()
            }
        },
        deviant! {
            "RD-05": "ends the session of a buyer who leaves";
            fails ["the session is still open and unpaid"];
            fn leaving_ends_session(&self) -> bool {
                true
            }
        },
        deviant! {
            "RD-06": "does not show a completed session";
            fails ["the session id the buyer brings back reads the paid session"];
            also ["ST-02"];
            fn session_can_be_read(&self, stands: SessionStatus) -> bool {
                stands != SessionStatus::Completed
            }
        },
        deviant! {
            "RD-07": "does not fill in the session id";
            fails [SENT];
            fn return_redirect(&self, return_url: &str, _: &str) -> String {
                return_url.to_owned()
            }
        },
        deviant! {
            "RD-07": "appends the session id to a return URL";
            fails [SENT];
            fn return_redirect(&self, return_url: &str, session_id: &str) -> String {
                format!("{return_url}?sessionId={session_id}")
            }
        },
    ]
}

pub(super) fn page() -> Vec<Deviant> {
    vec![
        deviant! {
            "CX-02": "does not name the merchant";
            fails ["the page begins with the merchant", "the page tells this merchant from another"];
            fn page_begins_with_merchant(&self) -> bool {
                false
            }
        },
        deviant! {
            "CX-03": "offers every method everywhere";
            fails ["the page does not offer", "the payment is refused"];
            also ["QR-04"];
            fn is_offered(&self, _: PaymentMethodType, _: bool, hidden: bool) -> bool {
                !hidden
            }
        },
        deviant! {
            "CX-03": "offers what the merchant hides";
            fails ["the page does not offer", "the payment is refused"];
            fn is_offered(&self, _: PaymentMethodType, listed: bool, _: bool) -> bool {
                listed
            }
        },
        deviant! {
            "CX-03": "offers Pix nowhere";
            fails ["the page offers PIX", "the payment is taken"];
            fn is_offered(&self, method: PaymentMethodType, listed: bool, hidden: bool) -> bool {
                listed && !hidden && method != PaymentMethodType::Pix
            }
        },
        deviant! {
            "CX-03": "shows no local currency";
            fails ["the page offers "];
            fn local_currencies_are_shown(&self) -> bool {
                false
            }
        },
        deviant! {
            "CX-03": "takes a payment by a method it does not offer";
            fails ["the payment is refused"];
            fn attempt_by_method(&self, _: bool) -> Result<(), Refusal> {
                Ok(())
            }
        },
        deviant! {
            "CX-04": "does not fill in the customer";
            fails ["the page says the"];
            fn customer_is_filled_in(&self) -> bool {
                false
            }
        },
    ]
}

pub(super) fn qr() -> Vec<Deviant> {
    const AT_ONCE: &str = "the QR code of ";
    const NOT_AT_ONCE: &str = "no QR code opens at once";
    const ON_PAGE: &str = "the page opens with the QR code of ";
    const NOT_ON_PAGE: &str = "the page opens with no QR code";

    vec![
        deviant! {
            "QR-01": "opens no QR code";
            fails [AT_ONCE, ON_PAGE];
            fn qr_launches(&self, _: PaymentMethodType, _: QrWish) -> bool {
                false
            }
        },
        deviant! {
            "QR-01": "opens a QR code nobody wished for";
            fails [NOT_AT_ONCE, NOT_ON_PAGE];
            fn qr_launches(&self, _: PaymentMethodType, wish: QrWish) -> bool {
                wish.preselected && wish.available
            }
        },
        deviant! {
            "QR-01": "opens no QR code of QRIS";
            fails [AT_ONCE, ON_PAGE];
            fn qr_launches(&self, method: PaymentMethodType, wish: QrWish) -> bool {
                wish.wished && wish.preselected && wish.available && method != PaymentMethodType::Qris
            }
        },
        deviant! {
            "QR-02": "passes over a code that no method has";
            fails [REFUSED];
            fn forbidden_body(&self, body: &[u8]) -> Forbidden {
                mended(body, |body| {
                    let wished = "directPaymentQrCodePaymentMethodType";
                    if let Some(body) = body.as_object_mut()
                        && body.remove(wished).is_some()
                    {
                        body.remove("paymentMethodType");
                    }
                })
            }
        },
        deviant! {
            "QR-03": "opens the QR code of a method that is not preselected";
            fails [NOT_AT_ONCE, NOT_ON_PAGE];
            fn qr_launches(&self, _: PaymentMethodType, wish: QrWish) -> bool {
                wish.wished && wish.available
            }
        },
        deviant! {
            "QR-04": "opens the QR code of a method that it does not offer";
            fails [NOT_AT_ONCE, NOT_ON_PAGE];
            fn qr_launches(&self, _: PaymentMethodType, wish: QrWish) -> bool {
                wish.wished && wish.preselected
            }
        },
        deviant! {
            "QR-04": "refuses a wish that does not count";
            fails [ACCEPTED];
            fn qr_wish_is_taken(
                &self,
                wished: PaymentMethodType,
                preselected: Option<PaymentMethodType>,
                hidden: bool,
            ) -> Result<(), Refusal> {
                if preselected == Some(wished) && !hidden {
                    return Ok(());
                }
                Err(Refusal::new("INVALID_PARAMETER", "the QR code cannot be opened"))
            }
        },
        deviant! {
            "QR-05": "pays when the QR code opens";
            fails ["the session is still open and unpaid"];
            also ["QR-01", "QR-04"];
            fn qr_launch_pays(&self) -> bool {
                true
            }
        },
    ]
}
