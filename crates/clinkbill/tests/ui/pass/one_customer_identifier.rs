use clinkbill::{Client, Currency, CustomerRef, Error, Line, NewSession};

fn main() {}

pub async fn create(client: &Client) -> Result<(), Error> {
    let line = Line::new("Mug", 1, 5.into());
    let new = NewSession::hosted_without_return_urls()
        .customer(CustomerRef::email("customer@example.com")?)
        .lines(Currency::USD, [line]);
    client.checkout_sessions().create(&new).await?;
    Ok(())
}
