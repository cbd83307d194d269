use clinkbill_types::OrderId;

use crate::answer::settle;
use crate::checkout::wire;
use crate::{Client, Error, Order};

/// Reads orders. Obtain it from [`Client::orders`].
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    client: &'a Client,
}

impl<'a> Orders<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// The order with this id. Each payment attempt makes one, and each carries the merchant
    /// reference of its session.
    pub async fn retrieve(&self, id: &OrderId) -> Result<Order, Error> {
        let id = id
            .to_path()
            .map_err(|problem| Error::invalid("order_id", format!("is {problem}")))?;
        let result = self.client.api().get_order(&id).await;
        let order = settle(result, self.client.key()).await?;
        wire::order(&order)
    }
}
