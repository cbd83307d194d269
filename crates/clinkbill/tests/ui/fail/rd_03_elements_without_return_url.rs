use clinkbill::{Client, Currency, CustomerRef, Error, Line, NewSession};

pub fn create(client: &Client, customer: CustomerRef) -> Result<(), Error> {
    let new = NewSession::elements()
        .customer(customer)
        .lines(Currency::USD, [Line::new("Mug", 1, "5.00")]);
    drop(client.checkout_sessions().create(&new));
    Ok(())
}

fn main() {}
