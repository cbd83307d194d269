use clinkbill::{Client, Currency, CustomerRef, Line, NewSession, RedirectUrl};

pub fn create(client: &Client, customer: CustomerRef, back: RedirectUrl) {
    let new = NewSession::elements()
        .return_url(back)
        .customer(customer)
        .lines(Currency::USD, [Line::new("Mug", 1, "5.00")]);
    drop(client.checkout_sessions().create(&new));
}
