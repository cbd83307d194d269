use std::collections::BTreeMap;

use clinkbill_types::{Currency, Money, PaymentMethodType, PriceId, ProductId};

use super::options::{Options, PaymentChoice};
use super::purchase::{Lines, NoPurchase, OneTime, Recurring, Registered, WithTotal};
use super::rules::{
    CustomerKnown, Embedded, OneTimePurchase, PurchaseComplete, PurchaseOpen, Rendered,
    SubscriptionPlan, TotalOpen,
};
use super::wire;
use super::{DirectQrMethod, Line, PromotionCodes};
use crate::{CustomerRef, Error, RedirectUrl};

/// A checkout session to be created: who pays (`C`), how the checkout is rendered (`U`), and
/// what is sold (`P`).
///
/// What Clink's guide forbids does not compile, and the compiler names the rule:
///
/// | forbidden | rule |
/// |---|---|
/// | no customer | CR-01 |
/// | an embedded checkout without a return URL | RD-03 |
/// | a subscription without product and price | PP-02 |
/// | inline lines together with a price | PP-05 |
/// | opening the QR code of another method than the chosen one | QR-02, QR-03 |
/// | lines in different currencies | FR-09 |
/// | a total that is not the sum of the lines | FR-07 |
///
/// What depends on values is checked when the session is created, before anything is sent.
///
/// ```
/// use clinkbill::{Currency, CustomerRef, Line, NewSession, RedirectUrl};
///
/// let new = NewSession::elements()
///     .return_url(RedirectUrl::parse(
///         "https://shop.example.com/complete?session_id={ELEMENTS_SESSION_ID}",
///     )?)
///     .customer(CustomerRef::reference("user-42")?)
///     .lines(Currency::EUR, [
///         Line::new("Mug", 2, "5.00"),
///         Line::new("Spoon", 1, "1.50"),
///     ])
///     .metadata("cart", "17");
/// # Ok::<(), clinkbill::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until the session is created"]
pub struct NewSession<C, U, P> {
    pub(super) customer: C,
    pub(super) rendering: U,
    pub(super) purchase: P,
    pub(super) options: Options,
}

/// No customer is given yet.
#[derive(Debug, Clone, Copy)]
pub struct NoCustomer;

/// Rendered as Clink's hosted page.
#[derive(Debug, Clone)]
pub struct Hosted {
    pub(super) urls: Option<HostedUrls>,
}

#[derive(Debug, Clone)]
pub(super) struct HostedUrls {
    pub(super) success: RedirectUrl,
    pub(super) cancel: RedirectUrl,
}

/// Embedded in the merchant's own page; the return URL is still missing.
#[derive(Debug, Clone, Copy)]
pub struct ElementsWithoutReturnUrl;

/// Embedded in the merchant's own page.
#[derive(Debug, Clone)]
pub struct Elements {
    pub(super) return_url: RedirectUrl,
}

impl NewSession<NoCustomer, Hosted, NoPurchase> {
    /// A session on Clink's hosted page. After a payment the buyer goes to `success`, with
    /// `sessionId` added to its query; on leaving, to `cancel`.
    pub fn hosted(success: RedirectUrl, cancel: RedirectUrl) -> Self {
        Self::rendered(Hosted {
            urls: Some(HostedUrls { success, cancel }),
        })
    }

    /// A session on Clink's hosted page that leads nowhere afterwards. The guide strongly
    /// recommends [`hosted`](Self::hosted).
    pub fn hosted_without_return_urls() -> Self {
        Self::rendered(Hosted { urls: None })
    }
}

impl NewSession<NoCustomer, ElementsWithoutReturnUrl, NoPurchase> {
    /// A session embedded in the merchant's own page. It needs a
    /// [`return_url`](Self::return_url).
    pub fn elements() -> Self {
        Self::rendered(ElementsWithoutReturnUrl)
    }
}

impl<U> NewSession<NoCustomer, U, NoPurchase> {
    fn rendered(rendering: U) -> Self {
        Self {
            customer: NoCustomer,
            rendering,
            purchase: NoPurchase,
            options: Options::default(),
        }
    }
}

impl<C, U, P> NewSession<C, U, P>
where
    C: CustomerKnown,
    U: Rendered,
    P: PurchaseComplete,
{
    /// The body of the request that creates this session, as JSON, to the letter. Nothing is sent.
    ///
    /// ```
    /// use clinkbill::{Currency, CustomerRef, Line, NewSession};
    ///
    /// let new = NewSession::hosted_without_return_urls()
    ///     .customer(CustomerRef::email("customer@example.com")?)
    ///     .lines(Currency::USD, [Line::new("Mug", 2, "4.990")]);
    /// assert!(new.to_json()?.contains(r#""originalAmount":9.980"#));
    /// # Ok::<(), clinkbill::Error>(())
    /// ```
    ///
    /// # Errors
    /// A value is invalid, as when the session is created: [`Error::field`] names it.
    pub fn to_json(&self) -> Result<String, Error> {
        let request = wire::request(self)?;
        serde_json::to_string(&request)
            .map_err(|_| Error::invalid("session", "cannot be written as JSON"))
    }
}

