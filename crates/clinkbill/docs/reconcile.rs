use clinkbill::{Client, Error, Order, OrderStatus};

/// What became of a purchase, by the references of all sessions it was ever asked for with.
#[derive(Debug)]
pub enum Fate {
    /// Paid for. Compare amount and currency, and deliver once.
    Paid(Box<Order>),
    /// Somebody is about to pay: ask again later, or let the webhook tell.
    UnderWay,
    /// Nobody has paid so far, and nobody is about to.
    NotPaid,
}

pub async fn what_became_of(client: &Client, references: &[&str]) -> Result<Fate, Error> {
    let mut fate = Fate::NotPaid;
    for reference in references {
        for order in client
            .orders()
            .find_by_merchant_reference(reference)
            .await?
        {
            match order.status {
                OrderStatus::Success => return Ok(Fate::Paid(Box::new(order))),
                // The attempt is over, and the money is where it was.
                OrderStatus::Failed | OrderStatus::Refunded => {}
                // What a later version of the API says may well be money on its way.
                _ => fate = Fate::UnderWay,
            }
        }
    }
    Ok(fate)
}
