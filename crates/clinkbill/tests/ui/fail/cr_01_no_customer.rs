use clinkbill::{Client, Currency, Error, Line, NewSession};

pub fn create(client: &Client) -> Result<(), Error> {
    let new = NewSession::hosted_without_return_urls()
        .lines(Currency::USD, [Line::new("Mug", 1, "5.00")]);
    drop(client.checkout_sessions().create(&new));
    Ok(())
}

fn main() {}
