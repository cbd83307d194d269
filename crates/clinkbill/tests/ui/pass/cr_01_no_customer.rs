use clinkbill::{Client, Currency, CustomerRef, Error, Line, NewSession};

pub fn create(client: &Client) -> Result<(), Error> {
    let new = NewSession::hosted_without_return_urls()
        .customer(CustomerRef::email("customer@example.com")?)
        .lines(Currency::USD, [Line::new("Mug", 1, "5.00")]);
    drop(client.checkout_sessions().create(&new));
    Ok(())
}
