//! Webhook endpoints: which URLs Clink sends events to, which events, and what signs them.
//!
//! A program that deploys a shop says with [`ensure`](WebhookEndpoints::ensure) what shall be,
//! and keeps the signing secret when there is one:
//!
//! ```no_run
//! use clinkbill::webhook::EventType;
//! use clinkbill::webhook_endpoint::{NewWebhookEndpoint, SecretPolicy};
//! # async fn run(client: clinkbill::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let shop = NewWebhookEndpoint::new(
//!     "https://shop.example.com/webhooks/clink",
//!     [EventType::SessionComplete, EventType::OrderSucceeded],
//! );
//! let ensured = client.webhook_endpoints().ensure(&shop, SecretPolicy::Keep).await?;
//! if let Some(secret) = &ensured.endpoint.signing_secret {
//!     // Shown this once: store `secret.as_str()` where the receiver finds it.
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Clink itself takes `https` URLs at public addresses only; a local sandbox takes this machine
//! too. Source: Clink's reference pages.

mod request;
mod value;

use clinkbill_types::WebhookEndpointId;

pub use self::request::{
    NewWebhookEndpoint, SecretPolicy, WebhookEndpointChange, WebhookEndpointFilter,
};
pub use self::value::{
    EnsuredWebhookEndpoint, EventCatalogue, EventDescription, SigningSecret, WebhookEndpoint,
};
use crate::answer::about;
use crate::call::{Method, Operation};
use crate::page::page;
use crate::{Client, Error, Page};

/// How many rows one page can have.
const LONGEST_PAGE: u32 = 100;

/// Manages webhook endpoints. Obtain it from [`Client::webhook_endpoints`].
///
/// A URL that Clink does not take, an event it does not know and a URL that another endpoint has
/// are refusals ([`Outcome::Rejected`](crate::Outcome::Rejected)): with HTTP status 400, or, where
/// the URL is taken, with HTTP status 200 and the code 80100263.
#[derive(Debug, Clone, Copy)]
pub struct WebhookEndpoints<'a> {
    client: &'a Client,
}

impl<'a> WebhookEndpoints<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Every event an endpoint can subscribe to.
    pub async fn events(&self) -> Result<EventCatalogue, Error> {
        let call = self.client.call(Operation::get("/webhook/events"));
        let catalogue = call
            .send(|api| async move { api.list_webhook_events().await })
            .await?;
        Ok(EventCatalogue::new(catalogue))
    }

    /// One page of the endpoints that fit, at most 100.
    pub async fn list(
        &self,
        filter: &WebhookEndpointFilter,
    ) -> Result<Page<WebhookEndpoint>, Error> {
        let paging = filter
            .paging
            .map(|paging| paging.on_the_wire(LONGEST_PAGE))
            .transpose()?;
        let call = self.client.call(Operation::get("/webhook/endpoints"));
        let rows = call
            .send(|api| async move {
                api.list_webhook_endpoints(
                    filter.enabled,
                    paging.map(|(number, _)| number),
                    paging.map(|(_, size)| size),
                    filter.url.as_deref(),
                )
                .await
            })
            .await?;
        page(rows, |endpoint| Ok(WebhookEndpoint::new(endpoint)))
    }

    /// Sends events to one more URL. The answer is the only one that shows the signing secret:
    /// keep it.
    pub async fn create(&self, new: &NewWebhookEndpoint) -> Result<WebhookEndpoint, Error> {
        let request = new.create_request()?;
        let request = &request;
        let call = self.client.call(post("/webhook/endpoints"));
        call.send(|api| async move { api.create_webhook_endpoint(request).await })
            .await
            .map(WebhookEndpoint::new)
    }

    /// Makes sure that the endpoint with this URL exists and is as `new` says, and treats its
    /// signing secret as `policy` says. May be called again and again, except with
    /// [`SecretPolicy::Rotate`].
    pub async fn ensure(
        &self,
        new: &NewWebhookEndpoint,
        policy: SecretPolicy,
    ) -> Result<EnsuredWebhookEndpoint, Error> {
        let request = new.ensure_request(policy)?;
        let request = &request;
        let call = self
            .client
            .call(Operation::new(Method::Put, "/webhook/endpoints/ensure"));
        let ensured = call
            .send(|api| async move { api.ensure_webhook_endpoint(request).await })
            .await?;
        EnsuredWebhookEndpoint::new(ensured)
    }

    /// The endpoint with this id, without its signing secret.
    pub async fn retrieve(&self, id: &WebhookEndpointId) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let call = self.client.call(Operation::get(ONE));
        let by = &id;
        call.send_for(
            |api| async move { api.get_webhook_endpoint(by).await },
            |endpoint| about(by, &endpoint.id.clone(), WebhookEndpoint::new(endpoint)),
        )
        .await
    }

    /// Changes what `change` holds, and leaves the rest.
    pub async fn update(
        &self,
        id: &WebhookEndpointId,
        change: &WebhookEndpointChange,
    ) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let change = change.request()?;
        let (id, change) = (&id, &change);
        let call = self.client.call(Operation::new(Method::Patch, ONE));
        call.send(|api| async move { api.update_webhook_endpoint(id, change).await })
            .await
            .map(WebhookEndpoint::new)
    }

    /// Deletes the endpoint. Nothing is sent to it any more.
    pub async fn delete(&self, id: &WebhookEndpointId) -> Result<(), Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let id = &id;
        let call = self.client.call(Operation::new(Method::Delete, ONE));
        call.send(|api| async move { api.delete_webhook_endpoint(id).await })
            .await
    }

    /// Sends events to the endpoint from now on.
    pub async fn enable(&self, id: &WebhookEndpointId) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let id = &id;
        let call = self.client.call(post("/webhook/endpoints/{id}/enable"));
        call.send(|api| async move { api.enable_webhook_endpoint(id).await })
            .await
            .map(WebhookEndpoint::new)
    }

    /// Sends nothing to the endpoint until it is enabled.
    pub async fn disable(&self, id: &WebhookEndpointId) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let id = &id;
        let call = self.client.call(post("/webhook/endpoints/{id}/disable"));
        call.send(|api| async move { api.disable_webhook_endpoint(id).await })
            .await
            .map(WebhookEndpoint::new)
    }

    /// Gives the endpoint another signing secret; the one before it is worth nothing from this
    /// moment on. The answer is the only one that shows the secret: keep it.
    ///
    /// On [`Outcome::Unknown`](crate::Outcome::Unknown) the secret may be another one that nobody
    /// has seen: rotate again.
    pub async fn rotate_secret(&self, id: &WebhookEndpointId) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let id = &id;
        let call = self
            .client
            .call(post("/webhook/endpoints/{id}/rotate-secret"));
        call.send(|api| async move { api.rotate_webhook_endpoint_secret(id).await })
            .await
            .map(WebhookEndpoint::new)
    }
}

const fn post(path: &'static str) -> Operation {
    Operation::new(Method::Post, path)
}

const ONE: &str = "/webhook/endpoints/{id}";
const ID: &str = "webhook_endpoint_id";
