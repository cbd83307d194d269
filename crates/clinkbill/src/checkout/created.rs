use std::fmt;

use clinkbill_api::Secret;
use clinkbill_types::{CustomerId, Money, SessionId, Timestamp, UiMode};

use crate::environment::Home;

/// A session that was just created: what a merchant needs next.
///
/// `Url` is [`CheckoutUrl`] for the hosted page, and an `Option` of it for an embedded checkout,
/// which may have none.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CreatedSession<Url = CheckoutUrl> {
    /// The id of the session (`sess_...`). Keep it with the purchase.
    pub session_id: SessionId,
    /// Where to send the buyer.
    pub url: Url,
    /// When the session runs out, in UTC. Its lifetime cannot be set, and is not published.
    pub expires_at: Option<Timestamp>,
    /// The customer Clink found or created. Keep it: it is the surest way to name the customer.
    pub customer_id: Option<CustomerId>,
    /// The total, as Clink repeats it.
    pub total: Option<Money>,
    /// The merchant reference, as Clink repeats it.
    pub merchant_reference: Option<String>,
    /// Hosted page or embedded.
    pub ui_mode: Option<UiMode>,
    /// The return URL of an embedded checkout, as Clink repeats it.
    pub return_url: Option<String>,
}

/// The URL of a checkout page, at the checkout host of the environment.
///
/// Whoever has it can see the checkout: hand it to the buyer alone. It is never printed; only
/// [`as_str`](Self::as_str) shows it.
#[derive(Clone)]
pub struct CheckoutUrl(Secret);

impl CheckoutUrl {
    /// The URL itself. Do not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }

    /// The URL, when it leads home; else what is wrong with it.
    pub(super) fn parse(text: Secret, home: &Home) -> Result<Self, &'static str> {
        home.check(text.expose())?;
        Ok(Self(text))
    }
}

impl fmt::Debug for CheckoutUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckoutUrl(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn a_checkout_url_leads_to_the_checkout_host_and_nowhere_else() {
        let home = Home::of(&Url::parse("https://uat-checkout.clinkbill.com").unwrap());
        for url in [
            "https://uat-checkout.clinkbill.com/pay/sess_1#canary",
            "https://uat-checkout.clinkbill.com?pay=sess_1",
            "https://UAT-checkout.clinkbill.com:443/pay/sess_1",
        ] {
            assert_eq!(CheckoutUrl::parse(url.into(), &home).unwrap().as_str(), url);
        }

        for url in [
            "http://uat-checkout.clinkbill.com/pay/sess_1",
            "https://uat-checkout.clinkbill.com:8443/pay/sess_1",
            "https://checkout.clinkbill.com/pay/sess_1",
            "https://uat-checkout.clinkbill.com.example.com/pay/sess_1",
            "https://uat-checkout.clinkbill.com@example.com/pay/sess_1",
            "https://uat-checkout.clinkbill.com:x@example.com/pay/sess_1",
            "https://user@uat-checkout.clinkbill.com/pay/sess_1",
            "javascript:alert(1)",
            "/pay/sess_1",
            "",
            " https://uat-checkout.clinkbill.com/pay/sess_1",
            "https://uat-checkout.clinkbill.com/pay/sess_1\n",
            "https://uat-checkout.clinkbill.com/a\r\nSet-Cookie: x",
            "ht\ttps://uat-checkout.clinkbill.com/pay/sess_1",
            "https://uat-checkout.clinkbill.com/pay\u{a0}sess_1",
            "https://uat-checkout.clinkbill.com/pay\u{7f}sess_1",
            "https://uat-checkout.clinkbill.com\\@example.com/pay/sess_1",
        ] {
            assert!(CheckoutUrl::parse(url.into(), &home).is_err(), "{url}");
        }
    }

    #[test]
    fn a_checkout_url_is_never_printed() {
        let home = Home::of(&Url::parse("http://127.0.0.1:1").unwrap());
        let url = CheckoutUrl::parse("http://127.0.0.1:1/pay/canary".into(), &home).unwrap();
        assert!(!format!("{url:?} {url:#?}").contains("canary"));
    }
}
