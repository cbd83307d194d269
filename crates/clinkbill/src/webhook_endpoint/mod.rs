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
use crate::answer::{is_about, settle, settle_read};
use crate::page::page;
use crate::{Client, Error, Page};

/// How many rows one page can have.
const LONGEST_PAGE: u32 = 100;

/// Manages webhook endpoints. Obtain it from [`Client::webhook_endpoints`].
///
/// A URL that Clink does not take, an event it does not know and a URL that another endpoint has
/// are refusals ([`Outcome::Rejected`](crate::Outcome::Rejected)) with HTTP status 400.
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
        let result = self.client.api().list_webhook_events().await;
        let catalogue = settle_read(result, self.client.key()).await?;
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
        let result = self
            .client
            .api()
            .list_webhook_endpoints(
                filter.enabled,
                paging.map(|(number, _)| number),
                paging.map(|(_, size)| size),
                filter.url.as_deref(),
            )
            .await;
        let rows = settle_read(result, self.client.key()).await?;
        page(rows, |endpoint| Ok(WebhookEndpoint::new(endpoint)))
    }

    /// Sends events to one more URL. The answer is the only one that shows the signing secret:
    /// keep it.
    pub async fn create(&self, new: &NewWebhookEndpoint) -> Result<WebhookEndpoint, Error> {
        let request = new.create_request()?;
        let result = self.client.api().create_webhook_endpoint(&request).await;
        self.endpoint(result).await
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
        let result = self.client.api().ensure_webhook_endpoint(&request).await;
        let ensured = settle(result, self.client.key()).await?;
        EnsuredWebhookEndpoint::new(ensured)
    }

    /// The endpoint with this id, without its signing secret.
    pub async fn retrieve(&self, id: &WebhookEndpointId) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let result = self.client.api().get_webhook_endpoint(&id).await;
        let endpoint = settle_read(result, self.client.key()).await?;
        is_about(&id, &endpoint.id)?;
        Ok(WebhookEndpoint::new(endpoint))
    }

    /// Changes what `change` holds, and leaves the rest.
    pub async fn update(
        &self,
        id: &WebhookEndpointId,
        change: &WebhookEndpointChange,
    ) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let change = change.request()?;
        let result = self
            .client
            .api()
            .update_webhook_endpoint(&id, &change)
            .await;
        self.endpoint(result).await
    }

    /// Deletes the endpoint. Nothing is sent to it any more.
    pub async fn delete(&self, id: &WebhookEndpointId) -> Result<(), Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let result = self.client.api().delete_webhook_endpoint(&id).await;
        settle(result, self.client.key()).await
    }

    /// Sends events to the endpoint from now on.
    pub async fn enable(&self, id: &WebhookEndpointId) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let result = self.client.api().enable_webhook_endpoint(&id).await;
        self.endpoint(result).await
    }

    /// Sends nothing to the endpoint until it is enabled.
    pub async fn disable(&self, id: &WebhookEndpointId) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let result = self.client.api().disable_webhook_endpoint(&id).await;
        self.endpoint(result).await
    }

    /// Gives the endpoint another signing secret; the one before it is worth nothing from this
    /// moment on. The answer is the only one that shows the secret: keep it.
    ///
    /// On [`Outcome::Unknown`](crate::Outcome::Unknown) the secret may be another one that nobody
    /// has seen: rotate again.
    pub async fn rotate_secret(&self, id: &WebhookEndpointId) -> Result<WebhookEndpoint, Error> {
        let id = id.to_path().map_err(Error::not_an_id(ID))?;
        let result = self.client.api().rotate_webhook_endpoint_secret(&id).await;
        self.endpoint(result).await
    }

    async fn endpoint(
        &self,
        result: Result<
            clinkbill_api::ResponseValue<clinkbill_api::types::WebhookEndpointEnvelope>,
            clinkbill_api::Error,
        >,
    ) -> Result<WebhookEndpoint, Error> {
        let endpoint = settle(result, self.client.key()).await?;
        Ok(WebhookEndpoint::new(endpoint))
    }
}

const ID: &str = "webhook_endpoint_id";