impl<C, U, P> NewSession<C, U, P> {
    /// Who pays.
    pub fn customer(self, customer: CustomerRef) -> NewSession<CustomerRef, U, P> {
        NewSession {
            customer,
            rendering: self.rendering,
            purchase: self.purchase,
            options: self.options,
        }
    }

    /// Where an embedded checkout returns to. Clink puts the session's id in the place of
    /// `{ELEMENTS_SESSION_ID}`.
    pub fn return_url(self, return_url: RedirectUrl) -> NewSession<C, Elements, P>
    where
        U: Embedded,
    {
        NewSession {
            customer: self.customer,
            rendering: Elements { return_url },
            purchase: self.purchase,
            options: self.options,
        }
    }

    /// Sells these lines, once, all in this currency. The total is their exact sum.
    pub fn lines(
        self,
        currency: Currency,
        lines: impl IntoIterator<Item = Line>,
    ) -> NewSession<C, U, Lines>
    where
        P: PurchaseOpen,
    {
        self.sell(Lines {
            currency,
            lines: lines.into_iter().collect(),
        })
    }

    /// Sells a product at a one-time price, both registered in the dashboard. The
    /// [`total`](Self::total) must follow.
    pub fn price(self, product: ProductId, price: PriceId) -> NewSession<C, U, Registered<OneTime>>
    where
        P: PurchaseOpen,
    {
        self.sell(Registered {
            product,
            price,
            kind: OneTime,
        })
    }

    /// Sells a subscription to a [`Plan`](crate::Plan) registered in the dashboard. The
    /// [`total`](Self::total) must follow.
    pub fn subscription(
        self,
        plan: impl SubscriptionPlan,
    ) -> NewSession<C, U, Registered<Recurring>>
    where
        P: PurchaseOpen,
    {
        self.sell(plan.registered())
    }

    /// What a registered price comes to. Clink requires it although it knows the price.
    pub fn total(self, total: Money) -> NewSession<C, U, WithTotal<P>>
    where
        P: TotalOpen,
    {
        NewSession {
            customer: self.customer,
            rendering: self.rendering,
            purchase: WithTotal {
                purchase: self.purchase,
                total,
            },
            options: self.options,
        }
    }

    /// Opens the QR code of this payment method at once. The method is preselected with it, so
    /// that Clink does not ignore the launch; where the method is not available to the buyer,
    /// Clink does.
    ///
    /// Replaces an earlier [`payment_method`](Self::payment_method).
    pub fn direct_qr_launch(mut self, method: impl DirectQrMethod) -> Self {
        self.options.payment = Some(PaymentChoice::DirectQr(method.payment_method()));
        self
    }

    /// Preselects a payment method; the buyer may choose another.
    ///
    /// Replaces an earlier [`direct_qr_launch`](Self::direct_qr_launch).
    pub fn payment_method(mut self, method: PaymentMethodType) -> Self {
        self.options.payment = Some(PaymentChoice::Preselected(method));
        self
    }

    /// Hides payment methods from the buyer.
    pub fn hide_payment_methods(
        mut self,
        methods: impl IntoIterator<Item = PaymentMethodType>,
    ) -> Self {
        self.options.hidden_methods.extend(methods);
        self
    }

    /// The merchant's own id of the purchase, recorded on every order of the session.
    ///
    /// For reconciliation only: two sessions with one reference are two sessions.
    pub fn merchant_reference(mut self, reference: impl Into<String>) -> Self {
        self.options.merchant_reference = Some(reference.into());
        self
    }

    /// Whether promotion codes may be used. No code may be, unless this is set.
    pub fn promotion_codes(mut self, codes: PromotionCodes) -> Self {
        self.options.promotion_codes = codes;
        self
    }

    /// Prefers a price in the currency of the buyer's location, where there is one.
    pub fn local_prices(mut self) -> Self
    where
        P: OneTimePurchase,
    {
        self.options.local_prices = true;
        self
    }

    /// Adds a pair of the merchant's own, copied to order and subscription: at most 20 pairs,
    /// keys of at most 40 and values of at most 500 characters.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let metadata: &mut BTreeMap<_, _> = &mut self.options.metadata;
        metadata.insert(key.into(), value.into());
        self
    }

    fn sell<Q>(self, purchase: Q) -> NewSession<C, U, Q> {
        NewSession {
            customer: self.customer,
            rendering: self.rendering,
            purchase,
            options: self.options,
        }
    }
}
