use clinkbill::{Client, Currency, Line, NewSession};

pub fn create(client: &Client) {
    let new = NewSession::hosted_without_return_urls()
        .lines(Currency::USD, [Line::new("Mug", 1, "5.00")]);
    drop(client.checkout_sessions().create(&new));
}

fn main() {}
