use clinkbill_types::{CustomerId, OrderId, SubscriptionId};

use crate::answer::about;
use crate::call::{Call, Operation};
use crate::customer::not_blank;
use crate::page::page;
use crate::{Client, Error, Order, Page, Paging};

const RETRIEVE: Operation = Operation::get("/order/{id}");
const LIST: Operation = Operation::get("/order");
/// How many orders one page can have.
const LONGEST_PAGE: u32 = 50;
/// How many pages a search reads before it gives up.
const MOST_PAGES: u32 = 20;

/// Reads orders. Obtain it from [`Client::orders`].
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    client: &'a Client,
}

/// Which orders to list: all of them, or those that fit every condition given.
///
/// Source: Clink's reference pages; the guide has no list.
///
/// ```
/// use clinkbill::{OrderFilter, Paging};
///
/// let filter = OrderFilter::new()
///     .merchant_reference("A-17")
///     .paging(Paging::page(2).size(50));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a filter does nothing until it is listed by"]
pub struct OrderFilter {
    customer: Option<CustomerId>,
    subscription: Option<SubscriptionId>,
    merchant_reference: Option<String>,
    paging: Option<Paging>,
}

impl<'a> Orders<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// The order with this id. Each payment attempt makes one, and each carries the merchant
    /// reference of its session.
    pub async fn retrieve(&self, id: &OrderId) -> Result<Order, Error> {
        let id = id.to_path().map_err(Error::not_an_id("order_id"))?;
        let call = self.client.call(RETRIEVE);
        let by = &id;
        call.send_for(
            |api| async move { api.get_order(by).await },
            |order| about(by, order.order_id.clone().as_str(), order),
        )
        .await
    }

    /// One page of the orders that fit: at most 50 rows, 20 unless told otherwise.
    pub async fn list(&self, filter: &OrderFilter) -> Result<Page<Order>, Error> {
        self.list_within(&self.client.call(LIST), filter).await
    }

    async fn list_within(
        &self,
        call: &Call<'_>,
        filter: &OrderFilter,
    ) -> Result<Page<Order>, Error> {
        let paging = filter
            .paging
            .map(|paging| paging.on_the_wire(LONGEST_PAGE))
            .transpose()?;
        let reference = filter
            .merchant_reference
            .as_deref()
            .map(|reference| not_blank("merchant_reference", reference))
            .transpose()?;
        let reference = reference.as_deref();
        let rows = call
            .send(|api| async move {
                api.list_orders(
                    filter.customer.as_ref().map(CustomerId::as_str),
                    reference,
                    paging.map(|(number, _)| number),
                    paging.map(|(_, size)| size),
                    filter.subscription.as_ref().map(SubscriptionId::as_str),
                )
                .await
            })
            .await?;
        page(rows, Ok)
    }

    /// All orders with this merchant reference, in the order Clink lists them: what became of a
    /// purchase whose session is not known, as after [`Outcome::Unknown`](crate::Outcome).
    ///
    /// Several orders are several attempts, or several sessions with one reference. None says
    /// that nobody has tried to pay yet, not that there is no session.
    ///
    /// All pages are read inside one deadline.
    ///
    /// # Errors
    /// When 1,000 orders have been read and there are more: list them page by page.
    pub async fn find_by_merchant_reference(&self, reference: &str) -> Result<Vec<Order>, Error> {
        let call = self.client.call(LIST);
        let mut found: Vec<Order> = Vec::new();
        let mut read = 0;
        for number in 1..=MOST_PAGES {
            let paging = Paging::page(number).size(LONGEST_PAGE);
            let filter = OrderFilter::new()
                .merchant_reference(reference)
                .paging(paging);
            let page = self.list_within(&call, &filter).await?;
            let rows = page.rows.len();
            read += rows;
            // An order made meanwhile moves others to the next page, and a server that does not
            // know the filter lists everything.
            for order in page.rows {
                let fits = order.merchant_reference.as_deref() == Some(reference);
                if fits && found.iter().all(|known| known.order_id != order.order_id) {
                    found.push(order);
                }
            }
            let complete = match page.total {
                Some(total) => u64::try_from(read).is_ok_and(|read| read >= total),
                None => u32::try_from(rows).is_ok_and(|rows| rows < LONGEST_PAGE),
            };
            if complete || rows == 0 {
                return Ok(found);
            }
        }
        Err(Error::too_many(MOST_PAGES * LONGEST_PAGE))
    }
}

impl OrderFilter {
    /// All orders of the merchant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only orders of this customer.
    pub fn customer(mut self, id: CustomerId) -> Self {
        self.customer = Some(id);
        self
    }

    /// Only orders of this subscription.
    pub fn subscription(mut self, id: SubscriptionId) -> Self {
        self.subscription = Some(id);
        self
    }

    /// Only orders with this reference of the merchant's own. It must not be blank.
    pub fn merchant_reference(mut self, reference: impl Into<String>) -> Self {
        self.merchant_reference = Some(reference.into());
        self
    }

    /// Which page of them.
    pub fn paging(mut self, paging: Paging) -> Self {
        self.paging = Some(paging);
        self
    }
}
