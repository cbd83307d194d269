use std::fmt;

use clinkbill_api::types;
use clinkbill_types::{CustomerId, ProductId, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use crate::call::{Method, Operation};
use crate::customer::not_blank;
use crate::{Client, Error, RedirectUrl};

const CREATE: Operation = Operation::new(Method::Post, "/billing/session");

/// Makes links to the customer portal. Obtain it from [`Client::billing_sessions`].
///
/// Source: Clink's reference pages.
#[derive(Debug, Clone, Copy)]
pub struct BillingSessions<'a> {
    client: &'a Client,
}

/// Whom to let in to the customer portal, and what for.
///
/// ```
/// use clinkbill::{CustomerId, NewBillingSession, RedirectUrl};
///
/// let new = NewBillingSession::new("cus_12345".parse::<CustomerId>()?)
///     .return_url(RedirectUrl::parse("https://shop.example.com/account")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing is sent until it is created"]
pub struct NewBillingSession {
    customer: CustomerId,
    return_url: Option<RedirectUrl>,
    products: Vec<ProductId>,
}

/// A link to the customer portal that was just made.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BillingSession {
    /// Where to send the customer.
    pub url: PortalUrl,
    /// When the link stops working, in UTC.
    pub expires_at: Option<Timestamp>,
}

/// The URL of a customer portal, at the portal host of the environment.
///
/// Whoever has it is the customer: hand it to the customer alone. It is never printed; only
/// [`as_str`](Self::as_str) shows it.
#[derive(Clone)]
pub struct PortalUrl(SecretString);

impl<'a> BillingSessions<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Makes a link for one customer. Each call makes another.
    ///
    /// # Errors
    /// * [`Error::is_customer_not_found`] when the merchant has no such customer.
    /// * When the link leads to another host than the environment's portal host, the outcome is
    ///   [`Outcome::Unknown`](crate::Outcome::Unknown), and nobody should be sent there.
    pub async fn create(&self, new: &NewBillingSession) -> Result<BillingSession, Error> {
        let request = new.request()?;
        let request = &request;
        let call = self.client.call(CREATE);
        let created = call
            .send(|api| async move { api.create_billing_session(request).await })
            .await?;
        let url = created.url.expose();
        self.client.portal_home().check(url).map_err(|problem| {
            Error::unreadable_because(format!("has a portal URL that {problem}"))
        })?;
        Ok(BillingSession {
            url: PortalUrl(url.into()),
            expires_at: created.expires_at,
        })
    }
}

impl NewBillingSession {
    /// A link for this customer, as the session or the order says
    /// ([`CreatedSession::customer_id`](crate::CreatedSession::customer_id)).
    pub fn new(customer: CustomerId) -> Self {
        Self {
            customer,
            return_url: None,
            products: Vec::new(),
        }
    }

    /// Where the portal's way back leads.
    pub fn return_url(mut self, url: RedirectUrl) -> Self {
        self.return_url = Some(url);
        self
    }

    /// The only products a subscription may be moved to in this portal session; all of them
    /// unless told otherwise.
    pub fn products(mut self, products: impl IntoIterator<Item = ProductId>) -> Self {
        self.products = products.into_iter().collect();
        self
    }

    fn request(&self) -> Result<types::CreateBillingSessionRequest, Error> {
        let customer = not_blank("customer", self.customer.as_str())?;
        let products: Vec<_> = self
            .products
            .iter()
            .map(|product| not_blank("products", product.as_str()))
            .collect::<Result<_, _>>()?;
        Ok(types::CreateBillingSessionRequest {
            return_url: self.return_url.as_ref().map(|url| url.as_str().to_owned()),
            subscription_update_product_ids: (!products.is_empty()).then_some(products),
            ..types::CreateBillingSessionRequest::new(&customer)
        })
    }
}

impl PortalUrl {
    /// The URL itself. Do not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for PortalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PortalUrl(redacted)")
    }
}
