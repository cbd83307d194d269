use clinkbill_types::{InvoiceId, SubscriptionId};

use crate::answer::about;
use crate::call::Operation;
use crate::{Client, Error, Invoice, Subscription};

const RETRIEVE: Operation = Operation::get("/subscription/{id}");
const RETRIEVE_INVOICE: Operation = Operation::get("/subscription/invoice/{id}");

/// Reads subscriptions. Obtain it from [`Client::subscriptions`].
///
/// Source: Clink's reference pages. The guide says how a subscription is sold, not how it is
/// read.
#[derive(Debug, Clone, Copy)]
pub struct Subscriptions<'a> {
    client: &'a Client,
}

/// Reads invoices. Obtain it from [`Client::invoices`].
///
/// Source: Clink's reference pages.
#[derive(Debug, Clone, Copy)]
pub struct Invoices<'a> {
    client: &'a Client,
}

impl<'a> Subscriptions<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// The subscription with this id, as it stands now. The id stands in the session it was
    /// bought in ([`Session::subscription_id`](crate::Session::subscription_id)), and in every
    /// event about it.
    pub async fn retrieve(&self, id: &SubscriptionId) -> Result<Subscription, Error> {
        let id = id.to_path().map_err(Error::not_an_id("subscription_id"))?;
        let call = self.client.call(RETRIEVE);
        let by = &id;
        call.send_for(
            |api| async move { api.get_subscription(by).await },
            |read| about(by, read.subscription_id.clone().as_str(), read),
        )
        .await
    }
}

impl<'a> Invoices<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// The invoice with this id, as it stands now. The id stands in the recurring order that
    /// pays it ([`Order::invoice_id`](crate::Order::invoice_id)), and in every event about it.
    pub async fn retrieve(&self, id: &InvoiceId) -> Result<Invoice, Error> {
        let id = id.to_path().map_err(Error::not_an_id("invoice_id"))?;
        let call = self.client.call(RETRIEVE_INVOICE);
        let by = &id;
        call.send_for(
            |api| async move { api.get_invoice(by).await },
            |invoice| about(by, invoice.invoice_id.clone().as_str(), invoice),
        )
        .await
    }
}
