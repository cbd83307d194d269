use clinkbill::{Client, Currency, CustomerRef, Error, Line, NewSession, RedirectUrl};

pub fn create(client: &Client, customer: CustomerRef) -> Result<(), Error> {
    let new = NewSession::elements()
        .return_url(RedirectUrl::parse("https://shop.example.com/done")?)
        .customer(customer)
        .lines(Currency::USD, [Line::new("Mug", 1, "5.00")]);
    drop(client.checkout_sessions().create(&new));
    Ok(())
}
