use clinkbill::{Client, Currency, CustomerRef, Line, NewSession};

pub fn create(client: &Client, customer: CustomerRef) {
    let new = NewSession::elements()
        .customer(customer)
        .lines(Currency::USD, [Line::new("Mug", 1, "5.00")]);
    drop(client.checkout_sessions().create(&new));
}

fn main() {}
